"""States that carry their colour, and reasons that carry their sentence."""

from django.db import models
from django.utils.translation import gettext_lazy as _

TONES = ("good", "wait", "bad", "info", "mute")


class States(models.TextChoices):
    """`DRAFT = "draft", "mute", _("Draft")`: stored value, tone of its badge, label."""

    tone: str

    def __new__(cls, value: str, tone: str = ""):  # a member is looked up by its value alone
        if tone not in TONES:
            raise ValueError(f"{cls.__name__}: unknown tone {tone!r}")
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        return member


class Reasons(models.TextChoices):
    """Why a rule said no: a stable code and a sentence with named placeholders."""


def state_check(field: str, states: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The database refuses a state that is not in the table."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": list(states.values)}), name=name)


class MessageState(States):
    WAITING = "waiting", "wait", _("Waiting")
    SENT = "sent", "good", _("Sent")
    FAILED = "failed", "bad", _("Failed")


class Channel(models.TextChoices):
    SMS = "sms", _("SMS")
    MAIL = "mail", _("E-mail")


class Priority(models.IntegerChoices):
    """Which message leaves first: a code is waited for at a screen, results of a nation go out in hours."""

    CODE = 0, _("Code")
    NORMAL = 5, _("Message to one person")
    BULK = 9, _("Message to many")


class JobState(States):
    QUEUED = "queued", "wait", _("Queued")
    RUNNING = "running", "info", _("Running")
    DONE = "done", "good", _("Done")
    FAILED = "failed", "bad", _("Failed")
