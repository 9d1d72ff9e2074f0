"""Reading occupations."""

from __future__ import annotations

from django.db.models import QuerySet

from takwin.occupations.models import Occupation


def occupations() -> QuerySet[Occupation]:
    """The occupations precise enough to describe: unit groups with a profile."""
    return Occupation.objects.exclude(interests_basis="")


def occupation(code: str) -> Occupation:
    """Raises Occupation.DoesNotExist."""
    return occupations().prefetch_related("titles").get(code=code)
