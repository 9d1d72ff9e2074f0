"""Life cycle of a centre, and why a correction is refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons, States


class CentreStatus(States):
    UNKNOWN = "unknown", "mute", _("Not stated")
    PLANNED = "planned", "mute", _("Planned")
    ANNOUNCED = "announced", "mute", _("Announced")
    STUDY = "study", "mute", _("Under study")
    LAUNCHED = "launched", "wait", _("Launched")
    UNDER_CONSTRUCTION = "under-construction", "wait", _("Under construction")
    COMPLETED = "completed", "info", _("Completed")
    OPENING = "opening", "info", _("Opening")
    OPERATING = "operating", "good", _("Operating")
    CLOSED = "closed", "bad", _("Closed")


class CapacityUnit(models.TextChoices):
    SEATS = "seats", _("seats")
    TRAINEES = "trainees", _("trainees")
    PERSONS = "persons", _("persons")
    ENTERPRISES = "enterprises", _("enterprises")
    PATIENTS_PER_YEAR = "patients-per-year", _("patients a year")


class SpaceGroup(models.TextChoices):
    """Which part of a centre a space belongs to, beside its poles."""

    SHARED = "shared", _("Shared spaces")
    LIVING = "living", _("Living and boarding")
    OTHER = "other", _("Other spaces")


class CentreReason(Reasons):
    CENTRE_CLOSED = "centre_closed", _("%(centre)s is closed: nothing begins there any more.")
    SHARE_WITHOUT_BEDS = "share_without_beds", _("A share for girls needs a number of beds.")
