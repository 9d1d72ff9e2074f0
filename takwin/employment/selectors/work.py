"""Employers, vacancies and bids as each reader may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from takwin.certification.choices import DiplomaState
from takwin.certification.models import Diploma
from takwin.core.scope import Scope
from takwin.employment.choices.work import EmployerState, JobApplicationState, VacancyState
from takwin.employment.models import Employer, JobApplication, Vacancy, WorkWish
from takwin.occupations.models import Occupation
from takwin.people.models import Person


def employers(scope: Scope) -> QuerySet[Employer]:
    rows = Employer.objects.within(scope).select_related("company__area", "account")
    return rows.annotate(posts=Count("vacancies"))


def employer(scope: Scope, ref: str) -> Employer:
    return Employer.objects.within(scope).select_related("company__area", "account").get(ref=ref)


def claims(scope: Scope, row: Employer) -> list[Employer]:
    """Other accounts of a scope that claim the same company number, to be compared before one is verified."""
    rows = Employer.objects.within(scope).filter(company__ice=row.company.ice).exclude(pk=row.pk)
    return list(rows.select_related("company__area", "account").order_by("pk")[:20])


def employer_of(user: Any) -> Employer | None:
    return Employer.objects.select_related("company__area").filter(account=user).first()


def open_vacancies() -> QuerySet[Vacancy]:
    """What the public reads: open, not expired, of verified employers."""
    return Vacancy.objects.filter(
        state=VacancyState.OPEN, expires_on__gte=timezone.localdate(), employer__state=EmployerState.VERIFIED
    ).with_names()


def open_vacancy(ref: str) -> Vacancy:
    return open_vacancies().get(ref=ref)


def vacancies(scope: Scope) -> QuerySet[Vacancy]:
    """For moderation: those of the areas a visitor watches."""
    return Vacancy.objects.within(scope).with_names().annotate(asked=Count("bids"))


def vacancy(scope: Scope, ref: str) -> Vacancy:
    return Vacancy.objects.within(scope).with_names().get(ref=ref)


def own_vacancies(row: Employer) -> list[Vacancy]:
    waiting = Count(
        "bids",
        Q(bids__state__in=[JobApplicationState.APPLIED, JobApplicationState.SHORTLISTED, JobApplicationState.INVITED]),
    )
    return list(row.vacancies.with_names().annotate(waiting=waiting)[:200])


def own_vacancy(row: Employer, ref: str) -> Vacancy:
    return row.vacancies.with_names().get(ref=ref)


def bids_for(row: Vacancy) -> list[JobApplication]:
    """Who applied; those who withdrew are not shown any more, and nobody to a company that is not verified now."""
    rows = (
        row.bids.filter(vacancy__employer__state=EmployerState.VERIFIED)
        .exclude(state=JobApplicationState.WITHDRAWN)
        .select_related("person")
        .prefetch_related("diplomas")
    )
    return list(rows)


def bid_for(row: Employer, ref: str) -> JobApplication:
    """One bid for one of an employer's vacancies; none is found while the company is not verified."""
    mine = JobApplication.objects.filter(vacancy__employer=row, vacancy__employer__state=EmployerState.VERIFIED)
    rows = mine.exclude(state=JobApplicationState.WITHDRAWN)
    return rows.select_related("person", "vacancy__employer__company", "vacancy__occupation").get(ref=ref)


def file_of(row: JobApplication) -> dict[str, Any]:
    """What an employer reads of a graduate: the name, and what was shared. Nothing else leaves this function."""
    return {
        "name": row.person.name,
        "phone": row.person.phone if row.phone == "shown" else "",
        "words": row.words,
        "diplomas": list(row.diplomas.filter(state=DiplomaState.LIVE)),
    }


def shared_diploma(row: JobApplication, ref: str) -> Diploma:
    return row.diplomas.select_related("enrolment__person", "key").get(ref=ref, state=DiplomaState.LIVE)


def bids_of(user: Any) -> list[JobApplication]:
    rows = JobApplication.objects.filter(person__account=user).select_related(
        "vacancy__employer__company", "vacancy__area"
    )
    return list(rows.order_by("-pk")[:100])


def bid_of(user: Any, row: Vacancy) -> JobApplication | None:
    """A person's bid for one vacancy, unless it was withdrawn."""
    return (
        JobApplication.objects.filter(vacancy=row, person__account=user)
        .exclude(state=JobApplicationState.WITHDRAWN)
        .first()
    )


def own_bid(user: Any, ref: str) -> JobApplication:
    return JobApplication.objects.select_related("vacancy").get(ref=ref, person__account=user)


def live_diplomas(person: Person) -> list[Diploma]:
    rows = Diploma.objects.filter(enrolment__person=person, state=DiplomaState.LIVE)
    return list(rows.select_related("enrolment__version"))


def wish_of(person: Person) -> WorkWish | None:
    return WorkWish.objects.select_related("area").filter(person=person).first()


def occupations() -> list[Occupation]:
    """Unit groups of ISCO-08, for a list."""
    return list(Occupation.objects.filter(code__regex=r"^[0-9]{4}$").order_by("code"))
