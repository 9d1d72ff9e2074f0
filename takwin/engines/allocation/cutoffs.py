"""Cut-offs: what lets one more person in, for every slot of a pool and every berth of a house that somebody asked for.

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
    """slot (m,) and berth (m,), -1 without a bed, of each wish; seat (slots,) the priority of the last person a
    newcomer of that slot could replace; bed (berths,) its bar. `open_to_all` and `shut` stand for no limit and for
    nobody; `first` (n,) the first wish each candidate clears or holds firm, -1 for none."""

    slot: Any
    berth: Any
    seat: Any
    bed: Any
    open_to_all: int
    shut: int
    first: Any

    def seat_least(self, slot: int) -> int | str | None:
        """As it is published: None lets everyone in."""
        return _said(int(self.seat[slot]), self.open_to_all, self.shut)

    def bed_least(self, berth: int) -> int | None:
        bar = int(self.bed[berth])
        return None if bar == LOWEST else bar


def _said(least: int, open_to_all: int, shut: int) -> int | str | None:
    if least == open_to_all:
        return None
    return "nobody" if least == shut else least


def cutoffs(problem: Problem, result: Result) -> Cutoffs:
    """Read from the judge's own lines, so that the solver is not believed."""
    bar = np.asarray(result.bar)
    beds = Beds(problem, bar)
    claims = Claims(problem, result, beds)
    m = len(problem.pool)
    line = claims.line[claims.slot] if m else np.zeros(0, dtype=np.int64)
    cleared = (line == claims.least) | ((line != claims.most) & (problem.priority >= line))
    if len(problem.with_bed):
        cleared &= beds.entitled
    if len(problem.firm) and m:
        held = problem.firm[problem.firm >= 0]
        cleared[held] = True
    first = np.full(problem.candidates, m, dtype=np.int64)
    np.minimum.at(first, problem.candidate[cleared], np.flatnonzero(cleared))
    first[first == m] = -1
    return Cutoffs(claims.slot, beds.berth, claims.line, bar, int(claims.least), int(claims.most), first)


def disagreements(found: Cutoffs, result: Result) -> int:
    """Candidates whose result is not the first wish they clear."""
    return int((found.first != np.asarray(result.wish)).sum())
