"""Rules of a day as tables: what each of the 2^hours patterns of busy hours costs, or counts."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from takwin.engines.timetabling.model import Grid, Rule


def _bits(hours: int) -> np.ndarray:
    """(2^hours, hours) of 0 and 1: hour h is busy in the day of number m when bit h of m is set."""
    return (np.arange(1 << hours)[:, None] >> np.arange(hours)) & 1


def _gaps(bits: np.ndarray) -> np.ndarray:
    """Free hours between the first and the last busy one."""
    if not bits.shape[1]:
        return np.zeros(len(bits), np.int64)
    count = bits.sum(axis=1)
    first = bits.argmax(axis=1)
    last = bits.shape[1] - 1 - bits[:, ::-1].argmax(axis=1)
    return np.where(count > 0, last - first + 1 - count, 0)


def _run(bits: np.ndarray) -> np.ndarray:
    """The longest row of busy hours."""
    longest = np.zeros(len(bits), np.int64)
    row = np.zeros(len(bits), np.int64)
    for hour in range(bits.shape[1]):
        row = (row + 1) * bits[:, hour]
        longest = np.maximum(longest, row)
    return longest


def _lacking(bits: np.ndarray, least: int) -> np.ndarray:
    count = bits.sum(axis=1)
    return np.where(count > 0, np.maximum(least - count, 0), 0)


def _above(count: np.ndarray, limit: int) -> np.ndarray:
    return np.asarray(np.maximum(count - limit, 0))


def _sum(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.asarray(np.sum(list(parts), axis=0))


def _days(bits: np.ndarray) -> np.ndarray:
    return np.asarray(bits.any(axis=1), np.int64)


def counted(rule: Rule, grid: Grid) -> np.ndarray:
    """What a weekly rule counts in one day, for each pattern of busy hours."""
    bits = _bits(len(grid.hours))
    morning, afternoon = (bits[:, : grid.noon], bits[:, grid.noon :]) if grid.noon else (bits, bits[:, :0])
    if rule == Rule.GAPS_A_WEEK:
        return _gaps(bits)
    if rule == Rule.GAPS_A_WEEK_HALVES:
        return _gaps(morning) + _gaps(afternoon)
    if rule == Rule.DAYS_A_WEEK:
        return _days(bits)
    if rule == Rule.HALVES_A_WEEK:
        return _days(morning) + _days(afternoon)
    if rule == Rule.MORNINGS_A_WEEK:
        return _days(morning)
    if rule == Rule.AFTERNOONS_A_WEEK:
        return _days(afternoon)
    if rule == Rule.WHOLE_DAYS_A_WEEK:
        return _days(morning) * _days(afternoon)
    raise AssertionError(rule)


def over(rule: Rule, limit: int, grid: Grid) -> np.ndarray:
    """By how many units a rule of the day is exceeded, for each pattern of busy hours."""
    bits = _bits(len(grid.hours))
    halves = (bits[:, : grid.noon], bits[:, grid.noon :]) if grid.noon else (bits,)
    if rule == Rule.HOURS_A_DAY:
        return _above(bits.sum(axis=1), limit)
    if rule == Rule.HOURS_A_HALF:
        return _sum(_above(half.sum(axis=1), limit) for half in halves)
    if rule == Rule.IN_A_ROW:
        return _above(_run(bits), limit)
    if rule == Rule.IN_A_ROW_HALF:
        return _sum(_above(_run(half), limit) for half in halves)
    if rule == Rule.LEAST_A_DAY:
        return _lacking(bits, limit)
    if rule == Rule.LEAST_A_HALF:
        return _sum(_lacking(half, limit) for half in halves)
    if rule == Rule.GAPS_A_DAY:
        return _above(_gaps(bits), limit)
    if rule == Rule.GAPS_A_HALF:
        return _sum(_above(_gaps(half), limit) for half in halves)
    if rule == Rule.ONE_HALF_A_DAY:
        return _above(np.minimum(halves[0].sum(axis=1), halves[-1].sum(axis=1) * (len(halves) > 1)), limit)
    if rule == Rule.LAST_HOUR:
        # `limit` is the last hour (counted from 1) that costs nothing.
        return np.asarray(bits[:, limit:].sum(axis=1))
    raise AssertionError(rule)
