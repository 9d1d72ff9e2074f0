"""Juries, their members, verdicts and amendments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.certification.choices import Decision, JuryState, Seat
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.training.models import Enrolment, Group, Result


class JuryQuerySet(ScopedQuerySet):
    centre_path, area_path = "group__centre_id", "group__centre__area__path"

    def with_names(self):
        return self.select_related(
            "group__centre__area", "group__version__programme__level", "group__season", "president"
        )


class Jury(models.Model):
    """A jury of a group's year. One at a time; a jury called off leaves room for another."""

    ref = RefField(prefix="JUR")
    group = models.ForeignKey(Group, models.PROTECT, related_name="juries")
    year = models.PositiveSmallIntegerField(_("Year"))
    held_on = models.DateField(_("Day of the jury"))
    president = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="juries")
    rule = models.CharField(max_length=12)
    remarks = models.TextField(_("Remarks for the minutes"), blank=True, default="", max_length=2000)
    state = models.CharField(max_length=10, choices=JuryState, default=JuryState.FORMED)
    signed_at = models.DateTimeField(null=True)

    objects = JuryQuerySet.as_manager()

    class Meta:
        verbose_name = _("jury")
        ordering = ["-held_on", "-pk"]
        constraints = [
            state_check("state", JuryState, "jury_state_is_known"),
            models.UniqueConstraint(
                fields=["group", "year"], condition=~Q(state="cancelled"), name="jury_one_a_group_and_year"
            ),
            models.CheckConstraint(
                condition=Q(state="signed", signed_at__isnull=False)
                | (~Q(state="signed") & Q(signed_at__isnull=True)),
                name="jury_signed_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "held_on"], name="jury_by_state")]

    def __str__(self) -> str:
        return f"{self.group} · {self.held_on}"


class JuryMember(models.Model):
    """A member of a jury; those from outside need no account."""

    ref = RefField(prefix="SIT")
    jury = models.ForeignKey(Jury, models.CASCADE, related_name="members")
    name = models.CharField(_("Name"), max_length=120)
    seat = models.CharField(_("Role"), max_length=12, choices=Seat)
    present = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("member of a jury")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(seat__in=Seat.values), name="jury_member_seat_is_known"),
            models.UniqueConstraint(fields=["jury", "name"], name="jury_member_once_a_jury"),
            models.UniqueConstraint(fields=["jury"], condition=Q(seat="president"), name="jury_member_one_president"),
        ]

    def __str__(self) -> str:
        return self.name


class Verdict(models.Model):
    """The decision of a jury on one trainee, and the result it rests on; `decision` is empty until decided."""

    jury = models.ForeignKey(Jury, models.CASCADE, related_name="verdicts")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="verdicts")
    result = models.ForeignKey(Result, models.PROTECT, null=True, related_name="verdicts")
    proposed = models.CharField(max_length=10, choices=Decision)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default="")
    words = models.CharField(_("Why"), max_length=300, blank=True, default="")
    # The trainee's identity in the registry when the minutes were signed: names, birth, a digest of the card number.
    # Diplomas of this verdict carry it, whatever the registry says later. Empty until the minutes are signed.
    identity = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("verdict")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="") | Q(decision__in=Decision.values), name="verdict_decision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(result__isnull=False) | Q(decision__in=["", "deferred"]),
                name="verdict_without_result_is_deferred",
            ),
            models.UniqueConstraint(fields=["jury", "enrolment"], name="verdict_once_a_jury"),
        ]
        indexes = [models.Index(fields=["enrolment"], name="verdict_by_trainee")]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.decision}"

    @property
    def ref(self) -> str:
        return f"verdict:{self.pk}"

    @property
    def who(self) -> str:
        """The name that was signed; the registered one until then."""
        identity = self.identity
        return f"{identity['given_name']} {identity['family_name']}" if identity else self.enrolment.person.name


class Amendment(models.Model):
    """A correction after the minutes were signed: signed itself, the old decision kept. Never changed."""

    ref = RefField(prefix="AMD")
    verdict = models.ForeignKey(Verdict, models.CASCADE, related_name="amendments")
    before = models.CharField(max_length=10, choices=Decision)
    after = models.CharField(max_length=10, choices=Decision)
    words = models.CharField(_("Why"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("amendment of a verdict")
        ordering = ["pk"]
        constraints = [
            state_check("before", Decision, "amendment_before_is_known"),
            state_check("after", Decision, "amendment_after_is_known"),
            models.CheckConstraint(condition=~Q(before=models.F("after")) & ~Q(words=""), name="amendment_says_why"),
        ]

    def __str__(self) -> str:
        return self.ref
