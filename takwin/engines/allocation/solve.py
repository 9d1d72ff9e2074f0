"""Deferred acceptance with admission bars for beds.

Seats: candidates propose down their list; a pool keeps the best it has seen (a heap of the kept, worst on
top). Order of proposals cannot change the outcome (Gale and Shapley 1962; McVitie and Wilson 1971).
Beds: with all bars down, seats are allocated; where a bed group holds more than its beds, its bar rises to
the priority of the last bed and those below lose that wish; repeat until nothing is over. Bars only rise, so
the loop ends; each round works on what the bars leave.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from takwin.engines.allocation.model import NO_HOUSE, Ints, Problem, Result

LOWEST = np.iinfo(np.int64).min


def solve(problem: Problem) -> Result:
    """The candidate-optimal stable seats under the settled bars of the beds."""
    bar = np.full(len(problem.beds), LOWEST, dtype=np.int64)
    rounds = 0
    while True:
        rounds += 1
        wish = _seats(
            problem.start, problem.pool, problem.priority, problem.house, problem.bed_priority,
            problem.capacity, bar,
        )  # fmt: skip
        risen = _bars(problem, wish, bar)
        if (risen == bar).all():
            return Result(wish=wish, bar=bar, rounds=rounds)
        bar = risen


def _bars(problem: Problem, wish: Ints, bar: Ints) -> Ints:
    """The bars after this round: risen to the last bed where a group holds more than its beds."""
    out = bar.copy()
    got = wish[wish >= 0]
    got = got[problem.house[got] != NO_HOUSE]
    groups = problem.house[got]
    priority = problem.bed_priority[got]
    for group in np.unique(groups):
        inside = np.sort(priority[groups == group])[::-1]
        beds = problem.beds[group]
        if len(inside) > beds:
            out[group] = inside[beds - 1] if beds else np.iinfo(np.int64).max
    return out


@njit(cache=True)
def _seats(start, pool, priority, house, bed_priority, capacity, bar):
    n = len(start) - 1
    base = np.zeros(len(capacity) + 1, np.int64)
    for p in range(len(capacity)):
        base[p + 1] = base[p] + capacity[p]
    heap = np.empty(base[-1], np.int64)  # wishes kept by each pool, worst on top
    size = np.zeros(len(capacity), np.int64)
    owner = np.empty(len(pool), np.int64)
    for i in range(n):
        for w in range(start[i], start[i + 1]):
            owner[w] = i
    following = start[:-1].copy()
    kept = np.full(n, -1, np.int64)
    for first in range(n):
        i = first
        while i >= 0:
            out = -1
            while following[i] < start[i + 1]:
                w = following[i]
                following[i] += 1
                if house[w] >= 0 and bed_priority[w] < bar[house[w]]:
                    continue
                p = pool[w]
                if capacity[p] == 0:
                    continue
                if size[p] < capacity[p]:
                    _push(heap, base[p], size[p], w, priority)
                    size[p] += 1
                    kept[i] = w
                    break
                worst = heap[base[p]]
                if priority[w] > priority[worst]:
                    _replace(heap, base[p], size[p], w, priority)
                    kept[i] = w
                    out = owner[worst]
                    kept[out] = -1
                    break
            i = out
    return kept


@njit(cache=True)
def _push(heap, base, size, wish, priority):
    at = size
    while at > 0:
        above = (at - 1) // 2
        if priority[heap[base + above]] <= priority[wish]:
            break
        heap[base + at] = heap[base + above]
        at = above
    heap[base + at] = wish


@njit(cache=True)
def _replace(heap, base, size, wish, priority):
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and priority[heap[base + below + 1]] < priority[heap[base + below]]:
            below += 1
        if priority[heap[base + below]] >= priority[wish]:
            break
        heap[base + at] = heap[base + below]
        at = below
    heap[base + at] = wish
