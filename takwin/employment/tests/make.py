"""A frozen cohort with an open wave, an employer with an open vacancy: made by the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.certification import services as certification
from takwin.certification.models import Diploma
from takwin.certification.tests.make import make_signed_jury
from takwin.core.scope import EVERYWHERE
from takwin.employment import services
from takwin.employment.models import Cohort, Employer, SurveyInvitation, SurveyWave, Vacancy
from takwin.occupations.models import Occupation
from takwin.territory.models import Area

ICE, OTHER_ICE = "001561191000066", "002136093000040"


def make_graduates(count: int = 3, **over: Any) -> list[Diploma]:
    """Diplomas signed today, of one group."""
    jury = make_signed_jury(*(["14"] * count), **over)
    certification.issue(EVERYWHERE, jury)
    return list(Diploma.objects.filter(verdict__jury=jury).select_related("enrolment__person").order_by("pk"))


def make_cohort(count: int = 3, **over: Any) -> Cohort:
    make_graduates(count, **over)
    today = timezone.localdate()
    return services.freeze_cohort(name="خريجو اليوم", first_on=today - timedelta(days=30), last_on=today)


def make_wave(count: int = 3, **over: Any) -> SurveyWave:
    """The first follow-up of a cohort, under way."""
    wave = make_cohort(count, **over).waves.get(months=6)
    return services.open_wave(wave)


def make_sample(**over: Any) -> SurveyInvitation:
    return make_wave(1, **over).samples.with_names().get()


def make_employer(email: str = "boss@example.org", ice: str = ICE, verified: bool = True) -> Employer:
    row = services.register_employer(
        name=f"شركة {email}", ice=ice, area=Area.objects.get(code="meknes"), contact="المدير", phone="+212600000000",
        by=make_user(email),
    )  # fmt: skip
    return services.verify_employer(row, by=None) if verified else row


def make_vacancy(employer: Employer | None = None, **over: Any) -> Vacancy:
    """A post of the trade at Meknès, open."""
    opened = over.pop("opened", True)
    values: dict[str, Any] = {
        "title": "مساعد صيدلي", "words": "استقبال الزبناء", "occupation": Occupation.objects.get(code="3213"),
        "area": Area.objects.get(code="meknes"), "contract": "permanent", "pay_from": 3500, "pay_to": 4500,
        "expires_on": timezone.localdate() + timedelta(days=30),
    } | over  # fmt: skip
    row = services.post_vacancy(employer or make_employer(), **values)
    return services.open_vacancy(row, by=None) if opened else row


def make_employment() -> dict[str, Any]:
    """One of each at Meknès."""
    sample = make_sample()
    vacancy = make_vacancy()
    bid = services.bid(vacancy, person=sample.graduate.person)
    return {
        "wave": sample.wave, "sample": sample, "vacancy": vacancy, "employer": vacancy.employer, "bid": bid,
        "cohort": sample.wave.cohort,
    }  # fmt: skip
