"""A centre with a curriculum, people, rooms and trainers, made by the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.centres.models import Centre
from takwin.offer.models import Mode, Programme, Season
from takwin.people.models import Person
from takwin.training import services
from takwin.training.models import (
    Company,
    Contract,
    Course,
    Enrolment,
    Group,
    Roll,
    Statement,
    Term,
    Timetable,
    Trainer,
    Version,
)

CENTRE, PROGRAMME = "ismss-meknes", "pharmacy-assistant"


def make_running_season(**over: Any) -> Season:
    """A season whose first term is under way: training began four weeks ago, on a Monday."""
    today = timezone.localdate()
    first = today - timedelta(days=today.weekday() + 28)
    values = {"code": "2024-2025", "state": "allocated", "starts_on": first, "first_year_starts_on": first}
    season = Season.objects.filter(code=values["code"]).first()
    if season is None:
        return Season.objects.create(**values | over)
    Season.objects.filter(pk=season.pk).update(starts_on=first, first_year_starts_on=first)
    season.refresh_from_db()
    return season


def make_version(programme: str = PROGRAMME, modules: int = 3, **over: Any) -> Version:
    """A curriculum in force: so many modules of four hours a week, in sessions of two."""
    version = services.draft(Programme.objects.get(code=programme), **over)
    for turn in range(modules):
        services.add_module(version, name_ar=f"وحدة {turn + 1}", name_fr=f"Module {turn + 1}", weekly=4, length=2)
    return services.put_in_force(version)


# A number in a name, in letters that sort as its digits do.
LETTERS = str.maketrans("0123456789", "ابتثجحخدذر")


def make_person(number: int = 1, **over: Any) -> Person:
    values = {
        "given_name": "سلمى", "family_name": f"أمزيان {str(number).translate(LETTERS)}",
        "sex": ("female", "male")[number % 2], "born_on": date(2005, 3, 12), "phone": f"+2126{number:08}",
    }  # fmt: skip
    return Person.objects.create(**values | over)


def make_enrolment(version: Version | None = None, number: int = 1, centre: str = CENTRE, **over: Any) -> Enrolment:
    version = version or Version.objects.filter(state="current").first() or make_version()
    return services.enrol(
        over.pop("person", None) or make_person(number), programme=version.programme,
        centre=Centre.objects.get(code=centre), mode=Mode.objects.get(code="initial"), season=make_running_season(),
        **over,
    )  # fmt: skip


def make_group(version: Version | None = None, name: str = "PA1-1", people: int = 3, **over: Any) -> Group:
    """A group with members since its first day."""
    season = make_running_season()
    version = version or Version.objects.filter(state="current").first() or make_version()
    centre = Centre.objects.get(code=over.pop("centre", CENTRE))
    values: dict[str, Any] = {"capacity": 24} | over
    first = values.pop("first", 1)
    group = services.make_group(
        centre=centre, version=version, mode=Mode.objects.get(code="initial"), season=season, name=name, **values
    )
    for number in range(people):
        row = make_enrolment(version, first + number, centre.code)
        Enrolment.objects.filter(pk=row.pk).update(since_on=group.starts_on)
        services.place(row, group=group, on=group.starts_on, by=None)
    group.refresh_from_db()
    return group


def make_trainer(name: str = "أستاذ", account: Any = None, centre: str = CENTRE, **over: Any) -> Trainer:
    values: dict[str, Any] = {"teaches": [Programme.objects.get(code=PROGRAMME)]} | over
    return services.add_trainer(centre=Centre.objects.get(code=centre), name=name, account=account, **values)


def make_room(name: str = "قاعة 1", centre: str = CENTRE, **over: Any) -> Any:
    return services.add_room(centre=Centre.objects.get(code=centre), name=name, **over)


def make_term() -> Term:
    return services.make_terms(make_running_season())[0]


def make_timetable(groups: int = 2, rooms: int = 2, **over: Any) -> Timetable:
    """Two groups, a trainer each, two rooms; all sessions wait for a place."""
    version = Version.objects.filter(state="current").first() or make_version()
    for turn in range(rooms):
        make_room(f"قاعة {turn + 1}")
    term = make_term()
    for turn in range(groups):
        group = make_group(version, f"PA1-{turn + 1}", first=1 + 10 * turn, **over)
        trainer = make_trainer(f"أستاذ {turn + 1}")
        for course in services.open_courses(group, term=1):
            services.assign(course, trainer=trainer, by=None)
    return services.open_timetable(Centre.objects.get(code=CENTRE), term=term)


def make_solved(**over: Any) -> Timetable:
    return services.solve_timetable(make_timetable(**over), steps=20_000)


def make_course(group: Group, trainer: Trainer | None = None) -> Course:
    course = services.open_courses(group, term=1)[0]
    return services.assign(course, trainer=trainer, by=None) if trainer else course


def make_training() -> dict[str, Any]:
    """One of each at Meknès, with a published week and a roll of last week."""
    timetable = make_solved(groups=1)
    services.publish_timetable(timetable, by=None)
    group = Group.objects.get(name="PA1-1")
    enrolment = Enrolment.objects.filter(memberships__group=group).first()
    trainer = Trainer.objects.get()
    account = make_user("teach@example.org", "trainer", centre=CENTRE)
    Trainer.objects.filter(pk=trainer.pk).update(account=account)
    course = group.courses.first()
    on = timezone.localdate() - timedelta(days=7)
    said = {
        "key": "00000000-0000-4000-8000-000000000001", "course": course.ref, "on": str(on), "hour": 0, "length": 2,
        "trainee": enrolment.ref, "value": "absent",
    }  # fmt: skip
    services.sync([said], by=account, may=lambda *_: True, holds=lambda *_: True)
    excuse = services.ask_excuse(enrolment, first_on=on, last_on=on, kind="illness", proof=make_proof(), by=None)
    return {
        "group": group, "enrolment": enrolment, "trainer": trainer, "timetable": timetable,
        "curriculum": group.version, "session": timetable.sessions.first(), "roll": Roll.objects.get(),
        "room": timetable.centre.rooms.first(), "excuse": excuse, **make_bound(enrolment),
    }  # fmt: skip


def make_apprentice(number: int = 70, **over: Any) -> Enrolment:
    """Someone of twenty-one who trains by apprenticeship."""
    version = Version.objects.filter(state="current").first() or make_version()
    return services.enrol(
        make_person(number, **over), programme=version.programme, centre=Centre.objects.get(code=CENTRE),
        mode=Mode.objects.get(code="apprenticeship"), season=make_running_season(),
    )  # fmt: skip


def make_company(name: str = "ورشة النحاس", **over: Any) -> Company:
    return services.add_company(name=name, kind="workshop", **over)


def make_contract(enrolment: Enrolment | None = None, company: Company | None = None, **over: Any) -> Contract:
    """A year from a month ago on, in a workshop."""
    first = timezone.localdate() - timedelta(days=30)
    values: dict[str, Any] = {
        "tutor": "المعلم", "first_on": first, "last_on": first + timedelta(days=365), "share": 80,
    } | over  # fmt: skip
    return services.draw_up(enrolment or make_apprentice(), company=company or make_company(), by=None, **values)


def make_convention(company: Company, **over: Any) -> Any:
    first = timezone.localdate() - timedelta(days=30)
    values: dict[str, Any] = {"first_on": first, "last_on": first + timedelta(days=200), "places": 1} | over
    row = services.draw_up_convention(company, centre=Centre.objects.get(code=CENTRE), by=None, **values)
    return services.sign_convention(row, by=None)


def make_bound(enrolment: Enrolment) -> dict[str, Any]:
    """A company with a contract of an apprentice and a placement of a trainee."""
    company = make_company()
    make_convention(company)
    today = timezone.localdate()
    placement = services.plan_placement(
        enrolment, company=company, tutor="المعلم", first_on=today, last_on=today + timedelta(days=10), by=None
    )
    return {"company": company, "contract": make_contract(company=company), "placement": placement}


def make_proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("شهادة.pdf", b"%PDF-1.4 a certificate")


def current_statement(enrolment: Enrolment) -> Statement:
    return Statement.objects.get(enrolment=enrolment, is_current=True)
