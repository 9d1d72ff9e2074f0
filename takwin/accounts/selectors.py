"""Reading accounts."""

from __future__ import annotations

from collections.abc import Iterable

from takwin.accounts.models import User


def by_email(emails: Iterable[str]) -> dict[str, User]:
    """Active accounts by lower-case e-mail; those that are not there are left out."""
    wanted = {email.lower() for email in emails}
    return {str(user.email): user for user in User.objects.filter(email__in=wanted, is_active=True)}
