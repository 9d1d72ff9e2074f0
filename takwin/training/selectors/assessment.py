"""Marks and results as each reader may see them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q

from takwin.core.scope import Scope
from takwin.training.choices.assessment import AssessmentState, ContestState, Kind
from takwin.training.models import Assessment, Contest, Course, Enrolment, Group, Mark, Module, Result, Trainer
from takwin.training.rules.results import CURRENT, RULES, Rule, Scored, YearResult, effective, year_result

NAMES = ("course__module", "course__group__centre", "course__trainer", "second")


def of_trainer(trainer: Trainer, scope: Scope) -> list[Assessment]:
    """What a trainer marks where they teach now, first or second, newest first."""
    rows = (
        Assessment.objects.within(scope).filter(Q(course__trainer=trainer) | Q(second=trainer)).select_related(*NAMES)
    )
    return list(rows.annotate(marked=Count("marks")).order_by("-on", "-pk")[:100])


def courses_of(trainer: Trainer, scope: Scope) -> list[Course]:
    groups = Group.objects.within(scope).filter(state="open")
    rows = Course.objects.filter(trainer=trainer, group__in=groups).select_related("module", "group")
    return list(rows.order_by("group__name", "module__order"))


def marked_by(trainer: Trainer, scope: Scope, ref: str) -> Assessment:
    """An assessment that a trainer marks, at a centre where they hold that role now; DoesNotExist for others."""
    mine = Q(course__trainer=trainer) | Q(second=trainer)
    return Assessment.objects.within(scope).filter(mine).select_related(*NAMES).get(ref=ref)


def assessment(scope: Scope, ref: str) -> Assessment:
    return Assessment.objects.within(scope).select_related(*NAMES).get(ref=ref)


def marks(row: Assessment) -> dict[int, Mark]:
    return {mark.enrolment_id: mark for mark in row.marks.all()}


def second_markers(course: Course) -> list[Trainer]:
    """Colleagues at the centre."""
    rows = Trainer.objects.filter(postings__centre=course.group.centre_id, state="active")
    return list(rows.exclude(courses=course).order_by("name"))


def of_group(group: Group, rule: Rule | None = None) -> list[tuple[Enrolment, YearResult]]:
    """Each member's result of the year from closed and published marks, in a constant number of queries."""
    rule = rule or RULES[CURRENT]
    people = Enrolment.objects.filter(memberships__group=group, memberships__until_on=None).select_related("person")
    modules = list(Module.objects.filter(version=group.version_id, year=group.year).order_by("term", "order"))
    scored: dict[tuple[int, int], list[Scored]] = defaultdict(list)
    hands: dict[int, list[Scored]] = defaultdict(list)
    rows = Mark.objects.filter(
        assessment__course__module__in=modules, enrolment__in=people,
        assessment__state__in=[AssessmentState.CLOSED, AssessmentState.PUBLISHED],
    ).select_related("assessment__course")  # fmt: skip
    for mark in rows:
        assessment = mark.assessment
        value = effective(
            mark.status, mark.first, mark.second, mark.agreed, two=assessment.second_id is not None, rule=rule
        )
        score = Scored(assessment.kind, value, assessment.weight, assessment.exam_session)
        if assessment.kind == Kind.PRACTICAL:
            hands[mark.enrolment_id].append(score)
        else:
            scored[mark.enrolment_id, assessment.course.module_id].append(score)
    ordered = sorted(people, key=lambda row: (row.person.family_name, row.person.given_name, row.pk))
    return [
        (row, year_result([(m.code, m.weight, scored[row.pk, m.pk]) for m in modules], hands[row.pk], rule))
        for row in ordered
    ]


def modules_of(group: Group) -> list[Module]:
    return list(Module.objects.filter(version=group.version_id, year=group.year).order_by("term", "order"))


def assessments_of(group: Group) -> list[Assessment]:
    rows = Assessment.objects.filter(course__group=group).select_related(*NAMES)
    return list(rows.annotate(marked=Count("marks")).order_by("on", "pk"))


def contests(group: Group) -> list[Contest]:
    """Contests of a group that wait for an answer."""
    rows = Contest.objects.filter(mark__assessment__course__group=group, state=ContestState.ASKED)
    return list(rows.select_related("mark__enrolment__person", "mark__assessment__course__module"))


def contest(scope: Scope, ref: str) -> Contest:
    mine = Assessment.objects.within(scope)
    return Contest.objects.select_related("mark__assessment__course__group").get(ref=ref, mark__assessment__in=mine)


def published(row: Enrolment) -> list[dict[str, Any]]:
    """A trainee's published marks with what counts of each, newest first."""
    rule = RULES[CURRENT]
    rows = Mark.objects.filter(enrolment=row, assessment__state=AssessmentState.PUBLISHED)
    rows = rows.select_related("assessment__course__module", "contest").order_by("-assessment__on", "-pk")
    return [
        {
            "mark": mark, "assessment": mark.assessment, "contest": getattr(mark, "contest", None),
            "value": effective(
                mark.status, mark.first, mark.second, mark.agreed, two=mark.assessment.second_id is not None, rule=rule
            ),
        }
        for mark in rows
    ]  # fmt: skip


def own_mark(row: Enrolment, ref: str) -> Mark:
    """One's own published mark, by its assessment."""
    return Mark.objects.select_related("assessment").get(
        enrolment=row, assessment__ref=ref, assessment__state=AssessmentState.PUBLISHED
    )


def results(row: Enrolment) -> list[Result]:
    """The current result of each year."""
    best: dict[int, Result] = {}
    for result in Result.objects.filter(enrolment=row).order_by("round"):
        best[result.year] = result
    return [best[year] for year in sorted(best)]


def names_of(row: Enrolment) -> dict[str, Any]:
    """Modules of a curriculum by code, for lines of a result."""
    return {module.code: module for module in Module.objects.filter(version=row.version_id)}
