"""Judging beds: they fit, their order is kept, and no cut-off could open by one more person."""

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
    """Every set of bed groups of every house.

    beds : (sets,) beds of the set
    bed_classes : (sets, widest) classes of those who may use no other group, padded with one past the last class
    """

    def __init__(self, problem: Problem) -> None:
        last = int(problem.bed_class_start[-1])
        widest = int(np.diff(problem.bed_class_start).max(initial=1))
        rows, beds = [], []
        for house in range(problem.houses):
            first = int(problem.bed_class_start[house])
            number = problem.beds[problem.bed_start[house] : problem.bed_start[house + 1]].tolist()
            for groups in range(1, 1 << len(number)):
                inside = [first + kind for kind in range(1, groups + 1) if kind | groups == groups]
                rows.append(inside + [last] * (widest - len(inside)))
                beds.append(sum(bed for k, bed in enumerate(number) if groups >> k & 1))
        self.bed_classes = np.array(rows, dtype=np.int64).reshape(len(rows), widest)
        self.beds = np.array(beds, dtype=np.int64)

    def over(self, load: Any) -> Any:
        """(sets,) people too many for each set; none positive: everyone fits (Hall)."""
        return np.append(load, 0)[self.bed_classes].sum(axis=1) - self.beds


def over(problem: Problem, result: Result, beds: Beds) -> int:
    """People with a bed whom their house cannot give a bed of a group of theirs."""
    bed_class = beds.bed_class[_held(problem, result.wish)]
    known = bed_class >= 0
    load = np.bincount(bed_class[known], minlength=int(problem.bed_class_start[-1]))
    return int((~known).sum() + np.maximum(Lodging(problem).over(load), 0).sum())


def below(problem: Problem, result: Result, beds: Beds) -> int:
    """Beds held below their cut-off."""
    return int((~beds.entitled[_held(problem, result.wish)]).sum())


def openable(problem: Problem, lawful: Claims) -> int:
    """Cut-offs that could open by one person: all seats allocated again, every house would still fit its people.

    The person is the next below the cut-off in the order of the beds, whoever that is.
    """
    at, bed_class = lawful.beds.at, lawful.beds.bed_class[lawful.beds.at]
    barred = (bed_class >= 0) & ~lawful.beds.entitled[at]
    at, bed_class = at[barred], bed_class[barred]
    next_priority = np.full(int(problem.bed_class_start[-1]), np.iinfo(np.int64).min)
    np.maximum.at(next_priority, bed_class, problem.bed_priority[at])
    asked = problem.bed_priority[at] == next_priority[bed_class]
    questions = sorted({(int(b), int(problem.candidate[w])) for b, w in zip(bed_class[asked], at[asked], strict=True)})
    return check_replay.feasible(problem, lawful, questions, Lodging(problem).over) if questions else 0
