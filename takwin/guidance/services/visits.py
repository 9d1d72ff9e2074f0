"""What a visitor or a counsellor asks for in one go: to be known, and to have a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from takwin.core.errors import Refused
from takwin.guidance.choices import GuidanceReason, Purpose
from takwin.guidance.models import Appointment, Client, OpenDay, Registration, Slot
from takwin.guidance.services.appointments import book, wait
from takwin.guidance.services.clients import name_guest, new_guest
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
        full = Slot.objects.filter(pk=slot.pk, taken__gte=slot.capacity).exists()
        return (wait if full else book)(slot, client=known, purpose=purpose, words=words, by=by)


def _reachable(client: Client, name: str, phone: str, language: str) -> Client:
    if not (phone or client.phone or client.account_id):
        raise Refused(GuidanceReason.NO_PHONE, "phone")
    return name_guest(client, name=name, phone=phone, language=language)


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
        known = client or _by_number(phone) or new_guest("ar")
        return reserve(slot, client=known, name=name, phone=phone, purpose=purpose, words=words, language="ar", by=by)


def _by_number(phone: str) -> Client | None:
    rows = Client.objects.filter(phone=phone, account__isnull=True, person__isnull=True, merged_into__isnull=True)
    return rows.order_by("pk").first() if phone else None


def sign_up(
    open_day: OpenDay, *, client: Client, name: str = "", phone: str = "", language: str = "ar", by: Any = None
) -> Registration:
    """A place at an open day, with or without an account."""
    with transaction.atomic():
        return register(open_day, client=_reachable(client, name, phone, language), by=by)
