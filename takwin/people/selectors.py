"""Reading persons."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from takwin.people.models import Person


def person_of(user: Any) -> Person | None:
    """The record of a signed-in person."""
    return Person.objects.select_related("commune__parent").filter(account=user).first()


def disputed(within: QuerySet[Person]) -> QuerySet[Person]:
    """Of the records one reaches, those whose card number stands in another record too."""
    twin = Person.objects.filter(cin=OuterRef("cin")).exclude(pk=OuterRef("pk"))
    rows = within.exclude(cin="").filter(Exists(twin))
    return rows.select_related("commune__parent").order_by("cin", "pk")


def claims(row: Person, within: QuerySet[Person]) -> tuple[list[Person], int]:
    """Other records with the same card number: those one reaches, and how many one does not."""
    if not row.cin:
        return [], 0
    others = Person.objects.filter(cin=row.cin).exclude(pk=row.pk)
    inside = list(others.filter(pk__in=within.values("pk")).select_related("commune__parent").order_by("pk"))
    return inside, others.count() - len(inside)
