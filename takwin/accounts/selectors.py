"""Reading accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from takwin.accounts.models import User
from takwin.accounts.roles import roles_with


def holders(capability: str, *centres: Any) -> QuerySet[User]:
    """Active users who hold a capability at one of some centres: there, in an area around it, or everywhere."""
    paths = {centre.area.path for centre in centres if centre.area}
    around = {path[: at + 1] for path in paths for at, sign in enumerate(path) if sign == "."}
    place = Q(grants__centre__in=centres) | Q(grants__area__path__in=around) | Q(grants__everywhere=True)
    rows = User.objects.filter(place, grants__role__in=roles_with(capability), is_active=True)
    return rows.distinct().order_by("name", "pk")


def holds(user: Any, capability: str, centre: Any) -> bool:
    """Whether an account that is active may do something at a centre: asked before anybody is given a part there."""
    return user is not None and holders(capability, centre).filter(pk=user.pk).exists()


def by_email(emails: Iterable[str]) -> dict[str, User]:
    """Active accounts by lower-case e-mail; those that are not there are left out."""
    wanted = {email.lower() for email in emails}
    return {str(user.email): user for user in User.objects.filter(email__in=wanted, is_active=True)}


def by_login(login: str) -> QuerySet[User]:
    """The account with this e-mail, phone or reference: one or none."""
    return User.objects.filter(Q(email__iexact=login) | Q(phone=login) | Q(ref=login))


def has_email(user: Any) -> bool:
    """Whether an account has confirmed an e-mail."""
    return bool(user.is_authenticated and user.emailaddress_set.filter(verified=True).exists())
