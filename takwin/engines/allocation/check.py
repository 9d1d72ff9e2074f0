"""The judge of an allocation: plain NumPy, no line shared with the solver, one function a property."""

from __future__ import annotations

import numpy as np

from takwin.engines.allocation.model import NO_HOUSE, Problem, Result


def faults(problem: Problem, result: Result) -> dict[str, int]:
    """Number of faults by property; all zero for a lawful allocation.

    own_wish: everyone gets a wish of their own list, or nothing. seats, beds: no pool, no bed group holds
    more than it has. envy: nobody prefers a seat (and a bed they are entitled to) held by someone of lower
    priority. waste: nobody prefers a free seat (and a bed). bed_order: no bed is held below its bar.
    """
    wish = np.asarray(result.wish)
    judges = {
        "own_wish": _own_wish(problem, wish),
        "seats": _over(problem.pool, problem.capacity, wish),
        "beds": _over_beds(problem, wish),
        "bed_order": _bed_order(problem, wish, result.bar),
    }
    if judges["own_wish"]:
        return judges | {"envy": 0, "waste": 0}
    envy, waste = _blocking(problem, wish, result.bar)
    return judges | {"envy": envy, "waste": waste}


def _own_wish(problem: Problem, wish: np.ndarray) -> int:
    if len(wish) != problem.candidates:
        return abs(len(wish) - problem.candidates)
    low, high = problem.start[:-1], problem.start[1:]
    return int(((wish != -1) & ((wish < low) | (wish >= high))).sum())


def _over(of: np.ndarray, capacity: np.ndarray, wish: np.ndarray) -> int:
    held = np.bincount(of[wish[wish >= 0]], minlength=len(capacity))
    return int(np.maximum(held - capacity, 0).sum())


def _over_beds(problem: Problem, wish: np.ndarray) -> int:
    houses = problem.house[wish[wish >= 0]]
    held = np.bincount(houses[houses != NO_HOUSE], minlength=len(problem.beds))
    return int(np.maximum(held - problem.beds, 0).sum())


def _bed_order(problem: Problem, wish: np.ndarray, bar: np.ndarray) -> int:
    got = wish[wish >= 0]
    got = got[problem.house[got] != NO_HOUSE]
    return int((problem.bed_priority[got] < bar[problem.house[got]]).sum())


def _blocking(problem: Problem, wish: np.ndarray, bar: np.ndarray) -> tuple[int, int]:
    """Every wish dearer than the one obtained must lead to a full pool of better candidates, or below a bar."""
    p = len(problem.capacity)
    got = wish[wish >= 0]
    held = np.bincount(problem.pool[got], minlength=p)
    worst = np.full(p, np.iinfo(np.int64).max)
    np.minimum.at(worst, problem.pool[got], problem.priority[got])
    owner = np.repeat(np.arange(problem.candidates), np.diff(problem.start))
    own = np.where(wish[owner] < 0, np.iinfo(np.int64).max, wish[owner])
    dearer = np.arange(len(problem.pool)) < own
    entitled = np.ones(len(problem.pool), dtype=bool)
    beds = problem.house != NO_HOUSE
    entitled[beds] = problem.bed_priority[beds] >= bar[problem.house[beds]]
    asks = dearer & entitled
    # Asking for a pool one sits in already, but with a bed one is entitled to, needs no further seat.
    sits = np.where(wish[owner] < 0, -1, problem.pool[np.maximum(wish[owner], 0)]) == problem.pool
    free = held[problem.pool] < problem.capacity[problem.pool]
    better = (held[problem.pool] > 0) & (problem.priority > worst[problem.pool])
    return int((asks & ~free & (better | sits)).sum()), int((asks & free).sum())
