"""The judge of an allocation: plain NumPy and Python, no line shared with the solver, one property a line.

docs/allocation.md says what proves each property and what that costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from takwin.engines.allocation import check_beds, check_seats
from takwin.engines.allocation.model import Problem, Result

PROPERTIES = (
    "own_wish", "seats", "reserves", "envy", "waste", "firm", "beds", "bed_order", "best", "bars",
)  # fmt: skip
Report = dict[str, int]


def faults(problem: Problem, result: Result, *, clock: Callable[[str, float], Any] | None = None) -> Report:
    """The number of faults of an allocation by property; all zero for a lawful one.

    own_wish: everyone gets a wish of their own list, or nothing.
    seats: no pool holds more than its seats.
    reserves: nobody waits who would fill a reserved seat left to others.
    envy: nobody waits for a pool that holds someone of lower priority, reserves kept.
    waste: nobody waits for a free seat.
    firm: nobody lost the wish that was locked.
    beds: the people of every house fit its beds, each in a bed of a group of theirs.
    bed_order: nobody holds a bed below its cut-off.
    best: no circle of candidates could all do better without passing over anyone.
    bars: no cut-off of a bed could open by one person.

    Parameters
    ----------
    problem : Problem
    result : Result
    clock : callable, optional
        Called with the name of each property and the seconds it took.

    Returns
    -------
    dict of str to int
        In the order of PROPERTIES, whose names are those of published certificates.
    """
    counts: Report = {}

    def judge(name: str, work: Callable[[], int]) -> None:
        begun = time.perf_counter()
        counts[name] = int(work())
        if clock:
            clock(name, time.perf_counter() - begun)

    judge("own_wish", lambda: own_wish(problem, result))
    if counts["own_wish"]:  # a result that holds no wishes of the problem can be judged no further
        return counts | dict.fromkeys(PROPERTIES[1:], 1)
    facts: list[Any] = []
    beds = check_seats.Beds(problem, result.bed_cutoff)
    judge("seats", lambda: check_seats.over(problem, result.wish))
    judge("beds", lambda: check_beds.over(problem, result, beds))
    judge("bed_order", lambda: check_beds.below(problem, result, beds))
    judge("firm", lambda: _locked(problem, result))
    judge("waste", lambda: _claims(facts, problem, result, beds).waste())
    judge("reserves", lambda: facts[0].reserves())
    judge("envy", lambda: facts[0].envy())
    sound = not any(counts.values())
    judge("best", lambda: facts[0].better() if sound else 1)
    sound = sound and not counts["best"]
    judge("bars", lambda: check_beds.openable(problem, facts[0]) if sound else 1)
    return {name: counts[name] for name in PROPERTIES}


def _claims(facts: list[Any], problem: Problem, result: Result, beds: check_seats.Beds) -> check_seats.Claims:
    facts.append(check_seats.Claims(problem, result, beds))
    return facts[0]


def own_wish(problem: Problem, result: Result) -> int:
    wish, bed_classes = np.asarray(result.wish), int(problem.bed_class_start[-1])
    if len(wish) != problem.candidates or len(result.bed_cutoff) != bed_classes:
        return abs(len(wish) - problem.candidates) + abs(len(result.bed_cutoff) - bed_classes)
    low, high = problem.start[:-1], problem.start[1:]
    return int(((wish != -1) & ((wish < low) | (wish >= high))).sum())


def _locked(problem: Problem, result: Result) -> int:
    """Candidates whose locked wish gave way to one they want less, or to none."""
    if not len(problem.locked):
        return 0
    held = problem.locked >= 0
    return int((held & ((result.wish < 0) | (result.wish > problem.locked))).sum())
