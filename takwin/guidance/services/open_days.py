"""Open days: announce, register, who came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from takwin.centres.services import working
from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.messages import post
from takwin.guidance.choices import GuidanceReason, OpenDayState, RegistrationState
from takwin.guidance.models import Client, OpenDay, Registration
from takwin.guidance.rules import OPEN_DAY, REGISTRATION
from takwin.training.selectors.calendar import holiday_between


def announce(
    *,
    centre: Any,
    name_ar: str,
    name_fr: str = "",
    starts_at: datetime,
    ends_at: datetime,
    about: str = "",
    capacity: int | None = None,
    by: Any,
) -> OpenDay:
    """Publish an open day."""
    if starts_at <= timezone.now():
        raise Refused(GuidanceReason.PAST, "starts_at")
    if starts_at >= ends_at:
        raise Refused(GuidanceReason.BAD_DATES, "ends_at")
    first, last = timezone.localdate(starts_at), timezone.localdate(ends_at)
    if feast := holiday_between(first, last):
        raise Refused(GuidanceReason.ON_HOLIDAY, "starts_at", name=feast.label)
    row = OpenDay(
        centre=centre, name_ar=name_ar, name_fr=name_fr, starts_at=starts_at, ends_at=ends_at, about=about,
        capacity=capacity,
    )  # fmt: skip
    with working(centre):
        return create(row, "announce", by=by)


def register(open_day: OpenDay, *, client: Client, by: Any = None) -> Registration:
    """Register a client for an open day. Refused when it is full, over or called off."""
    with working(open_day.centre_id):
        row = OpenDay.objects.select_for_update(of=("self",)).get(pk=open_day.pk)
        if row.state != OpenDayState.PLANNED or row.ends_at <= timezone.now():
            raise Refused(GuidanceReason.DAY_OVER)
        if row.capacity is not None and row.taken >= row.capacity:
            raise Refused(GuidanceReason.DAY_FULL)
        try:
            with transaction.atomic():
                registration = create(Registration(open_day=row, client=client), "register", by=by)
        except IntegrityError:
            raise Refused(GuidanceReason.REGISTERED) from None
        row.taken += 1
        row.save(update_fields=["taken"])
    return registration


def unregister(registration: Registration, *, by: Any = None) -> Registration:
    with transaction.atomic():
        day = OpenDay.objects.select_for_update(of=("self",)).get(pk=registration.open_day_id)
        with change(registration, "unregister", by=by, flow=REGISTRATION) as row:
            pass
        day.taken -= 1
        day.save(update_fields=["taken"])
    return row


def mark(registration: Registration, *, came: bool, by: Any) -> Registration:
    """Record whether a registered client came; the same call takes a mistake back."""
    if came == (registration.state == RegistrationState.CAME):
        return registration
    with change(registration, "mark_came" if came else "unmark", by=by, flow=REGISTRATION) as row:
        if row.open_day.starts_at > timezone.now():
            raise Refused(GuidanceReason.NOT_YET)
    return row


def hold(open_day: OpenDay, *, walk_ins: int, by: Any) -> OpenDay:
    """Mark an open day as held, with the number of people who came without registering."""
    with change(open_day, "hold_day", by=by) as row:
        if row.starts_at > timezone.now():
            raise Refused(GuidanceReason.NOT_YET)
        row.state, row.walk_ins = OPEN_DAY.target("hold", row.state), walk_ins
    return row


def call_off(open_day: OpenDay, *, by: Any) -> OpenDay:
    """Call an open day off; whoever registered with a phone number gets an SMS."""
    with change(open_day, "call_off", by=by, flow=OPEN_DAY) as row:
        for registration in row.registrations.filter(state=RegistrationState.REGISTERED).select_related(
            "client__account"
        ):
            _send_word(row, registration.client, _("takwin: %(day)s of %(when)s is called off."))
    return row


def reopen_day(open_day: OpenDay, *, reason: str, by: Any) -> OpenDay:
    """Plan again a day that was called off, or marked as held, by mistake. Whoever was sent the cancellation is sent
    that it takes place. Refused once a day that was called off has begun: nobody could come."""
    if not reason.strip():
        raise Refused(GuidanceReason.WHY_MISSING, "reason")
    with working(open_day.centre_id), change(open_day, "reopen_day", by=by, flow=OPEN_DAY, reason=reason) as row:
        row.walk_ins = 0
        if OpenDay.objects.get(pk=row.pk).state == OpenDayState.CANCELLED:
            if row.starts_at <= timezone.now():
                raise Refused(GuidanceReason.PAST)
            if feast := holiday_between(row.starts_on, row.ends_on):
                raise Refused(GuidanceReason.ON_HOLIDAY, name=feast.label)
            for registration in row.registrations.filter(state=RegistrationState.REGISTERED).select_related(
                "client__account"
            ):
                _send_word(row, registration.client, _("takwin: %(day)s of %(when)s takes place after all."))
    return row


def _send_word(day: OpenDay, client: Client, words: Promise) -> None:
    if not client.phone:
        return
    with override(client.reads):
        text = str(words) % {
            "day": day.label, "when": moment(day.begins, client.reads, "EEE d MMM، HH:mm"),
        }  # fmt: skip
    post(Channel.SMS, client.phone, text, about=day.ref)
