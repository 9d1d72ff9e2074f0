"""Boarding houses and short courses: states, reasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class BedGroup(models.TextChoices):
    GIRLS = "girls", _("girls")
    BOYS = "boys", _("boys")


class ShortState(States):
    ASKED = "asked", "wait", _("Asked for")
    PLANNED = "planned", "info", _("Planned")
    HELD = "held", "good", _("Took place")
    CANCELLED = "cancelled", "bad", _("Called off")


class HouseReason(Reasons):
    BED_TAKEN = "bed_taken", _("Bed %(bed)s is taken.")
    OTHER_GROUP = "other_group", _("Bed %(bed)s is in the part of the house for %(group)s.")
    NOT_HERE = "not_here", _("This trainee belongs to another centre than the house.")
    NOT_BOARDER = "not_boarder", _("This trainee was not admitted with a bed.")
    HAS_BED = "has_bed", _("This trainee has bed %(bed)s already.")
    LOWERED = (
        "lowered",
        ngettext_lazy(
            "Until %(day)s the house takes %(most)s boarder; it has them.",
            "Until %(day)s the house takes %(most)s boarders; it has them.",
            "most",
        ),
    )
    NOT_OPEN = "not_open", _("This trainee is not in training.")
    BAD_DATES = "bad_dates", _("The last day comes before the first.")
    PERCENT = "percent", _("A share goes from 0 to 100.")
    BEDS_THERE = (
        "beds_there",
        ngettext_lazy(
            "This house has %(beds)s bed and room for %(most)s.",
            "This house has %(beds)s beds and room for %(most)s.",
            "beds",
        ),
    )
    NAME_TWICE = "name_twice", _("“%(name)s” is in the list twice.")
    NOBODY = "nobody", _("Name one participant a line.")
    NO_DAY = "no_day", _("Give the days, one a line, such as 2026-11-24.")
    BAD_DAY = "bad_day", _("Line %(line)s: “%(value)s” is not a day such as 2026-11-24.")
    NOT_A_DAY = "not_a_day", _("%(on)s is not a day of this course.")
    NOT_YET = "not_yet", _("%(on)s is still to come.")
    NO_PRESENCE = "no_presence", _("Nobody was marked present: the course did not take place.")
