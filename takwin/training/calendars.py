"""A week in any calendar (iCalendar, RFC 5545), by the library `icalendar`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from takwin.core import tokens
from takwin.core.dates import CASABLANCA
from takwin.core.text import clean_calendar
from takwin.training.models import Feed
from takwin.training.selectors.weeks import Sitting

PURPOSE, PREFIX = "training-feed", "TCF"


def feed_token(row: Feed | None) -> str:
    """What stands for a feed in its secret address; nothing without a feed."""
    return tokens.token(row.ref, PURPOSE) if row else ""


def read_feed(told: str) -> str | None:
    return tokens.read(told, PREFIX, PURPOSE)


def of_sittings(sittings: Iterable[Sitting]) -> Calendar:
    """Sessions with module, room and group; nobody's name."""
    calendar = Calendar()
    calendar.add("prodid", "-//takwin//training//AR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Timetable"))
    for one in sittings:
        if one.times is None:
            continue
        begin, end = (datetime.combine(one.on, told, CASABLANCA) for told in one.times)
        event = Event()
        event.add("uid", f"{one.session.ref}-{one.on}@takwin")
        event.add("dtstamp", begin)
        event.add("dtstart", begin)
        event.add("dtend", end)
        event.add("summary", one.session.course.module.label)
        event.add("description", one.session.course.group.name)
        room = one.session.room.name if one.session.room else ""
        event.add("location", " · ".join(part for part in (one.session.course.group.centre.label, room) if part))
        calendar.add_component(event)
    return calendar


def answer(calendar: Calendar) -> HttpResponse:
    response = HttpResponse(clean_calendar(calendar.to_ical()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="takwin.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response
