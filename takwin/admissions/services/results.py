"""Results of a run for each wish, pool and bed group: counted on arrays, written in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from takwin.admissions.choices import Outcome
from takwin.admissions.models import BedResult, PoolResult, Run, WishResult
from takwin.admissions.services.arrays import LOT, SCORE_SHIFT, SeasonArrays
from takwin.core.bulk import load
from takwin.engines.allocation import NO_HOUSE, Result
from takwin.engines.allocation.waiting import open_wishes, places


@dataclass
class Facts:
    """Per wish: outcome, rank among requests, place on the waiting list, rank for the bed (0: none), the reserve that
    let the candidate in ("" else); per wish the bed group it asks, -1 without."""

    outcome: Any
    rank: Any
    waiting: Any
    bed_rank: Any
    reserve: Any
    bed: Any


def facts(arrays: SeasonArrays, result: Result) -> Facts:
    problem, m = arrays.problem, len(arrays.wishes)
    who, at = problem.candidate, np.arange(m)
    own = result.wish[who] if m else np.zeros(0, dtype=np.int64)
    admitted, dearer = at == own, (own < 0) | (at < own)
    has_open_bed = open_wishes(problem, result.bed_cutoff) if m else np.zeros(0, dtype=bool)
    waiting = dearer & has_open_bed
    outcome = np.full(m, Outcome.NOT_REACHED.value, dtype=object)
    outcome[dearer & ~has_open_bed] = Outcome.NO_BED.value
    outcome[waiting] = Outcome.WAITING.value
    outcome[admitted] = Outcome.ADMITTED.value
    pools, bed = len(arrays.offerings), _beds(arrays)
    everyone = np.ones(m, dtype=bool)
    place = places(problem, problem.priority, problem.pool, waiting, pools)
    asks = bed >= 0
    return Facts(
        outcome,
        places(problem, problem.priority, problem.pool, everyone, pools),
        place,
        places(problem, problem.bed_priority, np.maximum(bed, 0), asks, max(len(arrays.houses), 1)),
        _reserves(arrays, admitted, waiting),
        bed,
    )


def _beds(arrays: SeasonArrays) -> Any:
    """(m,) the bed group a wish asks a bed of, -1 without. Our houses part their beds, so there is one at most."""
    problem, bed = arrays.problem, np.full(len(arrays.wishes), -1, dtype=np.int64)
    at = np.flatnonzero(problem.with_bed)
    house = problem.house[problem.pool[at]]
    at, house = at[house != NO_HOUSE], house[house != NO_HOUSE]
    many = np.diff(problem.bed_start)
    for k in range(int(many.max(initial=0))):
        there = np.flatnonzero(many[house] > k)
        row = problem.bed_start[house[there]] + k
        for group in np.unique(problem.bed_group[row]):
            some = problem.bed_group[row] == group
            mine = problem.member(problem.candidate[at[there[some]]], int(group))
            bed[at[there[some][mine]]] = row[some][mine]
    return bed


def _reserves(arrays: SeasonArrays, admitted: Any, waiting: Any) -> Any:
    """(m,) the reserve that let someone in while a better one waits."""
    problem = arrays.problem
    out = np.full(len(arrays.wishes), "", dtype=object)
    best = np.full(len(arrays.offerings), -1, dtype=np.int64)
    np.maximum.at(best, problem.pool[waiting], problem.priority[waiting])
    number = {name: at for at, name in enumerate(arrays.groups)}
    for w in np.flatnonzero(admitted & (problem.priority < best[problem.pool])):
        for group, _seats in arrays.reserves[problem.pool[w]]:
            if group in number and problem.member([problem.candidate[w]], number[group])[0]:
                out[w] = group.partition(":")[0]
                break
    return out


def write(run: Run, arrays: SeasonArrays, result: Result, facts: Facts) -> dict[str, int]:
    """Write every result of a run; returns the counts. Call inside a transaction."""
    load(PoolResult, POOL, _pool_rows(run, arrays, result, facts))
    load(BedResult, BED, _bed_rows(run, arrays, result, facts))
    load(WishResult, WISH, _wish_rows(run, arrays, facts))
    problem = arrays.problem
    got = result.wish[result.wish >= 0]
    return {
        "applications": int(problem.candidates),
        "wishes": len(arrays.wishes),
        "seats": int(problem.capacity.sum()),
        "admitted": len(got),
        "first_choice": int((arrays.rank[got] == 1).sum()),
        "with_bed": int((facts.bed[got] >= 0).sum()),
        "beds": int(problem.beds.sum()),
        "unplaced": int((result.wish < 0).sum()),
        "aside": len(arrays.aside),
        "rounds": result.rounds,
    }


WISH = ("run", "wish", "outcome", "score", "lot", "rank", "waiting", "bed_rank", "reserve")
POOL = ("run", "offering", "seats", "requests", "first_choices", "admitted", "last_score", "last_lot", "reserves")
BED = ("run", "centre", "group", "beds", "requests", "granted", "last_score")


def _wish_rows(run: Run, arrays: SeasonArrays, facts: Facts) -> Iterator[tuple[Any, ...]]:
    lots = (arrays.problem.priority & LOT).tolist()
    columns = zip(
        arrays.wishes.tolist(), facts.outcome.tolist(), arrays.scores.tolist(), lots, facts.rank.tolist(),
        facts.waiting.tolist(), facts.bed_rank.tolist(), facts.reserve.tolist(), strict=True,
    )  # fmt: skip
    for wish, outcome, score, lot, rank, waiting, bed_rank, reserve in columns:
        place = waiting if outcome == Outcome.WAITING else None
        yield run.pk, wish, outcome, score, lot, rank, place, bed_rank or None, reserve
    for wish, score in arrays.aside_wishes:
        yield run.pk, wish, Outcome.SET_ASIDE.value, score, 0, 0, None, None, ""


def _pool_rows(run: Run, arrays: SeasonArrays, result: Result, facts: Facts) -> Iterator[tuple[Any, ...]]:
    problem, p = arrays.problem, len(arrays.offerings)
    got = result.wish[result.wish >= 0]
    admitted = np.bincount(problem.pool[got], minlength=p)
    order = got[np.lexsort((-problem.priority[got], problem.pool[got]))]
    by_merit = order[facts.reserve[order] == ""]
    last = np.full(p, -1, dtype=np.int64)
    last[problem.pool[by_merit]] = by_merit
    requests = _persons(problem.pool, problem.candidate, p)
    first = np.bincount(problem.pool[arrays.rank == 1], minlength=p)
    kept = _kept(arrays, order, facts)
    for at, offering in enumerate(arrays.offerings.tolist()):
        low = int(problem.priority[last[at]]) if last[at] >= 0 else None
        score, lot = (None, None) if low is None else (low >> SCORE_SHIFT, low & LOT)
        yield (
            run.pk, offering, int(problem.capacity[at]), int(requests[at]), int(first[at]), int(admitted[at]), score,
            lot, json.dumps(kept.get(at, [])),
        )  # fmt: skip


def _persons(group: Any, who: Any, number: int) -> Any:
    """Persons in each group, each counted once; wishes stand in the order of persons."""
    order = np.lexsort((who, group))
    fresh = (np.diff(group[order], prepend=-1) != 0) | (np.diff(who[order], prepend=-1) != 0)
    return np.bincount(group[order][fresh], minlength=number)


def group_members(arrays: SeasonArrays, wishes: Any, group: str) -> Any:
    """(k,) whether the candidate of each wish belongs to a group, "region" being that of the centre."""
    problem = arrays.problem
    number = {name: at for at, name in enumerate(arrays.groups)}
    out = np.zeros(len(wishes), dtype=bool)
    pools = {int(problem.pool[w]) for w in wishes[:1].tolist()}
    for at in pools:
        for name, _seats in arrays.reserves[at]:
            if name.partition(":")[0] == group and name in number:
                out |= problem.member(problem.candidate[wishes], number[name])
    return out


def _kept(arrays: SeasonArrays, order: Any, facts: Facts) -> dict[int, list[list[Any]]]:
    """{pool: [[group, seats, members admitted, last score let in by it]]} of pools with reserves."""
    problem, number = arrays.problem, {name: at for at, name in enumerate(arrays.groups)}
    out: dict[int, list[list[Any]]] = {}
    for at, rows in enumerate(arrays.reserves):
        if not rows:
            continue
        held = order[problem.pool[order] == at]
        out[at] = []
        for group, seats in rows:
            mine = held[problem.member(problem.candidate[held], number.get(group, 1 << 20))]
            by_it = mine[facts.reserve[mine] == group.partition(":")[0]]
            low = int(arrays.scores[by_it].min()) if len(by_it) else None
            out[at].append([group.partition(":")[0], seats, len(mine), low])
    return out


def _bed_rows(run: Run, arrays: SeasonArrays, result: Result, facts: Facts) -> Iterator[tuple[Any, ...]]:
    problem = arrays.problem
    got = result.wish[result.wish >= 0]
    got = got[facts.bed[got] >= 0]
    asked = np.flatnonzero(facts.bed >= 0)
    requests = _persons(facts.bed[asked], problem.candidate[asked], len(arrays.houses))
    for at, (centre, group) in enumerate(arrays.houses):
        inside = got[facts.bed[got] == at]
        low = int((problem.bed_priority[inside] >> SCORE_SHIFT).min()) if len(inside) else None
        yield run.pk, centre, str(group), int(problem.beds[at]), int(requests[at]), len(inside), low
