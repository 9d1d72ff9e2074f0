"""A problem with its names: how ties are broken, and a result in names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from takwin.engines.allocation.model import LOWEST, Malformed, Problem, Result, lottery
from takwin.engines.allocation.waiting import last_admitted, waiting


@dataclass(frozen=True)
class Named:
    """A problem and the names of its rows; `groups`: name of each group number."""

    problem: Problem
    seed: str
    candidates: Sequence[str]
    pools: Sequence[str]
    houses: Sequence[str]
    groups: Sequence[str]


def break_ties(named: Named) -> Named:
    """The same problem with ties between candidates broken by the lottery of the seed; whole numbers stay whole.

    Raises
    ------
    Malformed
        A tie without a seed; a candidate with two priorities in one pool, or in one house.
    """
    problem = named.problem
    priority = _broken(named, problem.priority, problem.pool, named.pools, "priority", None)
    bed_priority = problem.bed_priority
    at = np.flatnonzero(problem.with_bed)
    if len(at):
        house = problem.house[problem.pool[at]] if len(problem.house) else np.full(len(at), -1)
        if (house < 0).any():
            row = int(at[np.argmax(house < 0)])
            raise Malformed(
                "wishes", _row_name(named, row), "with_bed", f"{named.pools[problem.pool[row]]} has no house"
            )
        bed_priority = bed_priority.copy()
        bed_priority[at] = _broken(named, bed_priority[at], house, named.houses, "bed_priority", at)
    return replace(named, problem=replace(problem, priority=priority, bed_priority=bed_priority))


def _row_name(named: Named, wish: int) -> str:
    who = int(named.problem.candidate[wish])
    return f"{named.candidates[who]}, wish {wish - int(named.problem.start[who]) + 1}"


def _broken(named: Named, priority: Any, of: Any, names: Sequence[str], column: str, at: Any) -> Any:
    """Priorities without ties between candidates: as they are, or their places once ties are drawn."""
    from takwin.engines.allocation.lists import tied, two_priorities

    owner, start = named.problem.candidate, named.problem.start
    if at is not None:
        owner = owner[at]
        start = np.searchsorted(at, start)
    row = two_priorities(start, of, priority)
    if row >= 0:
        row = row if at is None else int(at[row])
        raise Malformed(
            "wishes", _row_name(named, row), column, "another priority than for the same pool or house before"
        )
    first, second = tied(of, priority, len(names), owner)
    if first < 0:
        return priority
    if not named.seed:
        first, second = (first, second) if at is None else (int(at[first]), int(at[second]))
        reason = f"ties with {_row_name(named, second)}; give a seed to draw lots"
        raise Malformed("wishes", _row_name(named, first), column, reason)
    order = np.lexsort((priority, of))
    twin = (np.diff(of[order]) == 0) & (np.diff(priority[order]) == 0)
    drawn = np.zeros(len(of), dtype=bool)
    drawn[order[1:][twin]] = drawn[order[:-1][twin]] = True
    lots = np.zeros(len(of), dtype=np.int64)
    for w in np.flatnonzero(drawn):
        lots[w] = lottery(named.seed, named.candidates[owner[w]], names[of[w]])
    # Two equal lots (one chance in 2^40) are parted by the reference, so that priorities are always total.
    order = np.lexsort((owner, lots, priority))
    fresh = (np.diff(priority[order], prepend=0) != 0) | (np.diff(lots[order], prepend=-1) != 0)
    fresh |= np.diff(owner[order], prepend=-1) != 0
    out = np.empty(len(of), dtype=np.int64)
    out[order] = np.cumsum(fresh)
    return out


def bed_class_names(named: Named) -> list[tuple[str, list[str | None]]]:
    """House and groups of each bed class, in order."""
    problem, out = named.problem, []
    for house, name in enumerate(named.houses):
        rows = problem.bed_group[problem.bed_start[house] : problem.bed_start[house + 1]].tolist()
        for kind in range(1 << len(rows)):
            groups = [named.groups[g] if g >= 0 else None for k, g in enumerate(rows) if kind >> k & 1]
            out.append((name, groups))
    return out


def describe_result(named: Named, result: Result) -> dict[str, Any]:
    """A result in names: who gets what, and each pool's last admitted and waiting list, best first."""
    problem = named.problem
    places, (last, _held) = waiting(problem, result), last_admitted(problem, result)
    lines: list[list[int]] = [[] for _ in named.pools]
    at = np.flatnonzero(places)
    for w in at[np.lexsort((places[at], problem.pool[at]))]:
        who = int(problem.candidate[w])
        line = lines[problem.pool[w]]
        if not line or line[-1] != who:  # with a bed and without: one place a person
            line.append(who)
    return {
        "assignments": [_assignment(named, i, int(w)) for i, w in enumerate(result.wish)],
        "pools": [
            {
                "id": name,
                "last_admitted": named.candidates[problem.candidate[last[p]]] if last[p] >= 0 else None,
                "waiting": [named.candidates[who] for who in lines[p]],
            }
            for p, name in enumerate(named.pools)
        ],
        "bars": [
            {"house": house, "groups": groups, "bar": None if bed_cutoff == LOWEST else int(bed_cutoff)}
            for (house, groups), bed_cutoff in zip(bed_class_names(named), result.bed_cutoff, strict=True)
            if groups
        ],
    }


def _assignment(named: Named, i: int, w: int) -> dict[str, Any]:
    problem, none = named.problem, {"pool": None, "with_bed": None, "wish": None}
    if w < 0:
        return {"candidate": named.candidates[i], **none}
    return {
        "candidate": named.candidates[i],
        "pool": named.pools[problem.pool[w]],
        "with_bed": bool(problem.with_bed[w]) if len(problem.with_bed) else False,
        "wish": w - int(problem.start[i]) + 1,
    }
