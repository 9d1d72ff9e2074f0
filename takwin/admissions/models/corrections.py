"""Corrections of an identity that was handed in: asked with a document, decided by a registrar."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import CorrectionState
from takwin.core.choices import state_check
from takwin.core.dates import day
from takwin.core.fields import RefField
from takwin.people.choices import Sex
from takwin.people.models import Person
from takwin.territory.models import Area


class Correction(models.Model):
    """Values before, values asked for, and the person's reason. `before` and `after`: {field: value} of what differs,
    dates as ISO, a commune by its code."""

    ref = RefField(prefix="COR")
    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    state = models.CharField(max_length=10, choices=CorrectionState, default=CorrectionState.REQUESTED)
    words = models.CharField(_("Why"), max_length=500)
    before = models.JSONField()
    after = models.JSONField()
    file = models.FileField(upload_to="corrections/%Y/%m")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # The document the registrar has seen, or the reason of the refusal.
    answer = models.CharField(_("Answer"), max_length=500, blank=True, default="")

    secret_fields = ("before", "after", "words", "name")

    class Meta:
        verbose_name = _("correction of an identity")
        ordering = ["-pk"]
        constraints = [
            state_check("state", CorrectionState, "correction_state_is_known"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="requested"), name="correction_one_asked_a_person"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn"], decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(state__in=["accepted", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(answer="")
                ),
                name="correction_decided_has_who_when_and_why",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="correction_by_state")]

    def __str__(self) -> str:
        return self.ref

    @property
    def moves(self) -> list[tuple[str, str, str]]:
        """(field, before, after) in words, of what differs."""
        codes = {self.before.get("commune"), self.after.get("commune")} - {None, ""}
        communes = {row.code: row.label for row in Area.objects.filter(code__in=codes)} if codes else {}
        return [
            (
                str(
                    _("Commune") if name == "commune" else getattr(Person._meta.get_field(name), "verbose_name", name)
                ),
                _in_words(name, self.before[name], communes),
                _in_words(name, value, communes),
            )
            for name, value in self.after.items()
        ]


def _in_words(name: str, value: str, communes: dict[str, str]) -> str:
    if not value:
        return "–"
    if name == "sex":
        return str(Sex(value).label)
    if name == "born_on":
        return day(value, (get_language() or "ar")[:2])
    return communes.get(value, value) if name == "commune" else value
