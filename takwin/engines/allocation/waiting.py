"""Waiting lists: the place of each candidate among those who still want a wish that was not granted."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.allocation.model import Problem, Result


def claims(problem: Problem, result: Result) -> Any:
    """Which wishes their candidate prefers to what they hold, and the cut-offs of the beds would allow.

    Returns
    -------
    ndarray of bool, shape (m,)
    """
    limit = np.where(result.wish < 0, problem.start[1:], result.wish).astype(np.int32)
    out = np.arange(len(problem.pool), dtype=np.int32) < np.repeat(limit, np.diff(problem.start))
    if len(problem.with_bed):
        out &= open_wishes(problem, result.bed_cutoff)
    return out


def open_wishes(problem: Problem, bed_cutoff: Any) -> Any:
    """Which wishes need no bed, or one whose class has a cut-off at or below the candidate's bed priority.

    Parameters
    ----------
    problem : Problem
    bed_cutoff : ndarray of int64, shape (bed classes,)
        As in `Result`.

    Returns
    -------
    ndarray of bool, shape (m,)
    """
    from takwin.engines.allocation.beds import read_bed_wishes

    out = ~problem.with_bed if len(problem.with_bed) else np.ones(len(problem.pool), dtype=bool)
    if problem.houses and len(problem.with_bed):
        bed_classes = read_bed_wishes(problem, problem.priority.copy())
        out[bed_classes.wish] = bed_classes.priority >= bed_cutoff[bed_classes.bed_class]
    return out


def places(problem: Problem, priority: Any, group: Any, among: Any, groups: int) -> Any:
    """The place of each wish in its group by falling priority.

    Two wishes of one person in a group have one priority and share a place.

    Parameters
    ----------
    problem : Problem
    priority : ndarray of int, shape (m,)
    group : ndarray of int, shape (m,)
        From 0 to `groups` - 1.
    among : ndarray of bool, shape (m,)
        The wishes that are ranked.
    groups : int

    Returns
    -------
    ndarray of int32, shape (m,)
        From 1; 0 for the wishes that are not ranked.
    """
    from takwin.engines.allocation.lists import place

    return place(np.asarray(group), np.asarray(priority), np.asarray(among), groups)


def waiting(problem: Problem, result: Result) -> Any:
    """The place of each wish on the waiting list of its pool.

    Returns
    -------
    ndarray of int32, shape (m,)
        From 1; 0 where the candidate does not wait.
    """
    return places(problem, problem.priority, problem.pool, claims(problem, result), len(problem.capacity))


def last_admitted(problem: Problem, result: Result) -> tuple[Any, Any]:
    """The last person each pool admitted, and how many it holds.

    Returns
    -------
    last : ndarray of int64, shape (p,)
        The held wish of lowest priority, -1 in an empty pool.
    held : ndarray of int64, shape (p,)
        People.
    """
    held = result.wish[result.wish >= 0]
    order = held[np.lexsort((-problem.priority[held], problem.pool[held]))]
    last = np.full(len(problem.capacity), -1, dtype=np.int64)
    last[problem.pool[order]] = order  # the last written of a pool is its lowest
    return last, np.bincount(problem.pool[held], minlength=len(problem.capacity))
