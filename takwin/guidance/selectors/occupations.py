"""Occupations alike: Pearson's correlation of a profile with theirs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from takwin.engines.advice.solve import unit
from takwin.occupations import selectors as occupations
from takwin.occupations.models import Occupation


def matching(scores: Sequence[float], limit: int = 12) -> list[Occupation]:
    """The occupations whose profile is most like a result, best first; `likeness` from -1 to 1."""
    rows = list(occupations.occupations())
    if not rows or max(scores) == min(scores):
        return []
    likeness = unit(np.array([row.interests for row in rows], float)) @ unit(np.array([scores], float))[0]
    order = sorted(range(len(rows)), key=lambda at: (-round(float(likeness[at]), 9), rows[at].code))[:limit]
    for at in order:
        rows[at].likeness = float(likeness[at])  # type: ignore[attr-defined]
    return [rows[at] for at in order]
