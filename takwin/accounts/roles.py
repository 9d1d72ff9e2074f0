"""Roles. What each may do is declared by the contexts (`core/contexts.py`): reviewed like code, because it is code."""

from collections.abc import Mapping
from functools import cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import contexts


class Role(models.TextChoices):
    NATIONAL = "national", _("National management")
    REGIONAL = "regional", _("Regional management")
    REGISTRAR = "registrar", _("Registrar")
    DIRECTOR = "director", _("Centre director")
    SCORER = "scorer", _("Member of a selection committee")
    COUNSELLOR = "counsellor", _("Guidance counsellor")
    HEAD = "head", _("Head of a guidance centre")
    TRAINER = "trainer", _("Trainer")
    AUDITOR = "auditor", _("Auditor (reads only)")


# Roles a region gives by itself, within its area; the others are given by the nation.
LOCAL_ROLES = {Role.REGISTRAR, Role.DIRECTOR, Role.SCORER, Role.COUNSELLOR, Role.HEAD, Role.TRAINER}


@cache
def capabilities() -> dict[str, frozenset[str]]:
    """Each capability that a context declares, and the roles that carry it. A role that is none is a mistake."""
    held: dict[str, frozenset[str]] = {}
    for context in contexts():
        for capability, roles in context.capabilities.items():
            held[capability] = frozenset(Role(role) for role in roles)
    return held


@cache
def nationwide() -> frozenset[str]:
    """Over rows without a centre (rounds and runs, curricula, signing keys, cohorts and waves, the outbox and the
    clock): held by a grant everywhere or not at all. The same role at an area gives none of these."""
    return frozenset().union(*(context.nationwide for context in contexts()))


@cache
def own() -> frozenset[str]:
    """What every signed-in person has over their own records, whatever their grants."""
    return frozenset().union(*(context.own for context in contexts()))


def every_capability() -> frozenset[str]:
    return frozenset(capabilities()) | own()


def capabilities_of(role: str) -> frozenset[str]:
    return frozenset(capability for capability, roles in capabilities().items() if role in roles)


def roles_with(capability: str) -> frozenset[str]:
    """The roles that carry a capability."""
    return capabilities().get(capability, frozenset())


def needs_role(view: object, kwargs: Mapping[str, object]) -> bool:
    """Whether a page is opened by a role: a second factor and the idle watch stand before it. The candidate's own
    pages are the staff's when their address names whose file it is (`subject`)."""
    if getattr(view, "capability", "public") in {"public", "signed-in"}:
        return False
    return view.capability not in own() or bool(kwargs.get("subject"))  # type: ignore[attr-defined]
