"""Cut-offs: what lets one more person in, for every slot of a pool and every bed class that somebody asked for.

With them each candidate can see alone that they have the first wish whose cut-off they clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from takwin.engines.allocation.check_seats import Beds, Claims
from takwin.engines.allocation.model import LOWEST, Problem, Result


@dataclass(frozen=True)
class Cutoffs:
    """The cut-offs of a result.

    slot : (m,) slot of each wish; bed_class : (m,) its bed class, -1 without a bed
    seat : (slots,) priority of the last person whom a newcomer of the slot could replace
    bed : (bed classes,) as `Result.bed_cutoff`
    open_to_all, shut : the values of `seat` that stand for no limit and for nobody
    first : (n,) the first wish each candidate clears or has locked, -1 for none
    """

    slot: Any
    bed_class: Any
    seat: Any
    bed: Any
    open_to_all: int
    shut: int
    first: Any

    def seat_least(self, slot: int) -> int | str | None:
        """As it is published: None lets everyone in, "nobody" no one."""
        return _published_least(int(self.seat[slot]), self.open_to_all, self.shut)

    def bed_least(self, bed_class: int) -> int | None:
        bed_cutoff = int(self.bed[bed_class])
        return None if bed_cutoff == LOWEST else bed_cutoff


def _published_least(least: int, open_to_all: int, shut: int) -> int | str | None:
    if least == open_to_all:
        return None
    return "nobody" if least == shut else least


def cutoffs(problem: Problem, result: Result) -> Cutoffs:
    """The cut-offs of a result, read from the judge's own lines so that the solver is not trusted."""
    bed_cutoff = np.asarray(result.bed_cutoff)
    beds = Beds(problem, bed_cutoff)
    claims = Claims(problem, result, beds)
    m = len(problem.pool)
    line = claims.line[claims.slot] if m else np.zeros(0, dtype=np.int64)
    cleared = (line == claims.least) | ((line != claims.most) & (problem.priority >= line))
    if len(problem.with_bed):
        cleared &= beds.entitled
    if len(problem.locked) and m:
        held = problem.locked[problem.locked >= 0]
        cleared[held] = True
    first = np.full(problem.candidates, m, dtype=np.int64)
    np.minimum.at(first, problem.candidate[cleared], np.flatnonzero(cleared))
    first[first == m] = -1
    return Cutoffs(claims.slot, beds.bed_class, claims.line, bed_cutoff, int(claims.least), int(claims.most), first)


def disagreements(found: Cutoffs, result: Result) -> int:
    """Candidates whose result is not the first wish they clear."""
    return int((found.first != np.asarray(result.wish)).sum())
