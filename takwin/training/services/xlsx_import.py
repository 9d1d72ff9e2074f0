"""A timetable out to a spreadsheet and back: one row a session, all or nothing."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from takwin.core import spreadsheets
from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.core.numbers import parse_int
from takwin.engines.timetabling.conflicts import blocked
from takwin.training.choices import TrainingReason
from takwin.training.models import Timetable
from takwin.training.rules.weeks import DAYS, HOURS, fits_day, slot
from takwin.training.selectors.words import sentence
from takwin.training.services import engine_adapter

COLUMNS = ("session", "group", "module", "trainer", "hours", "day", "hour", "room", "pinned")


def read_sheet(timetable: Timetable, *, file: Any, by: Any) -> int:
    """Read days, hours, rooms and pins of sessions from the spreadsheet that was taken out; how many moved.

    Day 1 is Monday, hour 1 the first; both empty: no place yet. Each row is checked against those above it; the first
    that is impossible is reported with its reason. Refused as a whole: `field` is the file, the
    facts name row and column.
    """
    rows = _rows(file)
    with transaction.atomic():
        locked = Timetable.objects.select_for_update(of=("self",)).get(pk=timetable.pk)
        board = engine_adapter.board(locked)
        events = {row.ref: event for event, row in enumerate(board.events)}
        rooms = {row.name: place for place, row in enumerate(board.rooms)}
        table = engine_adapter.without(
            board.table, *(events[cells["session"]] for _n, cells in rows if cells["session"] in events)
        )
        pins: list[int] = []
        for number, cells in rows:
            event = events.get(cells["session"])
            if event is None:
                raise _no(number, "session", str(TrainingReason.UNKNOWN_COURSE.label) % {"value": cells["session"]})
            start = _start(number, cells)
            if start is None:
                continue
            room = rooms.get(cells["room"])
            if room is None:
                raise _no(number, "room", f"“{cells['room']}”")
            _check(board, table, number, event, start, room)
            table = engine_adapter.with_event(table, event, start, room)
            if cells["pinned"].lower() in {"1", "x", "yes", "oui", "نعم", "true"}:
                pins.append(event)
        try:
            with transaction.atomic():
                moved = engine_adapter.write(board, table)
        except IntegrityError:
            raise Refused(TrainingReason.BUSY, "file") from None
        listed = {events[cells["session"]] for _n, cells in rows}
        locked.sessions.filter(pk__in=[board.events[event].pk for event in listed]).update(pinned=False)
        locked.sessions.filter(pk__in=[board.events[event].pk for event in pins]).update(pinned=True)
        journal(locked, "import", by=by, rows=len(rows), moved=moved)
    return moved


def _no(row: int, column: str, reason: str) -> Refused:
    return Refused(TrainingReason.SHEET_ROW, "file", row=row, column=column, why=reason)


def _rows(file: Any) -> list[tuple[int, dict[str, str]]]:
    """(row number, cells as text) of each row that names a session."""
    lines = spreadsheets.read_rows(file)
    head = [cell.lower() for cell in lines[0]] if lines else []
    for column in ("session", "day", "hour", "room"):
        if column not in head:
            raise _no(1, column, "–")
    out = []
    for number, line in enumerate(lines[1:], 2):
        cells = dict.fromkeys(COLUMNS, "") | {name: cell.lstrip("'") for name, cell in zip(head, line, strict=False)}
        if cells["session"]:
            out.append((number, cells))
    return out


def _start(row: int, cells: dict[str, str]) -> int | None:
    if not cells["day"] and not cells["hour"]:
        return None
    day_and_hour = []
    for column, most in (("day", DAYS), ("hour", HOURS)):
        number = parse_int(cells[column], least=1, most=most)
        if number is None:
            raise _no(row, column, f"“{cells[column]}”: 1–{most}")
        day_and_hour.append(number - 1)
    return slot(*day_and_hour)


def _check(board: engine_adapter.Board, table: Any, number: int, event: int, start: int, room: int) -> None:
    row = board.problem.events[event]
    if not fits_day(start, row.length):
        raise _no(number, "hour", str(TrainingReason.OUT_OF_DAY.label) % {"length": row.length})
    if room not in row.needs[0].rooms:
        raise _no(number, "room", f"“{board.rooms[room].name}”: {board.rooms[room].get_kind_display()}")
    against = [board.describe(demand) for demand in blocked(board.problem, table, event, start)]
    span = set(range(start, start + row.length))
    for other, begin in enumerate(table.start):
        held = span.intersection(range(begin, begin + board.problem.events[other].length)) if begin >= 0 else ()
        if held and room in table.rooms[other] and board.problem.events[other].kinds & row.kinds:
            names = {"parties": [], "rooms": [board.rooms[room].name], "sessions": [board.problem.events[other].name]}
            against.append({"cause": "taken", **names, "wanted": -1, "there": -1})
    if against:
        raise _no(number, "hour", "; ".join(sentence(demand) for demand in against))
