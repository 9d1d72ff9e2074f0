"""Booking, moving, cancelling, coming or not, waiting for a time, reminders."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.messages import post
from takwin.guidance.choices import AppointmentState as S
from takwin.guidance.choices import GuidanceReason, Purpose, SlotState, Way
from takwin.guidance.models import Appointment, Client, Slot
from takwin.guidance.rules import APPOINTMENT, LEAD, REMIND
from takwin.guidance.tokens import address


def book(slot: Slot, *, client: Client, purpose: str = Purpose.CHOOSE, words: str = "", by: Any = None) -> Appointment:
    """Take a place in a time. Refused when past, withdrawn, full, or when the client is expected already.

    The slot is locked first: of twenty who press together for one place, one has it.
    """
    with transaction.atomic():
        row = _locked(slot)
        _check_free_time(row, client)
        if row.taken >= row.capacity:
            raise Refused(GuidanceReason.SLOT_FULL, "slot")
        appointment = _new(row, client, purpose, words, S.BOOKED, by)
        _take(row, 1)
        tell(appointment, _("Appointment"))
    return appointment


def wait(slot: Slot, *, client: Client, purpose: str = Purpose.CHOOSE, words: str = "", by: Any = None) -> Appointment:
    """Join the waiting list of a full time; whoever joined first is promoted first."""
    with transaction.atomic():
        row = _locked(slot)
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
    row = Appointment(slot=slot, client=client, purpose=purpose, words=words, state=state, booked_by=actor)
    try:
        with transaction.atomic():
            return create(row, "book" if state == S.BOOKED else "wait_for", by=by)
    except IntegrityError:
        raise Refused(GuidanceReason.IN_THIS_SLOT, "slot") from None


def _check_free_time(slot: Slot, client: Client, but: int = 0) -> None:
    """One appointment to come at a centre, and never two at a time. A number alone counts as one person."""
    Client.objects.select_for_update().get(pk=client.pk)
    rows = Appointment.objects.filter(state=S.BOOKED, slot__ends_at__gt=timezone.now()).exclude(pk=but)
    if client.account_id is None and client.person_id is None and client.phone:
        rows = rows.filter(client__phone=client.phone)
    else:
        rows = rows.filter(client=client)
    for row in rows.select_related("slot"):
        told = moment(row.slot.starts_at, client.language)
        if row.slot.starts_at < slot.ends_at and slot.starts_at < row.slot.ends_at:
            raise Refused(GuidanceReason.BOOKED_THEN, "slot", when=told)
        if row.slot.centre_id == slot.centre_id:
            raise Refused(GuidanceReason.BOOKED_HERE, "slot", when=told)


def cancel(appointment: Appointment, *, by: Any = None) -> Appointment:
    """Give a place back; the first who waits for it has it. Refused once the time has begun."""
    return _release(appointment, by=by, begun=False)


def give_back(appointment: Appointment, *, by: Any) -> None:
    """The same for a double of two joined records, begun or not."""
    _release(appointment, by=by, begun=True)


def _release(appointment: Appointment, *, by: Any, begun: bool) -> Appointment:
    with transaction.atomic():
        slot = Slot.objects.select_for_update(of=("self",)).get(pk=appointment.slot_id)
        with change(appointment, "cancel", by=by, flow=APPOINTMENT) as row:
            held = row.state == S.BOOKED
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
    for row in slot.appointments.filter(state=S.WAITING).order_by("pk").select_related("client"):
        try:
            _check_free_time(slot, row.client)
        except Refused:
            continue  # expected elsewhere meanwhile: stays on the list
        with change(row, "promote", by=None, flow=APPOINTMENT) as fresh:
            pass
        _take(slot, 1)
        tell(fresh, _("A place has come free"))
        return


def move(appointment: Appointment, *, slot: Slot, by: Any = None) -> Appointment:
    """Another time for the same appointment; the old one goes to whoever waits for it."""
    with transaction.atomic():
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
            _check_free_time(fresh, row.client, row.pk)
            if fresh.taken >= fresh.capacity:
                raise Refused(GuidanceReason.SLOT_FULL, "slot")
            row.slot, row.reminded_at = fresh, None
        _take(fresh, 1)
        _take(old, -1)
        _promote(old)
        tell(row, _("Appointment moved"))
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


def tell(row: Appointment, what: Promise) -> None:
    """One SMS in the client's language, with the address where one cancels or moves."""
    client, slot = row.client, row.slot
    if not client.phone:
        return
    with override(client.language):
        how = slot.centre.label if slot.way == Way.PLACE else str(Way(slot.way).label)
        when = moment(slot.starts_at, client.language, "EEE d MMM، HH:mm")
        text = str(_("takwin: %(what)s, %(when)s, %(where)s. %(address)s")) % {
            "what": str(what), "when": when, "where": how, "address": address(row),
        }  # fmt: skip
    post(Channel.SMS, client.phone, text, about=row.ref, secret=True)  # whoever has the address may cancel


def remind_appointments(limit: int = 2000) -> int:
    """Remind, once, those expected within a day; called by the clock."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            Appointment.objects.select_for_update(of=("self",))
            .filter(
                state=S.BOOKED, reminded_at__isnull=True, slot__starts_at__gt=now, slot__starts_at__lte=now + REMIND
            )
            .exclude(booked_at__gt=now - LEAD)
            .select_related("slot__centre", "client")[:limit]
        )
        for row in rows:
            tell(row, _("Reminder"))
            row.reminded_at = now
        Appointment.objects.bulk_update(rows, ["reminded_at"], batch_size=500)
    return len(rows)
