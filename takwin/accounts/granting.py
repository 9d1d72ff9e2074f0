"""Giving roles and taking them back: within the giver's reach, journalled, by two people for a national reach."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts.choices import EventKind, GrantReason, GrantRequestState
from takwin.accounts.models import Grant, GrantRequest, User
from takwin.accounts.roles import Role
from takwin.accounts.rules import may_give, needs_second_person
from takwin.accounts.security import record_event
from takwin.accounts.selectors import by_login
from takwin.accounts.services import end_grant, grant
from takwin.accounts.services import revoke as remove_grant
from takwin.centres.choices import CentreStatus
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
    *,
    login: str,
    role: str,
    area: Area | None = None,
    centre: Centre | None = None,
    ends_on: date | None = None,
    reason: str,
    by: User,
) -> Grant | GrantRequest:
    """Give a role to the account with this e-mail or phone, until a last day when there is one. One of national reach
    waits for a second person."""
    _check_end(ends_on)
    check_reach(by, role, area, centre)
    _check_centre(centre)
    user = by_login(login).filter(is_active=True).first()
    if user is None:
        raise Refused(GrantReason.NO_ACCOUNT, "login")
    if user == by:
        raise Refused(GrantReason.NOT_TO_YOURSELF, "login")
    everywhere = area is None and centre is None
    if Grant.objects.in_force().filter(user=user, role=role, area=area, centre=centre, everywhere=everywhere).exists():
        raise Refused(GrantReason.ALREADY_HELD, "role")
    if not needs_second_person(role, everywhere=everywhere):
        record_event(EventKind.GRANT, user=user, by=by.ref, role=role)
        return grant(user, role, area=area, centre=centre, ends_on=ends_on, by=by, reason=reason)
    row = GrantRequest(
        user=user, role=role, area=area, centre=centre, everywhere=everywhere, reason=reason, asked_by=by,
        ends_on=ends_on,
    )  # fmt: skip
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
        _check_end(fresh.ends_on)
        _check_centre(fresh.centre)
        if not User.objects.filter(pk=fresh.user_id, is_active=True).exists():
            raise Refused(GrantReason.NO_ACCOUNT)
        made = grant(
            fresh.user, fresh.role, area=fresh.area, centre=fresh.centre, ends_on=fresh.ends_on, by=by,
            asked_by=fresh.asked_by.ref,
        )  # fmt: skip
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


def _check_end(ends_on: date | None) -> None:
    if ends_on is not None and ends_on < timezone.localdate():
        raise Refused(GrantReason.ENDED, "ends_on")


def _check_centre(centre: Centre | None) -> None:
    if centre is not None and Centre.objects.filter(pk=centre.pk, status=CentreStatus.CLOSED).exists():
        raise Refused(GrantReason.CENTRE_CLOSED, "centre", centre=centre.label)


def _keep_a_manager(row: Grant) -> None:
    """Refused when nobody but this person manages the network without a last day."""
    if row.role != Role.NATIONAL or not row.everywhere:
        return
    managers = Grant.objects.select_for_update(of=("self",)).filter(role=Role.NATIONAL, everywhere=True)
    if {held.user_id for held in managers.filter(ends_on__isnull=True) if held.user.is_active} <= {row.user_id}:
        raise Refused(GrantReason.LAST_MANAGER)


def set_end(row: Grant, *, ends_on: date, by: User) -> Grant:
    """Set the last day of a role, or bring it nearer: the safe direction, by one person. A later day is a role given
    again, by as many people as it takes. The last manager of the network stays."""
    with transaction.atomic():
        _keep_a_manager(row)
        check_reach(by, row.role, row.area, row.centre)
        _check_end(ends_on)
        if row.ends_on is not None and ends_on > row.ends_on:
            raise Refused(GrantReason.NOT_LATER, "ends_on")
        record_event(EventKind.REVOKE, user=row.user, by=by.ref, role=row.role, ends_on=ends_on.isoformat())
        return end_grant(row, ends_on, by=by)


def take_role(row: Grant, *, by: User) -> None:
    """Take a role back, at once and by one person: the safe direction. The last manager of the network stays."""
    with transaction.atomic():
        _keep_a_manager(row)
        check_reach(by, row.role, row.area, row.centre)
        record_event(EventKind.REVOKE, user=row.user, by=by.ref, role=row.role)
        remove_grant(row, by=by)
