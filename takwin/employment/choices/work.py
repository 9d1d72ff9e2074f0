"""Choices of employers, vacancies and applications, and reasons of refusals."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class EmployerState(States):
    ASKED = "asked", "wait", _("Waits to be verified")
    VERIFIED = "verified", "good", _("Verified")
    REFUSED = "refused", "bad", _("Refused")
    SUSPENDED = "suspended", "bad", _("Suspended")


class VacancyState(States):
    POSTED = "posted", "wait", _("Waits to be read")
    OPEN = "open", "good", _("Open")
    TURNED_DOWN = "turned-down", "bad", _("Turned down")
    FILLED = "filled", "info", _("Filled")
    CLOSED = "closed", "mute", _("Closed")
    EXPIRED = "expired", "mute", _("Expired")


class JobApplicationState(States):
    APPLIED = "applied", "info", _("Sent")
    SHORTLISTED = "shortlisted", "info", _("Shortlisted")
    INVITED = "invited", "wait", _("Invited to an interview")
    HIRED = "hired", "good", _("Hired")
    DECLINED = "declined", "mute", _("Not retained")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")


class Phone(models.TextChoices):
    """Whether an employer sees the phone number."""

    HIDDEN = "hidden", _("Not shown")
    SHOWN = "shown", _("Shown")


class WorkReason(Reasons):
    BAD_ICE = "bad_ice", _("“%(value)s” is not a company number (ICE): 15 digits, whose last two check the others.")
    ICE_TAKEN = (
        "ice_taken",
        _("Another account stands for this company number already. Suspend it first."),
    )
    HAS_EMPLOYER = "has_employer", _("This account has a company already: %(name)s.")
    NOT_VERIFIED = "not_verified", _("Your company is %(state)s: vacancies are posted once it is verified.")
    BAD_PAY = "bad_pay", _("The highest pay is below the lowest.")
    BAD_EXPIRY = (
        "bad_expiry",
        ngettext_lazy(
            "The last day must be after today, and within %(days)s day.",
            "The last day must be after today, and within %(days)s days.",
            "days",
        ),
    )
    NOT_OPEN = "not_open", _("This vacancy is %(state)s.")
    BID_TWICE = "bid_twice", _("You have applied for this vacancy already.")
    NOT_YOURS = "not_yours", _("Only your own valid diplomas are shared.")
    NO_GRADUATE = "no_graduate", _("Vacancies here are for people trained by the network.")
    VACANCY_FULL = (
        "vacancy_full",
        ngettext_lazy(
            "The %(places)s place of this vacancy is filled.",
            "All %(places)s places of this vacancy are filled.",
            "places",
        ),
    )
    WHEN_MISSING = "when_missing", _("Say when and where the interview is.")
    WHY_MISSING = "why_missing", _("Say why.")
