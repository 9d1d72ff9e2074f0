"""Juries as their readers see them, and groups that wait for one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from takwin.accounts.selectors import holders
from takwin.certification.choices import Decision, JuryState
from takwin.certification.models import Amendment, Diploma, Jury, Verdict
from takwin.certification.rules.flows import STANDING
from takwin.core.scope import Scope
from takwin.training.models import Enrolment, Group, Result


def juries(scope: Scope) -> QuerySet[Jury]:
    rows = Jury.objects.within(scope).with_names()
    return rows.annotate(
        people=Count("verdicts", distinct=True),
        admitted=Count("verdicts", Q(verdicts__decision=Decision.ADMITTED), distinct=True),
    )


def jury(scope: Scope, ref: str) -> Jury:
    return Jury.objects.within(scope).with_names().get(ref=ref)


def waiting_groups(scope: Scope, limit: int = 50) -> list[Group]:
    """Groups with a published result of their year and no jury for it."""
    has = Result.objects.filter(enrolment__memberships__group=OuterRef("pk"), year=OuterRef("year"))
    sat = Jury.objects.filter(group=OuterRef("pk"), year=OuterRef("year")).exclude(state=JuryState.CANCELLED)
    rows = Group.objects.within(scope).filter(Exists(has)).exclude(Exists(sat)).with_names()
    return list(rows.order_by("centre", "name")[:limit])


def group(scope: Scope, ref: str) -> Group:
    return Group.objects.within(scope).with_names().get(ref=ref)


def presidents(row: Group) -> list[Any]:
    """Who may sign the minutes of a group's jury."""
    return list(holders("certification.sign", row.centre)[:100])


def verdicts(row: Jury) -> list[Verdict]:
    """Verdicts in the order of family names, with the result of each."""
    rows = row.verdicts.select_related("enrolment__person", "enrolment__version__programme", "result")
    return sorted(
        rows,
        key=lambda verdict: (verdict.enrolment.person.family_name, verdict.enrolment.person.given_name, verdict.pk),
    )


def amendments(row: Jury) -> list[Amendment]:
    rows = Amendment.objects.filter(verdict__jury=row).select_related("verdict__enrolment__person", "by")
    return list(rows)


def people(row: Group) -> list[Enrolment]:
    """Who is in a group now."""
    rows = Enrolment.objects.filter(memberships__group=row, memberships__until_on__isnull=True)
    return list(rows.select_related("person").order_by("pk"))


def last_results(enrolments: Iterable[Enrolment], year: int) -> dict[int, Result]:
    """The current result of each of some trainees in a year: {enrolment key: result}."""
    rows = Result.objects.filter(enrolment__in=[row.pk for row in enrolments], year=year).annotate(
        top=Max("enrolment__results__round", filter=Q(enrolment__results__year=year))
    )
    return {row.enrolment_id: row for row in rows.filter(round=F("top"))}


def counts(rows: Iterable[Verdict]) -> dict[str, int]:
    """How many of each decision; undecided under the empty name."""
    out = dict.fromkeys(["", *Decision.values], 0)
    for row in rows:
        out[row.decision] += 1
    return out


def without_diploma(scope: Scope, jury: Jury | None = None) -> QuerySet[Verdict]:
    """Verdicts of signed minutes that admit in the last year of a programme and have no diploma in force."""
    seen = Jury.objects.within(scope).filter(state=JuryState.SIGNED)
    if jury is not None:
        seen = seen.filter(pk=jury.pk)
    in_force = Diploma.objects.filter(enrolment=OuterRef("enrolment"), module="", state__in=STANDING)
    return Verdict.objects.filter(
        jury__in=seen, decision=Decision.ADMITTED, jury__year=F("enrolment__version__years")
    ).exclude(Exists(in_force))
