"""A house at a glance, and short courses with their person-days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.training.choices import EnrolmentState
from takwin.training.models import Bed, CapacityReduction, Enrolment, Participant, ShortCourse, Stay

MEALS_A_DAY = 3


def house(centre: Centre, today: date) -> dict[str, Any]:
    """Beds by part with who sleeps there, those who wait, periods, meals of today."""
    now = Stay.objects.filter(bed__centre=centre, until_on__isnull=True).select_related("enrolment__person", "bed")
    sleepers = {stay.bed_id: stay for stay in now}
    beds = [(bed, sleepers.get(bed.pk)) for bed in Bed.objects.filter(centre=centre)]
    waiting = Enrolment.objects.filter(centre=centre, with_bed=True, state=EnrolmentState.ENROLLED)
    waiting = waiting.exclude(Exists(now.filter(enrolment=OuterRef("pk")))).select_related("person")
    reductions = list(CapacityReduction.objects.filter(centre=centre, last_on__gte=today))
    shares = [row.percent for row in reductions if row.first_on <= today]
    return {
        "beds": beds, "taken": len(sleepers), "waiting": list(waiting[:200]), "reductions": reductions,
        "most": min([len(beds), *(len(beds) * share // 100 for share in shares)]),
        "meals": MEALS_A_DAY * len(sleepers),
    }  # fmt: skip


def short_courses(centre: Centre) -> QuerySet[ShortCourse]:
    """With days, participants and person-days: days attended, counted."""
    # Counted by itself: beside the two other counts its rows would multiply.
    attended = (
        Participant.days.through.objects.filter(participant__course=OuterRef("pk"))
        .order_by()
        .values("participant__course")
        .annotate(n=Count("pk"))
        .values("n")  # type: ignore[misc]
    )
    return ShortCourse.objects.filter(centre=centre).select_related("company").annotate(
        held_days=Count("days", distinct=True),
        people=Count("participants", distinct=True),
        person_days=Coalesce(Subquery(attended), 0),
    )  # fmt: skip


def totals(centre: Centre) -> dict[str, int]:
    """People and person-days of a centre's short courses that took place."""
    rows = Participant.objects.filter(course__centre=centre, course__state="held")
    return {
        "courses": ShortCourse.objects.filter(centre=centre, state="held").count(),
        "people": rows.filter(days__isnull=False).distinct().count(),
        "person_days": rows.aggregate(n=Count("days"))["n"],
    }


def short_course(scope: Scope, ref: str) -> ShortCourse:
    return ShortCourse.objects.within(scope).select_related("centre", "company").get(ref=ref)


def people(row: ShortCourse) -> list[tuple[Participant, set[int]]]:
    """Participants with the keys of the days they attended."""
    found = row.participants.prefetch_related("days")
    return [(participant, {day.pk for day in participant.days.all()}) for participant in found]


def participant(scope: Scope, ref: str) -> Participant:
    mine = ShortCourse.objects.within(scope)
    return Participant.objects.select_related("course__centre").get(ref=ref, course__in=mine, course__state="held")
