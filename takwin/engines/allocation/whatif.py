"""What would change if: seats or beds added, a pool closed, a reserve changed, a candidate gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from takwin.engines.allocation.model import Malformed, Problem, Result
from takwin.engines.allocation.solve import prepare, reserved_capacity, solve


@dataclass(frozen=True, slots=True)
class Change:
    """One scenario.

    seats : pool -> seats; 0 closes the pool
    reserves : (pool, place of the reserve in it) -> seats
    beds : place in `Problem.beds` -> beds
    gone : candidates who leave
    """

    seats: Mapping[int, int] = field(default_factory=dict)
    reserves: Mapping[tuple[int, int], int] = field(default_factory=dict)
    beds: Mapping[int, int] = field(default_factory=dict)
    gone: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does.

    better, worse : candidates who get a wish they want more, or less, than before
    placed, first, beds : candidates with a seat, with their first wish, with a bed
    fill : share of the seats that is taken, 0 to 1
    shares : group -> its share of those placed, 0 to 1
    means : number -> its mean over those placed
    """

    result: Result
    better: int
    worse: int
    placed: int
    first: int
    beds: int
    fill: float
    shares: dict[str, float]
    means: dict[str, float]


def apply(problem: Problem, change: Change) -> Problem:
    """The problem with a change made to it.

    Raises
    ------
    Malformed
        The change names a pool, reserve, bed group or candidate that is not there.
    """
    seats, beds, reserves = problem.capacity.copy(), problem.beds.copy(), problem.reserve_seats.copy()
    for pool, number in change.seats.items():
        _there(pool, len(seats), "pools")
        seats[pool] = number
    for place, number in change.beds.items():
        _there(place, len(beds), "houses")
        beds[place] = number
    for (pool, place), number in change.reserves.items():
        _there(pool, len(seats), "pools")
        many = int(np.diff(problem.reserve_start)[pool]) if len(problem.reserve_start) else 0
        _there(place, many, f"reserves of pool {pool}")
        reserves[problem.reserve_start[pool] + place] = number
    parts: dict[str, Any] = {"capacity": seats, "beds": beds, "reserve_seats": reserves}
    if len(change.gone):
        parts |= _without(problem, change.gone)
    return replace(problem, **parts)


def _there(at: int, number: int, table: str) -> None:
    if not 0 <= at < number:
        raise Malformed(table, at, "change", f"there are {number}")


def _without(problem: Problem, gone: Sequence[int]) -> dict[str, Any]:
    """Those gone keep their row and lose their wishes, so that candidates keep their numbers."""
    for who in gone:
        _there(who, problem.candidates, "candidates")
    size = np.diff(problem.start)
    size[list(gone)] = 0
    keep = ~np.isin(problem.candidate, list(gone))
    names = ("pool", "priority", "with_bed", "bed_priority")
    parts = {name: getattr(problem, name)[keep] for name in names if len(getattr(problem, name))}
    if len(problem.locked):
        old = np.cumsum(keep) - 1
        parts["locked"] = np.where((problem.locked >= 0) & (size > 0), old[problem.locked], -1)
    return parts | {"start": np.concatenate([[0], np.cumsum(size)])}


def compare(
    problem: Problem,
    result: Result,
    changes: Sequence[Change],
    *,
    groups: Mapping[str, Any] | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> list[Effect]:
    """The exact effect of each change alone.

    Without beds all scenarios share one allocation of everyone they do not touch: proposals may come in any order, so
    those who asked for a changed pool propose last, once a scenario. With beds each scenario is allocated from
    nothing, since its bed cut-offs settle differently.

    Parameters
    ----------
    problem : Problem
    result : Result
        Of `problem`, before any change.
    changes : sequence of Change
    groups : mapping of str to ndarray of bool, shape (n,), optional
        Candidates whose share of those placed is wanted.
    numbers : mapping of str to ndarray of float, shape (m,), optional
        Numbers of wishes (such as km) whose mean over those placed is wanted.

    Raises
    ------
    Malformed
        A change names what is not there.
    """
    beds = problem.houses and problem.with_bed.any()
    found = [solve(apply(problem, change)) for change in changes] if beds else _warm(problem, changes)
    effects = []
    for change, after in zip(changes, found, strict=True):
        wish = after.wish
        if beds and len(change.gone):
            wish = _renumber(problem, apply(problem, change), wish)
            after = Result(wish, after.bed_cutoff, after.rounds)
        effects.append(_effect(problem, result, change, after, groups or {}, numbers or {}))
    return effects


def _renumber(problem: Problem, changed: Problem, wish: Any) -> Any:
    shift = problem.start[:-1] - changed.start[:-1]
    return np.where(wish >= 0, wish + shift, -1)


def _warm(problem: Problem, changes: Sequence[Change]) -> list[Result]:
    from takwin.engines.allocation.kernel import State, sweep

    changed = [apply(problem, replace(change, gone=())) for change in changes]
    room = np.max([problem.capacity, *(scenario.capacity for scenario in changed)], axis=0)
    tables, working_priority, state = prepare(problem, room=room)
    pools = {p for change in changes for p in (*change.seats, *(pool for pool, _place in change.reserves))}
    touched = np.zeros(problem.candidates, dtype=bool)
    touched[problem.candidate[np.isin(problem.pool, list(pools))]] = True
    touched[[who for change in changes for who in change.gone]] = True
    first = -2 - problem.start[:-1].astype(np.int32)
    state.kept[~touched] = first[~touched]
    sweep(tables, working_priority, state)
    out = []
    for change, scenario in zip(changes, changed, strict=True):
        mine = State(*(part.copy() for part in state))
        there = tables._replace(capacity=scenario.capacity, reserved_capacity=reserved_capacity(scenario))
        low, high = np.iinfo(working_priority.dtype).min, np.iinfo(working_priority.dtype).max
        for p in pools:  # empty: whoever asked for it proposes now
            mine.cut[problem.slot_start[p] : problem.slot_start[p + 1]] = low if scenario.capacity[p] else high
        mine.kept[touched] = first[touched]
        mine.kept[list(change.gone)] = -1
        sweep(there, working_priority, mine)
        out.append(Result(mine.kept.astype(np.int64), np.zeros(int(problem.bed_class_start[-1]), np.int64)))
    return out


def _effect(problem: Problem, before: Result, change: Change, after: Result, groups: Any, numbers: Any) -> Effect:
    far = len(problem.pool)
    was, now = np.where(before.wish < 0, far, before.wish), np.where(after.wish < 0, far, after.wish)
    stay = np.ones(problem.candidates, dtype=bool)
    stay[list(change.gone)] = False
    placed = np.flatnonzero(after.wish >= 0)
    wish = after.wish[placed]
    seats = int(apply(problem, replace(change, gone=())).capacity.sum())
    return Effect(
        result=after,
        better=int(((now < was) & stay).sum()),
        worse=int(((now > was) & stay).sum()),
        placed=len(placed),
        first=int((wish == problem.start[placed]).sum()),
        beds=int(problem.with_bed[wish].sum()) if len(problem.with_bed) else 0,
        fill=len(placed) / seats if seats else 0.0,
        shares={name: float(np.asarray(who)[placed].mean()) if len(placed) else 0.0 for name, who in groups.items()},
        means={name: float(np.asarray(of)[wish].mean()) if len(placed) else 0.0 for name, of in numbers.items()},
    )
