"""Beside the classroom: apprentices in workshops, placements, beds, a short course, marks. All simulated; made by the
services, so that nothing of it could not be."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from django.utils import timezone

from takwin.centres.models import Centre
from takwin.offer.models import Mode, Programme, Season
from takwin.people.models import Person
from takwin.training import services
from takwin.training.choices import VersionState
from takwin.training.choices.assessment import Kind
from takwin.training.choices.companies import BrokenBy, CompanyKind
from takwin.training.models import Company, Contract, Course, Enrolment, Group, Version

CRAFTS, TRADE = "craft-fes", "craft-leather"
APPRENTICES, PLACED = 10, 6
WORKSHOPS = ("ورشة الصفارين", "دار الدباغة", "ورشة باب الفتوح", "تعاونية الجلد الفاسي", "ورشة الطالعة")
SEED = 2024


def play(season: Season) -> None:
    """Nothing when it was played before, or when no group is in training."""
    group = Group.objects.filter(season=season, version__simulated=True).order_by("pk").first()
    if group is None or Company.objects.filter(simulated=True).exists():
        return
    _placements(group)
    _house(group.centre)
    _marks(group)
    crafts = Centre.objects.filter(code=CRAFTS).first()
    if crafts is not None:
        _apprentices(crafts, season)
        _short_course(crafts)


def _placements(group: Group) -> None:
    today = timezone.localdate()
    host = services.add_company(name="شركة الأطلس للخدمات", kind=CompanyKind.COMPANY, places=10, simulated=True)
    convention = services.draw_up_convention(
        host, centre=group.centre, first_on=today - timedelta(days=60), last_on=today + timedelta(days=300),
        places=PLACED, by=None,
    )  # fmt: skip
    services.sign_convention(convention, by=None)
    members = group.members.filter(until_on__isnull=True).order_by("pk")
    for index, row in enumerate(members.select_related("enrolment")[:PLACED]):
        placement = services.plan_placement(
            row.enrolment, company=host, tutor="مؤطر الشركة", objectives="استقبال الزبون؛ تتبع الطلبات",
            first_on=today - timedelta(days=3), last_on=today + timedelta(days=25), by=None,
        )  # fmt: skip
        if index % 2 == 0:
            services.move_placement(placement, verb="begin", by=None)


def _house(centre: Centre) -> None:
    """Half of the first group lives there; next month the house takes half, as houses did in 2021 (s3)."""
    services.open_beds(centre, girls=24, boys=24)
    rows = Enrolment.objects.filter(centre=centre, simulated=True).order_by("pk")
    Enrolment.objects.filter(pk__in=[row.pk for row in rows[:30]]).update(with_bed=True)
    services.give_beds(centre, by=None)
    first = timezone.localdate() + timedelta(days=30)
    services.reduce_capacity(
        centre, first_on=first, last_on=first + timedelta(days=20), percent=50, reason="أشغال في أحد الأجنحة", by=None
    )


def _marks(group: Group) -> None:
    """A test and an examination of each course; two courses are still being marked."""
    rng = np.random.default_rng(SEED)
    courses = list(Course.objects.filter(group=group).order_by("module__order"))
    day = timezone.localdate() - timedelta(days=7)
    for index, course in enumerate(courses):
        for kind in (Kind.CONTINUOUS, Kind.MODULE_END):
            row = services.plan_assessment(course, kind=kind, on=day, by=None)
            marks = {candidate.enrolment.ref: ("marked", _value(rng), "") for candidate in services.candidates(row)}
            if index >= len(courses) - 2 and kind == Kind.MODULE_END:
                marks = dict(list(marks.items())[: len(marks) // 2])
            services.give_marks(row, marks, place="first", by=None)
            if index < len(courses) - 2 or kind == Kind.CONTINUOUS:
                services.publish_marks(services.close_marks(row, by=None), by=None)


def _value(rng: np.random.Generator) -> str:
    """A mark in quarters around 12.5."""
    return str(round(float(np.clip(rng.normal(12.5, 2.5), 3, 19)) * 4) / 4)


def _apprentices(centre: Centre, season: Season) -> None:
    """Contracts in every stage: in force, suspended, broken, replaced."""
    version = _version()
    if version is None:
        return
    houses = [
        services.add_company(
            name=name, kind=CompanyKind.WORKSHOP, activity="الجلد", places=4, simulated=True
        )
        for name in WORKSHOPS
    ]  # fmt: skip
    mode = Mode.objects.get(code="apprenticeship")
    people = Person.objects.filter(simulated=True, enrolments=None).order_by("pk")[:APPRENTICES]
    contracts = []
    for index, person in enumerate(people):
        row = services.enrol(person, programme=version.programme, centre=centre, mode=mode, season=season, by=None)
        contracts.append(_contract(row, houses[index % len(houses)], index))
    if len(contracts) < APPRENTICES:
        return
    services.suspend(contracts[6], reason="توقف الورشة عشرة أيام", by=None)
    today = timezone.localdate()
    for broken in contracts[7:9]:
        services.terminate_contract(broken, on=today, broken_by=BrokenBy.CLOSURE, reason="أغلقت الورشة", by=None)
    services.replace(
        contracts[8], company=houses[0], tutor="معلم آخر", first_on=today + timedelta(days=5),
        last_on=today + timedelta(days=330), by=None,
    )  # fmt: skip


def _version() -> Version | None:
    found = Version.objects.filter(programme__code=TRADE, state=VersionState.CURRENT).first()
    programme = Programme.objects.filter(code=TRADE).first()
    if found is not None or programme is None:
        return found
    row = services.draft(programme, years=1, simulated=True)
    services.add_module(
        row, name_ar="تقنيات الجلد", name_fr="Techniques du cuir", name_en="Leather techniques", weekly=4, length=4
    )
    return services.put_in_force(row)


def _contract(enrolment: Enrolment, house: Company, index: int) -> Contract:
    first = timezone.localdate() - timedelta(days=30)
    row = services.draw_up(
        enrolment, company=house, tutor=f"معلم {house.name}", first_on=first, last_on=first + timedelta(days=365),
        by=None,
    )  # fmt: skip
    return services.register(services.sign(row, by=None), number=f"SIM-{index + 1:03}", by=None)


def _short_course(centre: Centre) -> None:
    today = timezone.localdate()
    row = services.ask_course(
        centre=centre,
        title="التسويق الرقمي لمنتوجات الجلد",
        contents="صور المنتوج؛ الثمن؛ البيع عبر الإنترنت",
        by=None,
    )
    days = [today - timedelta(days=2), today - timedelta(days=1), today]
    names = [f"حرفي {index}" for index in range(1, 13)]
    services.plan_course(row, days="\n".join(str(day) for day in days), names="\n".join(names), by=None)
    people = [participant.ref for participant in row.participants.order_by("pk")]
    for day, count in zip(days, (12, 11, 9), strict=True):
        services.mark_day(row, on=day, present=people[:count], by=None)
    services.hold_course(row, by=None)
    services.ask_course(centre=centre, title="سلامة العاملين بمواد الدباغة", by=None)
