"""Words about persons, and why a registration is refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class ConsentKind(models.TextChoices):
    ASSISTED_ENTRY = "assisted-entry", _("Entry by a counsellor on the person's behalf")
    DATA_USE = "data-use", _("Use of the data for the application")


class PeopleReason(Reasons):
    BORN_IN_FUTURE = "born_in_future", _("The date of birth is in the future.")
    TOO_OLD = "too_old", _("The date of birth is more than 100 years ago. Check the year.")
    BAD_CIN = (
        "bad_cin",
        _("A national card number has one or two letters and four to six digits, such as AB123456."),
    )
    BAD_NAME = (
        "bad_name",
        _("Write the name in Arabic, Latin or Tifinagh letters, two at least, as on the identity document."),
    )
    TOO_YOUNG = (
        "too_young_for_any",
        ngettext_lazy(
            "No programme takes anyone younger than %(age)s year. Check the year of birth.",
            "No programme takes anyone younger than %(age)s years. Check the year of birth.",
            "age",
        ),
    )
    FROZEN = (
        "frozen",
        _("The identity was handed in with an application. It changes only by a correction with a document."),
    )
    NO_CARD = ("no_card", _("This record has no national card number."))
    PROOF_MISSING = ("proof_missing", _("Say which document you have seen."))
    CLAIMS_CHANGED = ("claims_changed", _("The records with this number have changed. Look at them again."))
    OUT_OF_SCOPE = (
        "out_of_scope",
        _("This number cannot be settled here: ask the office whose territory is larger."),
    )
    ACCOUNT_HAS_PERSON = "account_has_person", _("This account already has a record.")
    CONSENT_MISSING = "consent_missing", _("Note the person's consent before you write on their behalf.")
