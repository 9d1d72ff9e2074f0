"""Deferred acceptance with admission bars for beds.

Seats: candidates propose down their list; a pool keeps the best it has seen (a heap of the kept, worst on
top). Order of proposals cannot change the outcome (Gale and Shapley 1962; McVitie and Wilson 1971).
Beds: with all bars down, seats are allocated; where a bed group holds more than its beds, its bar rises to
the priority of the last bed and those below lose that wish; repeat until nothing is over. Bars only rise, so
the loop ends; each round works on what the bars leave.
"""

from __future__ import annotations

import numpy as np

from takwin.engines.allocation.model import NO_HOUSE, Ints, Problem, Result

LOWEST = np.iinfo(np.int64).min


def solve(problem: Problem) -> Result:
    """The candidate-optimal stable seats under the settled bars of the beds."""
    # Here, not above: numba takes most of a second to import, and the pages of the portal never solve.
    from takwin.engines.allocation.kernel import seats

    bar = np.full(len(problem.beds), LOWEST, dtype=np.int64)
    rounds = 0
    while True:
        rounds += 1
        wish = seats(
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
