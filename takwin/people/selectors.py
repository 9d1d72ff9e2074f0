"""Reading persons."""

from __future__ import annotations

from typing import Any

from takwin.people.models import Person


def person_of(user: Any) -> Person | None:
    """The record of a signed-in person."""
    return Person.objects.select_related("commune__parent").filter(account=user).first()
