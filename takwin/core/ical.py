"""Calendars other programmes read (iCalendar, RFC 5545), by the library `icalendar`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from icalendar import Alarm, Calendar, Event

from takwin.core.text import clean, clean_calendar

PUBLISH, CANCEL = "PUBLISH", "CANCEL"


def new_calendar(part: str, name: str, method: str = PUBLISH) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//takwin//{part}//AR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add("x-wr-calname", clean(name, lines=False))
    return calendar


def new_event(
    uid: str, begin: datetime, end: datetime, *, summary: str, location: str, sequence: int, status: str = "CONFIRMED"
) -> Event:
    """`begin`, `end`: on the clocks of the agreed zone, so that a reader keeps the hour when the zone changes.
    `sequence`: grows with each change, or a programme keeps what it read first."""
    event = Event()
    event.add("uid", f"{uid}@takwin")
    event.add("dtstamp", timezone.now())  # when this was written (3.8.7.2), not when it is held
    event.add("dtstart", begin)
    event.add("dtend", end)
    event.add("sequence", sequence)
    event.add("status", status)
    event.add("summary", clean(summary, lines=False))
    event.add("location", clean(location, lines=False))
    return event


def add_alarm(event: Event, words: str, before: timedelta) -> None:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", -before)
    event.add_component(alarm)


def answer(calendar: Calendar, name: str) -> HttpResponse:
    """The file, with the rules of its zones from a year ago to two years ahead."""
    today = timezone.localdate()
    calendar.add_missing_timezones(today - timedelta(days=366), today + timedelta(days=731))
    method = str(calendar["method"])
    response = HttpResponse(
        clean_calendar(calendar.to_ical()), content_type=f"text/calendar; charset=utf-8; method={method}"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response
