"""Reading accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from takwin.accounts.models import Grant, GrantRequest, SecurityEvent, User
from takwin.accounts.phones import normalize_phone
from takwin.accounts.roles import LOCAL_ROLES, Role, roles_with
from takwin.centres.choices import CentreStatus
from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.core.text import clean
from takwin.territory.models import Area


def holders(capability: str, *centres: Any) -> QuerySet[User]:
    """Active users who hold a capability at one of some centres: there, in an area around it, or everywhere."""
    paths = {centre.area.path for centre in centres if centre.area}
    around = {path[: at + 1] for path in paths for at, sign in enumerate(path) if sign == "."}
    place = Q(centre__in=centres) | Q(area__path__in=around) | Q(everywhere=True)
    held = Grant.objects.in_force().filter(place, user=OuterRef("pk"), role__in=roles_with(capability))
    return User.objects.filter(Exists(held), is_active=True).order_by("name", "pk")


def holds(user: Any, capability: str, centre: Any) -> bool:
    """Whether an account that is active may do something at a centre: asked before anybody is given a part there."""
    return user is not None and holders(capability, centre).filter(pk=user.pk).exists()


def by_email(emails: Iterable[str]) -> dict[str, User]:
    """Active accounts by lower-case e-mail; those that are not there are left out."""
    wanted = {email.lower() for email in emails}
    return {str(user.email): user for user in User.objects.filter(email__in=wanted, is_active=True)}


def by_login(login: str) -> QuerySet[User]:
    """The account with this e-mail, phone or reference, however a phone is written (06…, +212…, Arabic digits): one or
    none."""
    login = clean(login, lines=False).strip()
    return User.objects.filter(
        Q(email__iexact=login) | Q(phone=normalize_phone(login) or login) | Q(ref=login.upper())
    )


def has_email(user: Any) -> bool:
    """Whether an account has confirmed an e-mail."""
    return bool(user.is_authenticated and user.emailaddress_set.filter(verified=True).exists())


def _in_reach(scope: Scope) -> Q:
    """Grants, or requests of grants, at the places of a scope."""
    if scope.everywhere:
        return Q()
    reach = Q(centre__in=scope.centres)
    for path in scope.areas:
        reach |= Q(area__path__startswith=path) | Q(centre__area__path__startswith=path)
    return reach


def grants(scope: Scope) -> QuerySet[Grant]:
    """Roles held at the places of a scope."""
    return Grant.objects.filter(_in_reach(scope)).select_related("user", "area", "centre")


def grant_of(scope: Scope, pk: int) -> Grant:
    """One role held within a scope; DoesNotExist elsewhere."""
    return grants(scope).get(pk=pk)


def waiting_grants(scope: Scope) -> QuerySet[GrantRequest]:
    """Roles that wait for a second person, oldest first."""
    rows = GrantRequest.objects.filter(_in_reach(scope), state="waiting").order_by("asked_at")
    return rows.select_related("user", "area", "centre", "asked_by")


def grant_request(scope: Scope, ref: str) -> GrantRequest:
    """One request within a scope, in any state."""
    return GrantRequest.objects.filter(_in_reach(scope)).select_related("user", "asked_by").get(ref=ref)


def roles_to_give(scope: Scope) -> list[tuple[str, str]]:
    """(role, label) of what the holder of a scope may give."""
    return [(str(role), str(role.label)) for role in Role if scope.everywhere or role in LOCAL_ROLES]


def places_to_give(scope: Scope) -> tuple[QuerySet[Area], QuerySet[Centre]]:
    """Areas (regions) and centres where the holder of a scope may give a role."""
    regions = Area.objects.regions()
    if not scope.everywhere:
        paths = Q(pk__in=[])
        for path in scope.areas:
            paths |= Q(path__startswith=path)
        regions = regions.filter(paths)
    return regions, Centre.objects.within(scope).exclude(status=CentreStatus.CLOSED).order_by("name_ar")


def security_events() -> QuerySet[SecurityEvent]:
    """What happened at the door of the whole network."""
    return SecurityEvent.objects.select_related("user")
