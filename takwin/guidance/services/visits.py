"""Operations that find or make a client and book for them in one call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from takwin.core.errors import Refused
from takwin.guidance.choices import AppointmentState, GuidanceReason, Purpose
from takwin.guidance.models import Appointment, Client, OpenDay, Registration, Slot
from takwin.guidance.services.appointments import book, cancel, confirm_hold, expire_holds, wait
from takwin.guidance.services.clients import client_for_booking, name_guest, needs_name, new_guest, of_number
from takwin.guidance.services.hours import slot_at
from takwin.guidance.services.open_days import register


def reserve(
    slot: Slot,
    *,
    client: Client,
    name: str = "",
    phone: str = "",
    purpose: str = Purpose.CHOOSE,
    words: str = "",
    language: str = "ar",
    by: Any = None,
) -> Appointment:
    """Book a time, or join its waiting list when it is full. A phone number is enough."""
    with transaction.atomic():
        known = _reachable(client, name, phone, language)
        return book_or_wait(slot, client=known, purpose=purpose, words=words, by=by)


def book_or_wait(slot: Slot, *, client: Client, purpose: str, words: str, by: Any) -> Appointment:
    """Book a place in a time, or join its waiting list when it is full."""
    with transaction.atomic():
        expire_holds(slot.centre)
        full = Slot.objects.filter(pk=slot.pk, taken__gte=slot.capacity).exists()
        return (wait if full else book)(slot, client=client, purpose=purpose, words=words, by=by)


def _reachable(client: Client, name: str, phone: str, language: str) -> Client:
    if not (phone or client.phone or client.account_id):
        raise Refused(GuidanceReason.NO_PHONE, "phone")
    return client_for_booking(client, name=name, phone=phone, language=language)


def book_at(
    *,
    centre: Any,
    counsellor: Any,
    starts_at: datetime,
    client: Client | None = None,
    name: str = "",
    phone: str = "",
    purpose: str = Purpose.CHOOSE,
    words: str = "",
    by: Any,
) -> Appointment:
    """A counsellor books for someone: for a client they follow, or for a name and a number."""
    with transaction.atomic():
        slot = slot_at(centre=centre, counsellor=counsellor, starts_at=starts_at)
        if client is None and needs_name(phone, name):
            raise Refused(GuidanceReason.FOR_WHOM, "name")
        known = client or of_number(phone, name) or new_guest("ar")
        if not (phone or known.phone or known.account_id):
            raise Refused(GuidanceReason.NO_PHONE, "phone")
        known = name_guest(known, name=name, phone=phone, language=known.language)
        return book_or_wait(slot, client=known, purpose=purpose, words=words, by=by)


def reserve_held(
    hold: Appointment, *, client: Client, name: str, phone: str, language: str, by: Any = None
) -> Appointment:
    """Turn a held place into an appointment once its phone number is confirmed. A refusal frees the place."""
    try:
        with transaction.atomic():
            known = _reachable(client, name, phone, language)
            return confirm_hold(hold, client=known, by=by)
    except Refused:
        drop_hold(hold, by=by)
        raise


def drop_hold(hold: Appointment, *, by: Any = None) -> None:
    """Free a held place; does nothing when it has become an appointment or has expired."""
    if Appointment.objects.filter(pk=hold.pk, state=AppointmentState.HELD).exists():
        cancel(hold, by=by)


def sign_up(
    open_day: OpenDay, *, client: Client, name: str = "", phone: str = "", language: str = "ar", by: Any = None
) -> Registration:
    """Register for an open day, with or without an account."""
    with transaction.atomic():
        return register(open_day, client=_reachable(client, name, phone, language), by=by)
