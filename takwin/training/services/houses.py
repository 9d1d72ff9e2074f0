"""Beds, stays, a house that takes fewer for a while."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import create, journal
from takwin.core.errors import Refused
from takwin.people.choices import Sex
from takwin.training.choices import EnrolmentState
from takwin.training.choices.houses import BedGroup, HouseReason
from takwin.training.models import Bed, CapacityReduction, Enrolment, Stay


def group_of(enrolment: Enrolment) -> str:
    return BedGroup.GIRLS if enrolment.person.sex == Sex.FEMALE else BedGroup.BOYS


def open_beds(centre: Centre, *, girls: int, boys: int, by: Any = None) -> int:
    """Number the beds of a house up to `girls` and `boys`; how many were added. Refused: more than the house has."""
    with working(centre):
        Centre.objects.select_for_update(of=("self",)).get(pk=centre.pk)
        had = {group: Bed.objects.filter(centre=centre, group=group).count() for group in BedGroup.values}
        fresh = []
        for group, wanted, sign in ((BedGroup.GIRLS, girls, "G"), (BedGroup.BOYS, boys, "B")):
            fresh += [
                Bed(centre=centre, group=group, name=f"{sign}{number}") for number in range(had[group] + 1, wanted + 1)
            ]
        if centre.beds is not None and sum(had.values()) + len(fresh) > centre.beds:
            raise Refused(HouseReason.BEDS_THERE, beds=sum(had.values()) + len(fresh), most=centre.beds)
        Bed.objects.bulk_create(fresh)
        if fresh:
            journal(centre, "open_beds", by=by, beds=len(fresh))
    return len(fresh)


def most_boarders(centre: Centre, on: date) -> int:
    """How many a house may hold on a day: its beds, or the share of them that a period allows, rounded down."""
    beds = Bed.objects.filter(centre=centre).count()
    shares = CapacityReduction.objects.filter(centre=centre, first_on__lte=on, last_on__gte=on).values_list(
        "percent", flat=True
    )
    return min([beds, *(beds * share // 100 for share in shares)])


def give_bed(enrolment: Enrolment, *, bed: Bed | None = None, by: Any) -> Stay:
    """Give `bed`, or the first free bed of the trainee's part of the house. The house is locked: of two who want the
    last bed, one has it."""
    today = timezone.localdate()
    with working(enrolment.centre_id):
        row = Enrolment.objects.select_for_update(of=("self",)).select_related("person").get(pk=enrolment.pk)
        house = Centre.objects.select_for_update(of=("self",)).get(pk=row.centre_id)
        if row.state != EnrolmentState.ENROLLED:
            raise Refused(HouseReason.NOT_OPEN)
        if not row.with_bed:
            raise Refused(HouseReason.NOT_BOARDER)
        now = Stay.objects.filter(until_on__isnull=True)
        if mine := now.filter(enrolment=row).select_related("bed").first():
            raise Refused(HouseReason.HAS_BED, bed=mine.bed)
        most = most_boarders(house, today)
        if now.filter(bed__centre=house).count() >= most:
            last = CapacityReduction.objects.filter(centre=house, first_on__lte=today, last_on__gte=today).first()
            raise Refused(HouseReason.LOWERED, day=last.last_on if last else "–", most=most)
        chosen = bed or Bed.objects.filter(centre=house, group=group_of(row)).exclude(stays__in=now).first()
        if chosen is None or now.filter(bed=chosen).exists():
            raise Refused(HouseReason.BED_TAKEN, bed=chosen or "–")
        if chosen.centre_id != house.pk:
            raise Refused(HouseReason.NOT_HERE)
        if chosen.group != group_of(row):
            raise Refused(HouseReason.OTHER_GROUP, bed=chosen, group=chosen.get_group_display())
        stay = Stay.objects.create(enrolment=row, bed=chosen, since_on=today)
        journal(row, "give_bed", by=by, bed=chosen.name)
    return stay


def leave_bed(enrolment: Enrolment, *, by: Any) -> None:
    """The bed is free from today on."""
    with transaction.atomic():
        for stay in Stay.objects.select_for_update(of=("self",)).filter(enrolment=enrolment, until_on__isnull=True):
            stay.until_on = max(stay.since_on, timezone.localdate())
            stay.save(update_fields=["until_on"])
            journal(enrolment, "leave_bed", by=by)


def give_beds(centre: Centre, *, by: Any) -> int:
    """Beds for all boarders who have none, in the order of their enrolment; how many got one."""
    waiting = Enrolment.objects.filter(centre=centre, with_bed=True, state=EnrolmentState.ENROLLED)
    waiting = waiting.exclude(pk__in=Stay.objects.filter(until_on__isnull=True).values("enrolment")).order_by("pk")
    given = 0
    for row in waiting:
        try:
            give_bed(row, by=by)
        except Refused:
            continue
        given += 1
    return given


def reduce_capacity(
    centre: Centre, *, first_on: date, last_on: date, percent: int, reason: str = "", by: Any
) -> CapacityReduction:
    """Take a share of the boarders for a while; those who are there stay."""
    if last_on < first_on:
        raise Refused(HouseReason.BAD_DATES, "last_on")
    if not 0 <= percent <= 100:
        raise Refused(HouseReason.PERCENT, "percent")
    with working(centre):
        row = CapacityReduction(centre=centre, first_on=first_on, last_on=last_on, percent=percent, reason=reason)
        return create(row, "lower", by=by)
