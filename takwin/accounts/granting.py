"""Giving roles and taking them back: within the giver's reach, journalled, by two people for a national reach."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts.choices import EventKind, GrantReason, GrantRequestState
from takwin.accounts.models import Grant, GrantRequest, User
from takwin.accounts.roles import Role
from takwin.accounts.rules import may_give, needs_second_person
from takwin.accounts.security import record_event
from takwin.accounts.selectors import by_login
from takwin.accounts.services import grant
from takwin.accounts.services import revoke as remove_grant
from takwin.centres.models import Centre
from takwin.core.changes import change, create
from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.territory.models import Area

WAITING = GrantRequestState.WAITING
GRANT_REQUEST = Flow(
    GrantRequestState,
    accept_grant=({WAITING}, GrantRequestState.ACCEPTED),
    refuse_grant=({WAITING}, GrantRequestState.REFUSED),
    withdraw_grant=({WAITING}, GrantRequestState.WITHDRAWN),
)


def check_reach(by: User, role: str, area: Area | None, centre: Centre | None) -> None:
    """Refused when `by` may not give or take `role` at this place."""
    home = area or (centre.area if centre else None)
    path, centre_id = home.path if home else "", centre.pk if centre else None
    everywhere = area is None and centre is None
    reach = by.scope("accounts.grant")
    if not may_give(reach, role, everywhere=everywhere, area_path=path, centre_id=centre_id):
        raise Refused(GrantReason.NOT_YOURS_TO_GIVE, "role")


def give_role(
    *, login: str, role: str, area: Area | None = None, centre: Centre | None = None, reason: str, by: User
) -> Grant | GrantRequest:
    """Give a role to the account with this e-mail or phone. One of national reach waits for a second person."""
    check_reach(by, role, area, centre)
    user = by_login(login).filter(is_active=True).first()
    if user is None:
        raise Refused(GrantReason.NO_ACCOUNT, "login")
    if user == by:
        raise Refused(GrantReason.NOT_TO_YOURSELF, "login")
    everywhere = area is None and centre is None
    if Grant.objects.filter(user=user, role=role, area=area, centre=centre, everywhere=everywhere).exists():
        raise Refused(GrantReason.ALREADY_HELD, "role")
    if not needs_second_person(role, everywhere=everywhere):
        record_event(EventKind.GRANT, user=user, by=by.ref, role=role)
        return grant(user, role, area=area, centre=centre, by=by, reason=reason)
    row = GrantRequest(
        user=user, role=role, area=area, centre=centre, everywhere=everywhere, reason=reason, asked_by=by
    )
    try:
        return create(row, "ask_grant", by=by, user=user.ref, role=role, reason=reason)
    except IntegrityError:
        raise Refused(GrantReason.ALREADY_ASKED, "role") from None


def _decider(row: GrantRequest, by: User) -> None:
    if by.pk in {row.asked_by_id, row.user_id}:
        raise Refused(GrantReason.TWO_PERSONS)
    check_reach(by, row.role, row.area, row.centre)


def accept_grant(row: GrantRequest, *, by: User) -> Grant:
    """The second person accepts: the role is held from now on."""
    with change(row, "accept_grant", by=by, flow=GRANT_REQUEST) as fresh:
        _decider(fresh, by)
        check_reach(fresh.asked_by, fresh.role, fresh.area, fresh.centre)  # the first may have lost the right since
        fresh.decided_by, fresh.decided_at = by, timezone.now()
        made = grant(fresh.user, fresh.role, area=fresh.area, centre=fresh.centre, by=by, asked_by=fresh.asked_by.ref)
        record_event(EventKind.GRANT, user=fresh.user, by=by.ref, role=fresh.role)
    return made


def refuse_grant(row: GrantRequest, *, by: User) -> GrantRequest:
    """The second person refuses."""
    with change(row, "refuse_grant", by=by, flow=GRANT_REQUEST) as fresh:
        _decider(fresh, by)
        fresh.decided_by, fresh.decided_at = by, timezone.now()
    return fresh


def withdraw_grant(row: GrantRequest, *, by: User) -> GrantRequest:
    """The person who asked takes the request back."""
    with change(row, "withdraw_grant", by=by, flow=GRANT_REQUEST) as fresh:
        if fresh.asked_by_id != by.pk:
            raise Refused(GrantReason.NOT_YOURS_TO_GIVE)
        fresh.decided_by, fresh.decided_at = by, timezone.now()
    return fresh


def take_role(row: Grant, *, by: User) -> None:
    """Take a role back, at once and by one person: the safe direction. The last manager of the network stays."""
    with transaction.atomic():
        managers = Grant.objects.select_for_update().filter(role=Role.NATIONAL, everywhere=True)
        holders = {held.user_id for held in managers if held.user.is_active}
        check_reach(by, row.role, row.area, row.centre)
        if row.role == Role.NATIONAL and row.everywhere and holders <= {row.user_id}:
            raise Refused(GrantReason.LAST_MANAGER)
        record_event(EventKind.REVOKE, user=row.user, by=by.ref, role=row.role)
        remove_grant(row, by=by)
