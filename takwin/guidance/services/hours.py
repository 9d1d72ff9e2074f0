"""When counsellors receive: hours, exceptions, and the times that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.accounts.selectors import holders
from takwin.centres.choices import CentreStatus
from takwin.centres.services import working
from takwin.core import agreed
from takwin.core.agreed import instant
from takwin.core.changes import AlreadyThere, change, create, journal
from takwin.core.clock_undo import Undo, note_rows
from takwin.core.errors import Refused
from takwin.guidance.choices import AppointmentState, GuidanceReason, MeetingChannel, SlotState
from takwin.guidance.models import Appointment, Closure, Hours, OpenDay, Slot
from takwin.guidance.rules import WEEKS_AHEAD, check_pattern, closed, overlap, times
from takwin.guidance.services.appointments import announce_closing, announce_opening
from takwin.training.selectors.calendar import days_off


def check_counsellor(counsellor: Any, centre: Any, field: str = "counsellor") -> None:
    """Refuse who does not counsel at this centre; `field`: the form field the refusal is shown at."""
    if not holders("guidance.follow", centre).filter(pk=counsellor.pk).exists():
        raise Refused(GuidanceReason.OTHER_CENTRE, field, who=str(counsellor))


def publish_hours(
    *,
    centre: Any,
    counsellor: Any,
    weekday: int,
    from_time: time,
    to_time: time,
    minutes: int = 30,
    capacity: int = 1,
    channel: str = MeetingChannel.PLACE,
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
        capacity=capacity, channel=channel, room=room, link=link, topic=topic, first_on=first_on, last_on=last_on,
    )  # fmt: skip
    check_counsellor(counsellor, centre)
    check_pattern(row.pattern)
    if channel == MeetingChannel.VIDEO and not link:
        raise Refused(GuidanceReason.NO_LINK, "link")
    with working(centre):
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
        return _withdraw(Slot.objects.filter(hours=row, starts_at__gt=instant(last_on, time(23, 59))))


def close_days(
    *, centre: Any, counsellor: Any = None, starts_at: datetime, ends_at: datetime, reason: str = "", by: Any
) -> Closure:
    """An exception: no time is offered meanwhile. Appointments already taken stay, to be moved; people have word."""
    if starts_at >= ends_at:
        raise Refused(GuidanceReason.BAD_DATES, "ends_at")
    with transaction.atomic():
        row = create(
            Closure(centre=centre, counsellor=counsellor, starts_at=starts_at, ends_at=ends_at, reason=reason),
            "close_days",
            by=by,
        )
        slots = Slot.objects.filter(centre=centre, starts_at__lt=ends_at, ends_at__gt=starts_at)
        _withdraw(slots.filter(counsellor=counsellor) if counsellor else slots)
    return row


def reopen_days(closure: Closure, *, by: Any) -> None:
    """Take an exception back; its times are offered again, those somebody kept included."""
    with working(closure.centre_id):
        journal(closure, "reopen_days", by=by, reason=closure.reason)
        centre, begin, end = closure.centre, closure.starts_at, closure.ends_at
        closure.delete()
        shut = _exceptions({centre.pk})
        kept = Slot.objects.filter(centre=centre, state=SlotState.CLOSED, taken__gt=0, hours__isnull=False)
        for slot in kept.filter(starts_at__lt=end, ends_at__gt=begin).select_related("hours"):
            last = slot.hours.last_on if slot.hours else None
            over = last is not None and slot.starts_on > last
            if not over and not closed(slot.starts_at, slot.ends_at, _shut_for(shut, centre.pk, slot.counsellor_id)):
                _offer_again(slot)
        fill_slots(Hours.objects.filter(centre=centre))


Spans = list[tuple[datetime, datetime]]


def _exceptions(centres: set[int]) -> dict[tuple[int, int | None], Spans]:
    """Closures to come by (centre, counsellor or None for all)."""
    out: dict[tuple[int, int | None], Spans] = {}
    for row in Closure.objects.filter(centre__in=centres, ends_at__gt=timezone.now()):
        out.setdefault((row.centre_id, row.counsellor_id), []).append((row.starts_at, row.ends_at))
    return out


def _shut_for(shut: dict[tuple[int, int | None], Spans], centre: int, counsellor: int) -> Spans:
    return shut.get((centre, None), []) + shut.get((centre, counsellor), [])


def _withdraw(slots: Any) -> int:
    """Withdraw times. Their appointments stay, to be moved by hand, and are returned."""
    gone = list(slots.filter(state=SlotState.OPEN).select_for_update(of=("self",)).values_list("pk", flat=True))
    Slot.objects.filter(pk__in=gone).update(state=SlotState.CLOSED, sequence=F("sequence") + 1)
    announce_closing(gone)
    return Appointment.objects.filter(slot__in=slots, state=AppointmentState.BOOKED).count()


def _offer_again(slot: Slot) -> None:
    Slot.objects.filter(pk=slot.pk).update(state=SlotState.OPEN, sequence=F("sequence") + 1)
    announce_opening([slot.pk])


def end_all_hours(centre: Any, *, by: Any) -> None:
    """Nobody is received at a centre from today on: its hours end and every time to come is withdrawn, with word to
    those who have it."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for hours in Hours.objects.filter(centre=centre).exclude(last_on__lte=yesterday).order_by("pk"):
        with change(hours, "end_hours", by=by) as row:
            row.last_on = max(yesterday, row.first_on - timedelta(days=1))
    _withdraw(Slot.objects.filter(centre=centre, starts_at__gt=timezone.now()))


