"""Waiting lists: the place of each candidate among those who still want a wish they did not get."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.allocation.model import Problem, Result


def claims(problem: Problem, result: Result) -> Any:
    """(m,) whether a wish is dearer than the one held and could be granted: no bed, or a bed at or above its bar."""
    limit = np.where(result.wish < 0, problem.start[1:], result.wish).astype(np.int32)
    out = np.arange(len(problem.pool), dtype=np.int32) < np.repeat(limit, np.diff(problem.start))
    if len(problem.with_bed):
        out &= open_wishes(problem, result.bar)
    return out


def open_wishes(problem: Problem, bar: Any) -> Any:
    """(m,) whether the bars let a wish be granted."""
    from takwin.engines.allocation.beds import read

    out = ~problem.with_bed if len(problem.with_bed) else np.ones(len(problem.pool), dtype=bool)
    if problem.houses and len(problem.with_bed):
        berths = read(problem, problem.priority.copy())
        out[berths.wish] = berths.priority >= bar[berths.berth]
    return out


def places(problem: Problem, priority: Any, group: Any, among: Any, groups: int) -> Any:
    """(m,) int32 place of each wish of `among` in its group by falling priority, from 1; 0 outside.

    One place a person: two wishes of one person in a group have one priority and share a place.
    """
    from takwin.engines.allocation.lists import place

    return place(np.asarray(group), np.asarray(priority), np.asarray(among), groups)


def waiting(problem: Problem, result: Result) -> Any:
    """(m,) int32 place on the waiting list of the pool; 0 where the candidate does not wait."""
    return places(problem, problem.priority, problem.pool, claims(problem, result), len(problem.capacity))


def last_admitted(problem: Problem, result: Result) -> tuple[Any, Any]:
    """(p,) wish of lowest priority that each pool holds, -1 when it holds none; (p,) people it holds."""
    held = result.wish[result.wish >= 0]
    order = held[np.lexsort((-problem.priority[held], problem.pool[held]))]
    last = np.full(len(problem.capacity), -1, dtype=np.int64)
    last[problem.pool[order]] = order  # the last written of a pool is its lowest
    return last, np.bincount(problem.pool[held], minlength=len(problem.capacity))
