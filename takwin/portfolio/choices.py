"""Phases, axes, states of agreements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import States


class Phase(States):
    PLANNED = "planned", "mute", _("Planned")
    ANNOUNCED = "announced", "mute", _("Announced")
    STUDY = "study", "mute", _("Under study")
    LAUNCHED = "launched", "wait", _("Launched")
    UNDER_CONSTRUCTION = "under-construction", "wait", _("Under construction")
    COMPLETED = "completed", "info", _("Completed")
    OPERATING = "operating", "good", _("Operating")


class Axis(models.TextChoices):
    PRECARITY = "precarity", _("Fight against precarity")
    HEALTH = "health", _("Health")
    ECONOMIC_INCLUSION = "economic-inclusion", _("Economic inclusion")
    VOCATIONAL_TRAINING = "vocational-training", _("Vocational training")
    TRAINING_EMPLOYMENT = "training-employment", _("Training and employment")
    DISABILITY = "disability", _("Disability")


class AgreementStatus(States):
    UNDER_STUDY = "under-study", "mute", _("Under study")
    SIGNED = "signed", "info", _("Signed")
    IN_FORCE = "in-force", "good", _("In force")
    EVENT = "event", "mute", _("For an event")


class Basis(models.TextChoices):
    """How a fact of the documents is known."""

    STATED = "stated", _("stated")
    INFERRED = "inferred", _("inferred")
    DERIVED = "derived", _("derived")
    UNRESOLVED = "unresolved", _("unresolved")
    ASSIGNED = "assigned", _("assigned")