def derive_times() -> int:
    """Keep the agreed hours when the data of the zones changed: their instants are derived again; how many moved."""
    return sum(agreed.derive_times((Slot, Closure, OpenDay)).values())


def close_days_off() -> int:
    """Withdraw the open times that fall on a public holiday; how many. Called by the clock: a lunar feast is confirmed
    or moved a few days before, when times are offered and taken already."""
    today = timezone.localdate()
    found = 0
    for span in days_off(today, today + timedelta(weeks=WEEKS_AHEAD)):
        slots = Slot.objects.filter(
            state=SlotState.OPEN, starts_on__gte=span.first, starts_on__lte=span.last, starts_at__gt=timezone.now()
        )
        if not slots.exists():
            continue
        with transaction.atomic():
            keys = list(slots.select_for_update(of=("self",)).values_list("pk", flat=True))
            note_rows("holidays", [(key, SlotState.OPEN.value) for key in keys])
            _withdraw(Slot.objects.filter(pk__in=keys))
            found += len(keys)
    return found


def _on_holiday() -> Q:
    """Times on the public holidays of the weeks to come, by the calendar of now."""
    today = timezone.localdate()
    never = Q(pk__in=[])
    spans = days_off(today, today + timedelta(weeks=WEEKS_AHEAD))
    return reduce(or_, (Q(starts_on__gte=span.first, starts_on__lte=span.last) for span in spans), never)


def _still_withdrawn(rows: QuerySet[Slot]) -> QuerySet[Slot]:
    """To come, within hours that go on at a centre that is not closed, and neither offered again nor closed by an
    exception since."""
    meets = {"starts_at__lt": OuterRef("ends_at"), "ends_at__gt": OuterRef("starts_at")}
    offered = Slot.objects.filter(counsellor=OuterRef("counsellor"), state=SlotState.OPEN, **meets)
    exceptions = Closure.objects.filter(centre=OuterRef("centre"), **meets)
    exceptions = exceptions.filter(Q(counsellor__isnull=True) | Q(counsellor=OuterRef("counsellor")))
    rows = rows.exclude(hours__last_on__lt=F("starts_on")).exclude(centre__status=CentreStatus.CLOSED)
    return rows.filter(
        ~Exists(offered),
        ~Exists(exceptions),
        state=SlotState.CLOSED,
        starts_at__gt=timezone.now(),
        hours__isnull=False,
    )


