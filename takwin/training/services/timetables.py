"""Opening a timetable, stopping a calculation."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from takwin.centres.models import Centre
from takwin.core.changes import create, journal
from takwin.core.errors import Refused
from takwin.training.choices import GroupState, TimetableState, TrainingReason
from takwin.training.models import Course, Group, Session, Term, Timetable
from takwin.training.rules.weeks import sessions
from takwin.training.services.courses import open_courses


def open_timetable(centre: Centre, *, term: Term, by: Any = None) -> Timetable:
    """The timetable of a centre in a term, with the sessions of all courses that have a trainer. Idempotent."""
    with transaction.atomic():
        row = Timetable.objects.filter(centre=centre, term=term).first()
        if row is None:
            row = create(Timetable(centre=centre, term=term), "open", by=by)
        for group in Group.objects.filter(centre=centre, season=term.season_id, state=GroupState.OPEN):
            open_courses(group, term=term.number, by=by)
        refresh(row)
    return row


def refresh(timetable: Timetable) -> None:
    """Sessions as the courses want them: new sessions have no place yet; those of another length are replaced."""
    courses = Course.objects.filter(
        group__centre=timetable.centre_id, group__season=timetable.term.season_id, group__state=GroupState.OPEN,
        module__term=timetable.term.number, trainer__isnull=False,
    ).select_related("module")  # fmt: skip
    wanted = {
        (course.pk, part): length
        for course in courses
        for part, length in enumerate(sessions(course.module.weekly, course.module.length), 1)
    }
    had = {(row.course_id, row.part): row for row in timetable.sessions.all()}
    stale = [row.pk for key, row in had.items() if wanted.get(key) != row.length]
    Session.objects.filter(pk__in=stale).delete()
    Session.objects.bulk_create(
        [
            Session(timetable=timetable, course_id=course, part=part, length=length)
            for (course, part), length in wanted.items()
            if (course, part) not in had or had[course, part].length != length
        ],
        batch_size=500,
    )


def stop_solving(timetable: Timetable, *, by: Any) -> None:
    """Ask a calculation to end with the best so far."""
    if Timetable.objects.filter(pk=timetable.pk, stopping=False).update(stopping=True):
        journal(timetable, "stop", by=by)


def check_solvable(timetable: Timetable) -> None:
    """Refused: a published week, or one without a course that has a trainer."""
    draft_only(timetable)
    refresh(timetable)
    if not timetable.sessions.exists():
        raise Refused(TrainingReason.NOTHING_TO_TEACH)


def draft_only(row: Timetable) -> None:
    if row.state != TimetableState.DRAFT:
        raise Refused(TrainingReason.PUBLISHED)
