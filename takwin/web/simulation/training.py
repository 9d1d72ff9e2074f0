"""A centre at work: curricula, groups, trainers, rooms, a published week and two weeks of rolls. All simulated, and
marked so; made by the services, so that nothing of it could not be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.utils import timezone

from takwin.accounts.models import User
from takwin.centres.models import Centre
from takwin.core.dates import CASABLANCA
from takwin.offer.models import Mode, Offering, Season
from takwin.people.models import Person
from takwin.training import services
from takwin.training.choices import RoomKind, TrainerStatus, VersionState
from takwin.training.models import Group, Member, Term, Timetable, Trainer, Version
from takwin.training.selectors.weeks import published, sittings
from takwin.web.simulation.words import FAMILY, GIVEN

CENTRE = "cmc-marrakech-safi"
PROGRAMMES, GROUPS_EACH, PEOPLE = 4, 2, 18
WEEKS_BEFORE, WEEKS_AFTER = 8, 11
SEED = 2024
# Modules of any trade, the trade's own practice first: name, hours a week, hours a session, where.
MODULES = (
    ("التطبيقات المهنية", "Pratique professionnelle", "Professional practice", 8, 4, RoomKind.PLATFORM),
    ("تقنيات المهنة", "Techniques du métier", "Techniques of the trade", 6, 2, RoomKind.WORKSHOP),
    ("التواصل بالفرنسية", "Communication en français", "Communication in French", 2, 2, RoomKind.CLASSROOM),
    ("الإنجليزية المهنية", "Anglais professionnel", "Professional English", 2, 2, RoomKind.CLASSROOM),
    ("المهارات الرقمية", "Compétences numériques", "Digital skills", 4, 2, RoomKind.COMPUTING),
    ("الصحة والسلامة", "Santé et sécurité", "Health and safety", 2, 2, RoomKind.CLASSROOM),
    ("ريادة الأعمال", "Entrepreneuriat", "Entrepreneurship", 2, 2, RoomKind.CLASSROOM),
)
ROOMS = (
    (RoomKind.CLASSROOM, 5, "قاعة"), (RoomKind.WORKSHOP, 3, "ورشة"), (RoomKind.PLATFORM, 3, "منصة تطبيقية"),
    (RoomKind.COMPUTING, 2, "قاعة معلوميات"),
)  # fmt: skip


def play(
    season: Season, account: Any, *, seconds: float = 8, say: Callable[[str], object] = print
) -> Timetable | None:
    """Make the centre's training run; None when it runs already, or when there is nobody to train.

    `account(email, name)` gives a user who can sign in.
    """
    groups = prepare(season, account)
    if not groups:
        return None
    centre = groups[0].centre
    row = services.open_timetable(centre, term=Term.objects.get(season=season, number=1))
    row = services.solve_timetable(row, seconds=seconds)
    say(f"training: {len(groups)} groups, {row.report['placed']} sessions placed, {row.report['unplaced']} left")
    if not row.report["unplaced"]:
        row = services.publish_timetable(row, by=None)
        say(f"training: {_rolls(groups)} statements of rolls")
    return row


def prepare(season: Season, account: Any) -> list[Group]:
    """People in groups, rooms, trainers with their courses; no timetable yet. Nothing when it was done before."""
    centre = Centre.objects.filter(code=CENTRE).first()
    if centre is None or Group.objects.filter(centre=centre).exists():
        return []
    _terms(season)
    for year in (timezone.localdate().year, timezone.localdate().year + 1):
        services.load_calendar(year)
    groups = _groups(centre, season, _versions(centre, season))
    if groups:
        _rooms(centre)
        _staff(centre, groups, account)
        _trainee(groups[0], account)
    return groups


def _terms(season: Season) -> None:
    """Terms around today, whatever the season's published dates."""
    today = timezone.localdate()
    first = today - timedelta(days=today.weekday() + 7 * WEEKS_BEFORE)
    middle = first + timedelta(weeks=WEEKS_BEFORE + WEEKS_AFTER, days=5)
    second = (middle + timedelta(days=2), middle + timedelta(weeks=18))
    for number, (begin, end) in enumerate(((first, middle), second), 1):
        Term.objects.get_or_create(season=season, number=number, defaults={"starts_on": begin, "ends_on": end})


