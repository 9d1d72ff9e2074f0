"""Who may give a role, and when a second person must accept it."""

from __future__ import annotations

from takwin.accounts.roles import LOCAL_ROLES, Role
from takwin.core.scope import Scope


def reaches(scope: Scope, *, area_path: str, centre_id: int | None, everywhere: bool) -> bool:
    """Whether a scope holds a place: the nation, an area, or a centre with the path of its area."""
    if scope.everywhere:
        return True
    if everywhere:
        return False
    within_area = any(area_path.startswith(path) for path in scope.areas)
    return within_area or (centre_id is not None and centre_id in scope.centres)


def may_give(scope: Scope, role: str, *, area_path: str, centre_id: int | None, everywhere: bool) -> bool:
    """Whether someone whose `accounts.grant` has this scope may give a role at a place, or take it back there."""
    if not reaches(scope, area_path=area_path, centre_id=centre_id, everywhere=everywhere):
        return False
    return scope.everywhere or role in LOCAL_ROLES


def needs_second_person(role: str, *, everywhere: bool) -> bool:
    """A role of national reach is given by two: whoever takes one account must not take the network."""
    return everywhere or role in {Role.NATIONAL, Role.REGIONAL}
