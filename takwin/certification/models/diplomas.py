"""Diplomas as they were signed, and the addresses their holders gave away."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.certification.choices import DiplomaKind, DiplomaState, ShareState, StatusReason
from takwin.certification.models.juries import Verdict
from takwin.certification.models.keys import SigningKey
from takwin.core.choices import state_check
from takwin.core.fields import RefField, SearchField
from takwin.core.scope import ScopedQuerySet
from takwin.training.models import Enrolment


class DiplomaQuerySet(ScopedQuerySet):
    centre_path, area_path = "enrolment__centre_id", "enrolment__centre__area__path"


class Diploma(models.Model):
    """A diploma, or a certificate of a module.

    `facts`: the printed data, frozen when it was prepared. `credential`: the signed document, as text, byte for byte.
    `line`: the signed line of its QR. Its bit in the published lists is its own key: list `pk // LIST_BITS`, bit
    `pk % LIST_BITS`, so that no two share one.
    """

    ref = RefField(prefix="DIP")
    kind = models.CharField(max_length=8, choices=DiplomaKind, default=DiplomaKind.DIPLOMA)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="diplomas")
    verdict = models.ForeignKey(Verdict, models.PROTECT, null=True, related_name="diplomas")
    module = models.CharField(_("Module"), max_length=20, blank=True, default="")
    holder = models.CharField(_("Holder"), max_length=165)
    on = models.DateField(_("Day"))
    facts = models.JSONField()
    key = models.ForeignKey(SigningKey, models.PROTECT, null=True, related_name="diplomas")
    credential = models.TextField(blank=True, default="")
    line = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=DiplomaState, default=DiplomaState.PREPARED)
    reason = models.CharField(max_length=8, choices=StatusReason, blank=True, default="")
    since_on = models.DateField()
    issued_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False, db_default=False)
    search_text = SearchField(of=("holder", "ref"))

    objects = DiplomaQuerySet.as_manager()

    class Meta:
        verbose_name = _("diploma")
        ordering = ["-on", "-pk"]
        constraints = [
            state_check("state", DiplomaState, "diploma_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=DiplomaKind.values), name="diploma_kind_is_known"),
            models.UniqueConstraint(
                fields=["enrolment", "module"],
                condition=Q(state__in=["prepared", "live", "suspended"]),
                name="diploma_one_stands_for_a_result",
            ),
            models.CheckConstraint(
                condition=(Q(kind="diploma", module="", verdict__isnull=False) | (Q(kind="module") & ~Q(module=""))),
                name="diploma_knows_what_it_is_of",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", key__isnull=True, issued_at__isnull=True, credential="")
                | (~Q(state="prepared") & Q(key__isnull=False, issued_at__isnull=False) & ~Q(credential="")),
                name="diploma_signed_has_its_key",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "live"], reason="")
                | (Q(state__in=["suspended", "revoked"]) & ~Q(reason="")),
                name="diploma_taken_back_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="diploma_by_state"),
            models.Index(fields=["enrolment"], name="diploma_by_trainee"),
            models.Index(fields=["-on", "-id"], name="diploma_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.title}"

    @property
    def title(self) -> str:
        """The name of the programme or module in the active language, in Arabic where that is missing."""
        names = self.facts["names"]
        return names.get((get_language() or "ar")[:2]) or names["ar"]

    @property
    def where(self) -> str:
        names = self.facts["centre"]
        return names.get((get_language() or "ar")[:2]) or names["ar"]


class ShareQuerySet(ScopedQuerySet):
    centre_path, area_path = None, None


class Share(models.Model):
    """An address that shows one diploma until a day, unless its holder takes it back; `seen` counts openings."""

    ref = RefField(prefix="SHR")
    diploma = models.ForeignKey(Diploma, models.CASCADE, related_name="shares")
    words = models.CharField(_("For whom"), max_length=120, blank=True, default="")
    until_on = models.DateField(_("Last day"))
    state = models.CharField(max_length=10, choices=ShareState, default=ShareState.OPEN)
    seen = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share of a diploma")
        ordering = ["-pk"]
        constraints = [state_check("state", ShareState, "share_state_is_known")]

    def __str__(self) -> str:
        return self.ref
