"""Judging beds: lodging, order, and that no bar could open by one more person."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.allocation import check_replay
from takwin.engines.allocation.check_seats import Beds, Claims
from takwin.engines.allocation.model import Problem, Result


def _held(problem: Problem, wish: Any) -> Any:
    got = wish[wish >= 0]
    return got[problem.with_bed[got]] if len(problem.with_bed) else got[:0]


class Lodging:
    """Every set of bed groups of every house: `beds` it has, and the `berths` of those who may use no other (padded
    with one past the last)."""

    def __init__(self, problem: Problem) -> None:
        last = int(problem.berth_start[-1])
        widest = int(np.diff(problem.berth_start).max(initial=1))
        rows, beds = [], []
        for house in range(problem.houses):
            first = int(problem.berth_start[house])
            number = problem.beds[problem.bed_start[house] : problem.bed_start[house + 1]].tolist()
            for groups in range(1, 1 << len(number)):
                inside = [first + kind for kind in range(1, groups + 1) if kind | groups == groups]
                rows.append(inside + [last] * (widest - len(inside)))
                beds.append(sum(bed for k, bed in enumerate(number) if groups >> k & 1))
        self.berths = np.array(rows, dtype=np.int64).reshape(len(rows), widest)
        self.beds = np.array(beds, dtype=np.int64)

    def over(self, load: Any) -> Any:
        """(sets,) people too many for each set; none positive: everyone can be lodged (Hall)."""
        return np.append(load, 0)[self.berths].sum(axis=1) - self.beds


def over(problem: Problem, result: Result, beds: Beds) -> int:
    """People with a bed where their house cannot lodge them in a bed of a group of theirs."""
    berth = beds.berth[_held(problem, result.wish)]
    known = berth >= 0
    load = np.bincount(berth[known], minlength=int(problem.berth_start[-1]))
    return int((~known).sum() + np.maximum(Lodging(problem).over(load), 0).sum())


def below(problem: Problem, result: Result, beds: Beds) -> int:
    """Beds held below their bar."""
    return int((~beds.entitled[_held(problem, result.wish)]).sum())


def openable(problem: Problem, lawful: Claims) -> int:
    """Bars that could open by one person: all seats allocated again, every house would still lodge its people.

    The person is the next below the bar in the order of the beds, whoever that is.
    """
    at, berth = lawful.beds.at, lawful.beds.berth[lawful.beds.at]
    barred = (berth >= 0) & ~lawful.beds.entitled[at]
    at, berth = at[barred], berth[barred]
    next_priority = np.full(int(problem.berth_start[-1]), np.iinfo(np.int64).min)
    np.maximum.at(next_priority, berth, problem.bed_priority[at])
    asked = problem.bed_priority[at] == next_priority[berth]
    questions = sorted({(int(b), int(problem.candidate[w])) for b, w in zip(berth[asked], at[asked], strict=True)})
    return check_replay.feasible(problem, lawful, questions, Lodging(problem).over) if questions else 0
