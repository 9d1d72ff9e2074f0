"""Ladder of schooling, streams, states of a season and an offering, reasons of refusal."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class Schooling(models.TextChoices):
    """The ladder, lowest first: the last year a person completed."""

    NONE = "none", _("No schooling")
    PRIMARY = "primary", _("6th year of primary school")
    LOWER_1 = "lower-1", _("1st year of lower secondary")
    LOWER_2 = "lower-2", _("2nd year of lower secondary")
    LOWER_3 = "lower-3", _("3rd year of lower secondary")
    CORE = "core", _("Common core")
    BAC_1 = "bac-1", _("1st year of the baccalaureate")
    BAC_2 = "bac-2", _("Final year of the baccalaureate")
    BAC = "bac", _("Baccalaureate")
    HIGHER = "higher", _("Higher education")


class Diploma(models.TextChoices):
    """Vocational diplomas that open a bridge."""

    NONE = "none", _("None")
    SPECIALISATION = "s", _("Specialisation diploma")
    QUALIFICATION = "q", _("Qualification diploma")
    TECHNICIAN = "t", _("Technician diploma")


class Stream(models.TextChoices):
    """Streams of the baccalaureate."""

    NONE = "none", _("Not applicable")
    LIFE_SCIENCES = "life-sciences", _("Life and earth sciences")
    PHYSICS = "physics", _("Physics and chemistry")
    MATHEMATICS = "mathematics", _("Mathematics")
    TECHNOLOGY = "technology", _("Science and technology")
    ECONOMICS = "economics", _("Economics and management")
    LETTERS = "letters", _("Letters and humanities")
    ARTS = "arts", _("Applied arts")
    VOCATIONAL = "vocational", _("Vocational baccalaureate")


class ProgrammeKind(models.TextChoices):
    DIPLOMA = "diploma", _("Diploma programme")
    QUALIFYING = "qualifying", _("Qualifying programme")
    PATHWAY = "pathway", _("Vocational pathway")
    ACTIVITY = "activity", _("Activity or short course")


class LinkBasis(models.TextChoices):
    LEADS = "leads-to", _("leads to")
    SUPPORTS = "supports", _("helps in")


class TermKind(models.TextChoices):
    """What a row of the search vocabulary is."""

    TRADE = "trade", _("Trade")
    PLACE = "place", _("Place")
    COMMON = "common", _("Said of any training")


class SeasonState(States):
    PREPARING = "preparing", "mute", _("In preparation")
    OPEN = "open", "good", _("Applications open")
    CLOSED = "closed", "wait", _("Applications closed")
    ALLOCATED = "allocated", "info", _("Results published")
    ENDED = "ended", "mute", _("Ended")


class OfferingState(States):
    OPEN = "open", "good", _("Open")
    CLOSED = "closed", "bad", _("Closed")


class OfferReason(Reasons):
    SEATS_BELOW_TAKEN = "seats_below_taken", _("Seats cannot go below zero.")
    ABOVE_CAPACITY = (
        "above_capacity",
        ngettext_lazy(
            "%(seats)s seat is more than the capacity of %(capacity)s. Raise the capacity of the offering first.",
            "%(seats)s seats are more than the capacity of %(capacity)s. Raise the capacity of the offering first.",
            "seats",
        ),
    )
    SEASON_PUBLISHED = (
        "season_published",
        _("The results of this season are published: its seats are settled."),
    )
    MISSING_COLUMN = "missing_column", _("The column “%(column)s” is missing.")
    NOTHING_TO_IMPORT = "nothing_to_import", _("The file has no row.")
    UNKNOWN_CODE = "unknown_code", _("“%(value)s” is not the code of a %(what)s.")
    OUT_OF_SCOPE = "out_of_scope", _("The centre “%(value)s” is outside your scope.")
    NOT_A_NUMBER = "not_a_number", _("“%(value)s” is not a whole number from %(low)s to %(high)s.")
    REPEATED_ROW = "repeated_row", _("This offering already stands on row %(row)s.")
    ROWS_REFUSED = (
        "rows_refused",
        ngettext_lazy(
            "%(count)s row is refused: nothing was written.",
            "%(count)s rows are refused: nothing was written.",
            "count",
        ),
    )
