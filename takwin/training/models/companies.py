"""Companies and what links trainees to them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import RefField, SearchField
from takwin.core.scope import ScopedQuerySet
from takwin.territory.models import Area
from takwin.training.choices import PostState
from takwin.training.choices.companies import BrokenBy, CompanyKind, ContractState, ConventionState, PlacementState
from takwin.training.models.enrolments import Enrolment


class Company(models.Model):
    """Where practice is learnt; `places` is the most apprentices at a time."""

    ref = RefField(prefix="CMP")
    name = models.CharField(_("Name"), max_length=160)
    kind = models.CharField(_("Kind"), max_length=12, choices=CompanyKind, default=CompanyKind.COMPANY)
    ice = models.CharField(_("Company number (ICE)"), max_length=15, blank=True, default="")
    activity = models.CharField(_("Activity"), max_length=160, blank=True, default="")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.CharField(_("Contact"), max_length=120, blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=20, blank=True, default="")
    places = models.PositiveSmallIntegerField(_("Apprentices at a time"), default=2)
    state = models.CharField(max_length=8, choices=PostState, default=PostState.ACTIVE)
    # Entered by a centre, or verified by an office. A company somebody merely claims is in no list and blocks nobody.
    listed = models.BooleanField(default=True, db_default=True)
    simulated = models.BooleanField(default=False, db_default=False)
    search_text = SearchField(of=("name", "activity", "ice"))

    class Meta:
        verbose_name = _("company")
        ordering = ["name", "pk"]
        constraints = [
            state_check("state", PostState, "company_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=CompanyKind.values), name="company_kind_is_known"),
            models.UniqueConstraint(
                fields=["ice"], condition=Q(listed=True) & ~Q(ice=""), name="company_listed_ice_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Convention(models.Model):
    """An agreement of a company and a centre: so many placements at a time."""

    ref = RefField(prefix="CNV")
    company = models.ForeignKey(Company, models.PROTECT, related_name="conventions")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="conventions")
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    places = models.PositiveSmallIntegerField(_("Places at a time"), default=5)
    state = models.CharField(max_length=8, choices=ConventionState, default=ConventionState.DRAFT)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("convention")
        ordering = ["-first_on"]
        constraints = [
            state_check("state", ConventionState, "convention_state_is_known"),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="convention_begins_before_it_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.company} · {self.centre}"


class PersonalQuerySet(ScopedQuerySet):
    centre_path, area_path = "enrolment__centre_id", "enrolment__centre__area__path"


class Placement(models.Model):
    """Days of a trainee in a company, under a convention, with a tutor and objectives; evaluated at its end."""

    ref = RefField(prefix="PLC")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="placements")
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="placements")
    tutor = models.CharField(_("Tutor"), max_length=120)
    objectives = models.CharField(_("Objectives"), max_length=600, blank=True, default="")
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    state = models.CharField(max_length=12, choices=PlacementState, default=PlacementState.PLANNED)
    value = models.PositiveSmallIntegerField(_("Mark of the tutor"), null=True)
    words = models.CharField(_("Appreciation"), max_length=600, blank=True, default="")

    objects = PersonalQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        ordering = ["-first_on"]
        constraints = [
            state_check("state", PlacementState, "placement_state_is_known"),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="placement_begins_before_it_ends"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__lte=2000), name="placement_mark_in_scale"
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class Contract(models.Model):
    """An apprenticeship contract. One open contract a trainee; a new employer's contract `replaces` a broken one."""

    ref = RefField(prefix="APC")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="contracts")
    company = models.ForeignKey(Company, models.PROTECT, related_name="contracts")
    tutor = models.CharField(_("Tutor"), max_length=120)
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    share = models.PositiveSmallIntegerField(_("Share of time in the company (%)"), default=80)
    number = models.CharField(_("Registration number"), max_length=40, blank=True, default="")
    state = models.CharField(max_length=12, choices=ContractState, default=ContractState.DRAFT)
    ended_on = models.DateField(null=True)
    broken_by = models.CharField(_("Ended by"), max_length=12, choices=BrokenBy, blank=True, default="")
    reason = models.CharField(_("Why"), max_length=300, blank=True, default="")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects = PersonalQuerySet.as_manager()
    secret_fields = ("reason",)

    class Meta:
        verbose_name = _("apprenticeship contract")
        ordering = ["-first_on", "-pk"]
        constraints = [
            state_check("state", ContractState, "contract_state_is_known"),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(state__in=["draft", "signed", "registered", "suspended"]),
                name="contract_one_open_a_trainee",
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="contract_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["registered", "suspended", "completed"]) | ~Q(number=""),
                name="contract_registered_has_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["broken", "replaced", "lapsed"])
                | (Q(ended_on__isnull=False) & ~Q(broken_by="")),
                name="contract_broken_has_its_day",
            ),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="contract_begins_before_it_ends"),
        ]
        indexes = [models.Index(fields=["company", "state"], name="contract_by_company")]

    def __str__(self) -> str:
        return self.ref


class ContractAmendment(models.Model):
    """A change of the terms of a contract, agreed by the parties: what they were before."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="amendments")
    on = models.DateField()
    tutor = models.CharField(max_length=120)
    last_on = models.DateField()
    share = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("amendment")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.contract} {self.on}"


class Visit(models.Model):
    """Someone of the centre saw a trainee in the company."""

    placement = models.ForeignKey(Placement, models.CASCADE, null=True, related_name="visits")
    contract = models.ForeignKey(Contract, models.CASCADE, null=True, related_name="visits")
    on = models.DateField()
    words = models.CharField(max_length=600)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("visit")
        ordering = ["-on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(placement__isnull=False, contract__isnull=True)
                | Q(placement__isnull=True, contract__isnull=False),
                name="visit_is_of_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.on)
