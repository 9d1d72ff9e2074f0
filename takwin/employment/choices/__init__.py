"""Choices of the follow-up: outcomes, waves, answers, reasons of refusals."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class Outcome(States):
    """What a graduate does in the week of the answer. The first that fits, from the top."""

    EMPLOYED = "employed", "good", _("Employed in a company")
    SELF_EMPLOYED = "self-employed", "good", _("Self-employed")
    COOPERATIVE = "cooperative", "good", _("In a cooperative")
    COOPERATIVE_MADE = "cooperative-made", "good", _("Created a cooperative, with support")
    OWN_PROJECT = "own-project", "good", _("Created an own project")
    STUDYING = "studying", "info", _("Continues studies")
    SEEKING = "seeking", "wait", _("Seeks work")
    INACTIVE = "inactive", "mute", _("Neither works nor seeks")


# As the graduate says it: the survey asks, and a desk reports.
FIRST_PERSON = {
    Outcome.EMPLOYED: _("I work in a company"),
    Outcome.SELF_EMPLOYED: _("I work for myself"),
    Outcome.COOPERATIVE: _("I work in a cooperative"),
    Outcome.COOPERATIVE_MADE: _("I created a cooperative, with support"),
    Outcome.OWN_PROJECT: _("I created my own project"),
    Outcome.STUDYING: _("I go on studying"),
    Outcome.SEEKING: _("I am looking for work"),
    Outcome.INACTIVE: _("I neither work nor look for work"),
}
INSERTED = (
    Outcome.EMPLOYED, Outcome.SELF_EMPLOYED, Outcome.COOPERATIVE, Outcome.COOPERATIVE_MADE, Outcome.OWN_PROJECT,
)  # fmt: skip


class ContractKind(models.TextChoices):
    """Bits of the matching follow this order."""

    PERMANENT = "permanent", _("Permanent contract (CDI)")
    FIXED = "fixed", _("Fixed-term contract (CDD)")
    INSERTION = "insertion", _("Insertion contract (ANAPEC)")
    TEMPORARY = "temporary", _("Temporary work")
    NONE = "none", _("Without a written contract")


class WaveState(States):
    PLANNED = "planned", "mute", _("To come")
    OPEN = "open", "info", _("Under way")
    CLOSED = "closed", "good", _("Closed")


class InvitationState(States):
    WAITING = "waiting", "wait", _("Not answered yet")
    ANSWERED = "answered", "good", _("Has answered")
    REFUSED = "refused", "bad", _("Refused to answer")
    UNREACHABLE = "unreachable", "bad", _("Unreachable")


class ContactChannel(models.TextChoices):
    """How an answer came, or how someone was tried."""

    LINK = "link", _("SMS link")
    MAIL = "mail", _("E-mail")
    PHONE = "phone", _("Phone")
    COUNSELLOR = "counsellor", _("Met a counsellor")
    HIRED = "hired", _("Hired through this network")


class ContactResult(models.TextChoices):
    SENT = "sent", _("Sent")
    NO_ANSWER = "no-answer", _("No answer")
    LATER = "later", _("To be called again")
    WRONG = "wrong", _("Wrong number")
    REFUSED = "refused", _("Refused to answer")


class TrainingStatus(States):
    """Kinds of leaving, defined in `rules/leaving.py`."""

    IN = "in", "good", _("In training")
    BREAK = "break", "wait", _("Contract broken, still in training")
    DROP_OUT = "drop-out", "bad", _("Drop-out")
    ABANDONED = "abandoned", "bad", _("Abandonment")
    FINISHED = "finished", "good", _("Finished")


class FollowReason(Reasons):
    BAD_DAYS = "bad_days", _("The last day comes before the first.")
    NOT_YET = "not_yet", _("The frame is frozen after its last day: %(on)s is to come.")
    NOBODY = "nobody", _("No diploma was given from %(first)s to %(last)s.")
    OVERLAPS = "overlaps", _("These days overlap the cohort “%(name)s”: a graduate is counted once.")
    WAVE_NOT_OPEN = "wave_not_open", _("This follow-up is %(state)s: answers are taken from %(first)s to %(last)s.")
    CONTRACT_MISSING = "contract_missing", _("Say which contract it is.")
    SINCE_FUTURE = "since_future", _("The day is to come.")
    HAS_ANSWERED = "has_answered", _("This person has answered: correct the answer instead.")
    FEW = (
        "few",
        ngettext_lazy(
            "%(count)s answer: a rate is published from %(least)s on, so that nobody is recognised.",
            "%(count)s answers: a rate is published from %(least)s on, so that nobody is recognised.",
            "count",
        ),
    )
    NO_DENOMINATOR = "no_denominator", _("Nobody answered: without a denominator there is no rate.")
    WAVE_RUNNING = "wave_running", _("Rates are published when the follow-up is closed, on %(on)s.")
    PUBLISHED = "published", _("These rates are published already.")
    WHY_MISSING = "follow_why_missing", _("Say why.")
    DAY_OVER = "day_over", _("This day is over: choose today or a later one.")
