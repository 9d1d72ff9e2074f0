"""Companies, placements, apprenticeship contracts: kinds, states, reasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class CompanyKind(models.TextChoices):
    COMPANY = "company", _("Company")
    WORKSHOP = "workshop", _("Craft workshop")
    COOPERATIVE = "cooperative", _("Cooperative")
    PUBLIC = "public", _("Public body")


class ConventionState(States):
    DRAFT = "draft", "mute", _("Being drawn up")
    SIGNED = "signed", "good", _("Signed")
    ENDED = "ended", "mute", _("Ended")


class PlacementState(States):
    PLANNED = "planned", "info", _("Planned")
    RUNNING = "running", "good", _("Under way")
    INTERRUPTED = "interrupted", "wait", _("Interrupted")
    DONE = "done", "mute", _("Done")
    CANCELLED = "cancelled", "bad", _("Cancelled")


class ContractState(States):
    DRAFT = "draft", "mute", _("Being drawn up")
    SIGNED = "signed", "info", _("Signed, to be registered")
    REGISTERED = "registered", "good", _("Registered, in force")
    SUSPENDED = "suspended", "wait", _("Suspended")
    BROKEN = "broken", "bad", _("Broken, a new employer is sought")
    REPLACED = "replaced", "info", _("Replaced by a new contract")
    LAPSED = "lapsed", "bad", _("Broken, without a new employer")
    COMPLETED = "completed", "good", _("Completed")
    CANCELLED = "cancelled", "mute", _("Given up before it began")


class BrokenBy(models.TextChoices):
    NOBODY = "", _("–")
    APPRENTICE = "apprentice", _("the apprentice")
    COMPANY = "company", _("the company")
    BOTH = "both", _("both, by agreement")
    CLOSURE = "closure", _("closure of the company")


class CompanyReason(Reasons):
    BAD_ICE = "bad_ice", _("A company number (ICE) has 15 digits; “%(value)s” has not.")
    ICE_TAKEN = "ice_taken", _("This company number belongs to %(name)s.")
    BAD_DATES = "bad_dates", _("The last day comes before the first.")
    COMPANY_CLOSED = "company_closed", _("%(company)s takes nobody any more.")
    COMPANY_FULL = (
        "company_full",
        ngettext_lazy(
            "%(company)s has %(taken)s apprentice of %(places)s: no place is free.",
            "%(company)s has %(taken)s apprentices of %(places)s: no place is free.",
            "taken",
        ),
    )
    TOO_YOUNG = (
        "too_young",
        ngettext_lazy(
            "An apprentice is %(least)s year old at least on the first day; this one is %(age)s.",
            "An apprentice is %(least)s years old at least on the first day; this one is %(age)s.",
            "least",
        ),
    )
    TOO_SHORT = (
        "too_short",
        ngettext_lazy(
            "A contract lasts from %(least)s to %(most)s month; this one lasts %(months)s.",
            "A contract lasts from %(least)s to %(most)s months; this one lasts %(months)s.",
            "most",
        ),
    )
    SHARE = "share", _("From %(least)s %% to %(most)s %% of the time is spent in the company; %(share)s %% was told.")
    NO_TUTOR = "no_tutor", _("Name the tutor who trains in the company.")
    TUTOR_FULL = (
        "tutor_full",
        ngettext_lazy(
            "%(tutor)s follows %(count)s apprentice already; at most %(most)s at a time.",
            "%(tutor)s follows %(count)s apprentices already; at most %(most)s at a time.",
            "count",
        ),
    )
    NOT_IN_TRAINING = (
        "not_in_training",
        _("This trainee is not in training any more: nothing new is agreed with a company for them."),
    )
    CONTRACT_OPEN = "contract_open", _("This trainee has a contract already: %(ref)s.")
    PLACED_THEN = "placed_then", _("This trainee is placed in a company already at that time: %(ref)s.")
    NO_NUMBER = "no_number", _("Give the registration number.")
    NUMBER_TAKEN = "number_taken", _("This registration number belongs to another contract.")
    WHY_MISSING = "why_missing", _("Say why.")
    WHO_BROKE = "who_broke", _("Say who ends the contract.")
    AFTER_END = "after_end", _("%(on)s is not within the contract, from %(first)s to %(last)s.")
    BEGUN = "begun", _("This contract began on %(on)s: break it, with the day and who ends it.")
    NOT_BROKEN = "not_broken", _("Only a broken contract is replaced.")
    TOO_LATE = "too_late", _("A new employer had to be found by %(day)s.")
    NOT_APPRENTICE = "not_apprentice", _("This trainee does not train by apprenticeship.")
    NO_CONVENTION = "no_convention", _("No signed convention links %(company)s and this centre on %(on)s.")
    CONVENTION_FULL = (
        "convention_full",
        ngettext_lazy(
            "The convention gives %(places)s place at a time; it is taken then.",
            "The convention gives %(places)s places at a time; all are taken then.",
            "places",
        ),
    )
