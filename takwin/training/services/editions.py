"""Publishing a week from a day on, changing it for some days, seeing before what moves, taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Max
from django.utils import timezone

from takwin.core.changes import change, create
from takwin.core.errors import Refused
from takwin.training.choices import EditionState, TimetableState, TrainingReason
from takwin.training.models import Absence, Course, Edition, Placed, Room, Session, Timetable
from takwin.training.rules.flows import EDITION, TIMETABLE
from takwin.training.rules.weeks import monday
from takwin.training.selectors.weeks import in_force

Spot = tuple[int | None, int | None]  # slot, key of the room
Places = dict[tuple[int, int], Spot]  # of each (course, part)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Move:
    """A session whose place changed: (slot, room) before and after; None where it is not held."""

    course: Course
    part: int
    before: tuple[int, Room | None] | None
    after: tuple[int, Room | None] | None


def working(timetable: Timetable) -> Places:
    """The week as it is being made."""
    rows = timetable.sessions.values_list("course", "part", "slot", "room")
    return {(course, part): (slot, room) for course, part, slot, room in rows}


def placed_on(timetable: Timetable, on: date) -> Places:
    """The week in force on a day; empty when none is."""
    rows = Placed.objects.filter(edition=in_force([timetable.pk])(timetable.pk, on))
    return {(session.course_id, session.part): (session.slot, session.room_id) for session in rows}


def placed_in(edition: Edition) -> Places:
    return {(session.course_id, session.part): (session.slot, session.room_id) for session in edition.placed.all()}


def before_of(edition: Edition) -> Places:
    """The week that would be in force on the first day of an edition without it."""
    rows = edition.timetable.editions.exclude(state=EditionState.PROPOSED).filter(number__lt=edition.number)
    on = edition.starts_on
    older = [row for row in rows.order_by("-number") if row.starts_on <= on <= (row.ends_on or date.max)]
    return placed_in(older[0]) if older else {}


def differences(before: Places, after: Places) -> list[Move]:
    """Sessions whose slot or room differs, by group; in two queries."""
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    names = ("module", "group", "trainer")
    courses = Course.objects.select_related(*names).in_bulk({course for course, _part in changed})
    spots = [spot for places in (before, after) for spot in places.values()]
    rooms = Room.objects.in_bulk({room for _slot, room in spots if room is not None})

    def described(spot: Spot | None) -> tuple[int, Room | None] | None:
        return None if spot is None or spot[0] is None else (spot[0], rooms.get(spot[1] or 0))

    moves = [Move(courses[key[0]], key[1], described(before.get(key)), described(after.get(key))) for key in changed]
    moves = [move for move in moves if move.before != move.after]

    def order(move: Move) -> tuple[str, int, int, int]:
        return move.course.group.name, move.after[0] if move.after else -1, move.course.pk, move.part

    return sorted(moves, key=order)


def digest(places: Places) -> str:
    """16 hexadecimal digits of a week. A form carries those of the week it showed, so that no other is published."""
    return sha256(repr(sorted(places.items(), key=lambda place: place[0])).encode()).hexdigest()[:16]


def first_day(timetable: Timetable) -> date:
    """The first day from which a week may be published: what is past, and today, stay as they are."""
    if placed_on(timetable, timezone.localdate()) or timetable.editions.exclude(state=EditionState.PROPOSED).exists():
        return max(timetable.term.starts_on, timezone.localdate() + DAY)
    return timetable.term.starts_on


def publish_timetable(timetable: Timetable, *, starts_on: date | None = None, seen: str = "", by: Any) -> Timetable:
    """Put the week in force from a day on: trainees and trainers see it; days before keep the week they had.

    `seen` is the mark of the week that was looked at. Refused: a session without a place; a day that is past, or
    today, once a week was published; a day after the term; a week that changed since it was looked at.
    """
    with change(timetable, "publish", by=by, flow=TIMETABLE) as row:
        left = row.sessions.filter(slot__isnull=True).count()
        if left:
            raise Refused(TrainingReason.UNPLACED, count=left)
        least = first_day(row)
        on = starts_on or least
        if on < least:
            raise Refused(TrainingReason.PAST_EDITION, "starts_on", on=least)
        if on > row.term.ends_on:
            raise Refused(TrainingReason.AFTER_TERM, "starts_on", on=row.term.ends_on)
        if seen and seen != digest(working(row)):
            raise Refused(TrainingReason.SEEN_OTHER)
        _make(row, row.sessions.all(), by, starts_on=on)
    return row


def reopen_timetable(timetable: Timetable, *, by: Any) -> Timetable:
    """Change much of it; what was published stays in force until the next publication."""
    with change(timetable, "reopen", by=by, flow=TIMETABLE) as row:
        pass
    return row


def propose_change(timetable: Timetable, absence: Absence, sessions: Iterable[Session], *, by: Any) -> Edition:
    """A week for the weeks of an absence, as far as they are to come; it waits for somebody to look and confirm.

    Whole weeks, since what cannot be held on a day away is held on another day of its week.
    """
    today = timezone.localdate()
    if absence.last_on < today:
        raise Refused(TrainingReason.ABSENCE_OVER)
    return _make(
        timetable, sessions, by, starts_on=max(monday(absence.first_on), today),
        ends_on=monday(absence.last_on) + 6 * DAY, absence=absence, state=EditionState.PROPOSED,
    )  # fmt: skip


def _make(timetable: Timetable, sessions: Iterable[Session], by: Any, **values: Any) -> Edition:
    """Called while the timetable is locked."""
    last = timetable.editions.aggregate(last=Max("number"))["last"] or 0
    row = create(Edition(timetable=timetable, number=last + 1, **values), "publish", by=by, of=timetable.ref)
    Placed.objects.bulk_create(
        [
            Placed(edition=row, course_id=session.course_id, part=session.part, length=session.length,
                   slot=session.slot, room_id=session.room_id if session.slot is not None else None)
            for session in sessions
        ],
        batch_size=500,
    )  # fmt: skip
    return row


def confirm_change(edition: Edition, *, by: Any) -> Edition:
    """The change holds for its days that are to come, and for those alone."""
    today = timezone.localdate()
    with change(edition, "confirm_change", by=by, flow=EDITION) as row:
        if row.ends_on is not None and row.ends_on < today:
            raise Refused(TrainingReason.ABSENCE_OVER)
        row.starts_on = max(row.starts_on, today)
    return row


def undo_edition(edition: Edition, *, by: Any) -> Edition:
    """From tomorrow on the week that was in force before holds again; days until today keep this one."""
    with change(edition, "undo", by=by, flow=EDITION) as row:
        was_proposed = edition.state == EditionState.PROPOSED
        today = timezone.localdate()
        last = row.starts_on - DAY if was_proposed or row.starts_on > today else today
        row.ends_on = min(row.ends_on, last) if row.ends_on else last
    return row


def has_edition(timetable: Timetable) -> bool:
    """Whether a week was published: from then on a repair is a proposal for its days, not a change of the week."""
    return timetable.state != TimetableState.DRAFT or timetable.editions.exclude(state=EditionState.PROPOSED).exists()
