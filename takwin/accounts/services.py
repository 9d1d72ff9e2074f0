"""Making users and granting roles."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.accounts.models import Grant, User
from takwin.core.changes import change, journal


def note_language(user: User, language: str) -> None:
    """The language of the pages somebody reads: their messages are in it, unless they chose another. No line in the
    journal: nobody decides anything."""
    if not user.language_chosen and user.language != language:
        User.objects.filter(pk=user.pk, language_chosen=False).update(language=language)
        user.language = language


def choose_language(user: User, *, language: str, by: User) -> User:
    """Messages in this language from now on, whatever pages are read; "" follows the pages again."""
    # The user of a request is a proxy, which names no table.
    with change(User.objects.get(pk=user.pk), "choose_language", by=by) as row:
        row.language, row.language_chosen = language or row.language, bool(language)
    return row


def grant(
    user: User,
    role: str,
    *,
    area: Any = None,
    centre: Any = None,
    ends_on: date | None = None,
    by: Any = None,
    **data: str,
) -> Grant:
    """Give a role at one place (an area, a centre, or everywhere when neither is given), until a last day when there
    is one. Idempotent; a grant that is over is replaced by a new one, since what was entered under it stays behind.

    Without checks, for the command line, the demo and tests: people give roles through `granting.give_role`.
    `data` goes into the journal, such as the reason.
    """
    where = {"area": area, "centre": centre, "everywhere": area is None and centre is None}
    with transaction.atomic():
        had = Grant.objects.filter(user=user, role=role, **where)
        had.filter(ends_on__lt=timezone.localdate()).delete()
        row, made = Grant.objects.get_or_create(user=user, role=role, **where, defaults={"ends_on": ends_on})
        if made:
            place = area.code if area else centre.code if centre else "everywhere"
            until = {"ends_on": ends_on.isoformat()} if ends_on else {}
            journal(user, "grant", by=by, changed=None, role=role, place=place, **until, **data)
    return row


def end_grant(row: Grant, ends_on: date, *, by: Any) -> Grant:
    """Set the last day of a role; the journal keeps it."""
    with transaction.atomic():
        fresh = Grant.objects.select_for_update(of=("self",)).get(pk=row.pk)
        changed = {"ends_on": [str(fresh.ends_on or ""), ends_on.isoformat()]}
        fresh.ends_on = ends_on
        fresh.save(update_fields=["ends_on"])
        journal(fresh.user, "end_grant", by=by, changed=changed, role=fresh.role, place=str(fresh.place))
    return fresh


def revoke(row: Grant, *, by: Any) -> None:
    """Take a role back; the journal keeps it."""
    with transaction.atomic():
        journal(row.user, "revoke", by=by, role=row.role, place=str(row.place))
        row.delete()
