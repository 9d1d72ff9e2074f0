"""One session by hand: pin it, move it, exchange two. Under the timetable's lock; the database refuses two at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.engines.timetabling import judge
from takwin.engines.timetabling.conflicts import blocked
from takwin.training.choices import TrainingReason
from takwin.training.models import Session, Timetable
from takwin.training.rules.weeks import SLOTS, fits_day
from takwin.training.selectors.words import rule_name, sentence
from takwin.training.services import engine_adapter


@contextmanager
def _locked(session: Session) -> Iterator[tuple[engine_adapter.Board, int]]:
    with transaction.atomic():
        row = Timetable.objects.select_for_update(of=("self",)).get(pk=session.timetable_id)
        board = engine_adapter.board(row)
        event = board.event(session)
        if event is None:
            raise Refused(TrainingReason.NO_ROOM_FITS, what=session, size=session.course.group.taken)
        yield board, event


@dataclass(frozen=True)
class Proposals:
    """Where a session could go. `free`: slots without an obstacle; `obstacles`: of each other slot the conflicts, in
    words; `exchanges`: sessions it can change places with."""

    free: list[int]
    obstacles: dict[int, str]
    exchanges: list[Session]


def proposals(session: Session) -> Proposals:
    """Every hour of the week for one session, and the exchanges that break nothing, within its group and trainer."""
    board = engine_adapter.board(session.timetable)
    event = board.event(session)
    if event is None:
        return Proposals([], {}, [])
    row = board.problem.events[event]
    off = engine_adapter.without(board.table, event)
    free, obstacles = [], {}
    for slot in range(SLOTS):
        if fits_day(slot, row.length):
            against = blocked(board.problem, off, event, slot)
            if against:
                obstacles[slot] = "; ".join(sentence(board.describe(demand)) for demand in against)
            elif slot != board.table.start[event]:
                free.append(slot)
    near = [
        other
        for other, start in enumerate(board.table.start)
        if other != event and start >= 0 and set(board.problem.events[other].parties) & set(row.parties)
        and not board.events[other].pinned
    ]  # fmt: skip
    exchanges = [board.events[other] for other in near if _could_change(board, event, other)]
    return Proposals(free, obstacles, exchanges)


def _could_change(board: engine_adapter.Board, event: int, other: int) -> bool:
    here, there = board.table.start[event], board.table.start[other]
    if here < 0 or here == there:
        return False
    table = engine_adapter.without(board.table, event, other)
    for moved, slot in ((event, there), (other, here)):
        if not fits_day(slot, board.problem.events[moved].length) or blocked(board.problem, table, moved, slot):
            return False
        room = engine_adapter.free_room(board, table, moved, slot)
        if room is None:
            return False
        table = engine_adapter.with_event(table, moved, slot, room)
    return True


def pin(session: Session, *, by: Any) -> None:
    """Keep a session where it is, whatever is calculated."""
    _set_pin(session, True, by)


def unpin(session: Session, *, by: Any) -> None:
    _set_pin(session, False, by)


def _set_pin(session: Session, on: bool, by: Any) -> None:
    with transaction.atomic():
        Timetable.objects.select_for_update(of=("self",)).get(pk=session.timetable_id)
        if Session.objects.filter(pk=session.pk, slot__isnull=False, pinned=not on).update(pinned=on):
            journal(session, "pin" if on else "unpin", by=by)


def move_session(session: Session, *, slot: int, by: Any) -> Session:
    """Move a session to an hour, in its room if that is free, else in another that fits. Refused with who is in the
    way."""
    with _locked(session) as (board, event):
        row = board.events[event]
        if row.pinned:
            raise Refused(TrainingReason.PINNED, what=board.problem.events[event].name)
        before, table = row.slot, engine_adapter.without(board.table, event)
        _keep(board, _put(board, table, event, slot), event)
        journal(row, "move_session", by=by, changed={"slot": [before, slot]})
    return row


def exchange(session: Session, *, other: Session, by: Any) -> None:
    """Two sessions change places. Refused with who is in the way of either."""
    with _locked(session) as (board, event):
        second = board.event(other)
        if second is None or board.table.start[second] < 0 or board.table.start[event] < 0:
            raise Refused(TrainingReason.UNKNOWN_COURSE, value=other.ref)
        for chosen in (event, second):
            if board.events[chosen].pinned:
                raise Refused(TrainingReason.PINNED, what=board.problem.events[chosen].name)
        table = engine_adapter.without(board.table, event, second)
        table = _put(board, table, event, board.table.start[second])
        _keep(board, _put(board, table, second, board.table.start[event]), event)
        journal(session, "move_session", by=by, exchanged_with=other.ref)


def _put(board: engine_adapter.Board, table: Any, event: int, slot: int) -> Any:
    name = board.problem.events[event].name
    if not fits_day(slot, board.problem.events[event].length):
        raise Refused(TrainingReason.OUT_OF_DAY, length=board.problem.events[event].length)
    against = blocked(board.problem, table, event, slot)
    room = None if against else engine_adapter.free_room(board, table, event, slot)
    if against or room is None:
        raise Refused(
            TrainingReason.CLASH, what=name, why="; ".join(sentence(board.describe(demand)) for demand in against)
        )
    return engine_adapter.with_event(table, event, slot, room)


def _keep(board: engine_adapter.Board, table: Any, event: int) -> None:
    """Write a move that breaks no rule, and what the week costs now."""
    before, faults = judge(board.problem, board.table), judge(board.problem, table)
    worse = [name for name, count in sorted(faults.hard.items()) if count > before.hard.get(name, 0)]
    if worse:
        rule = ", ".join(str(rule_name(name)) for name in worse)
        raise Refused(TrainingReason.BREAKS, what=board.problem.events[event].name, rule=rule)
    engine_adapter.write(board, table)
    row = board.row
    placed = len(board.events) - len(table.unplaced)
    row.report = row.report | {
        "cost": faults.cost, "soft": {name: cost for name, cost in sorted(faults.soft.items()) if cost},
        "placed": placed, "unplaced": len(table.unplaced) + len(board.left),
    }  # fmt: skip
    row.save(update_fields=["report"])
