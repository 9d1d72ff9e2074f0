"""What each role may do: reviewed like code, because it is code."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


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


_READ = {
    "desk.open",
    "centres.see",
    "offer.see",
    "admissions.see",
    "training.see",
    "certification.see",
    "employment.see",
    "journal.read",
}
_COUNSEL = {"desk.open", "centres.see", "offer.see", "admissions.assist", "guidance.follow", "guidance.board"}
_COUNSEL |= {"employment.see", "employment.follow"}

CAPABILITIES: dict[str, set[str]] = {
    Role.NATIONAL: _READ
    | {
        "centres.correct",
        "offer.edit",
        "offer.import",
        "journal.audit",
        "accounts.grant",
        "admissions.allocate",
        "people.correct",
        "admissions.publish",
        "admissions.form",
        "guidance.board",
        "training.write",
        "certification.run",
        "certification.sign",
        "certification.revoke",
        "certification.keys",
        "employment.run",
        "employment.follow",
        "employment.moderate",
        "reporting.see",
        "running.see",
        "running.act",
    },
    Role.REGIONAL: _READ
    | {
        "accounts.grant",
        "centres.correct",
        "offer.edit",
        "offer.import",
        "people.correct",
        "guidance.board",
        "certification.sign",
        "employment.moderate",
        "reporting.see",
    },
    Role.REGISTRAR: _READ
    | {"offer.edit", "offer.import", "people.correct", "training.run", "certification.run", "employment.follow"},
    Role.DIRECTOR: _READ
    | {
        "centres.correct",
        "offer.edit",
        "guidance.board",
        "training.run",
        "certification.run",
        "certification.sign",
        "certification.revoke",
    },
    Role.SCORER: {"desk.open", "admissions.score"},
    Role.COUNSELLOR: _COUNSEL,
    Role.HEAD: _COUNSEL | {"guidance.manage", "guidance.notes"},
    Role.TRAINER: {"desk.open", "training.teach"},
    Role.AUDITOR: _READ | {"admissions.audit", "guidance.board", "reporting.see", "journal.audit", "running.see"},
}

# Over rows without a centre (rounds and runs, curricula, signing keys, cohorts and waves): held by a grant everywhere
# or not at all. The same role at an area gives none of these.
NATIONWIDE = {"admissions.allocate", "admissions.publish", "training.write", "certification.keys", "employment.run"}
NATIONWIDE |= {"running.act"}  # the outbox and the clock
NATIONWIDE |= {"journal.audit"}

# Roles a region gives by itself, within its area; the others are given by the nation.
LOCAL_ROLES = {Role.REGISTRAR, Role.DIRECTOR, Role.SCORER, Role.COUNSELLOR, Role.HEAD, Role.TRAINER}

# Every signed-in person has these over their own records, whatever their grants.
OWN = {"admissions.apply"}
ALL = set().union(*CAPABILITIES.values()) | OWN


def roles_with(capability: str) -> list[str]:
    """The roles that carry a capability."""
    return [role for role, held in CAPABILITIES.items() if capability in held]


def needs_role(view: object, kwargs: Mapping[str, object]) -> bool:
    """Whether a page is opened by a role: a second factor and the idle watch stand before it. The candidate's own
    pages are the staff's when their address names whose file it is (`subject`)."""
    if getattr(view, "capability", "public") in {"public", "signed-in"}:
        return False
    return view.capability not in OWN or bool(kwargs.get("subject"))  # type: ignore[attr-defined]
