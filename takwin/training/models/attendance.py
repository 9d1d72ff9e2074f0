"""Rolls, statements of attendance, excuses and alerts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.training.choices import AlertLevel, ExcuseKind, ExcuseState, Presence
from takwin.training.models.enrolments import Enrolment
from takwin.training.models.weeks import Course, Term


class RollQuerySet(ScopedQuerySet):
    centre_path, area_path = "course__group__centre_id", "course__group__centre__area__path"


class Roll(models.Model):
    """One sitting of a course on one day. Made with its first statement; keeps the hour it had then."""

    ref = RefField(prefix="ROL")
    course = models.ForeignKey(Course, models.PROTECT, related_name="rolls")
    on = models.DateField()
    hour = models.PositiveSmallIntegerField()
    length = models.PositiveSmallIntegerField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RollQuerySet.as_manager()

    class Meta:
        verbose_name = _("roll")
        ordering = ["on", "hour"]
        constraints = [models.UniqueConstraint(fields=["course", "on", "hour"], name="roll_once_an_hour")]
        indexes = [models.Index(fields=["on"], name="roll_by_day")]

    def __str__(self) -> str:
        return f"{self.course} {self.on}"


class Statement(models.Model):
    """The presence of one trainee at one roll, as someone stated it. Never changed; `is_current` marks the one that
    counts, and `contested` that another disagrees with it. `on` repeats the roll's day, for reading and retention."""

    key = models.UUIDField(unique=True)
    roll = models.ForeignKey(Roll, models.PROTECT, related_name="statements")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="statements")
    on = models.DateField()
    value = models.CharField(max_length=8, choices=Presence)
    minutes = models.PositiveSmallIntegerField(default=0)
    rank = models.PositiveSmallIntegerField(default=0)
    after = models.JSONField(default=list)
    stated_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    # Derived from an accepted excuse: it is current wherever an absence of its days would be, in any order of arrival.
    excuse = models.ForeignKey("training.Excuse", models.PROTECT, null=True, db_index=False, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(db_default=Now())
    is_current = models.BooleanField(default=False)
    contested = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("statement")
        ordering = ["pk"]
        constraints = [
            state_check("value", Presence, "statement_value_is_known"),
            models.UniqueConstraint(
                fields=["roll", "enrolment"], condition=Q(is_current=True), name="statement_one_is_current"
            ),
            models.CheckConstraint(
                condition=Q(value="late", minutes__gte=1) | (~Q(value="late") & Q(minutes=0)),
                name="statement_late_has_minutes",
            ),
            models.CheckConstraint(
                condition=Q(is_current=True) | Q(contested=False), name="statement_contested_is_current"
            ),
        ]
        indexes = [
            models.Index(fields=["enrolment", "on"], name="statement_by_trainee"),
            models.Index(fields=["on"], condition=Q(contested=True), name="statement_contested"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class RejectedStatement(models.Model):
    """A statement that was rejected, whole, with the reason, for the office to read."""

    key = models.CharField(max_length=60, unique=True)
    payload = models.JSONField()
    reason = models.CharField(max_length=300)
    centre = models.ForeignKey("centres.Centre", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(db_default=Now())

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement set aside")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key


class ExcuseQuerySet(ScopedQuerySet):
    centre_path, area_path = "enrolment__centre_id", "enrolment__centre__area__path"


class Excuse(models.Model):
    """A trainee's request to be excused from a day to a day, with its proof."""

    ref = RefField(prefix="EXC")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="excuses")
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    kind = models.CharField(_("Reason"), max_length=10, choices=ExcuseKind)
    words = models.CharField(_("In your words"), max_length=300, blank=True, default="")
    proof = models.FileField(_("Proof"), upload_to="excuses/%Y/%m", blank=True)
    state = models.CharField(max_length=10, choices=ExcuseState, default=ExcuseState.ASKED)
    answer = models.CharField(_("Answer"), max_length=300, blank=True, default="")
    asked_at = models.DateTimeField(db_default=Now())

    objects = ExcuseQuerySet.as_manager()
    secret_fields = ("words", "proof")

    class Meta:
        verbose_name = _("excuse")
        ordering = ["-pk"]
        constraints = [
            state_check("state", ExcuseState, "excuse_state_is_known"),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="excuse_begins_before_it_ends"),
        ]
        indexes = [models.Index(fields=["enrolment", "state"], name="excuse_by_trainee")]

    def __str__(self) -> str:
        return self.ref


class Alert(models.Model):
    """A threshold of absence that a trainee reached in a term; its messages are sent once."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="alerts")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=AlertLevel)
    hours = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("alert")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "term", "level"], name="alert_once_a_level"),
            models.CheckConstraint(condition=Q(level__in=AlertLevel.values), name="alert_level_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.level}"
