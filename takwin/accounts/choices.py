"""Words of accounts: a role that waits for a second person, and what a security event was."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons, States


class GrantRequestState(States):
    WAITING = "waiting", "wait", _("Waiting for a second person")
    ACCEPTED = "accepted", "good", _("Accepted")
    REFUSED = "refused", "bad", _("Refused")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")


class EventKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    NEW_ADDRESS = "new_address", _("Signed in from a new address")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    CODE_REJECTED = "code_rejected", _("Wrong code")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    EMAIL_CHANGED = "email_changed", _("E-mail changed")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    FACTOR_FAILED = "factor_failed", _("Second factor failed")
    GRANT = "grant", _("Role given")
    REVOKE = "revoke", _("Role taken back")
    IDLE = "idle", _("Signed out after a time without work")
    ALARM = "alarm", _("Alarm: many failures")


class GrantReason(Reasons):
    NO_ACCOUNT = "no_account", _("No active account has this e-mail or phone.")
    NOT_YOURS_TO_GIVE = "not_yours_to_give", _("You cannot give this role at this place.")
    NOT_TO_YOURSELF = "not_to_yourself", _("Nobody gives a role to themselves: ask a colleague.")
    TWO_PERSONS = "two_persons", _("The person who asked cannot also accept: ask a colleague.")
    CENTRE_CLOSED = "centre_closed", _("%(centre)s is closed: no role is held there. Give it at the region.")
    ALREADY_HELD = "already_held", _("This person already has this role there.")
    ALREADY_ASKED = "already_asked", _("This role already waits for a second person.")
    ENDED = "ended", _("The last day is over already.")
    NOT_LATER = "not_later", _("A later last day is a new role: take this one back and give it again.")
    LAST_MANAGER = (
        "last_manager",
        _("Nobody else manages the network: give the role to another first."),
    )
