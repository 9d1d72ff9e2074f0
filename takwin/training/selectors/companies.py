"""Companies, conventions, placements and contracts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.training.choices.companies import ContractState, PlacementState
from takwin.training.models import Company, Contract, Convention, Enrolment, Placement

IN_FORCE = [ContractState.SIGNED, ContractState.REGISTERED]
HELD = [ContractState.DRAFT, ContractState.SIGNED, ContractState.REGISTERED, ContractState.SUSPENDED]


def companies(centre: Centre) -> QuerySet[Company]:
    """Every company of the network, with what this centre has there."""
    mine = Q(contracts__enrolment__centre=centre, contracts__state__in=HELD)
    return Company.objects.filter(listed=True).annotate(
        taken=Count("contracts", filter=Q(contracts__state__in=HELD), distinct=True),
        ours=Count("contracts", filter=mine, distinct=True),
    )


def by_ref(ref: str) -> Company | None:
    return Company.objects.filter(ref=ref, listed=True).first()


def company(ref: str) -> Company:
    return Company.objects.get(ref=ref, listed=True)


def conventions(row: Company, scope: Scope) -> list[Convention]:
    return list(Convention.objects.within(scope).filter(company=row).select_related("centre"))


def convention(scope: Scope, ref: str) -> Convention:
    return Convention.objects.within(scope).get(ref=ref)


def contracts_of(row: Company, scope: Scope) -> list[Contract]:
    rows = Contract.objects.within(scope).filter(company=row)
    return list(rows.select_related("enrolment__person")[:100])


def contracts(centre: Centre) -> list[Contract]:
    rows = Contract.objects.filter(enrolment__centre=centre).select_related("enrolment__person", "company")
    return list(rows.order_by("state", "-first_on")[:200])


def placements(centre: Centre) -> list[Placement]:
    rows = Placement.objects.filter(enrolment__centre=centre)
    return list(rows.select_related("enrolment__person", "convention__company").order_by("-first_on")[:100])


def in_companies(centre: Centre) -> int:
    """Trainees of a centre who are in a company, a workshop or a cooperative today."""
    today = timezone.localdate()
    now = Q(first_on__lte=today, last_on__gte=today)
    there = set(
        Placement.objects.filter(now, enrolment__centre=centre, state=PlacementState.RUNNING)
        .values_list("enrolment", flat=True)
    )  # fmt: skip
    bound = Contract.objects.filter(now, enrolment__centre=centre, state__in=IN_FORCE)
    return len(there | set(bound.values_list("enrolment", flat=True)))


def contract(scope: Scope, ref: str) -> Contract:
    return (
        Contract.objects.within(scope)
        .select_related("enrolment__person", "enrolment__centre", "enrolment__mode", "company", "replaces__company")
        .get(ref=ref)
    )


def placement(scope: Scope, ref: str) -> Placement:
    names = ("enrolment__person", "enrolment__centre", "convention__company")
    return Placement.objects.within(scope).select_related(*names).get(ref=ref)


def of_trainee(row: Enrolment) -> dict[str, Any]:
    """A trainee's contracts and placements, newest first."""
    return {
        "contracts": list(Contract.objects.filter(enrolment=row).select_related("company")),
        "placements": list(Placement.objects.filter(enrolment=row).select_related("convention__company")),
    }
