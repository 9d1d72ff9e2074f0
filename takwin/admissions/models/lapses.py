"""Seats lost for want of an answer, and their restoration by two people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import RestorationState
from takwin.admissions.models.applications import Application, Wish
from takwin.admissions.models.rounds import Round
from takwin.core.choices import state_check
from takwin.core.fields import RefField


class Lapse(models.Model):
    """The seat that an application lost when the answers of a round were closed; dropped once it is given back."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="lapses")
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    seat = models.ForeignKey(Wish, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("lapsed seat")
        constraints = [models.UniqueConstraint(fields=["round", "application"], name="lapse_once_a_round")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.application_id}"


class Restoration(models.Model):
    """One person asks that the seats lost by one closing are given back, another confirms. `left`: references of the
    applications whose seat was given to somebody else since."""

    ref = RefField(prefix="RST")
    round = models.ForeignKey(Round, models.PROTECT, related_name="restorations")
    state = models.CharField(max_length=10, choices=RestorationState, default=RestorationState.WAITING)
    reason = models.CharField(_("Reason"), max_length=500)
    # Null when a later round takes the answers.
    answers_until = models.DateTimeField(_("Answers until"), null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    restored = models.PositiveIntegerField(default=0)
    left = models.JSONField(default=list)

    secret_fields = ("left",)  # thousands of references: kept whole here, not in the journal too

    class Meta:
        verbose_name = _("restoration of seats")
        ordering = ["-pk"]
        constraints = [
            state_check("state", RestorationState, "restoration_state_is_known"),
            models.UniqueConstraint(fields=["round"], condition=Q(state="waiting"), name="restoration_one_waiting"),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="restoration_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="restoration_decided_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return self.ref