def _versions(centre: Centre, season: Season) -> list[Version]:
    offerings = Offering.objects.filter(centre=centre, season=season, programme__kind="diploma")
    out = []
    for offering in offerings.select_related("programme").order_by("-capacity", "pk")[:PROGRAMMES]:
        found = Version.objects.filter(programme=offering.programme, state=VersionState.CURRENT).first()
        if found is None:
            found = services.draft(offering.programme, years=2, simulated=True)
            for ar, fr, en, weekly, length, room in MODULES:
                services.add_module(
                    found, name_ar=ar, name_fr=fr, name_en=en, weekly=weekly, length=length, room_kind=room,
                    theory=weekly * 6, practice=weekly * 12, weight=2 if weekly > 4 else 1,
                )  # fmt: skip
            found = services.put_in_force(found)
        out.append(found)
    return out


def _groups(centre: Centre, season: Season, versions: list[Version]) -> list[Group]:
    """Second-year people of the simulation; they were admitted a year before it begins."""
    mode = Mode.objects.get(code="initial")
    people = iter(Person.objects.filter(simulated=True, account=None, enrolments=None).order_by("pk"))
    for version in versions:
        for _turn in range(GROUPS_EACH * PEOPLE):
            if (person := next(people, None)) is None:
                break
            row = services.enrol(person, programme=version.programme, centre=centre, mode=mode, season=season, by=None)
            row.since_on = Term.objects.get(season=season, number=1).starts_on
            row.save(update_fields=["since_on"])
    groups = []
    for version in versions:
        if version.enrolments.exists():
            groups += services.form_groups(
                centre=centre, version=version, mode=mode, season=season, capacity=PEOPLE + 2
            )
    first = Term.objects.get(season=season, number=1).starts_on
    Member.objects.filter(group__in=groups).update(since_on=first)
    return groups


def _rooms(centre: Centre) -> None:
    for kind, number, name in ROOMS:
        for index in range(1, number + 1):
            services.add_room(centre=centre, name=f"{name} {index}", kind=kind, capacity=24, simulated=True)


def _staff(centre: Centre, groups: list[Group], account: Any) -> None:
    """Enough trainers for the hours: each takes courses of any group until the week is full."""
    rng = np.random.default_rng(SEED)
    programmes = list({group.version.programme_id: group.version.programme for group in groups}.values())
    courses = [course for group in groups for course in services.open_courses(group, term=1)]
    courses.sort(key=lambda course: (course.module.order, course.pk))
    trainer: Trainer | None = None
    left = 0
    for course in courses:
        if trainer is None or left < course.module.weekly:
            user = account("trainer@takwin.example", "") if trainer is None else None
            name = _name(rng)
            status = TrainerStatus.PERMANENT if rng.random() < 0.7 else TrainerStatus.CONTRACT
            trainer = services.add_trainer(
                centre=centre, name=name, status=status, weekly=26, teaches=programmes, account=user, simulated=True
            )
            left = 22
        services.assign(course, trainer=trainer, by=None)
        left -= course.module.weekly


def _name(rng: np.random.Generator) -> str:
    given = GIVEN["male" if rng.random() < 0.5 else "female"].split(";")
    families = FAMILY.split(";")
    pair = given[int(rng.integers(len(given)))], families[int(rng.integers(len(families)))]
    return " ".join(re.sub(r"[A-Za-z’' -]+$", "", words) for words in pair)


def _rolls(groups: list[Group]) -> int:
    """Two weeks of rolls as phones would send them: nine in ten present. Returns how many statements."""
    rng, today = np.random.default_rng(SEED), timezone.localdate()
    batch: list[dict[str, Any]] = []
    for group in groups:
        refs = list(group.members.values_list("enrolment__ref", flat=True))
        held = sittings(published(course__group=group), today - timedelta(days=14), today - timedelta(days=1))
        for sitting in held:
            for ref in refs:
                batch.append(_statement(sitting.session, sitting.on, ref, rng))
    for start in range(0, len(batch), 1_000):
        services.sync(batch[start : start + 1_000], by=None, may=lambda *_: True, late=True)
    return len(batch)


def _statement(session: Any, on: date, ref: str, rng: np.random.Generator) -> dict[str, Any]:
    value = ("present", "late", "absent")[int(np.searchsorted((0.9, 0.94), rng.random()))]
    at = datetime.combine(on, time(9), CASABLANCA)
    return {
        "key": str(UUID(bytes=rng.bytes(16), version=4)), "course": session.course.ref, "on": str(on),
        "hour": session.slot % 8, "length": session.length, "trainee": ref, "value": value,
        "minutes": int(rng.integers(3, 25)) if value == "late" else 0, "told_at": at.isoformat(),
        "device": "simulated",
    }  # fmt: skip


def _trainee(group: Group, account: Any) -> None:
    """Someone of the first group can sign in."""
    person = group.members.order_by("pk")[0].enrolment.person
    user: User = account("trainee@takwin.example", person.name)
    Person.objects.filter(pk=person.pk).update(account=user)
