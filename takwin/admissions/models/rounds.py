"""The season's clock in rounds, and seats kept for groups."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import ReserveGroup, RoundKind, RoundState
from takwin.core.agreed import AgreedInstants
from takwin.core.choices import state_check
from takwin.offer.models import Offering, Season


class Round(AgreedInstants):
    """A publication of results and the answers to it. The first is the main one."""

    season = models.ForeignKey(Season, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=RoundKind, default=RoundKind.MAIN)
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.PLANNED)
    results_at = models.DateTimeField(_("Results"), null=True)
    answers_until = models.DateTimeField(_("Answers until"), null=True)
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    agreed_fields = ("results_at", "answers_until")

    class Meta:
        verbose_name = _("round")
        ordering = ["season", "number"]
        constraints = [
            state_check("state", RoundState, "round_state_is_known"),
            models.UniqueConstraint(fields=["season", "number"], name="round_once_a_number"),
            models.UniqueConstraint(fields=["season"], condition=~Q(state="closed"), name="round_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(results_at__isnull=True)
                | Q(answers_until__isnull=True)
                | Q(results_at__lt=F("answers_until")),
                name="round_results_before_answers_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season} · {self.number}"

    @property
    def ref(self) -> str:
        return f"round:{self.season.code}:{self.number}"


class Reserve(models.Model):
    """At least so many seats of an offering for members of a group who ask for them; unfilled, open to all."""

    offering = models.ForeignKey(Offering, models.PROTECT, related_name="reserves")
    group = models.CharField(_("Group"), max_length=12, choices=ReserveGroup)
    seats = models.PositiveIntegerField(_("Seats"))
    source = models.CharField(_("Decided by"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("reserve")
        ordering = ["offering", "group"]
        constraints = [
            models.UniqueConstraint(fields=["offering", "group"], name="reserve_once_a_group"),
            models.CheckConstraint(condition=Q(group__in=ReserveGroup.values), name="reserve_group_is_known"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="reserve_keeps_a_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()} {self.seats}"
