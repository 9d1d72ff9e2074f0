"""Waiting lists in rounds: what was accepted is locked, what was refused is dropped, people only move up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from takwin.engines.allocation.model import Ints, Malformed, Problem, Result

LEAVE, ACCEPT, HOLD, WAIT = range(4)


@dataclass(frozen=True, slots=True)
class Round:
    """The problem of the next round; `old` (m',): each of its wishes in the problem before."""

    problem: Problem
    old: Ints


def following(problem: Problem, result: Result, answers: Any, capacity: Any = None) -> Round:
    """The next round after everyone answered.

    Parameters
    ----------
    problem : Problem
    result : Result
    answers : array_like of int, shape (n,)
        ACCEPT keeps the seat and nothing else; HOLD keeps it and waits for wishes wanted more; WAIT gives it up and
        waits for those (someone without a seat waits for all wishes); LEAVE ends there.
    capacity : array_like of int, shape (p,), optional
        Seats of the next round when they change.

    Raises
    ------
    Malformed
        A pool would have fewer seats than are held.
    """
    answers = np.asarray(answers)
    held = np.asarray(result.wish)
    keeps = ((answers == ACCEPT) | (answers == HOLD)) & (held >= 0)
    first, last = problem.start[:-1].copy(), problem.start[1:].copy()
    last = np.where(held >= 0, held + keeps, last)
    first = np.where((answers == ACCEPT) & keeps, held, first)
    last = np.where((answers == LEAVE) | ((answers == ACCEPT) & ~keeps), first, last)
    size = last - first
    start = np.concatenate([[0], np.cumsum(size)])
    old = np.repeat(first - start[:-1], size) + np.arange(start[-1])
    locked = np.where(keeps, held - first + start[:-1], -1)
    seats = problem.capacity if capacity is None else np.asarray(capacity)
    _room(problem, held[keeps], seats)
    parts: dict[str, Any] = {name: getattr(problem, name) for name in ("pool", "priority", "with_bed", "bed_priority")}
    parts = {name: array[old] if len(array) else array for name, array in parts.items()}
    return Round(replace(problem, start=start, locked=locked, capacity=seats, **parts), old)


def _room(problem: Problem, held: Any, seats: Any) -> None:
    taken = np.bincount(problem.pool[held], minlength=len(seats))
    over = np.flatnonzero(taken > seats)
    if len(over):
        raise Malformed(
            "pools", int(over[0]), "capacity", f"{seats[over[0]]} seats, {taken[over[0]]} are held already"
        )
