"""Projects, agreements, commitments."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import SearchField
from takwin.core.models import Named, Sourced
from takwin.core.money import MoneyField
from takwin.organisations.models import Organisation
from takwin.portfolio.choices import AgreementStatus, Axis, Basis, Phase
from takwin.territory.models import Area


class Project(Named, Sourced):
    """A project of the documents. Two budgets: the summary table's and the detail page's; they may differ."""

    code = models.SlugField(max_length=80, unique=True)
    centre = models.ForeignKey(Centre, models.PROTECT, null=True, related_name="projects")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="projects")
    site = models.CharField(max_length=200, blank=True, default="")
    budget = MoneyField(null=True)
    budget_detail = MoneyField(null=True)
    area_m2 = models.PositiveIntegerField(null=True)
    phase = models.CharField(max_length=20, choices=Phase)
    axis = models.CharField(max_length=24, choices=Axis)
    capacity = models.PositiveIntegerField(null=True)
    capacity_unit = models.CharField(max_length=20, blank=True, default="")
    summary_table = models.CharField(max_length=8, blank=True, default="")
    line_detail = models.CharField(max_length=120, blank=True, default="")
    partners = models.ManyToManyField(Organisation, related_name="projects")
    search_text = SearchField(of=("name_ar", "name_fr", "name_en", "site"))

    class Meta:
        verbose_name = _("project")
        ordering = ["axis", "code"]
        constraints = [
            state_check("phase", Phase, "project_phase_is_known"),
            models.CheckConstraint(condition=models.Q(axis__in=Axis.values), name="project_axis_is_known"),
        ]

    @property
    def state(self) -> Phase:
        return Phase(self.phase)


class Disagreement(models.Model):
    """Where the summary tables and the detail pages of a document differ about a project."""

    number = models.PositiveSmallIntegerField(unique=True)
    # Null when it is about a whole summary table.
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="disagreements")
    field = models.CharField(max_length=40)
    in_summary = models.TextField(blank=True, default="")
    in_detail = models.TextField(blank=True, default="")
    severity = models.CharField(max_length=20)
    source = models.CharField(max_length=8)
    line = models.CharField(max_length=120)
    note = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("disagreement")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.field}"


class Agreement(Sourced):
    """A partnership agreement. The documents name its object; the words here are translations."""

    code = models.SlugField(max_length=80, unique=True)
    object_ar = models.CharField(max_length=300, blank=True, default="")
    object_fr = models.CharField(max_length=300)
    object_en = models.CharField(max_length=300)
    signed_on = models.CharField(max_length=10, blank=True, default="")
    year = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=12, choices=AgreementStatus)
    parties = models.ManyToManyField(Organisation, related_name="agreements")
    centre_parties = models.ManyToManyField(Centre, related_name="agreements")
    search_text = SearchField(of=("object_ar", "object_fr", "object_en"))

    class Meta:
        verbose_name = _("agreement")
        ordering = ["-year", "code"]
        constraints = [state_check("status", AgreementStatus, "agreement_status_is_known")]

    def __str__(self) -> str:
        return self.label

    @property
    def state(self) -> AgreementStatus:
        return AgreementStatus(self.status)

    @property
    def label(self) -> str:
        language = (get_language() or "ar")[:2]
        return {"ar": self.object_ar, "en": self.object_en}.get(language) or self.object_fr


class Commitment(Named, Sourced):
    """Money committed by axis in a year; the amount is null where the document does not settle it."""

    code = models.SlugField(max_length=60, unique=True)
    year = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=12)
    amount = MoneyField(null=True)
    basis = models.CharField(max_length=12, choices=Basis)
    as_written = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("commitment")
        ordering = ["pk"]
