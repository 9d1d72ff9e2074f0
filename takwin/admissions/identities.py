"""Read the persons within a scope and the corrections of their identities."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from takwin.admissions.models import Application, Correction
from takwin.core.scope import Scope
from takwin.people.models import Person


def persons(scope: Scope) -> QuerySet[Person]:
    """Persons within a scope: residents, followed persons, and those who ask for one of its offerings."""
    rows = Person.objects.select_related("commune__parent", "cin_proved_by")
    if scope.everywhere:
        return rows
    asked = Application.objects.within(scope).values("person_id")
    return rows.filter(Q(pk__in=Person.objects.within(scope).values("pk")) | Q(pk__in=asked))


def corrections(scope: Scope) -> QuerySet[Correction]:
    rows = Correction.objects.select_related("person__commune__parent", "asked_by", "decided_by")
    return rows if scope.everywhere else rows.filter(person__in=persons(scope).order_by().values("pk"))


def corrections_of(person: Person) -> list[Correction]:
    """Corrections asked for an identity, newest first."""
    return list(person.corrections.select_related("decided_by")[:20])
