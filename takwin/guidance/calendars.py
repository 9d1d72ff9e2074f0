"""iCalendar (RFC 5545) by the library `icalendar`: one appointment, or a counsellor's agenda."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpResponse
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from takwin.core.text import clean_calendar
from takwin.guidance.models import Appointment, Slot
from takwin.guidance.tokens import address

UID = "%s@takwin"


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//takwin//guidance//AR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    return calendar


def _event(slot: Slot, uid: str, summary: str) -> Event:
    event = Event()
    event.add("uid", UID % uid)
    event.add("dtstamp", slot.starts_at)
    event.add("dtstart", slot.starts_at)
    event.add("dtend", slot.ends_at)
    event.add("summary", summary)
    place = " · ".join(part for part in (slot.centre.label, slot.room) if part)
    event.add("location", place if slot.way == "place" else str(slot.get_way_display()))
    return event


def of_appointment(row: Appointment) -> Calendar:
    """What a client keeps: with a reminder of its own, and the address where one moves or cancels."""
    calendar = _calendar(_("Guidance"))
    event = _event(row.slot, row.ref, _("Guidance appointment"))
    event.add("description", address(row))
    event.add("status", {"cancelled": "CANCELLED", "waiting": "TENTATIVE"}.get(row.state, "CONFIRMED"))
    if row.slot.link and row.state == "booked":
        event.add("url", row.slot.link)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _("Guidance appointment"))
    alarm.add("trigger", timedelta(hours=-2))
    event.add_component(alarm)
    calendar.add_component(event)
    return calendar


def of_slots(slots: Iterable[Slot]) -> Calendar:
    """A counsellor's agenda: how many people and the subject, nobody's name."""
    calendar = _calendar(_("Guidance agenda"))
    for slot in slots:
        summary = _("%(what)s (%(taken)s of %(capacity)s)") % {
            "what": slot.topic or _("Guidance appointment"), "taken": slot.taken, "capacity": slot.capacity,
        }  # fmt: skip
        event = _event(slot, slot.ref, summary)
        if slot.link:
            event.add("url", slot.link)
        calendar.add_component(event)
    return calendar


def answer(calendar: Calendar, name: str) -> HttpResponse:
    response = HttpResponse(clean_calendar(calendar.to_ical()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response
