"""Individual follow-up."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import EncryptedTextField, RefField
from takwin.core.scope import ScopedQuerySet
from takwin.guidance.choices import CaseState, Closing, HandOverState, MeetingChannel, Purpose
from takwin.guidance.models.agenda import Appointment
from takwin.guidance.models.clients import Client


class CaseQuerySet(ScopedQuerySet):
    def with_all(self):
        return self.select_related("client__person", "client__account", "centre__area", "counsellor")


class Case(models.Model):
    """The follow-up of one client by one guidance centre, from the choice of a programme until after graduation."""

    ref = RefField(prefix="CAS")
    client = models.ForeignKey(Client, models.PROTECT, related_name="cases")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    counsellor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    next_on = models.DateField(_("Next date"), null=True, blank=True)
    opened_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    closing = models.CharField(_("Reason of the end"), max_length=10, choices=Closing, blank=True, default="")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        constraints = [
            state_check("state", CaseState, "case_state_is_known"),
            models.UniqueConstraint(
                fields=["client", "centre"], condition=Q(state="open"), name="case_one_open_a_centre"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True, closing="")
                | (Q(state="closed", ended_at__isnull=False) & ~Q(closing="")),
                name="case_closed_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "state", "next_on"], name="case_by_centre"),
            models.Index(fields=["counsellor", "state"], name="case_by_counsellor"),
        ]

    def __str__(self) -> str:
        return self.ref


class Contact(models.Model):
    """One entry of a follow-up. The person reads its summary and the steps agreed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts")
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, related_name="contact")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    channel = models.CharField(_("How"), max_length=8, choices=MeetingChannel, default=MeetingChannel.PLACE)
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose)
    summary = models.TextField(_("Summary, which the person reads"), max_length=2000)
    steps = models.TextField(_("Steps agreed, one a line"), max_length=1000, blank=True, default="")
    next_on = models.DateField(_("Next date"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["case", "-at"], name="contact_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"

    @property
    def step_lines(self) -> list[str]:
        return [line.strip() for line in self.steps.splitlines() if line.strip()]


class Note(models.Model):
    """A sensitive note: encrypted at rest, read under a capability of its own, each reading in the journal."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    text = EncryptedTextField()

    class Meta:
        verbose_name = _("sensitive note")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class HandOver(models.Model):
    """A follow-up offered to another counsellor, of the same centre or another, with the person's consent."""

    ref = RefField(prefix="HND")
    case = models.ForeignKey(Case, models.PROTECT, related_name="hand_overs")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    consent = models.CharField(_("What the person agreed to"), max_length=300)
    reason = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=HandOverState, default=HandOverState.OFFERED)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("hand-over")
        constraints = [
            state_check("state", HandOverState, "hand_over_state_is_known"),
            models.UniqueConstraint(fields=["case"], condition=Q(state="offered"), name="hand_over_one_at_a_time"),
            models.CheckConstraint(condition=~Q(consent=""), name="hand_over_has_consent"),
        ]
        indexes = [models.Index(fields=["taker", "state"], name="hand_over_by_taker")]

    def __str__(self) -> str:
        return self.ref
