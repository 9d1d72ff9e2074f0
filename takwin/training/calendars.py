"""A week for a calendar programme."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from icalendar import Calendar

from takwin.core import tokens
from takwin.core.dates import CASABLANCA
from takwin.core.ical import new_calendar, new_event
from takwin.core.text import clean
from takwin.training.models import Feed
from takwin.training.selectors.weeks import Sitting, changes_of

PURPOSE, PREFIX = "training-feed", "TCF"


def feed_token(row: Feed | None) -> str:
    """What stands for a feed in its secret address; nothing without a feed."""
    return tokens.token(row.ref, PURPOSE) if row else ""


def read_feed(told: str) -> str | None:
    return tokens.read(told, PREFIX, PURPOSE)


def of_sittings(sittings: Iterable[Sitting]) -> Calendar:
    """Sessions with module, room and group; nobody's name."""
    calendar = new_calendar("training", _("Timetable"))
    found = list(sittings)
    changes = changes_of({sitting.session.edition.timetable_id for sitting in found})
    for sitting in found:
        if sitting.times is None:
            continue
        begin, end = (datetime.combine(sitting.on, at, CASABLANCA) for at in sitting.times)
        course, room = sitting.session.course, sitting.session.room
        location = " · ".join(part for part in (course.group.centre.label, room.name if room else "") if part)
        event = new_event(
            f"{sitting.session.ref}-{sitting.on}", begin, end, summary=course.module.label,
            location=location, sequence=changes[sitting.session.edition.timetable_id],
        )  # fmt: skip
        event.add("description", clean(course.group.name, lines=False))
        calendar.add_component(event)
    return calendar
