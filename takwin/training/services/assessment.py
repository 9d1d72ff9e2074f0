"""Marking by one or two, closing, publishing, contesting; results of a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused, RefusedCells
from takwin.core.text import list_words
from takwin.training.choices.assessment import (
    AssessmentReason,
    AssessmentState,
    Decision,
    ExamSession,
    MarkStatus,
)  # fmt: skip
from takwin.training.models import Assessment, Contest, Course, Group, Mark, Member, Result, Trainer
from takwin.training.rules.flows import ASSESSMENT, CONTEST
from takwin.training.rules.results import CONTEST_DAYS, CURRENT, RULES, read_mark
from takwin.training.selectors.assessment import of_group
from takwin.training.services.courses import check_trainer


def plan_assessment(
    course: Course,
    *,
    kind: str,
    on: date,
    exam_session: str = ExamSession.FIRST,
    weight: int = 1,
    second: Trainer | None = None,
    externals: str = "",
    by: Any,
) -> Assessment:
    """An assessment of a course. Refused: a second marker who is the trainer, a day before the group begins."""
    if second is not None and second.pk == course.trainer_id:
        raise Refused(AssessmentReason.SAME_MARKER, "second")
    if second is not None:
        check_trainer(second, course.group.centre, "second")
    if on < course.group.starts_on:
        raise Refused(AssessmentReason.BEFORE_GROUP, "on", day=course.group.starts_on)
    if not 1 <= weight <= 100:
        raise Refused(AssessmentReason.WEIGHT, "weight")
    row = Assessment(
        course=course, kind=kind, on=on, exam_session=exam_session, weight=weight, second=second, externals=externals
    )
    return create(row, "plan_assessment", by=by)


def candidates(assessment: Assessment) -> list[Member]:
    """Who was in the group on the day."""
    rows = Member.objects.filter(group=assessment.course.group_id, since_on__lte=assessment.on)
    return [
        row
        for row in rows.select_related("enrolment__person")
        if row.until_on is None or row.until_on >= assessment.on
    ]


def marker(assessment: Assessment, trainer: Trainer | None, *, office: bool = False) -> str:
    """Which marks someone gives: first or second. Refused: neither."""
    if office or (trainer is not None and trainer.pk == assessment.course.trainer_id):
        return "first"
    if trainer is not None and trainer.pk == assessment.second_id:
        return "second"
    raise Refused(AssessmentReason.NOT_MARKER)


Told = Mapping[str, tuple[str, str, str]]


def give_marks(assessment: Assessment, marks: Told, *, place: str, by: Any) -> int:
    """Store marks, given as {reference of the trainee: (status, value, words)}; an empty value is left for later.

    `place` is “first”, “second” or “agreed”. Everything or nothing: all that cannot be is refused together, each
    fault by its cell, “value-REF”, “status-REF” or “words-REF” (“agreed-REF” for what was agreed).
    """
    return keep_sheet(assessment, [(place, marks)], by=by)


def keep_sheet(assessment: Assessment, parts: Sequence[tuple[str, Told]], *, by: Any) -> int:
    """Keep several columns of one sheet, each as (place, marks) of `give_marks`, all or none; how many changed."""
    with transaction.atomic():
        row = Assessment.objects.select_for_update(of=("self",)).select_related("course__group").get(pk=assessment.pk)
        if row.state != AssessmentState.OPEN:
            raise Refused(AssessmentReason.NOT_OPEN)
        people = {member.enrolment.ref: member.enrolment for member in candidates(row)}
        had = {mark.enrolment_id: mark for mark in row.marks.all()}
        kept, faults = 0, dict[str, Refused]()
        for place, marks in parts:
            changed = 0
            for ref, (status, value, words) in marks.items():
                try:
                    changed += _give(row, people.get(ref), ref, had, status, value, words, place)
                except Refused as refusal:
                    column = "agreed" if place == "agreed" and refusal.field == "value" else refusal.field
                    faults[f"{column}-{ref}"] = refusal
            if changed:
                journal(row, "give_marks", by=by, place=place, marks=changed)
            kept += changed
        if faults:
            raise RefusedCells(faults)
    return kept


def _give(
    row: Assessment, enrolment: Any, ref: str, had: dict[int, Mark], status: str, value: str, words: str, place: str
) -> bool:
    """Whether a mark changed. Refused: `field` is the column of the fault."""
    if enrolment is None:
        raise Refused(AssessmentReason.NOT_MEMBER, "value", who=ref)
    who = enrolment.person.name
    if status not in MarkStatus.values:
        raise Refused(AssessmentReason.NO_VALUE, "status", who=who)
    if status == MarkStatus.MARKED and not value.strip():
        return False
    if status == MarkStatus.FRAUD and not words.strip():
        raise Refused(AssessmentReason.FRAUD_WORDS, "words", who=who)
    mark = had.setdefault(enrolment.pk, Mark(assessment=row, enrolment=enrolment))
    before = (mark.status, mark.first, mark.second, mark.agreed, mark.words)
    if status == MarkStatus.MARKED:
        found = read_mark(value, who)
        mark.status, mark.words = status, ""
        setattr(mark, place, found)
    else:
        mark.status, mark.words = status, words.strip()[:300] if status == MarkStatus.FRAUD else ""
        mark.first = mark.second = mark.agreed = None
    if mark.pk and before == (mark.status, mark.first, mark.second, mark.agreed, mark.words):
        return False
    mark.save()
    return True


def close_marks(assessment: Assessment, *, by: Any) -> Assessment:
    """Nobody is left without a mark, and two markers agree. Refused with the names otherwise."""
    with change(assessment, "close_marks", by=by, flow=ASSESSMENT) as row:
        marks = {mark.enrolment_id: mark for mark in row.marks.all()}
        missing = []
        for member in candidates(row):
            mark = marks.get(member.enrolment_id)
            if mark is None or _undone(mark, row):
                missing.append(member.enrolment.person.name)
            elif _far(mark, row):
                gap = abs((mark.first or 0) - (mark.second or 0)) / 100
                raise Refused(AssessmentReason.TOO_FAR, who=member.enrolment.person.name, gap=gap)
        if missing:
            raise Refused(AssessmentReason.MARKS_MISSING, count=len(missing), who=list_words(missing[:5]))
    return row


def _undone(mark: Mark, row: Assessment) -> bool:
    if mark.status != MarkStatus.MARKED:
        return False
    return mark.first is None or (row.second_id is not None and mark.second is None)


def _far(mark: Mark, row: Assessment) -> bool:
    if mark.status != MarkStatus.MARKED or row.second_id is None or mark.agreed is not None:
        return False
    return abs((mark.first or 0) - (mark.second or 0)) > RULES[CURRENT].gap


def reopen_marks(assessment: Assessment, *, reason: str, by: Any) -> Assessment:
    """Change marks again; what was published is withdrawn until the next publication."""
    with change(assessment, "reopen", by=by, flow=ASSESSMENT, reason=reason) as row:
        row.published_at = None
    return row


def publish_marks(assessment: Assessment, *, by: Any) -> Assessment:
    """Show the marks to their trainees; they may contest within a delay."""
    with change(assessment, "publish", by=by, flow=ASSESSMENT) as row:
        row.published_at = timezone.now()
    return row


def contest(mark: Mark, *, words: str, by: Any) -> Contest:
    """Ask for a published mark to be checked. Refused: not published, later than `CONTEST_DAYS`, contested before."""
    assessment = mark.assessment
    if assessment.published_at is None:
        raise Refused(AssessmentReason.NOT_PUBLISHED)
    if timezone.now() > assessment.published_at + timedelta(days=CONTEST_DAYS):
        raise Refused(AssessmentReason.LATE, days=CONTEST_DAYS, on=timezone.localdate(assessment.published_at))
    with transaction.atomic():
        Mark.objects.select_for_update(of=("self",)).get(pk=mark.pk)
        if Contest.objects.filter(mark=mark).exists():
            raise Refused(AssessmentReason.CONTESTED)
        return create(Contest(mark=mark, words=words), "contest", by=by)


def answer_contest(row: Contest, *, value: str = "", answer: str, by: Any) -> Contest:
    """Change the mark to a value, or keep it when `value` is empty; always with an answer in words."""
    verb = "uphold" if value.strip() else "reject"
    with change(row, verb, by=by, flow=CONTEST, reason=answer) as fresh:
        fresh.answer = answer
        if value.strip():
            mark = Mark.objects.select_for_update(of=("self",)).get(pk=fresh.mark_id)
            hundredths = read_mark(value, mark.enrolment.person.name)
            before = mark.first
            mark.status, mark.first = MarkStatus.MARKED, hundredths
            if mark.assessment.second_id:
                mark.second, mark.agreed = hundredths, hundredths
            mark.save()
            journal(mark, "correct", by=by, changed={"first": [before, hundredths]})
    return fresh


def publish_results(group: Group, *, by: Any) -> int:
    """Compute the year's results of a group by the rule in force and keep those that are complete; how many.

    A result that says what the last one said is not kept twice. Refused when none is complete.
    """
    rule = RULES[CURRENT]
    with transaction.atomic():
        Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
        results = [(row, found) for row, found in of_group(group, rule) if found.decision != Decision.INCOMPLETE]
        if not results:
            raise Refused(AssessmentReason.NOTHING_TO_PUBLISH)
        people = [row.pk for row, _found in results]
        rows = Result.objects.filter(enrolment__in=people, year=group.year)
        rounds = dict(rows.values_list("enrolment").annotate(last=Max("round")))
        last = {(row.enrolment_id, row.round): row for row in rows}
        fresh = []
        for row, found in results:
            lines = [asdict(line) for line in found.modules]
            old = last.get((row.pk, rounds.get(row.pk, 0)))
            if old and (old.average, old.decision, old.lines, old.rule) == (
                found.average, found.decision, lines, rule.version,
            ):  # fmt: skip
                continue
            fresh.append(
                Result(
                    enrolment=row, year=group.year, round=rounds.get(row.pk, 0) + 1, rule=rule.version,
                    average=found.average or 0, decision=found.decision, honours=found.honours, lines=lines,
                    by=by if getattr(by, "pk", None) else None,
                )
            )  # fmt: skip
        Result.objects.bulk_create(fresh, batch_size=500)
        journal(group, "publish_results", by=by, results=len(fresh), rule=rule.version)
    return len(fresh)
