"""Words about persons, and why a registration is refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

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
    CIN_TAKEN = (
        "cin_taken",
        _("This national card number belongs to another record. Ask a counsellor for help."),
    )
    ACCOUNT_HAS_PERSON = "account_has_person", _("This account already has a record.")
    CONSENT_MISSING = "consent_missing", _("Note the person's consent before you write on their behalf.")
