"""Beds by admission bars.

A wish with a bed needs the seat and the bed. Each berth (a house and the set of its bed groups one may use) has a
bar: a bed priority from which the bed is open. Two movements, both from the same start whatever the order of input:

1. *Rise*: all bars down, seats are allocated; where a house holds more than its beds can lodge, the bars of those it
   cannot lodge rise just above them; again, until every house can lodge its people.
2. *Open*: a bar that rose may have risen too far, for those it pushed away freed seats, and those who moved up freed
   beds. The next person each bar keeps out is let in if, seats allocated again, every house still lodges its people;
   until no bar can open by one person. The bars are then maximal.

The second movement asks for a thousand allocations of a nation. Proposals may come in any order, so all but the
persons at the bars propose once; each question is then the few proposals of the last ones, taken back afterwards.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from takwin.engines.allocation import undo_log
from takwin.engines.allocation.kernel import State, sweep
from takwin.engines.allocation.model import LOWEST, NO_HOUSE, Problem, Result


class Berths(NamedTuple):
    """Wishes with a bed: `wish` (k,), their `owner`, `berth` and `priority`; seats they ask with, `ask` (k,).

    `of` (m,) berth of every wish, -1 without; `start` (h + 1,); `room` (berths,): beds that a set of groups has.
    """

    wish: Any
    owner: Any
    berth: Any
    priority: Any
    ask: Any
    of: Any
    start: Any
    room: Any


def solve(problem: Problem, tables: Any, live: Any, state: State) -> Result:
    """Seats and beds; see the module."""
    live = live.copy() if live is problem.priority else live
    berths = read(problem, live)
    bar = np.full(int(problem.berth_start[-1]), LOWEST, dtype=np.int64)
    asks = np.zeros(problem.candidates, dtype=bool)
    asks[berths.owner] = True
    first = -2 - problem.start[:-1].astype(np.int32)
    state.kept[~asks] = first[~asks]
    sweep(tables, live, state)
    ground = State(*(part.copy() for part in state))
    rounds = 0
    while True:
        rounds += 1
        _again(state, ground, first, asks)
        sweep(tables, live, state)
        if not _rise(problem, berths, state.kept, bar):
            break
        _close(berths, live, bar)
    while True:
        rounds += 1
        if not _open((tables, live, state), (ground, first, asks), berths, bar):
            break
    return Result(state.kept.astype(np.int64), bar, rounds)


def read(problem: Problem, live: Any) -> Berths:
    """The wishes with a bed. One for which the house has no bed group is dead from the start."""
    wish = np.flatnonzero(problem.with_bed)
    house = problem.house[problem.pool[wish]] if len(problem.house) else np.full(len(wish), NO_HOUSE)
    owner = problem.candidate[wish]
    berth = np.full(len(wish), -1, dtype=np.int64)
    known = house != NO_HOUSE
    berth[known] = problem.berth_start[house[known]]
    kind = np.zeros(len(wish), dtype=np.int64)
    widest = int(np.diff(problem.bed_start).max(initial=0))
    count = np.diff(problem.bed_start)
    for k in range(widest):
        there = np.flatnonzero(known & (k < np.where(known, count[house], 0)))
        group = problem.bed_group[problem.bed_start[house[there]] + k]
        for g in np.unique(group):
            some = there[group == g]
            kind[some[problem.member(owner[some], int(g))]] |= 1 << k
    berth[known] += kind[known]
    dead = np.iinfo(live.dtype).min
    lost = wish[~known | (kind == 0)]
    live[lost] = dead
    alive = known & (kind > 0)
    of = np.full(len(problem.pool), -1, dtype=np.int32)
    of[wish[alive]] = berth[alive]
    wish, owner, berth = wish[alive], owner[alive], berth[alive]
    priority = problem.bed_priority[wish].copy()
    if len(problem.firm):
        priority[problem.firm[owner] == wish] = np.iinfo(np.int64).max - 1  # a bed already given is not taken back
    return Berths(wish, owner, berth, priority, live[wish].copy(), of, problem.berth_start, _room(problem))


def _room(problem: Problem) -> Any:
    room = np.zeros(int(problem.berth_start[-1]), dtype=np.int64)
    for house in range(problem.houses):
        beds = problem.beds[problem.bed_start[house] : problem.bed_start[house + 1]]
        for x in range(1 << len(beds)):
            room[problem.berth_start[house] + x] = sum(int(b) for k, b in enumerate(beds) if x >> k & 1)
    return room


def _again(state: State, ground: State, first: Any, asks: Any) -> None:
    """Back to the state where only those without a wish for a bed have proposed."""
    for part, was in zip(state, ground, strict=True):
        part[:] = was
    state.kept[asks] = first[asks]


def _close(berths: Berths, live: Any, bar: Any) -> None:
    live[berths.wish] = np.where(berths.priority >= bar[berths.berth], berths.ask, np.iinfo(live.dtype).min)


def _held(berths: Berths, kept: Any) -> Any:
    """Which of the wishes with a bed are held now."""
    return np.flatnonzero(kept[berths.owner] == berths.wish)


def _rise(problem: Problem, berths: Berths, kept: Any, bar: Any) -> bool:
    """Raise the bars of the houses that hold too many; whether any rose."""
    held = _held(berths, kept)
    house = np.searchsorted(berths.start, berths.berth[held], side="right") - 1
    order = held[np.lexsort((-berths.priority[held], house))]
    before = bar.copy()
    undo_log.lodge(berths.start, berths.room, berths.berth[order], berths.priority[order], bar)
    return bool((bar != before).any())


def _open(run: tuple[Any, Any, State], start: tuple[State, Any, Any], berths: Berths, bar: Any) -> bool:
    """Try every bar once, in the order of berths; whether any opened.

    First each bar is told as open as it is: just above the best person who would take a bed now. Those let in by this
    change nothing, and what opens next is one person.
    """
    (tables, live, state), (ground, first, asks) = run, start
    who, berth, to = _lower_bars(run, start, berths, bar)
    if not len(who):
        return False
    # In the order of berths, not of candidates: the order of the input changes nothing.
    _people, begin, index = np.unique(who, return_index=True, return_inverse=True)
    order = np.argsort(begin)
    last, slot = who[np.sort(begin)], np.argsort(order)[index]
    asked = asks.copy()
    asked[last] = False
    _again(state, ground, first, asked)
    sweep(tables, live, state)
    load = np.bincount(berths.berth[_held(berths, state.kept)], minlength=len(bar)).astype(np.int64)
    opened = undo_log.try_all(
        tables, live, state, berths, load, bar, last, slot, berth, to, first, _wishes(berths, last)
    )
    state.kept[last] = first[last]
    sweep(tables, live, state)
    return bool(opened)


def _wishes(berths: Berths, last: Any) -> Any:
    """(2, len(last)) span of each of these persons in the wishes with a bed, which are in the order of persons."""
    return np.stack([np.searchsorted(berths.owner, last, "left"), np.searchsorted(berths.owner, last, "right")])


def _lower_bars(
    run: tuple[Any, Any, State], start: tuple[State, Any, Any], berths: Berths, bar: Any
) -> tuple[Any, Any, Any]:
    """Lower the bars to just above the next person each keeps out who would change anything; who, berth, priority.

    Someone whose pool has better people changes nothing, nearly always: once in a while their request closes a circle
    of exchanges. So seats are allocated again, and who now holds a wish that was barred is such a person.
    """
    (tables, live, state), (ground, first, asks) = run, start
    settled, barred = state.kept.copy(), berths.priority < bar[berths.berth]
    would = _would(berths, tables, state) & barred
    while True:
        at = np.flatnonzero(would)
        at = at[np.lexsort((-berths.priority[at], berths.berth[at]))]
        at = at[np.flatnonzero(np.diff(berths.berth[at], prepend=-1))]
        bar[:] = LOWEST
        bar[berths.berth[at]] = berths.priority[at] + 1
        _close(berths, live, bar)
        _again(state, ground, first, asks)
        sweep(tables, live, state)
        if (state.kept == settled).all():
            return berths.owner[at], berths.berth[at].astype(np.int64), berths.priority[at]
        would |= barred & (state.kept[berths.owner] == berths.wish)


def _would(berths: Berths, tables: Any, state: State) -> Any:
    """Which wishes with a bed are dearer than what the person holds and would be kept by their pool now."""
    kept = state.kept[berths.owner]
    slot = tables.slot[berths.wish]
    seated = (kept >= 0) & (tables.pool[slot] == tables.pool[tables.slot[np.maximum(kept, 0)]])
    return ((kept < 0) | (berths.wish < kept)) & (seated | (berths.ask > state.cut[slot]))
