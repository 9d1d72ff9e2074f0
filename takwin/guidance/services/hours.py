"""When counsellors receive: hours, exceptions, and the times that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.accounts.selectors import holders
from takwin.core.changes import change, create, journal
from takwin.core.dates import CASABLANCA, day
from takwin.core.errors import Refused
from takwin.guidance.choices import AppointmentState, GuidanceReason, SlotState, Way
from takwin.guidance.models import Appointment, Closure, Hours, Slot
from takwin.guidance.rules import WEEKS_AHEAD, check_pattern, closed, overlap, times


def check_counsellor(counsellor: Any, centre: Any) -> None:
    """Refuse who does not counsel at this centre."""
    if not holders("guidance.follow", centre).filter(pk=counsellor.pk).exists():
        raise Refused(GuidanceReason.OTHER_CENTRE, "counsellor", who=str(counsellor))


def publish_hours(
    *,
    centre: Any,
    counsellor: Any,
    weekday: int,
    from_time: time,
    to_time: time,
    minutes: int = 30,
    capacity: int = 1,
    way: str = Way.PLACE,
    room: str = "",
    link: str = "",
    topic: str = "",
    first_on: date,
    last_on: date | None = None,
    by: Any,
) -> Hours:
    """Receive each week, or once when the first day is the last. Makes the times of the weeks to come."""
    row = Hours(
        centre=centre, counsellor=counsellor, weekday=weekday, from_time=from_time, to_time=to_time, minutes=minutes,
        capacity=capacity, way=way, room=room, link=link, topic=topic, first_on=first_on, last_on=last_on,
    )  # fmt: skip
    check_counsellor(counsellor, centre)
    check_pattern(row.pattern)
    if way == Way.VIDEO and not link:
        raise Refused(GuidanceReason.NO_LINK, "link")
    with transaction.atomic():
        # One writer at a time for a counsellor: two windows cannot publish hours that meet.
        type(counsellor).objects.select_for_update().get(pk=counsellor.pk)
        for other in Hours.objects.filter(counsellor=counsellor, weekday=weekday).select_related("centre"):
            if overlap(row.pattern, other.pattern):
                raise Refused(GuidanceReason.HOURS_OVERLAP, "from_time", when=str(other), centre=other.centre.label)
        create(row, "publish_hours", by=by)
        fill_slots([row])
    return row


def end_hours(hours: Hours, *, last_on: date, by: Any) -> int:
    """Stop receiving after a day; returns how many appointments beyond it must be moved by hand."""
    with change(hours, "end_hours", by=by) as row:
        if last_on < row.first_on - timedelta(days=1):
            raise Refused(GuidanceReason.BAD_DATES, "last_on")
        row.last_on = last_on
        return _withdraw(Slot.objects.filter(hours=row, starts_at__gt=_at(last_on, time(23, 59))))


def close_days(
    *, centre: Any, counsellor: Any = None, starts_at: datetime, ends_at: datetime, why: str = "", by: Any
) -> Closure:
    """An exception: no time is offered meanwhile. Appointments already taken stay, and are shown to be moved."""
    if starts_at >= ends_at:
        raise Refused(GuidanceReason.BAD_DATES, "ends_at")
    with transaction.atomic():
        row = create(
            Closure(centre=centre, counsellor=counsellor, starts_at=starts_at, ends_at=ends_at, why=why),
            "close_days",
            by=by,
        )
        slots = Slot.objects.filter(centre=centre, starts_at__lt=ends_at, ends_at__gt=starts_at)
        _withdraw(slots.filter(counsellor=counsellor) if counsellor else slots)
    return row


def reopen_days(closure: Closure, *, by: Any) -> None:
    """Take an exception back; its times are offered again."""
    with transaction.atomic():
        journal(closure, "reopen_days", by=by, why=closure.why)
        centre = closure.centre
        closure.delete()
        fill_slots(Hours.objects.filter(centre=centre))


def _withdraw(slots: Any) -> int:
    """Offer these times no more; a time somebody has keeps its appointment. Returns those appointments."""
    slots.filter(state=SlotState.OPEN).update(state=SlotState.CLOSED)
    return Appointment.objects.filter(slot__in=slots, state=AppointmentState.BOOKED).count()


def _at(on: date, moment: time) -> datetime:
    return datetime.combine(on, moment, CASABLANCA)


def fill_slots(hours: Iterable[Hours] | None = None) -> int:
    """Make the missing times of the weeks to come; called when hours change and by the clock. Returns how many."""
    today = timezone.localdate()
    end = today + timedelta(weeks=WEEKS_AHEAD)
    rows = list(Hours.objects.exclude(last_on__lt=today) if hours is None else hours)
    closures: dict[int, list[Closure]] = {}
    for shut_one in Closure.objects.filter(centre__in={row.centre_id for row in rows}, ends_at__gt=timezone.now()):
        closures.setdefault(shut_one.centre_id, []).append(shut_one)
    counsellors = {row.counsellor_id for row in rows}
    have = set(
        Slot.objects.filter(counsellor__in=counsellors, state=SlotState.OPEN, starts_at__gte=_at(today, time(0)))
        .order_by()
        .values_list("counsellor_id", "starts_at")
    )
    fresh = []
    for row in rows:
        shut = [
            (one.starts_at, one.ends_at)
            for one in closures.get(row.centre_id, [])
            if one.counsellor_id in (None, row.counsellor_id)
        ]
        for on, begin, until in times(row.pattern, today, end):
            starts_at, ends_at = _at(on, begin), _at(on, until)
            if (row.counsellor_id, starts_at) not in have and not closed(starts_at, ends_at, shut):
                fresh.append(_slot(row, starts_at, ends_at))
    Slot.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return len(fresh)


def _slot(row: Hours, starts_at: datetime, ends_at: datetime) -> Slot:
    return Slot(
        hours=row, centre_id=row.centre_id, counsellor_id=row.counsellor_id, starts_at=starts_at, ends_at=ends_at,
        capacity=row.capacity, way=row.way, room=row.room, link=row.link, topic=row.topic,
    )  # fmt: skip


def slot_at(*, centre: Any, counsellor: Any, starts_at: datetime) -> Slot:
    """The open time of a counsellor that begins at a moment; refuses another centre, the past, outside hours."""
    check_counsellor(counsellor, centre)
    if starts_at <= timezone.now():
        raise Refused(GuidanceReason.PAST, "starts_at")
    row = Slot.objects.filter(centre=centre, counsellor=counsellor, starts_at=starts_at, state=SlotState.OPEN).first()
    if row is None:
        raise Refused(GuidanceReason.OUTSIDE_HOURS, "starts_at", when=day(starts_at.date(), "ar"))
    return row
