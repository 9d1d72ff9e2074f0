"""States of an application and of a run, outcomes, reasons of refusal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons, States

MAX_WISHES = 10


class ApplicationState(States):
    DRAFT = "draft", "mute", _("Draft")
    SUBMITTED = "submitted", "info", _("Submitted")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")
    ADMITTED = "admitted", "good", _("Admitted")
    UNPLACED = "unplaced", "bad", _("Not admitted")
    CONFIRMED = "confirmed", "good", _("Seat confirmed")
    DECLINED = "declined", "mute", _("Seat declined")


class RunState(States):
    PREPARED = "prepared", "mute", _("Prepared")
    REVIEW = "review", "wait", _("Under review")
    PUBLISHED = "published", "good", _("Published")
    DISCARDED = "discarded", "mute", _("Discarded")


class Outcome(States):
    ADMITTED = "admitted", "good", _("Admitted")
    WAITING = "waiting", "wait", _("Waiting list")
    NO_BED = "no-bed", "wait", _("No bed")
    NOT_REACHED = "not-reached", "mute", _("Not examined")


class BedGroup(models.TextChoices):
    GIRLS = "girls", _("girls")
    OTHERS = "others", _("boys")
    ALL = "all", _("all")


class Need(models.TextChoices):
    """Declared situations, kept encrypted."""

    NONE = "", _("Nothing to declare")
    MOTOR = "motor", _("Motor disability")
    SIGHT = "sight", _("Low vision or blindness")
    HEARING = "hearing", _("Deafness or hearing loss")
    LEARNING = "learning", _("Learning or developmental disorder")
    OTHER = "other", _("Another disability")


class Situation(models.TextChoices):
    NONE = "", _("Nothing to declare")
    ORPHAN = "orphan", _("Orphan")
    CARE = "care", _("In the care of an institution")
    LOW_INCOME = "low-income", _("Household with social support")
    REENTRY = "reentry", _("Returning to training after leaving school")


class DocumentKind(models.TextChoices):
    IDENTITY = "identity", _("Identity document")
    SCHOOLING = "schooling", _("School certificate")
    MARKS = "marks", _("Marks of the last year")
    OTHER = "other", _("Another document")


class AdmissionReason(Reasons):
    NOT_OPEN_YET = "not_open_yet", _("Applications open on %(moment)s (Casablanca time).")
    DEADLINE_PASSED = "deadline_passed", _("Applications closed on %(moment)s (Casablanca time).")
    NO_SEASON = "no_season", _("No season is open for applications.")
    ALREADY_APPLIED = (
        "already_applied",
        _("You already have an application for this season. Open it to go on."),
    )
    TOO_MANY_WISHES = "too_many_wishes", _("You have %(limit)s wishes, the most allowed. Remove one first.")
    DUPLICATE_WISH = "duplicate_wish", _("This wish is already on your list at rank %(rank)s.")
    OFFERING_CLOSED = "offering_closed", _("This offering is closed: it takes no wishes now.")
    OTHER_SEASON = "other_season", _("This offering belongs to another season.")
    NO_BOARDING = "no_boarding", _("This centre has no boarding house.")
    NO_WISH = "no_wish", _("Add at least one wish before you submit.")
    SCHOOLING_MISSING = "schooling_missing", _("Tell your schooling and average mark first.")
    BAD_ORDER = "bad_order", _("The order must name each of your wishes once.")
    FILE_TOO_BIG = "file_too_big", _("The file is %(size)s MB; the most allowed is %(limit)s MB.")
    FILE_EMPTY = "file_empty", _("The file is empty.")
    FILE_KIND = (
        "file_kind",
        _("Only PDF, JPEG and PNG files are accepted, and the content must be of that kind."),
    )
    TOO_MANY_FILES = "too_many_files", _("You have %(limit)s documents, the most allowed.")
    ANSWER_LATE = "answer_late", _("The delay to answer ended on %(moment)s (Casablanca time).")
    # Eligibility
    LEVEL_TOO_LOW = (
        "level_too_low",
        _("This programme asks for “%(asked)s” at least; you declared “%(declared)s”."),
    )
    LEVEL_OR_BRIDGE = (
        "level_or_bridge",
        _("This programme asks for “%(asked)s” at least, or the diploma “%(bridge)s”; you declared “%(declared)s”."),
    )
    STREAM_NOT_ACCEPTED = (
        "stream_not_accepted",
        _("Your stream “%(declared)s” is not accepted. Accepted: %(asked)s."),
    )
    TOO_YOUNG = "too_young", _("You must be %(age)s years old on %(day)s; you will be %(own)s.")
    TOO_OLD = (
        "too_old_for_programme",
        _("You must be at most %(age)s years old on %(day)s; you will be %(own)s."),
    )
    NO_RULE = "no_rule", _("The access conditions of this programme are not published yet.")
    # Runs
    STILL_OPEN = (
        "still_open",
        _("Applications are open until %(moment)s. Allocate after that, or close them first."),
    )
    NO_APPLICATION = "no_application", _("No submitted application: there is nothing to allocate.")
    PUBLISHED_ALREADY = "published_already", _("The results of this season are published and cannot change.")
    CHECKS_FAILED = (
        "checks_failed",
        _("The independent checks found a fault. A run with a fault cannot be published."),
    )
