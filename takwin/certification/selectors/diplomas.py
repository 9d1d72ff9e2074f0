"""Diplomas as the office and their holders see them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from takwin.certification import tokens
from takwin.certification.choices import DiplomaState, ShareState
from takwin.certification.models import Diploma, Share
from takwin.core.scope import Scope
from takwin.engines.credentials import LIST_BITS
from takwin.training.models import Enrolment
from takwin.training.selectors import assessment

ISSUED = (DiplomaState.LIVE, DiplomaState.SUSPENDED, DiplomaState.REVOKED)


def diplomas(scope: Scope) -> QuerySet[Diploma]:
    return Diploma.objects.within(scope).select_related("enrolment__centre", "enrolment__version__programme", "key")


def diploma(scope: Scope, ref: str) -> Diploma:
    return diplomas(scope).select_related("enrolment__person", "verdict__jury").get(ref=ref)


def of_person(user: Any) -> list[Diploma]:
    """A signed-in person's own, newest first; those not signed yet are not shown."""
    rows = Diploma.objects.filter(enrolment__person__account=user, state__in=ISSUED)
    return list(rows.select_related("enrolment__centre"))


def own(user: Any, ref: str) -> Diploma:
    rows = Diploma.objects.filter(enrolment__person__account=user, state__in=ISSUED)
    return rows.select_related("enrolment__person", "enrolment__centre", "enrolment__version__programme", "key").get(
        ref=ref
    )


def shares(row: Diploma) -> list[Share]:
    return list(row.shares.all()[:50])


def own_share(user: Any, ref: str) -> Share:
    return Share.objects.select_related("diploma").get(ref=ref, diploma__enrolment__person__account=user)


def shared(token: str) -> Share:
    """What an address given away shows. DoesNotExist: none, withdrawn, or its last day is over."""
    ref = tokens.read_share(token)
    return Share.objects.select_related("diploma__key").get(
        ref=ref, state=ShareState.OPEN, until_on__gte=timezone.localdate()
    )


def modules_for(user: Any) -> list[dict[str, Any]]:
    """Modules a person has passed and holds no certificate of: enrolment, code, name, average."""
    out = []
    rows = Enrolment.objects.filter(person__account=user).select_related("version")
    for enrolment in rows:
        names = assessment.names_of(enrolment)
        had = set(
            Diploma.objects.filter(enrolment=enrolment)
            .exclude(state=DiplomaState.REVOKED)
            .values_list("module", flat=True)
        )
        for result in assessment.results(enrolment):
            out += [
                {"enrolment": enrolment, "code": line["code"], "module": names[line["code"]], "line": line}
                for line in result.lines
                if line["decision"] in {"passed", "compensated"} and line["code"] in names and line["code"] not in had
            ]
    return out


def bits(states: Collection[str], number: int) -> list[int]:
    """Which bits of the list of this number are set: diplomas in one of these states."""
    first = number * LIST_BITS
    rows = Diploma.objects.filter(state__in=states, pk__gte=first, pk__lt=first + LIST_BITS)
    return [key - first for key in rows.values_list("pk", flat=True)]


def last_list() -> int:
    """The number of the newest list that holds a diploma."""
    newest = Diploma.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) // LIST_BITS