def restore_time(slot: Slot, *, reason: str, by: Any, before: str = "") -> None:
    """A time withdrawn for a feast that is on another day is offered again; who kept it has word."""
    try:
        with transaction.atomic():
            _offer_again(slot)
            journal(slot, "restore_time", by=by, reason=reason)
    except IntegrityError:  # the same time was offered again meanwhile
        raise AlreadyThere from None


HOLIDAY_UNDO = Undo(
    model=Slot, still=_still_withdrawn, due=_on_holiday, give_back=restore_time,
    words=_(
        "Each time that is still to come is offered again, and those who kept an appointment have word that it is "
        "held. A time that is past, closed by an exception or offered again since stays as it is."
    ),
)  # fmt: skip


def fill_slots(hours: Iterable[Hours] | None = None) -> int:
    """Make the missing times of the weeks to come; called when hours change and by the clock. Returns how many."""
    today = timezone.localdate()
    end = today + timedelta(weeks=WEEKS_AHEAD)
    off = days_off(today, end)
    if hours is None:  # the clock asks each minute; a weekly pattern wants a look once a week
        due = Q(filled_until__isnull=True) | Q(filled_until__lt=end - timedelta(weeks=1))
        hours = Hours.objects.exclude(last_on__lt=today).exclude(centre__status=CentreStatus.CLOSED).filter(due)
    rows = list(hours)
    exceptions = _exceptions({row.centre_id for row in rows})
    have, busy = _held({row.counsellor_id for row in rows}, instant(today, time(0)))
    fresh = []
    for row in rows:
        shut = _shut_for(exceptions, row.centre_id, row.counsellor_id) + busy.get(row.counsellor_id, [])
        for on, begin, until in times(row.pattern, today, end):
            slot = _slot(row, on, begin, until)
            known = (row.counsellor_id, slot.starts_at) in have
            if not known and not any(on in span for span in off) and not closed(slot.starts_at, slot.ends_at, shut):
                fresh.append(slot)
    Slot.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    Hours.objects.filter(pk__in=[row.pk for row in rows]).update(filled_until=end)
    return len(fresh)


def _held(counsellors: set[int], since: datetime) -> tuple[set[tuple[int, datetime]], dict[int, Spans]]:
    """The times offered already, and those withdrawn that somebody still has: nobody else may have them meanwhile."""
    have: set[tuple[int, datetime]] = set()
    busy: dict[int, Spans] = {}
    rows = Slot.objects.filter(counsellor__in=counsellors, starts_at__gte=since).order_by()
    for who, begin, end, state, taken in rows.values_list("counsellor_id", "starts_at", "ends_at", "state", "taken"):
        if state == SlotState.OPEN:
            have.add((who, begin))
        elif taken:
            busy.setdefault(who, []).append((begin, end))
    return have, busy


def _slot(row: Hours, on: date, begin: time, until: time) -> Slot:
    over = on if until > begin else on + timedelta(days=1)  # a time that ends at midnight
    return Slot(
        hours=row, centre_id=row.centre_id, counsellor_id=row.counsellor_id, starts_on=on, starts_time=begin,
        ends_on=over, ends_time=until, capacity=row.capacity, channel=row.channel, room=row.room, link=row.link,
        topic=row.topic,
    ).agree()  # fmt: skip


def slot_at(*, centre: Any, counsellor: Any, starts_at: datetime) -> Slot:
    """The open time of a counsellor that begins at a moment; refuses another centre, the past, outside hours."""
    check_counsellor(counsellor, centre)
    if starts_at <= timezone.now():
        raise Refused(GuidanceReason.PAST, "starts_at")
    row = Slot.objects.filter(centre=centre, counsellor=counsellor, starts_at=starts_at, state=SlotState.OPEN).first()
    if row is None:
        raise Refused(GuidanceReason.OUTSIDE_HOURS, "starts_at")
    return row
