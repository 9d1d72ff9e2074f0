"""Applications, wishes, documents, runs and their results."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedCharField

from takwin.admissions.choices import ApplicationState, BedGroup, DocumentKind, Need, Outcome, RunState, Situation
from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.offer.models import Offering, Season
from takwin.people.models import Consent, Person

DECIDED = ["admitted", "unplaced", "confirmed", "declined"]


class ApplicationQuerySet(ScopedQuerySet):
    """An application is seen where one of its wishes leads."""

    def within(self, scope):
        if scope.everywhere:
            return self
        mine = Offering.objects.within(scope).values("pk")
        return self.filter(Q(pk__in=Wish.objects.filter(offering__in=mine).values("application_id")))

    def with_person(self):
        return self.select_related("person__commune", "season")


class Application(models.Model):
    """A person's application to a season."""

    ref = RefField(prefix="ADM")
    person = models.ForeignKey(Person, models.PROTECT, related_name="applications")
    season = models.ForeignKey(Season, models.PROTECT, related_name="applications")
    state = models.CharField(max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT)
    schooling = models.CharField(_("Schooling"), max_length=8, choices=Schooling, blank=True, default="")
    diploma = models.CharField(_("Vocational diploma"), max_length=4, choices=Diploma, default=Diploma.NONE)
    stream = models.CharField(_("Stream"), max_length=14, choices=Stream, default=Stream.NONE)
    # Average mark of the last year completed, in hundredths out of 20.
    average = models.PositiveSmallIntegerField(_("Average mark"), null=True)
    # Kept encrypted; null when nothing is declared.
    disability = EncryptedCharField(max_length=20, choices=Need, blank=True, null=True, default=None)
    situation = EncryptedCharField(max_length=20, choices=Situation, blank=True, null=True, default=None)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    simulated = models.BooleanField(default=False, db_default=False)

    objects = ApplicationQuerySet.as_manager()
    secret_fields = ("disability", "situation")

    class Meta:
        verbose_name = _("application")
        constraints = [
            state_check("state", ApplicationState, "application_state_is_known"),
            models.UniqueConstraint(fields=["person", "season"], name="application_once_a_season"),
            models.CheckConstraint(
                condition=Q(average__isnull=True) | Q(average__lte=2000), name="application_average_out_of_20"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False, average__isnull=False),
                name="application_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True) | Q(consent__isnull=False),
                name="application_assisted_has_consent",
            ),
        ]
        indexes = [models.Index(fields=["season", "state"], name="application_by_state")]

    def __str__(self) -> str:
        return self.ref


class Wish(models.Model):
    """An offering, with or without a bed, at a rank: 1 is the dearest."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="wishes")
    rank = models.PositiveSmallIntegerField()
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="wishes")
    with_bed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("wish")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["application", "rank"], name="wish_one_a_rank"),
            models.UniqueConstraint(fields=["application", "offering", "with_bed"], name="wish_once"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=1000), name="wish_rank_from_one"),
        ]
        indexes = [models.Index(fields=["offering", "rank"], name="wish_by_offering")]

    def __str__(self) -> str:
        return f"{self.rank}. {self.offering}"


class Document(models.Model):
    """A file a candidate joined; kept outside the web root, given only to those who may see the application."""

    ref = RefField(prefix="DOC")
    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=10, choices=DocumentKind)
    file = models.FileField(upload_to="applications/%Y/%m")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("document")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Demand(models.Model):
    """Requests an offering has received from submitted applications, counted together and dated."""

    offering = models.OneToOneField(Offering, models.CASCADE, related_name="demand")
    requests = models.PositiveIntegerField(default=0)
    first_choices = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("demand")
        indexes = [models.Index(fields=["-requests"], name="demand_by_requests")]

    def __str__(self) -> str:
        return str(self.requests)


class Run(models.Model):
    """One calculation of the allocation. Published results never change: no move leaves `published`."""

    ref = RefField(prefix="RUN")
    season = models.ForeignKey(Season, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.PREPARED)
    seed = models.CharField(max_length=64)
    problem_digest = models.CharField(max_length=64, blank=True, default="")
    result_digest = models.CharField(max_length=64, blank=True, default="")
    counts = models.JSONField(default=dict)
    checks = models.JSONField(default=dict)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("allocation run")
        ordering = ["-pk"]
        constraints = [
            state_check("state", RunState, "run_state_is_known"),
            models.UniqueConstraint(
                fields=["season"], condition=Q(state="published"), name="run_published_once_a_season"
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
                name="run_published_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def sound(self) -> bool:
        """Whether every independent check held."""
        return bool(self.checks) and all(self.checks.values())


class PoolResult(models.Model):
    """What a run says of an offering."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="pools")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="results")
    seats = models.PositiveIntegerField()
    requests = models.PositiveIntegerField()
    first_choices = models.PositiveIntegerField()
    admitted = models.PositiveIntegerField()
    last_score = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name = _("pool result")
        constraints = [
            models.UniqueConstraint(fields=["run", "offering"], name="pool_result_once_a_run"),
            models.CheckConstraint(condition=Q(admitted__lte=F("seats")), name="pool_result_within_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.admitted}/{self.seats}"


class BedResult(models.Model):
    """What a run says of the beds of a house for one group."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="beds")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    group = models.CharField(max_length=8, choices=BedGroup)
    beds = models.PositiveIntegerField()
    requests = models.PositiveIntegerField()
    granted = models.PositiveIntegerField()
    last_score = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name = _("bed result")
        constraints = [
            models.UniqueConstraint(fields=["run", "centre", "group"], name="bed_result_once_a_group"),
            models.CheckConstraint(condition=Q(granted__lte=F("beds")), name="bed_result_within_beds"),
        ]

    def __str__(self) -> str:
        return f"{self.granted}/{self.beds}"


class WishResult(models.Model):
    """What a run says of a wish, with the numbers that explain it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    wish = models.ForeignKey(Wish, models.PROTECT, related_name="results")
    outcome = models.CharField(max_length=12, choices=Outcome)
    score = models.PositiveSmallIntegerField()
    rank = models.PositiveIntegerField(help_text="among all who asked for the offering")
    waiting = models.PositiveIntegerField(null=True, help_text="place on the waiting list")
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
