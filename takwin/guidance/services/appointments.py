"""Booking, moving, cancelling, coming or not, waiting for a time, reminders."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import ExitStack
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from takwin.centres.services import working
from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.messages import post
from takwin.guidance.choices import AppointmentState as S
from takwin.guidance.choices import GuidanceReason, MeetingChannel, Purpose, SlotState
from takwin.guidance.models import Appointment, Client, Slot
from takwin.guidance.rules import APPOINTMENT, HOLD, LEAD, MOST_A_NUMBER, MOST_HELD, REMIND
from takwin.guidance.tokens import address

BIRTHS: dict[str, str] = {S.BOOKED: "book", S.WAITING: "wait_for", S.HELD: "hold_place"}


def book(slot: Slot, *, client: Client, purpose: str = Purpose.CHOOSE, words: str = "", by: Any = None) -> Appointment:
    """Take a place in a time. Refused when past, withdrawn, full, or when the client is expected already.

    The slot is locked first: of twenty who press together for one place, one has it.
    """
    with working(slot.centre_id):
        row = _locked(slot)
        check_free_time(row, client)
        free_expired(row)
        if row.taken >= row.capacity:
            raise Refused(GuidanceReason.SLOT_FULL, "slot")
        appointment = _new(row, client, purpose, words, S.BOOKED, by)
        _take(row, 1)
        notify_client(appointment, _("Appointment"))
    return appointment


def wait(slot: Slot, *, client: Client, purpose: str = Purpose.CHOOSE, words: str = "", by: Any = None) -> Appointment:
    """Join the waiting list of a full time; whoever joined first is promoted first."""
    with working(slot.centre_id):
        row = _locked(slot)
        check_number(client)
        if row.taken < row.capacity:
            raise Refused(GuidanceReason.SLOT_FREE, "slot")
        return _new(row, client, purpose, words, S.WAITING, by)


def _locked(slot: Slot) -> Slot:
    row = Slot.objects.select_for_update(of=("self",)).select_related("centre", "counsellor").get(pk=slot.pk)
    if row.starts_at <= timezone.now():
        raise Refused(GuidanceReason.PAST, "slot")
    if row.state != SlotState.OPEN:
        raise Refused(GuidanceReason.NOT_OFFERED, "slot")
    return row


def _take(slot: Slot, places: int) -> None:
    slot.taken += places
    slot.save(update_fields=["taken"])


def _new(slot: Slot, client: Client, purpose: str, words: str, state: str, by: Any) -> Appointment:
    actor = by if getattr(by, "pk", None) else None
    row = Appointment(
        slot=slot, client=client, purpose=purpose, words=words, state=state, booked_by=actor,
        held_until=timezone.now() + HOLD if state == S.HELD else None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return create(row, BIRTHS[state], by=by)
    except IntegrityError:
        raise Refused(GuidanceReason.IN_THIS_SLOT, "slot") from None


def hold_place(slot: Slot, *, client: Client, purpose: str, words: str = "") -> Appointment | None:
    """Keep a place for a few minutes while a number is confirmed. None when nothing can be kept: full, past, in the
    list already, or too many kept at the centre; the booking then goes on without.

    It asks nothing about the number, which is nobody's yet, and sends nothing.
    """
    with ExitStack() as held_open:
        try:
            held_open.enter_context(working(slot.centre_id))
            row = _locked(slot)
        except Refused:
            return None
        free_expired(row)
        held = Appointment.objects.filter(state=S.HELD, slot__centre=row.centre_id, held_until__gt=timezone.now())
        if row.taken >= row.capacity or held.count() >= MOST_HELD:
            return None
        try:
            appointment = _new(row, client, purpose, words, S.HELD, None)
        except Refused:
            return None
        _take(row, 1)
    return appointment


def confirm_hold(appointment: Appointment, *, client: Client, by: Any = None) -> Appointment:
    """The number is confirmed: the place is this client's for good. Refused when its time is over, or when they are
    expected already; the place is then free again."""
    with working(appointment.slot.centre_id):
        slot = _locked(appointment.slot)
        with change(appointment, "confirm_hold", by=by, flow=APPOINTMENT) as row:
            if row.held_until is None or row.held_until <= timezone.now():
                raise Refused(GuidanceReason.HOLD_OVER, minutes=HOLD.seconds // 60)
            check_free_time(slot, client, row.pk)
            row.client, row.held_until = client, None
            row.booked_by = by if getattr(by, "pk", None) else None
        notify_client(row, _("Appointment"))
    return row


def free_expired(slot: Slot) -> int:
    """Give back the places of a locked time whose few minutes are over; how many."""
    over = slot.appointments.filter(state=S.HELD, held_until__lte=timezone.now())
    count = 0
    for row in over.select_for_update(of=("self",)):
        with change(row, "expire_hold", by=None, flow=APPOINTMENT) as fresh:
            fresh.held_until = None
        count += 1
    if count:
        _take(slot, -count)
    return count


def expire_holds(centre: Any = None, limit: int = 500) -> int:
    """Give back every place whose few minutes are over: by the clock, and when the times of a centre are read."""
    due = Slot.objects.filter(appointments__state=S.HELD, appointments__held_until__lte=timezone.now())
    if centre is not None:
        due = due.filter(centre=centre)
    freed = 0
    for pk in sorted(set(due.values_list("pk", flat=True)[:limit])):
        with transaction.atomic():
            slot = Slot.objects.select_for_update(of=("self",)).get(pk=pk)
            count = free_expired(slot)
            for _place in range(count):
                _promote(slot)
        freed += count
    return freed


def check_number(client: Client, but: int = 0) -> None:
    """Refuse more than MOST_A_NUMBER appointments to come for one phone number."""
    if not client.phone:
        return
    appointments = Appointment.objects.filter(state__in=[S.BOOKED, S.WAITING], slot__ends_at__gt=timezone.now())
    if appointments.filter(client__phone=client.phone).exclude(pk=but).count() >= MOST_A_NUMBER:
        raise Refused(GuidanceReason.NUMBER_BUSY, limit=MOST_A_NUMBER)


def check_free_time(slot: Slot, client: Client, but: int = 0) -> None:
    """Refuse a second coming appointment at the same centre, or any that overlaps. Counted by client, not by phone
    number: a mother books for three children with hers."""
    Client.objects.select_for_update().get(pk=client.pk)
    check_number(client, but)
    rows = Appointment.objects.filter(state=S.BOOKED, slot__ends_at__gt=timezone.now()).exclude(pk=but)
    for row in rows.filter(client=client).select_related("slot"):
        start_text = moment(row.slot.starts_at, client.reads)
        if row.slot.starts_at < slot.ends_at and slot.starts_at < row.slot.ends_at:
            raise Refused(GuidanceReason.BOOKED_THEN, "slot", when=start_text)
        if row.slot.centre_id == slot.centre_id:
            raise Refused(GuidanceReason.BOOKED_HERE, "slot", when=start_text)


def cancel(appointment: Appointment, *, by: Any = None) -> Appointment:
    """Give a place back; the first who waits for it has it. Refused once the time has begun."""
    return _release(appointment, by=by, begun=False)


def give_back(appointment: Appointment, *, by: Any) -> None:
    """Cancel a duplicate left by joining two records, also after its time has begun."""
    _release(appointment, by=by, begun=True)


def _release(appointment: Appointment, *, by: Any, begun: bool) -> Appointment:
    with transaction.atomic():
        slot = Slot.objects.select_for_update(of=("self",)).get(pk=appointment.slot_id)
        with change(appointment, "cancel", by=by, flow=APPOINTMENT) as row:
            held, row.held_until = row.state in {S.BOOKED, S.HELD}, None
            row.sequence += 1
            if held and not begun and slot.starts_at <= timezone.now():
                raise Refused(GuidanceReason.PAST)
        if held:
            _take(slot, -1)
            _promote(slot)
    return row


def _promote(slot: Slot) -> None:
    """The first of the waiting list takes the place, when there is still time to come."""
    if slot.starts_at <= timezone.now() + LEAD or slot.state != SlotState.OPEN:
        return
    for row in slot.appointments.filter(state=S.WAITING).order_by("pk").select_related("client__account"):
        try:
            check_free_time(slot, row.client, row.pk)
        except Refused:
            continue  # expected elsewhere meanwhile: stays on the list
        with change(row, "promote", by=None, flow=APPOINTMENT) as fresh:
            fresh.sequence += 1
        _take(slot, 1)
        notify_client(fresh, _("A place has come free"))
        return


def move(appointment: Appointment, *, slot: Slot, by: Any = None) -> Appointment:
    """Another time for the same appointment; the old one goes to whoever waits for it."""
    with working(slot.centre_id):
        # Locks in one order, so that two people who swap their times cannot wait for each other.
        ids = sorted({appointment.slot_id, slot.pk})
        for pk in ids:
            Slot.objects.select_for_update(of=("self",)).get(pk=pk)
        fresh = _locked(slot)
        old = Slot.objects.get(pk=appointment.slot_id)
        if appointment.slot_id == slot.pk:
            raise Refused(GuidanceReason.IN_THIS_SLOT, "slot")
        with change(appointment, "move", by=by) as row:
            if row.state != S.BOOKED or old.starts_at <= timezone.now():
                raise Refused(GuidanceReason.PAST)
            check_free_time(fresh, row.client, row.pk)
            free_expired(fresh)
            if fresh.taken >= fresh.capacity:
                raise Refused(GuidanceReason.SLOT_FULL, "slot")
            row.slot, row.reminded_at = fresh, None
            row.sequence += 1
        _take(fresh, 1)
        _take(old, -1)
        _promote(old)
        notify_client(row, _("Appointment moved"))
    return row


def attend(appointment: Appointment, *, by: Any) -> Appointment:
    with change(appointment, "attend", by=by, flow=APPOINTMENT) as row:
        _check_begun(row)
    return row


def miss(appointment: Appointment, *, by: Any) -> Appointment:
    with change(appointment, "miss", by=by, flow=APPOINTMENT) as row:
        _check_begun(row)
    return row


def _check_begun(row: Appointment) -> None:
    if row.slot.starts_at > timezone.now():
        raise Refused(GuidanceReason.NOT_YET)


def notify_client(row: Appointment, event: Promise, shared: Collection[str] | None = None) -> None:
    """One SMS in the client's language, with the address where one cancels or moves. `shared`: the numbers that serve
    several people, when the caller knows them; such a message says for whom it is."""
    client, slot = row.client, row.slot
    named = client.name and client.phone in (shared_numbers([client.phone]) if shared is None else shared)
    if not client.phone:
        return
    with override(client.reads):
        how = slot.centre.label if slot.channel == MeetingChannel.PLACE else str(MeetingChannel(slot.channel).label)
        when = moment(slot.begins, client.reads, "EEE d MMM، HH:mm")
        text = str(_("takwin: %(what)s, %(when)s, %(where)s. %(address)s")) % {
            "what": _named(str(event), client.name if named else ""), "when": when, "where": how,
            "address": address(row),
        }  # fmt: skip
    post(Channel.SMS, client.phone, text, about=row.ref, secret=True)  # whoever has the address may cancel


def _named(event: str, name: str) -> str:
    return gettext("%(what)s for %(name)s") % {"what": event, "name": name} if name else event


def shared_numbers(phones: Iterable[str]) -> set[str]:
    """Those of these numbers that serve several people with an appointment: a mother and her children."""
    rows = Client.objects.filter(phone__in={phone for phone in phones if phone}, merged_into__isnull=True)
    rows = rows.filter(appointments__state__in=[S.BOOKED, S.WAITING, S.ATTENDED, S.MISSED])
    counts = rows.order_by().values("phone").annotate(people=Count("pk", distinct=True)).filter(people__gt=1)
    return set(counts.values_list("phone", flat=True))


def announce_closing(slots: Iterable[int]) -> int:
    """Send word to those who have, or wait for, a time to come that was withdrawn; how many."""
    return _announce(slots, _("Not held, choose another time"))


def announce_opening(slots: Iterable[int]) -> int:
    """Send word to those who kept a withdrawn time that it is held after all; they are reminded again."""
    return _announce(slots, _("Held after all"))


def _announce(slots: Iterable[int], news: Promise) -> int:
    rows = Appointment.objects.filter(slot__in=list(slots), state__in=(S.BOOKED, S.WAITING))
    rows = rows.filter(slot__starts_at__gt=timezone.now()).order_by("pk")
    found = list(rows.select_related("slot__centre", "client__account"))
    shared = shared_numbers(row.client.phone for row in found)
    for row in found:
        notify_client(row, news, shared)
    Appointment.objects.filter(pk__in=[row.pk for row in found]).update(sequence=F("sequence") + 1, reminded_at=None)
    return len(found)


def remind_appointments(limit: int = 2000) -> int:
    """Remind, once, those expected within a day; called by the clock."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            Appointment.objects.select_for_update(of=("self",))
            .filter(
                state=S.BOOKED,
                slot__state=SlotState.OPEN,
                reminded_at__isnull=True,
                slot__starts_at__gt=now,
                slot__starts_at__lte=now + REMIND,
            )
            .exclude(booked_at__gt=now - LEAD)
            .select_related("slot__centre", "client__account")[:limit]
        )
        shared = shared_numbers(row.client.phone for row in rows)
        for row in rows:
            notify_client(row, _("Reminder"), shared)
            row.reminded_at = now
        Appointment.objects.bulk_update(rows, ["reminded_at"], batch_size=500)
    return len(rows)
