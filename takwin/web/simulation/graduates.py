"""Those who were here before: results, juries, signed diplomas, a follow-up after six months, companies that recruit.
All simulated and marked so; made by the services, so that nothing of it could not be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from takwin.accounts.models import User
from takwin.centres.models import Centre
from takwin.certification import services as certification
from takwin.certification.choices import DiplomaState
from takwin.certification.models import Diploma, Jury
from takwin.core.scope import EVERYWHERE
from takwin.employment import services
from takwin.employment.choices import ContractKind, Outcome
from takwin.employment.models import Cohort, Employer, SurveyInvitation, Vacancy
from takwin.occupations.models import Occupation
from takwin.offer.models import Mode, Offering, Season
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.training import services as training
from takwin.training.choices import VersionState
from takwin.training.models import Enrolment, Group, Version

CENTRE, PROVINCE = "cmc-marrakech-safi", "marrakech"
PROGRAMMES, PEOPLE = 4, 32
JURY_AGO, FROZEN_AGO = timedelta(days=200), timedelta(days=190)
SEED = 2025
GRADUATE = "graduate@takwin.example"
MEMBERS = "رئيس القسم; office\nمكوّن المادة; trainer\nمهني من القطاع; professional"
# Shares of answers, and who stays silent: house values of the simulation, after no survey.
ANSWERS = (
    (Outcome.EMPLOYED, 0.34), (Outcome.SELF_EMPLOYED, 0.06), (Outcome.COOPERATIVE, 0.02), (Outcome.OWN_PROJECT, 0.03),
    (Outcome.STUDYING, 0.08), (Outcome.SEEKING, 0.22), (Outcome.INACTIVE, 0.05),
)  # fmt: skip
COMPANIES = (("شركة الساحل للخدمات", "001561191000066"), ("مجموعة النخيل", "002136093000040"))


def play(season: Season, account: Callable[..., User], *, say: Callable[[str], object] = print) -> None:
    """Nothing when it was played before, or when there is nobody."""
    centre = Centre.objects.filter(code=CENTRE).first()
    if centre is None or Cohort.objects.filter(simulated=True).exists() or Jury.objects.exists():
        return
    director = account("director@takwin.example", "")
    rng = np.random.default_rng(SEED)
    groups = [row for version in _versions(centre, season) if (row := _group(version, centre, season, rng))]
    for group in groups:
        _jury(group, director)
    signed = certification.issue(EVERYWHERE)
    if not signed:
        return
    say(f"certification: {len(groups)} juries, {signed} diplomas signed")
    _account(account)
    _taken_back(director)
    _follow(rng)
    _companies(account, rng)
    answered = SurveyInvitation.objects.filter(state="answered").count()
    say(f"employment: {answered} answers, {Vacancy.objects.count()} vacancies")


def _versions(centre: Centre, season: Season) -> list[Version]:
    """One-year curricula of programmes that lead to an occupation, beside those whose groups are in training."""
    busy = Q(programme__versions__state=VersionState.CURRENT)
    rows = Offering.objects.filter(centre=centre, season=season, programme__occupations__isnull=False).exclude(busy)
    found: dict[int, Any] = {}
    for row in rows.select_related("programme").order_by("-seats", "-capacity", "pk"):
        found.setdefault(row.programme_id, row.programme)
    out = []
    for programme in list(found.values())[:PROGRAMMES]:
        version = training.draft(programme, years=1, simulated=True)
        for ar, fr, en in (
            ("التطبيقات المهنية", "Pratique professionnelle", "Professional practice"),
            ("تقنيات المهنة", "Techniques du métier", "Techniques of the trade"),
            ("التواصل", "Communication", "Communication"),
        ):
            training.add_module(version, name_ar=ar, name_fr=fr, name_en=en, weekly=4, length=2)
        out.append(training.put_in_force(version))
    return out


def _group(version: Version, centre: Centre, season: Season, rng: np.random.Generator) -> Group | None:
    """People of the simulation with an examination a module, marks around 12.5, results published."""
    people = Person.objects.filter(simulated=True, account=None, enrolments=None).order_by("-pk")[:PEOPLE]
    if not people:
        return None
    mode = Mode.objects.get(code="initial")
    rows = [
        training.enrol(person, programme=version.programme, centre=centre, mode=mode, season=season, by=None)
        for person in people
    ]
    begun = timezone.localdate() - JURY_AGO - timedelta(days=280)
    Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(since_on=begun)
    group = training.make_group(
        centre=centre, version=version, mode=mode, season=season, capacity=PEOPLE, name=f"DIP-{version.pk}"
    )
    Group.objects.filter(pk=group.pk).update(starts_on=begun, ends_on=begun + timedelta(days=270), simulated=True)
    group.refresh_from_db()
    for row in rows:
        row.refresh_from_db()
        training.place(row, group=group, on=begun, by=None)
    for course in training.open_courses(group, term=1):
        exam = training.plan_assessment(course, kind="module-end", on=begun + timedelta(days=260), by=None)
        marks = {candidate.enrolment.ref: ("marked", _mark(rng), "") for candidate in training.candidates(exam)}
        training.give_marks(exam, marks, place="first", by=None)
        training.publish_marks(training.close_marks(exam, by=None), by=None)
    training.publish_results(group, by=None)
    return group


def _mark(rng: np.random.Generator) -> str:
    return str(round(float(np.clip(rng.normal(12.8, 1.6), 6, 19)) * 4) / 4)


def _jury(group: Group, president: User) -> None:
    row = certification.form_jury(
        group, held_on=timezone.localdate() - JURY_AGO, president=president, members=MEMBERS, by=president
    )
    row = certification.open_jury(row, present=[member.ref for member in row.members.all()[:3]], by=president)
    certification.follow_rule(row, by=president)
    certification.sign_minutes(row, by=president)


def _account(account: Callable[..., User]) -> None:
    """One graduate can sign in."""
    first = Diploma.objects.filter(state=DiplomaState.LIVE).select_related("enrolment__person").order_by("pk").first()
    assert first is not None
    person = first.enrolment.person
    Person.objects.filter(pk=person.pk).update(account=account(GRADUATE, person.name))


def _taken_back(director: User) -> None:
    """One revoked, one suspended: a stranger who verifies sees each answer."""
    last = list(Diploma.objects.filter(state=DiplomaState.LIVE).order_by("-pk")[:2])
    if len(last) == 2:
        certification.revoke_diploma(last[0], reason="error", words="خطأ في الاسم", by=director)
        certification.suspend_diploma(last[1], reason="inquiry", words="", by=director)


def _follow(rng: np.random.Generator) -> None:
    """A cohort frozen half a year ago; eight in ten were reached."""
    today = timezone.localdate()
    first = today - JURY_AGO - timedelta(days=30)
    name = f"خريجو {first.year}"
    cohort = services.freeze_cohort(name=name, first_on=first, last_on=today - FROZEN_AGO, simulated=True)
    services.open_due(today)
    wave = cohort.waves.get(months=6)
    if wave.state != "open":
        return
    edges = np.cumsum([share for _one, share in ANSWERS])
    for sample in wave.samples.with_names():
        if sample.graduate.person.account_id is not None:
            continue  # the one who can sign in answers by hand
        place = int(np.searchsorted(edges, rng.random()))
        if place < len(ANSWERS):
            _answer(sample, ANSWERS[place][0], today, rng)
        elif rng.random() < 0.4:
            for _turn in range(3):
                services.record_attempt(sample, channel="phone", result="no-answer", by=None)


def _answer(sample: SurveyInvitation, outcome: Outcome, today: date, rng: np.random.Generator) -> None:
    kinds = [str(kind) for kind in ContractKind.values]
    services.answer(
        sample, outcome=outcome, contract=kinds[int(rng.integers(len(kinds)))] if outcome == Outcome.EMPLOYED else "",
        in_field="yes" if rng.random() < 0.6 else "no", since_on=today - timedelta(days=int(rng.integers(10, 150))),
        channel="link" if rng.random() < 0.7 else "phone",
    )  # fmt: skip


def _companies(account: Callable[..., User], rng: np.random.Generator) -> None:
    """Two companies: one verified, with vacancies for these trades; one that waits."""
    area = Area.objects.get(code=PROVINCE)
    for place, (name, ice) in enumerate(COMPANIES):
        user = account(("employer@takwin.example", "employer2@takwin.example")[place], name)
        row = services.register_employer(
            name=name, ice=ice, activity="الخدمات", area=area, contact="مسؤول الموارد البشرية",
            phone=f"+21252400000{place}", by=user,
        )  # fmt: skip
        if place == 0:
            _vacancies(services.verify_employer(row, by=None), area, rng)


def _vacancies(employer: Employer, area: Area, rng: np.random.Generator) -> None:
    today = timezone.localdate()
    held = {"programmes__versions__enrolments__diplomas__isnull": False}
    trades = Occupation.objects.filter(code__regex=r"^\d{4}$", **held)
    rows = list(trades.distinct().order_by("code")[:6])
    for index, trade in enumerate(rows):
        low = 3200 + 400 * int(rng.integers(5))
        row = services.post_vacancy(
            employer, title=trade.name_ar, words="العمل ضمن فريق؛ الالتزام بقواعد السلامة؛ تتبع الطلبات.",
            occupation=trade, area=area, contract=ContractKind.values[index % 3], pay_from=low, pay_to=low + 1200,
            places=1 + index % 2, expires_on=today + timedelta(days=30 + index), simulated=True,
        )  # fmt: skip
        if index < len(rows) - 1:
            services.open_vacancy(row, by=None)
