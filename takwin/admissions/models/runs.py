"""Runs of the allocation, their signatures, and their results for each wish, offering and house."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import BedGroup, Outcome, ReserveGroup, RunKind, RunState
from takwin.admissions.models.applications import Wish
from takwin.admissions.models.draws import Draw
from takwin.admissions.models.rounds import Round
from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import EncryptedCharField, RefField
from takwin.offer.models import Offering, Season


class Run(models.Model):
    """One calculation of a round. Published results never change: no move leaves `published`."""

    ref = RefField(prefix="RUN")
    season = models.ForeignKey(Season, models.PROTECT, related_name="runs")
    round = models.ForeignKey(Round, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=8, choices=RunKind, default=RunKind.FINAL)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.PREPARED)
    seed = models.CharField(max_length=64)
    # By the seed itself, so that the database can compare: a trial run has lots of its own.
    draw = models.ForeignKey(Draw, models.PROTECT, to_field="seed", null=True, related_name="runs")
    problem_digest = models.CharField(max_length=64, blank=True, default="")
    result_digest = models.CharField(max_length=64, blank=True, default="")
    # Of what was read: see arrays.SeasonArrays.digest. Empty for a run calculated before it was kept.
    inputs_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    counts = models.JSONField(default=dict)
    checks = models.JSONField(default=dict)
    certificate = models.JSONField(default=dict)
    review = models.JSONField(
        default=dict, help_text="what the desk reads before it signs: faults, oddities, fairness"
    )
    archive = models.FileField(upload_to="runs", blank=True, help_text="problem and result, for auditors")
    public_files = models.FileField(upload_to="runs", blank=True, help_text="what anyone may read")
    # Of the lines and of the cut-offs: root, size, roots of blocks; and the sha256 of the archive.
    trees = models.JSONField(default=dict)
    # The salts of all leaves are made from it.
    salt = EncryptedCharField(max_length=64, null=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    # Kept whole on the run itself; the journal keeps the digests.
    secret_fields = ("certificate", "review", "counts", "checks", "archive", "public_files", "trees", "salt")

    class Meta:
        verbose_name = _("allocation run")
        ordering = ["-pk"]
        constraints = [
            state_check("state", RunState, "run_state_is_known"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(state="published"), name="run_published_once_a_round"
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
                name="run_published_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(kind="final", draw__isnull=False, draw=F("seed")),
                name="run_published_has_the_sealed_seed",
            ),
            models.CheckConstraint(condition=~Q(kind="trial") | Q(draw__isnull=True), name="run_trial_has_no_draw"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def sound(self) -> bool:
        """Whether every independent check held."""
        return bool(self.checks) and all(self.checks.values())


class Signature(models.Model):
    """One person's word that a run was reviewed; two different people before it is published."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="signatures")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("signature")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "by"], name="signature_once_a_person")]

    def __str__(self) -> str:
        return f"{self.run} {self.by}"


class PoolResult(models.Model):
    """The result of a run for an offering."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="pools")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="results")
    seats = models.PositiveIntegerField()
    requests = models.PositiveIntegerField()
    first_choices = models.PositiveIntegerField()
    admitted = models.PositiveIntegerField()
    last_score = models.PositiveSmallIntegerField(null=True)
    last_lot = models.BigIntegerField(null=True)
    # [group, seats, members admitted, last score that only this reserve let in] of each reserve.
    reserves = models.JSONField(default=list)
    # What the public reads: see services/shown.py.
    shown = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = _("pool result")
        constraints = [
            models.UniqueConstraint(fields=["run", "offering"], name="pool_result_once_a_run"),
            models.CheckConstraint(condition=Q(admitted__lte=F("seats")), name="pool_result_within_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.admitted}/{self.seats}"


class BedResult(models.Model):
    """The result of a run for the beds of a house, for one group."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="beds")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    group = models.CharField(max_length=8, choices=BedGroup)
    beds = models.PositiveIntegerField()
    requests = models.PositiveIntegerField()
    granted = models.PositiveIntegerField()
    last_score = models.PositiveSmallIntegerField(null=True)
    shown = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = _("bed result")
        constraints = [
            models.UniqueConstraint(fields=["run", "centre", "group"], name="bed_result_once_a_group"),
            models.CheckConstraint(condition=Q(granted__lte=F("beds")), name="bed_result_within_beds"),
        ]

    def __str__(self) -> str:
        return f"{self.granted}/{self.beds}"


class WishResult(models.Model):
    """The result of a run for a wish, with the numbers that explain it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    wish = models.ForeignKey(Wish, models.PROTECT, related_name="results")
    outcome = models.CharField(max_length=12, choices=Outcome)
    score = models.PositiveSmallIntegerField()
    lot = models.BigIntegerField(default=0, db_default=0)
    rank = models.PositiveIntegerField(help_text="among all who asked for the offering")
    waiting = models.PositiveIntegerField(null=True, help_text="place on the waiting list")
    # Admitted in a reserved seat, below others who wait: which.
    reserve = models.CharField(max_length=12, choices=ReserveGroup, blank=True, default="", db_default="")
    bed_rank = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("wish result")
        constraints = [
            state_check("outcome", Outcome, "wish_result_outcome_is_known"),
            models.UniqueConstraint(fields=["wish", "run"], name="wish_result_once_a_run"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", waiting__isnull=False)
                | (~Q(outcome="waiting") & Q(waiting__isnull=True)),
                name="wish_result_waiting_has_a_place",
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome"], name="wish_result_by_outcome")]

    def __str__(self) -> str:
        return self.outcome
