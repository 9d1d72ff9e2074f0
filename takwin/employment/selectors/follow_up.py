"""Cohorts, waves and samples as their readers see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from takwin.core.scope import Scope
from takwin.employment import tokens
from takwin.employment.choices import SampleState
from takwin.employment.models import Answer, Attempt, Cohort, Graduate, Sample, Wave


def cohorts() -> list[Cohort]:
    rows = Cohort.objects.annotate(people=Count("graduates", distinct=True)).prefetch_related("waves")
    return list(rows.order_by("-last_on"))


def waves() -> QuerySet[Wave]:
    return Wave.objects.select_related("cohort").order_by("-opens_on")


def wave(ref: str) -> Wave:
    return Wave.objects.select_related("cohort").get(ref=ref)


def samples(scope: Scope, row: Wave) -> QuerySet[Sample]:
    """Those of a wave whom the visitor follows, with how often they were tried."""
    rows = Sample.objects.within(scope).filter(wave=row).with_names()
    return rows.annotate(tries=Count("attempts"))


def sample(scope: Scope, ref: str) -> Sample:
    return Sample.objects.within(scope).with_names().get(ref=ref)


def surveyed(token: str) -> Sample:
    """The sample of a signed address. Raises DoesNotExist."""
    return Sample.objects.with_names().get(ref=tokens.read(token))


def attempts(row: Sample) -> list[Attempt]:
    return list(row.attempts.select_related("by").order_by("-pk"))


def answers(row: Sample) -> list[Answer]:
    """The current answer first."""
    return list(row.answers.select_related("by").order_by("-turn"))


def progress(scope: Scope, row: Wave) -> dict[str, int]:
    """How many of each state, of those the visitor follows; `frame` is all of them."""
    rows = Sample.objects.within(scope).filter(wave=row)
    return rows.aggregate(
        frame=Count("pk"), **{str(state.value): Count("pk", Q(state=state)) for state in SampleState}
    )


def graduate_of(user: Any) -> Graduate | None:
    """The newest graduation of a signed-in person."""
    return Graduate.objects.filter(person__account=user).order_by("-graduated_on", "-pk").first()


def open_surveys(user: Any) -> list[Sample]:
    """What a signed-in graduate may answer now."""
    rows = Sample.objects.filter(graduate__person__account=user, wave__state="open")
    return list(rows.select_related("wave__cohort"))
