"""Clients of guidance, their tests and the advice they were given."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import state_check
from takwin.core.fields import RefField, SearchField
from takwin.guidance.choices import SittingState
from takwin.guidance.rules import ITEMS
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.offer.models import Season
from takwin.people.models import Person
from takwin.territory.models import Area


class Client(models.Model):
    """One human being for guidance: with an account, a record, a phone number, or nothing yet but a session.

    What they say of themselves serves the advice; nobody's sex is asked. A row that joined another keeps its trace.
    """

    ref = RefField(prefix="CLI")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="guidance"
    )
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="guidance")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    name = models.CharField(_("Name"), max_length=120, blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=20, blank=True, default="")
    language = models.CharField(max_length=2, default="ar")
    schooling = models.CharField(_("Schooling"), max_length=8, choices=Schooling, blank=True, default="")
    stream = models.CharField(_("Stream"), max_length=16, choices=Stream, default=Stream.NONE)
    diploma = models.CharField(_("Diploma"), max_length=4, choices=Diploma, default=Diploma.NONE)
    born_on = models.DateField(_("Date of birth"), null=True, blank=True)
    commune = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    max_km = models.PositiveSmallIntegerField(_("Farthest distance"), null=True, blank=True)
    wants_bed = models.BooleanField(default=False)
    modes = models.JSONField(default=list, blank=True)
    simulated = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    search_text = SearchField(of=("name", "phone"))

    secret_fields = ("name", "phone", "born_on")

    class Meta:
        verbose_name = _("guidance client")
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(account__isnull=True, person__isnull=True),
                name="client_merged_has_no_identity",
            ),
        ]
        indexes = [models.Index(fields=["phone"], name="client_by_phone")]

    @property
    def reads(self) -> str:
        """The language of messages: of the account where there is one, else of the page that noted the client."""
        return str(self.account.language) if self.account else self.language

    def __str__(self) -> str:
        return self.name or (self.person.name if self.person else "") or self.phone or self.ref


class Sitting(models.Model):
    """One set of answers to a version of the interest test: 48 signs, 0 1 2, “-” where there is none yet."""

    ref = RefField(prefix="TST")
    client = models.ForeignKey(Client, models.PROTECT, related_name="sittings")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    answers = models.CharField(max_length=ITEMS, default="-" * ITEMS)
    scores = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=SittingState, default=SittingState.DRAFT)
    simulated = models.BooleanField(default=False, db_default=False)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("interest test")
        constraints = [
            state_check("state", SittingState, "sitting_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="draft", finished_at__isnull=True)
                | (Q(state="finished", finished_at__isnull=False) & ~Q(answers__contains="-")),
                name="sitting_finished_is_whole",
            ),
            models.UniqueConstraint(fields=["client"], condition=Q(state="draft"), name="sitting_one_draft_a_client"),
        ]
        indexes = [models.Index(fields=["version", "state", "simulated"], name="sitting_by_version")]

    def __str__(self) -> str:
        return self.ref


class Advice(models.Model):
    """The programmes a client was shown first, in order: what makes the quality of advice measurable later."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="advice")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    programmes = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("advice given")
        indexes = [models.Index(fields=["client", "season", "-at"], name="advice_by_client")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.at}"
