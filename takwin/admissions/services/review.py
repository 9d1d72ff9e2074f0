"""Facts the desk reviews before it signs: offerings set aside with the reason, anomalies, figures by group."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import Max

from takwin.admissions.choices import RunState
from takwin.admissions.models import PoolResult, Run, WishResult
from takwin.admissions.rules import MORE_THAN_BEFORE
from takwin.admissions.services.arrays import SeasonArrays
from takwin.engines.allocation import Result

MOST = 50  # rows of a list; the count says the rest


def review(run: Run, arrays: SeasonArrays, result: Result) -> dict[str, Any]:
    """aside: {offering id: reason}; unasked, jumps: {count, offerings}; new_score: one above any seen before, or None;
    fairness: {group: [candidates, admitted, to their first wish, with a bed]}."""
    unasked = list(
        PoolResult.objects.filter(run=run, requests=0, seats__gt=0)
        .order_by("-seats")
        .values_list("offering_id", flat=True)
    )
    jumps = _jumps(run)
    return {
        "aside": {str(key): reason for key, reason in arrays.aside.items()},
        "aside_wishes": len(arrays.aside_wishes),
        "unasked": {"count": len(unasked), "offerings": unasked[:MOST]},
        "jumps": {"count": len(jumps), "offerings": jumps[:MOST]},
        "new_score": _new_score(run, arrays),
        "fairness": _fairness(arrays, result),
    }


def _before(run: Run) -> Run | None:
    """The first published run of an earlier season."""
    earlier = Run.objects.filter(state=RunState.PUBLISHED, season__code__lt=run.season.code)
    return earlier.order_by("-season__code", "round__number").first()


def _jumps(run: Run) -> list[list[Any]]:
    """[offering id, requests, requests before] where requests grew by more than 30 %."""
    before = _before(run)
    if before is None or run.round.number > 1:
        return []
    key = ("offering__programme_id", "offering__centre_id", "offering__mode_id")
    then = {row[:3]: row[3] for row in PoolResult.objects.filter(run=before).values_list(*key, "requests")}
    now = PoolResult.objects.filter(run=run).values_list(*key, "offering_id", "requests")
    grown = [[row[3], row[4], then[row[:3]]] for row in now if then.get(row[:3])]
    grown = [row for row in grown if row[1] > (1 + MORE_THAN_BEFORE) * row[2]]
    return sorted(grown, key=lambda row: -row[1] / row[2])


def _new_score(run: Run, arrays: SeasonArrays) -> int | None:
    before = _before(run)
    if before is None or not len(arrays.scores):
        return None
    most = WishResult.objects.filter(run=before).aggregate(most=Max("score"))["most"] or 0
    highest = int(arrays.scores.max())
    return highest if highest > most else None


def _fairness(arrays: SeasonArrays, result: Result) -> dict[str, list[int]]:
    problem, counts = arrays.problem, {}
    everyone = np.arange(problem.candidates)
    got = result.wish >= 0
    wish = np.maximum(result.wish, 0)
    first = got & (arrays.rank[wish] == 1) if len(arrays.wishes) else got
    bed = got & problem.with_bed[wish] if len(arrays.wishes) else got
    for at, name in enumerate(arrays.groups):
        mine = problem.member(everyone, at)
        counts[name] = [int(part.sum()) for part in (mine, mine & got, mine & first, mine & bed)]
    return counts
