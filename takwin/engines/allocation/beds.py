"""Beds by cut-offs.

A wish with a bed needs the seat and the bed. Each bed class (a house and the set of its bed groups a candidate may
use) has a cut-off: the lowest bed priority that is given a bed. Two phases, both from the same start whatever the
order of the input:

1. *Raise*: all cut-offs at the lowest, seats are allocated; where a house holds more people than fit its beds, the
   cut-offs of those who do not fit rise just above them; repeated until every house fits its people.
2. *Open*: a cut-off may have risen too far, for those it refused freed seats, and those who moved up freed beds. The
   next person below each cut-off is let in if, seats allocated again, every house still fits its people; until no
   cut-off can open by one person. The cut-offs are then maximal.

The second phase asks for a thousand allocations of a nation. Proposals may come in any order, so all but the persons
at the cut-offs propose once; each question is then the few proposals of those persons, undone afterwards.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from takwin.engines.allocation import undo_log
from takwin.engines.allocation.kernel import State, sweep
from takwin.engines.allocation.model import LOWEST, NO_HOUSE, Problem, Result


class BedWishes(NamedTuple):
    """The k wishes with a bed that a house can serve.

    wish, owner, bed_class, priority : (k,) index of the wish, its candidate, its bed class and its bed priority
    ask : (k,) working priority with which the wish asks for its seat
    of : (m,) bed class of every wish, -1 without a bed
    start : (h + 1,) bed classes of house x are start[x] to start[x + 1]
    room : (bed classes,) beds that the set of groups of a class has together
    """

    wish: Any
    owner: Any
    bed_class: Any
    priority: Any
    ask: Any
    of: Any
    start: Any
    room: Any


def solve(problem: Problem, tables: Any, working_priority: Any, state: State) -> Result:
    """Seats and beds; see the module.

    Parameters
    ----------
    problem : Problem
    tables, working_priority, state
        What `solve.prepare` made of the problem; `state` is changed in place.

    Returns
    -------
    Result
        With the (bed classes,) cut-offs reached and how often seats were allocated.
    """
    working_priority = working_priority.copy() if working_priority is problem.priority else working_priority
    bed_wishes = read_bed_wishes(problem, working_priority)
    cutoff = np.full(int(problem.bed_class_start[-1]), LOWEST, dtype=np.int64)
    asks = np.zeros(problem.candidates, dtype=bool)
    asks[bed_wishes.owner] = True
    first = -2 - problem.start[:-1].astype(np.int32)
    state.kept[~asks] = first[~asks]
    sweep(tables, working_priority, state)
    base_state = State(*(part.copy() for part in state))
    rounds = 0
    while True:
        rounds += 1
        _restore(state, base_state, first, asks)
        sweep(tables, working_priority, state)
        if not _raise_cutoffs(problem, bed_wishes, state.kept, cutoff):
            break
        _apply_cutoffs(bed_wishes, working_priority, cutoff)
    while True:
        rounds += 1
        if not _open_cutoffs((tables, working_priority, state), (base_state, first, asks), bed_wishes, cutoff):
            break
    return Result(state.kept.astype(np.int64), cutoff, rounds)


def read_bed_wishes(problem: Problem, working_priority: Any) -> BedWishes:
    """The wishes with a bed, and `working_priority` lowered in place for those that no bed group can serve."""
    wish = np.flatnonzero(problem.with_bed)
    house = problem.house[problem.pool[wish]] if len(problem.house) else np.full(len(wish), NO_HOUSE)
    owner = problem.candidate[wish]
    bed_class = np.full(len(wish), -1, dtype=np.int64)
    known = house != NO_HOUSE
    bed_class[known] = problem.bed_class_start[house[known]]
    kind = np.zeros(len(wish), dtype=np.int64)
    widest = int(np.diff(problem.bed_start).max(initial=0))
    count = np.diff(problem.bed_start)
    for k in range(widest):
        there = np.flatnonzero(known & (k < np.where(known, count[house], 0)))
        group = problem.bed_group[problem.bed_start[house[there]] + k]
        for g in np.unique(group):
            some = there[group == g]
            kind[some[problem.member(owner[some], int(g))]] |= 1 << k
    bed_class[known] += kind[known]
    refused = np.iinfo(working_priority.dtype).min
    lost = wish[~known | (kind == 0)]
    working_priority[lost] = refused
    alive = known & (kind > 0)
    of = np.full(len(problem.pool), -1, dtype=np.int32)
    of[wish[alive]] = bed_class[alive]
    wish, owner, bed_class = wish[alive], owner[alive], bed_class[alive]
    priority = problem.bed_priority[wish].copy()
    if len(problem.locked):
        # A bed accepted in an earlier round is kept.
        priority[problem.locked[owner] == wish] = np.iinfo(np.int64).max - 1
    return BedWishes(
        wish,
        owner,
        bed_class,
        priority,
        working_priority[wish].copy(),
        of,
        problem.bed_class_start,
        _beds_of_classes(problem),
    )


def _beds_of_classes(problem: Problem) -> Any:
    room = np.zeros(int(problem.bed_class_start[-1]), dtype=np.int64)
    for house in range(problem.houses):
        beds = problem.beds[problem.bed_start[house] : problem.bed_start[house + 1]]
        for x in range(1 << len(beds)):
            room[problem.bed_class_start[house] + x] = sum(int(b) for k, b in enumerate(beds) if x >> k & 1)
    return room


def _restore(state: State, base_state: State, first: Any, asks: Any) -> None:
    """Restore the state in which only those without a wish for a bed have proposed."""
    for part, was in zip(state, base_state, strict=True):
        part[:] = was
    state.kept[asks] = first[asks]


def _apply_cutoffs(bed_wishes: BedWishes, working_priority: Any, cutoff: Any) -> None:
    working_priority[bed_wishes.wish] = np.where(
        bed_wishes.priority >= cutoff[bed_wishes.bed_class], bed_wishes.ask, np.iinfo(working_priority.dtype).min
    )


def _held(bed_wishes: BedWishes, kept: Any) -> Any:
    """Which of the wishes with a bed are held now."""
    return np.flatnonzero(kept[bed_wishes.owner] == bed_wishes.wish)


def _raise_cutoffs(problem: Problem, bed_wishes: BedWishes, kept: Any, cutoff: Any) -> bool:
    """Raise the cut-offs of the houses that hold too many people; whether any rose."""
    held = _held(bed_wishes, kept)
    house = np.searchsorted(bed_wishes.start, bed_wishes.bed_class[held], side="right") - 1
    order = held[np.lexsort((-bed_wishes.priority[held], house))]
    before = cutoff.copy()
    undo_log.raise_cutoffs(
        bed_wishes.start, bed_wishes.room, bed_wishes.bed_class[order], bed_wishes.priority[order], cutoff
    )
    return bool((cutoff != before).any())


def _open_cutoffs(
    run: tuple[Any, Any, State], start: tuple[State, Any, Any], bed_wishes: BedWishes, cutoff: Any
) -> bool:
    """Try to open every cut-off by one person, in the order of bed classes; whether any opened.

    Each cut-off is first lowered to just above the best person who would take a bed now: nobody's result changes by
    this, and the next step down lets in exactly one person.
    """
    (tables, working_priority, state), (base_state, first, asks) = run, start
    who, bed_class, to = _lower_cutoffs(run, start, bed_wishes, cutoff)
    if not len(who):
        return False
    # In the order of bed classes, not of candidates: the order of the input changes nothing.
    _people, begin, index = np.unique(who, return_index=True, return_inverse=True)
    order = np.argsort(begin)
    last, slot = who[np.sort(begin)], np.argsort(order)[index]
    asked = asks.copy()
    asked[last] = False
    _restore(state, base_state, first, asked)
    sweep(tables, working_priority, state)
    load = np.bincount(bed_wishes.bed_class[_held(bed_wishes, state.kept)], minlength=len(cutoff)).astype(np.int64)
    opened = undo_log.try_all(
        tables,
        working_priority,
        state,
        bed_wishes,
        load,
        cutoff,
        last,
        slot,
        bed_class,
        to,
        first,
        _wishes(bed_wishes, last),
    )
    state.kept[last] = first[last]
    sweep(tables, working_priority, state)
    return bool(opened)


def _wishes(bed_wishes: BedWishes, last: Any) -> Any:
    """(2, len(last)) span of each of these persons in the wishes with a bed, which are in the order of persons."""
    return np.stack(
        [np.searchsorted(bed_wishes.owner, last, "left"), np.searchsorted(bed_wishes.owner, last, "right")]
    )


def _lower_cutoffs(
    run: tuple[Any, Any, State], start: tuple[State, Any, Any], bed_wishes: BedWishes, cutoff: Any
) -> tuple[Any, Any, Any]:
    """Lower each cut-off to just above the next person whose admission would change the result.

    Returns (candidate, bed class, bed priority) of these persons. Someone whose pool has better people changes
    nothing, nearly always: once in a while their request closes a circle of exchanges. So seats are allocated again,
    and whoever then holds a wish that the cut-offs had refused is such a person.
    """
    (tables, working_priority, state), (base_state, first, asks) = run, start
    settled, barred = state.kept.copy(), bed_wishes.priority < cutoff[bed_wishes.bed_class]
    would = _would_improve(bed_wishes, tables, state) & barred
    while True:
        at = np.flatnonzero(would)
        at = at[np.lexsort((-bed_wishes.priority[at], bed_wishes.bed_class[at]))]
        at = at[np.flatnonzero(np.diff(bed_wishes.bed_class[at], prepend=-1))]
        cutoff[:] = LOWEST
        cutoff[bed_wishes.bed_class[at]] = bed_wishes.priority[at] + 1
        _apply_cutoffs(bed_wishes, working_priority, cutoff)
        _restore(state, base_state, first, asks)
        sweep(tables, working_priority, state)
        if (state.kept == settled).all():
            return bed_wishes.owner[at], bed_wishes.bed_class[at].astype(np.int64), bed_wishes.priority[at]
        would |= barred & (state.kept[bed_wishes.owner] == bed_wishes.wish)


def _would_improve(bed_wishes: BedWishes, tables: Any, state: State) -> Any:
    """Which wishes with a bed the person prefers to what they hold and their pool would keep now."""
    kept = state.kept[bed_wishes.owner]
    slot = tables.slot[bed_wishes.wish]
    seated = (kept >= 0) & (tables.pool[slot] == tables.pool[tables.slot[np.maximum(kept, 0)]])
    return ((kept < 0) | (bed_wishes.wish < kept)) & (seated | (bed_wishes.ask > state.cut[slot]))
