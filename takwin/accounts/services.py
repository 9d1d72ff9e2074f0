"""Making users and granting roles."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from takwin.accounts.models import Grant, User
from takwin.core.changes import journal


def grant(user: User, role: str, *, area: Any = None, centre: Any = None, by: Any = None, **data: str) -> Grant:
    """Give a role at one place (an area, a centre, or everywhere when neither is given). Idempotent.

    The bare deed, for the command line, the demo and tests: people give roles through `granting.give_role`.
    `data` goes into the journal, such as the reason.
    """
    with transaction.atomic():
        row, made = Grant.objects.get_or_create(
            user=user, role=role, area=area, centre=centre, everywhere=area is None and centre is None
        )
        if made:
            place = area.code if area else centre.code if centre else "everywhere"
            journal(user, "grant", by=by, changed=None, role=role, place=place, **data)
    return row


def revoke(row: Grant, *, by: Any) -> None:
    """Take a role back; the journal keeps it."""
    with transaction.atomic():
        journal(row.user, "revoke", by=by, role=row.role, place=str(row.place))
        row.delete()
