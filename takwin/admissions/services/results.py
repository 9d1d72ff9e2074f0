"""What a run says of each wish, pool and bed group: counted on arrays, written in bulk."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from takwin.admissions.choices import Outcome
from takwin.admissions.models import BedResult, PoolResult, Run, WishResult
from takwin.admissions.services.arrays import SeasonArrays
from takwin.engines.allocation import NO_HOUSE, Result


def ranks(group: np.ndarray, priority: np.ndarray, who: np.ndarray, among: np.ndarray) -> np.ndarray:
    """(m,) place of each wish in its group by falling priority, one place a person; 0 outside `among`."""
    out = np.zeros(len(group), dtype=np.int64)
    chosen = np.flatnonzero(among)
    order = chosen[np.lexsort((who[chosen], -priority[chosen], group[chosen]))]
    if not len(order):
        return out
    new_group = np.diff(group[order], prepend=-2) != 0
    new_person = new_group | (np.diff(who[order], prepend=-1) != 0)
    counted = np.cumsum(new_person)
    base = np.maximum.accumulate(np.where(new_group, counted - 1, 0))
    out[order] = counted - base
    return out


def outcomes(arrays: SeasonArrays, result: Result) -> dict[str, np.ndarray]:
    """Per wish: outcome, rank among requests, place on the waiting list, rank for the bed."""
    problem, m = arrays.problem, len(arrays.wishes)
    who, at = problem.candidate, np.arange(m)
    own = result.wish[who] if m else np.zeros(0, dtype=np.int64)
    admitted, dearer = at == own, (own < 0) | (at < own)
    bedless = np.zeros(m, dtype=bool)
    with_bed = problem.house != NO_HOUSE
    bedless[with_bed] = problem.bed_priority[with_bed] < result.bar[problem.house[with_bed]]
    waiting = dearer & ~bedless & ~admitted
    kind = np.full(m, Outcome.NOT_REACHED.value, dtype=object)
    kind[dearer & bedless] = Outcome.NO_BED.value
    kind[waiting] = Outcome.WAITING.value
    kind[admitted] = Outcome.ADMITTED.value
    everyone = np.ones(m, dtype=bool)
    return {
        "outcome": kind,
        "rank": ranks(problem.pool, problem.priority, who, everyone),
        "waiting": ranks(problem.pool, problem.priority, who, waiting),
        "bed_rank": ranks(problem.house, problem.bed_priority, who, with_bed),
    }


def write(run: Run, arrays: SeasonArrays, result: Result) -> dict[str, int]:
    """Write every result of a run; returns the counts. Call inside a transaction."""
    facts = outcomes(arrays, result)
    PoolResult.objects.bulk_create(_pools(run, arrays, result), batch_size=1000)
    BedResult.objects.bulk_create(_beds(run, arrays, result), batch_size=1000)
    rows = []
    for row in _wishes(run, arrays, facts):
        rows.append(row)
        if len(rows) == 10_000:
            WishResult.objects.bulk_create(rows, batch_size=2000)
            rows = []
    WishResult.objects.bulk_create(rows, batch_size=2000)
    got = result.wish[result.wish >= 0]
    return {
        "applications": int(arrays.problem.candidates),
        "wishes": len(arrays.wishes),
        "seats": int(arrays.problem.capacity.sum()),
        "admitted": len(got),
        "first_choice": int(arrays.first[got].sum()),
        "with_bed": int((arrays.problem.house[got] != NO_HOUSE).sum()),
        "beds": int(arrays.problem.beds.sum()),
        "unplaced": int((result.wish < 0).sum()),
        "rounds": result.rounds,
    }


def _wishes(run: Run, arrays: SeasonArrays, facts: dict[str, np.ndarray]) -> Iterator[WishResult]:
    for at, wish in enumerate(arrays.wishes):
        outcome = facts["outcome"][at]
        yield WishResult(
            run=run,
            wish_id=int(wish),
            outcome=outcome,
            score=int(arrays.scores[at]),
            rank=int(facts["rank"][at]),
            waiting=int(facts["waiting"][at]) if outcome == Outcome.WAITING else None,
            bed_rank=int(facts["bed_rank"][at]) or None,
        )


def _pools(run: Run, arrays: SeasonArrays, result: Result) -> Iterator[PoolResult]:
    problem, p = arrays.problem, len(arrays.offerings)
    got = result.wish[result.wish >= 0]
    admitted = np.bincount(problem.pool[got], minlength=p)
    last = np.full(p, 32_000)
    np.minimum.at(last, problem.pool[got], arrays.scores[got])
    pairs = np.unique(np.stack([problem.pool, problem.candidate]), axis=1)[0] if len(problem.pool) else problem.pool
    requests = np.bincount(pairs, minlength=p)
    first = np.bincount(problem.pool[arrays.first], minlength=p)
    for at, offering in enumerate(arrays.offerings):
        yield PoolResult(
            run=run,
            offering_id=int(offering),
            seats=int(problem.capacity[at]),
            requests=int(requests[at]),
            first_choices=int(first[at]),
            admitted=int(admitted[at]),
            last_score=int(last[at]) if admitted[at] else None,
        )


def _beds(run: Run, arrays: SeasonArrays, result: Result) -> Iterator[BedResult]:
    problem = arrays.problem
    got = result.wish[result.wish >= 0]
    got = got[problem.house[got] != NO_HOUSE]
    asked = problem.house != NO_HOUSE
    for at, (centre, group) in enumerate(arrays.houses):
        inside = got[problem.house[got] == at]
        yield BedResult(
            run=run,
            centre_id=centre,
            group=group,
            beds=int(problem.beds[at]),
            requests=len(np.unique(problem.candidate[asked & (problem.house == at)])),
            granted=len(inside),
            last_score=int(arrays.scores[inside].min()) if len(inside) else None,
        )
