"""Kinds of assessment, states, decisions, and reasons of refusals."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class Kind(models.TextChoices):
    CONTINUOUS = "continuous", _("Continuous assessment")
    MODULE_END = "module-end", _("End of module")
    PRACTICAL = "practical", _("Practical examination of the year")


class ExamSession(models.TextChoices):
    FIRST = "first", _("First sitting")
    RESIT = "resit", _("Resit")


class AssessmentState(States):
    OPEN = "open", "wait", _("Being marked")
    CLOSED = "closed", "info", _("Marked")
    PUBLISHED = "published", "good", _("Published")


class MarkStatus(States):
    MARKED = "marked", "good", _("Marked")
    ABSENT = "absent", "bad", _("Absent")
    EXCUSED = "excused", "info", _("Excused")
    FRAUD = "fraud", "bad", _("Fraud")


class Decision(States):
    PASSED = "passed", "good", _("Passed")
    COMPENSATED = "compensated", "good", _("Passed by compensation")
    RESIT = "resit", "wait", _("Resit")
    FAILED = "failed", "bad", _("Failed")
    INCOMPLETE = "incomplete", "mute", _("Marks are missing")


class Honours(models.TextChoices):
    NONE = "", _("None")
    FAIR = "fair", _("Fairly good")
    GOOD = "good", _("Good")
    VERY_GOOD = "very-good", _("Very good")


class ContestState(States):
    ASKED = "asked", "wait", _("Waiting for an answer")
    UPHELD = "upheld", "good", _("Mark changed")
    REJECTED = "rejected", "bad", _("Mark kept")


class AssessmentReason(Reasons):
    ABOVE_SCALE = "above_scale", _("%(who)s: “%(value)s” is not a mark from 0 to 20, in quarters or hundredths.")
    NO_VALUE = "no_value", _("%(who)s: a mark is needed, or say absent, excused or fraud.")
    NOT_MEMBER = "not_member", _("%(who)s was not in the group on that day.")
    NOT_MARKER = "not_marker", _("This assessment is marked by others.")
    SAME_MARKER = "same_marker", _("The second marker must be somebody else.")
    NOT_OPEN = "not_open", _("The marks are closed. Reopen them, with a reason, to change one.")
    MARKS_MISSING = (
        "marks_missing",
        ngettext_lazy(
            "%(count)s trainee has no mark yet: %(who)s.", "%(count)s trainees have no mark yet: %(who)s.", "count"
        ),
    )
    TOO_FAR = "too_far", _("The two marks of %(who)s differ by %(gap)s: agree on one.")
    BEFORE_GROUP = "before_group", _("The assessment cannot be before the group begins, on %(day)s.")
    WEIGHT = "weight", _("A weight goes from 1 to 100.")
    NOT_PUBLISHED = "not_published", _("This mark is not published.")
    LATE = (
        "late",
        ngettext_lazy(
            "A mark can be contested within %(days)s day; this one was published on %(on)s.",
            "A mark can be contested within %(days)s days; this one was published on %(on)s.",
            "days",
        ),
    )
    CONTESTED = "contested", _("You have contested this mark already.")
    FRAUD_WORDS = "fraud_words", _("%(who)s: say what happened, for the case of fraud.")
    NOTHING_TO_PUBLISH = "nothing_to_publish", _("No result is complete yet.")
