"""Short courses: asked for, planned with days and people, attended day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.dates import parse_day
from takwin.core.errors import Refused
from takwin.training.choices import TrainingReason
from takwin.training.choices.houses import HouseReason
from takwin.training.models import Company, Participant, ShortCourse, ShortDay
from takwin.training.rules.flows import SHORT


def ask_course(
    *, centre: Centre, title: str, contents: str = "", company: Company | None = None, by: Any
) -> ShortCourse:
    """A request for training, of a company's staff or of craftsmen."""
    row = ShortCourse(centre=centre, title=title, contents=contents, company=company)
    with working(centre):
        return create(row, "ask_course", by=by)


def read_days(text: str) -> list[date]:
    """Days of a text with a day on each line, sorted, each once. Refused with the number of a line that is no day."""
    days = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            on = parse_day(line.strip())
            if on is None:
                raise Refused(HouseReason.BAD_DAY, "days", line=number, value=line.strip())
            days.append(on)
    if not days:
        raise Refused(HouseReason.NO_DAY, "days")
    return sorted(set(days))


def read_names(text: str) -> list[str]:
    """Names of a text with a name on each line. Refused: no name, or a name given twice."""
    names = [" ".join(line.split())[:120] for line in text.splitlines() if line.strip()]
    if not names:
        raise Refused(HouseReason.NOBODY, "names")
    for name in names:
        if names.count(name) > 1:
            raise Refused(HouseReason.NAME_TWICE, "names", name=name)
    return names


def plan_course(course: ShortCourse, *, days: str, names: str, by: Any) -> ShortCourse:
    """Plan a course: its days and its participants, each on a line of a text."""
    dates, people = read_days(days), read_names(names)
    with working(course.centre_id), change(course, "plan_course", by=by, flow=SHORT) as row:
        ShortDay.objects.bulk_create([ShortDay(course=row, on=on) for on in dates])
        Participant.objects.bulk_create([Participant(course=row, name=name) for name in people])
    return row


def mark_day(course: ShortCourse, *, on: date, present: Iterable[str], by: Any) -> int:
    """Replace the list of participants present on a day; how many they are."""
    with transaction.atomic():
        row = ShortCourse.objects.select_for_update(of=("self",)).get(pk=course.pk)
        SHORT.target("hold_course", row.state)
        day = row.days.filter(on=on).first()
        if day is None:
            raise Refused(HouseReason.NOT_A_DAY, on=on)
        if on > timezone.localdate():
            raise Refused(HouseReason.NOT_YET, on=on)
        people = list(row.participants.filter(ref__in=set(present)))
        day.present.set(people)
        journal(row, "mark_day", by=by, on=str(on), present=len(people))
    return len(people)


def hold_course(course: ShortCourse, *, by: Any) -> ShortCourse:
    """It took place: certificates can be printed."""
    with change(course, "hold_course", by=by, flow=SHORT) as row:
        if not Participant.objects.filter(course=row, days__isnull=False).exists():
            raise Refused(HouseReason.NO_PRESENCE)
    return row


def cancel_course(course: ShortCourse, *, by: Any) -> ShortCourse:
    with change(course, "cancel", by=by, flow=SHORT) as row:
        pass
    return row


def reopen_course(course: ShortCourse, *, reason: str, by: Any) -> ShortCourse:
    """Held or called off by mistake: planned again, its presences kept; asked for again when it had no day yet.
    Certificates that were printed meanwhile are the centre's to take back."""
    if not reason.strip():
        raise Refused(TrainingReason.WHY_MISSING, "reason")
    verb = "reopen_course" if course.days.exists() else "ask_course_again"
    with working(course.centre_id), change(course, verb, by=by, flow=SHORT, reason=reason) as row:
        pass
    return row
