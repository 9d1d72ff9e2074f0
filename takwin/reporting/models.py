"""Documents, what they print, and the arithmetic it implies."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.core.fields import SearchField
from takwin.core.models import Named
from takwin.portfolio.choices import Basis
from takwin.reporting.choices import KINDS, LIKELIHOODS, QUALIFIERS, STRENGTHS, UNITS


class Document(models.Model):
    """One of the documents the reference data were read from."""

    code = models.CharField(max_length=8, unique=True)
    title_ar = models.CharField(max_length=300, blank=True, default="")
    publisher_ar = models.CharField(max_length=200, blank=True, default="")
    publisher = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    date = models.CharField(max_length=10)
    period = models.CharField(max_length=60)
    lines = models.PositiveIntegerField()
    remarks = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("document")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.publisher}"


class PublishedFigure(Named):
    """A number a document prints. `value` is text: dates and partial dates stand among the numbers."""

    code = models.CharField(max_length=200, unique=True)
    table = models.CharField(max_length=40)
    scope = models.CharField(max_length=100)
    scope_ar = models.CharField(max_length=300, blank=True, default="")
    scope_fr = models.CharField(max_length=300, blank=True, default="")
    indicator = models.CharField(max_length=80)
    period = models.CharField(max_length=20, blank=True, default="")
    value = models.CharField(max_length=40)
    number = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    unit = models.CharField(max_length=40)
    qualifier = models.CharField(max_length=12, blank=True, default="")
    basis = models.CharField(max_length=12, choices=Basis)
    source = models.CharField(max_length=8)
    line = models.CharField(max_length=120)
    as_written = models.CharField(max_length=120, blank=True, default="")
    note = models.TextField(blank=True, default="")
    search_text = SearchField(of=("name_ar", "name_fr", "name_en", "scope_ar", "scope_fr", "indicator"))

    class Meta:
        verbose_name = _("published figure")
        ordering = ["source", "pk"]
        indexes = [
            models.Index(fields=["table", "scope"], name="figure_by_table"),
            models.Index(fields=["scope", "indicator", "period"], name="figure_by_scope"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(source=""), name="figure_has_a_source"),
        ]

    @property
    def unit_label(self) -> str:
        return str(UNITS.get(self.unit, ""))

    @property
    def precision(self) -> str:
        return str(QUALIFIERS.get(self.qualifier, self.qualifier))

    @property
    def of(self) -> str:
        """Whom the figure is about, in words."""
        chosen = self.scope_fr if (get_language() or "ar")[:2] != "ar" else self.scope_ar
        return chosen or self.scope_fr or self.scope

    @property
    def is_quantity(self) -> bool:
        """Whether the value is a number to group, not a year, a rank or a date."""
        return self.number is not None and self.unit not in {"year", "rank", "date", "edition", ""}


class Identity(models.Model):
    """A claim of the documents that arithmetic can check."""

    code = models.CharField(max_length=8, unique=True)
    title = models.CharField(max_length=300)
    title_ar = models.CharField(max_length=300, blank=True, default="")
    title_fr = models.CharField(max_length=300, blank=True, default="")
    kind = models.CharField(max_length=20)
    strength = models.CharField(max_length=10)
    terms = models.JSONField()
    term_labels = models.JSONField(default=list)
    expected = models.JSONField()
    tolerance = models.FloatField(default=0)
    source = models.CharField(max_length=8)
    line = models.CharField(max_length=120)
    note = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def label(self) -> str:
        """The title in the active language where it was translated, else as recorded."""
        return {"ar": self.title_ar, "fr": self.title_fr}.get((get_language() or "ar")[:2]) or self.title

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def strength_label(self) -> str:
        return str(STRENGTHS.get(self.strength, self.strength))


class Uncertain(models.Model):
    """What could not be settled; never part of a total."""

    code = models.CharField(max_length=8, unique=True)
    topic = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    value = models.TextField(blank=True, default="")
    as_written = models.TextField(blank=True, default="")
    label = models.TextField(blank=True, default="")
    candidates = models.TextField(blank=True, default="")
    likelihood = models.CharField(max_length=120)
    reasoning = models.TextField(blank=True, default="")
    source = models.CharField(max_length=8)
    line = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("uncertain value")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def likelihood_label(self) -> str:
        """`probable:the Figuig campaign` -> probable (the Figuig campaign)."""
        word, _colon, of = self.likelihood.partition(":")
        return f"{LIKELIHOODS.get(word, word)} ({of})" if of else str(LIKELIHOODS.get(word, word))
