"""Applications, wishes, documents, demand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import ApplicationState, AutoAnswer, DocumentKind, Need, Situation
from takwin.admissions.rules import list_version
from takwin.core.choices import state_check
from takwin.core.fields import EncryptedCharField, RefField
from takwin.core.models import Entry
from takwin.core.scope import ScopedQuerySet
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.offer.models import Offering, Season
from takwin.people.models import Consent, Person

DECIDED = ["admitted", "held", "unplaced", "confirmed", "declined", "lapsed"]
SEATED = ["admitted", "held", "confirmed"]


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
    # Answers given for them when they are admitted; see choices.AutoAnswer.
    auto_answer = models.CharField(_("Automatic answer"), max_length=8, choices=AutoAnswer, blank=True, default="")
    seat = models.ForeignKey("Wish", models.PROTECT, null=True, blank=True, related_name="+")
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
                condition=Q(state__in=SEATED, seat__isnull=False) | (~Q(state__in=SEATED) & Q(seat__isnull=True)),
                name="application_seated_has_its_seat",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True) | Q(consent__isnull=False),
                name="application_assisted_has_consent",
            ),
        ]
        indexes = [models.Index(fields=["season", "state"], name="application_by_state")]

    @property
    def version(self) -> str:
        """Changes with the state, the seat, and any wish or its order: what a page of moves was drawn from."""
        return (
            f"{self.state}-{self.seat_id or 0}-{list_version(self.wishes.select_related('offering').order_by('rank'))}"
        )

    def __str__(self) -> str:
        return self.ref

    @cached_property
    def taken_back(self) -> bool:
        """A draft that was submitted before: it counts for nothing until it is submitted again."""
        draft = self.state == ApplicationState.DRAFT
        return draft and Entry.objects.filter(ref=self.ref, verb="submit").exists()


class Wish(models.Model):
    """An offering, with or without a bed, at a rank: 1 is the most wanted."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="wishes")
    rank = models.PositiveSmallIntegerField()
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="wishes")
    with_bed = models.BooleanField(default=False)
    # Given up by the candidate after a result: no round asks for it again.
    refused = models.BooleanField(default=False, db_default=False)

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

    @property
    def name(self) -> str:
        """What a form calls this wish: its offering and its bed, which no other wish of the list has."""
        return f"{self.offering.ref}{'+bed' if self.with_bed else ''}"


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
