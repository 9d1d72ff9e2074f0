"""Which trainer gives which module to which group."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from takwin.accounts.selectors import holds
from takwin.core.changes import change, journal
from takwin.core.errors import Refused
from takwin.training.choices import PostState, TrainingReason
from takwin.training.models import Course, Group, Timetable, Trainer
from takwin.training.services import engine_adapter


def open_courses(group: Group, *, term: int, by: Any = None) -> list[Course]:
    """The courses of a group in a term, from its curriculum. Idempotent."""
    with transaction.atomic():
        modules = group.version.modules.filter(year=group.year, term=term)
        had = set(Course.objects.filter(group=group).values_list("module_id", flat=True))
        fresh = [Course(group=group, module=module) for module in modules if module.pk not in had]
        Course.objects.bulk_create(fresh)
        if fresh:
            journal(group, "open_courses", by=by, term=term, modules=[course.module.code for course in fresh])
    return list(Course.objects.filter(group=group, module__in=modules).select_related("module", "trainer"))


def assign(course: Course, *, trainer: Trainer | None, by: Any) -> Course:
    """Give a course to a trainer who can teach it, works here and has the hours; or to nobody."""
    with change(course, "assign", by=by) as row:
        if trainer is not None:
            fresh = Trainer.objects.select_for_update(of=("self",)).get(pk=trainer.pk)
            _check(row, fresh)
        row.trainer = trainer
        _renew_holds(row)
    return row


def _renew_holds(course: Course) -> None:
    """Reserve the hours of its placed sessions for the new trainer. Refused: the trainer teaches elsewhere then."""
    mine = Timetable.objects.filter(sessions__course=course).values("pk")
    for timetable in Timetable.objects.select_for_update(of=("self",)).filter(pk__in=mine).order_by("pk"):
        placed = list(timetable.sessions.filter(course=course, slot__isnull=False).select_related("course__group"))
        for session in placed:
            session.course.trainer = course.trainer
        try:
            with transaction.atomic():
                engine_adapter.reserve_slots(timetable, placed)
        except IntegrityError:
            raise Refused(TrainingReason.TEACHES_THEN, "trainer", trainer=course.trainer) from None


def check_trainer(trainer: Trainer, centre: Any, field: str) -> None:
    """Refused: someone who left, does not work at a centre, or whose account may not teach there. Asked before a
    course, a stand-in or second marks are given to anybody."""
    if trainer.state != PostState.ACTIVE:
        raise Refused(TrainingReason.LEFT_POST, field, trainer=trainer)
    if not trainer.postings.filter(centre=centre).exists():
        raise Refused(TrainingReason.NOT_POSTED, field, trainer=trainer)
    if trainer.account_id and not holds(trainer.account, "training.teach", centre):
        raise Refused(TrainingReason.NO_ACCOUNT, field, trainer=trainer, where=centre.label)


def _check(course: Course, trainer: Trainer) -> None:
    group, module = course.group, course.module
    check_trainer(trainer, group.centre, "trainer")
    programme = group.version.programme
    if not trainer.teaches.filter(pk=programme.pk).exists():
        raise Refused(TrainingReason.NOT_ABLE, "trainer", trainer=trainer, programme=programme)
    others = Course.objects.filter(trainer=trainer, module__term=module.term, group__season=group.season_id).exclude(
        pk=course.pk
    )
    hours = (others.aggregate(sum=Sum("module__weekly"))["sum"] or 0) + module.weekly
    if hours > trainer.weekly:
        raise Refused(TrainingReason.TOO_MANY_HOURS, "trainer", trainer=trainer, hours=hours, limit=trainer.weekly)
