"""A week for a calendar programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from django.utils.translation import gettext as _
from icalendar import Calendar

from takwin.core import tokens
from takwin.core.dates import CASABLANCA
from takwin.core.ical import new_calendar, new_event
from takwin.core.text import clean
from takwin.training.models import Course, Room, TimetableFeed
from takwin.training.rules.feeds import Entry

PURPOSE, PREFIX = "training-feed", "TCF"


def feed_token(row: TimetableFeed | None) -> str:
    """The token of a feed in its secret address; empty without a feed."""
    return tokens.token(row.ref, PURPOSE) if row else ""


def read_feed(token: str) -> str | None:
    return tokens.read(token, PREFIX, PURPOSE)


def of_entries(entries: Mapping[str, Entry]) -> Calendar:
    """Sessions with module, room and group; nobody's name. One that was called off says so. No event has an alarm."""
    calendar = new_calendar("training", _("Timetable"))
    courses = Course.objects.select_related("module", "group__centre").in_bulk(
        {entry.course for entry in entries.values()}
    )
    rooms = Room.objects.in_bulk({entry.room for entry in entries.values()})
    for uid, entry in sorted(entries.items(), key=lambda pair: (pair[1].begins, pair[0])):
        course, room = courses.get(entry.course), rooms.get(entry.room)
        if course is None:  # its group is gone with everything in it: there is nothing left to name
            continue
        begins = datetime.fromisoformat(entry.begins).replace(tzinfo=CASABLANCA)
        ends = datetime.combine(begins.date(), time.fromisoformat(entry.ends), CASABLANCA)
        location = " · ".join(part for part in (course.group.centre.label, room.name if room else "") if part)
        event = new_event(
            uid, begins, ends, summary=course.module.label, location=location, sequence=entry.sequence,
            status="CANCELLED" if entry.gone_on else "CONFIRMED",
        )  # fmt: skip
        event.add("description", clean(course.group.name, lines=False))
        calendar.add_component(event)
    return calendar
