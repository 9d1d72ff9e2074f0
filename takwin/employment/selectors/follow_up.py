"""Cohorts, waves and samples as their readers see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from takwin.core.scope import Scope
from takwin.employment import tokens
from takwin.employment.choices import InvitationState
from takwin.employment.models import Answer, Attempt, Cohort, Graduate, SurveyInvitation, SurveyWave


def cohorts() -> list[Cohort]:
    rows = Cohort.objects.annotate(people=Count("graduates", distinct=True)).prefetch_related("waves")
    return list(rows.order_by("-last_on"))


def waves() -> QuerySet[SurveyWave]:
    return SurveyWave.objects.select_related("cohort").order_by("-opens_on")


def wave(ref: str) -> SurveyWave:
    return SurveyWave.objects.select_related("cohort").get(ref=ref)


def samples(scope: Scope, row: SurveyWave) -> QuerySet[SurveyInvitation]:
    """Those of a wave whom the visitor follows, with how often they were tried."""
    rows = SurveyInvitation.objects.within(scope).filter(wave=row).with_names()
    return rows.annotate(tries=Count("attempts"))


def sample(scope: Scope, ref: str) -> SurveyInvitation:
    return SurveyInvitation.objects.within(scope).with_names().get(ref=ref)


def surveyed(token: str) -> SurveyInvitation:
    """The sample of a signed address. Raises DoesNotExist."""
    return SurveyInvitation.objects.with_names().get(ref=tokens.read(token))


def attempts(row: SurveyInvitation) -> list[Attempt]:
    return list(row.attempts.select_related("by").order_by("-pk"))


def answers(row: SurveyInvitation) -> list[Answer]:
    """The current answer first."""
    return list(row.answers.select_related("by").order_by("-turn"))


def progress(scope: Scope, row: SurveyWave) -> dict[str, int]:
    """How many of each state, of those the visitor follows; `frame` is all of them."""
    rows = SurveyInvitation.objects.within(scope).filter(wave=row)
    return rows.aggregate(
        frame=Count("pk"), **{str(state.value): Count("pk", Q(state=state)) for state in InvitationState}
    )


def graduate_of(user: Any) -> Graduate | None:
    """The newest graduation of a signed-in person."""
    return Graduate.objects.filter(person__account=user).order_by("-graduated_on", "-pk").first()


def open_surveys(user: Any) -> list[SurveyInvitation]:
    """What a signed-in graduate may answer now."""
    rows = SurveyInvitation.objects.filter(graduate__person__account=user, wave__state="open")
    return list(rows.select_related("wave__cohort"))
