"""Committees that score by interview or test: two scorers a candidate, an average by rule, recusal."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import CommitteeState, Selection
from takwin.admissions.models.applications import Application
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.offer.models import Offering


class CommitteeQuerySet(ScopedQuerySet):
    centre_path, area_path = "offering__centre_id", "offering__centre__area__path"


class Committee(models.Model):
    """Who scores the candidates of an offering; the score stands in the place of the average mark. A dissolved one
    keeps its scores and counts for nothing until it is formed again."""

    ref = RefField(prefix="COM")
    offering = models.OneToOneField(Offering, models.PROTECT, related_name="committee")
    method = models.CharField(_("Selection by"), max_length=10, choices=Selection)
    state = models.CharField(max_length=10, choices=CommitteeState, default=CommitteeState.FORMED)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee")
        constraints = [
            models.CheckConstraint(condition=Q(method__in=Selection.values), name="committee_method_known"),
            state_check("state", CommitteeState, "committee_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.ref


class Score(models.Model):
    """What one scorer gives one candidate, in hundredths out of 20; null: the scorer is recused."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="scores")
    application = models.ForeignKey(Application, models.PROTECT, related_name="scores")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(_("Score"), null=True)
    reason = models.CharField(_("Reason"), max_length=500, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("score")
        constraints = [
            models.UniqueConstraint(fields=["committee", "application", "by"], name="score_once_a_scorer"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__lte=2000), name="score_out_of_20"),
            models.CheckConstraint(condition=Q(value__isnull=False) | ~Q(reason=""), name="score_aside_has_a_reason"),
        ]

    def __str__(self) -> str:
        return str(self.value)
