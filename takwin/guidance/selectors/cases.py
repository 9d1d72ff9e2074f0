"""Reading follow-ups."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from takwin.core.scope import Scope
from takwin.guidance.choices import CaseState, HandOverState
from takwin.guidance.models import Case, Client, Contact, HandOver


def cases(scope: Scope) -> QuerySet[Case]:
    return Case.objects.within(scope).with_all().annotate(last_at=Max("contacts__at"))


def undated(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Open follow-ups that have no date to come."""
    return rows.filter(Q(next_on__isnull=True) | Q(next_on__lt=timezone.localdate()), state=CaseState.OPEN)


def case(ref: str, scope: Scope) -> Case:
    """Raises Case.DoesNotExist, also outside the scope."""
    return Case.objects.within(scope).with_all().get(ref=ref)


def open_case_of(client: Client, centre: Any) -> Case | None:
    return Case.objects.filter(client=client, centre=centre, state=CaseState.OPEN).with_all().first()


def cases_of(client: Client) -> list[Case]:
    """A client's follow-ups with their contacts, as the client sees them: open ones first, then newest first."""
    rows = list(Case.objects.filter(client=client).with_all().order_by("state", "-pk"))
    contacts_by_case: dict[int, list[Contact]] = {}
    for contact in Contact.objects.filter(case__in=rows).select_related("by"):
        contacts_by_case.setdefault(contact.case_id, []).append(contact)
    for row in rows:
        row.contact_list = contacts_by_case.get(row.pk, [])
    return rows


def contacts(row: Case) -> list[Contact]:
    return list(row.contacts.select_related("by", "appointment__slot"))


def offered_to(user: Any) -> list[HandOver]:
    rows = HandOver.objects.filter(taker=user, state=HandOverState.OFFERED)
    return list(rows.select_related("case__client__person", "case__client__account", "giver", "centre"))


def hand_over(ref: str, user: Any) -> HandOver:
    """An offer one gave or was given; raises HandOver.DoesNotExist for anyone else."""
    return HandOver.objects.select_related("case__centre").get(Q(taker=user) | Q(giver=user), ref=ref)


def hand_overs(row: Case) -> list[HandOver]:
    return list(row.hand_overs.select_related("giver", "taker", "centre").order_by("-pk"))
