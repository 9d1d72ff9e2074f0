"""Employers, vacancies, wishes for work, and applications for vacancies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.certification.models import Diploma
from takwin.core.choices import state_check
from takwin.core.fields import RefField, SearchField
from takwin.core.scope import ScopedQuerySet
from takwin.employment.choices import ContractKind
from takwin.employment.choices.work import EmployerState, JobApplicationState, Phone, VacancyState
from takwin.occupations.models import Occupation
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.training.models import Company


class EmployerQuerySet(ScopedQuerySet):
    centre_path, area_path = None, "company__area__path"


class Employer(models.Model):
    """A company with an account that may post vacancies, once it is verified."""

    ref = RefField(prefix="EMP")
    company = models.OneToOneField(Company, models.PROTECT, related_name="employer")
    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="employer")
    contact = models.CharField(_("Contact"), max_length=120)
    state = models.CharField(max_length=10, choices=EmployerState, default=EmployerState.ASKED)
    reason = models.CharField(_("Why"), max_length=300, blank=True, default="")
    asked_at = models.DateTimeField(db_default=Now())

    objects = EmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("employer")
        ordering = ["pk"]
        constraints = [
            state_check("state", EmployerState, "employer_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "verified"]) | ~Q(reason=""), name="employer_refused_has_its_reason"
            ),
        ]
        indexes = [models.Index(fields=["state"], name="employer_by_state")]

    def __str__(self) -> str:
        return str(self.company)


class VacancyQuerySet(ScopedQuerySet):
    centre_path, area_path = None, "area__path"

    def with_names(self):
        return self.select_related("employer__company", "occupation", "area__parent")


class Vacancy(models.Model):
    """A post. `taken` counts those hired: the database refuses one too many. Pay in dirhams a month, before tax."""

    ref = RefField(prefix="VAC")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="vacancies")
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="vacancies")
    title = models.CharField(_("Title"), max_length=120)
    words = models.TextField(_("What is to be done"), max_length=2000)
    skills = models.CharField(_("Skills"), max_length=300, blank=True, default="")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    contract = models.CharField(_("Contract"), max_length=10, choices=ContractKind)
    pay_from = models.PositiveIntegerField(_("Lowest pay (DH a month)"), null=True, blank=True)
    pay_to = models.PositiveIntegerField(_("Highest pay (DH a month)"), null=True, blank=True)
    places = models.PositiveSmallIntegerField(_("Posts"), default=1)
    taken = models.PositiveSmallIntegerField(default=0)
    expires_on = models.DateField(_("Last day"))
    state = models.CharField(max_length=12, choices=VacancyState, default=VacancyState.POSTED)
    reason = models.CharField(_("Why"), max_length=300, blank=True, default="")
    simulated = models.BooleanField(default=False, db_default=False)
    posted_at = models.DateTimeField(db_default=Now())
    search_text = SearchField(of=("title", "skills"))

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        ordering = ["-pk"]
        constraints = [
            state_check("state", VacancyState, "vacancy_state_is_known"),
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="vacancy_never_overfilled"),
            models.CheckConstraint(
                condition=Q(pay_from__isnull=True) | Q(pay_to__isnull=True) | Q(pay_from__lte=F("pay_to")),
                name="vacancy_pay_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="turned-down") | ~Q(reason=""), name="vacancy_refused_has_its_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "occupation"], name="vacancy_by_occupation"),
            models.Index(fields=["state", "expires_on"], name="vacancy_by_expiry"),
            models.Index(fields=["employer", "state"], name="vacancy_by_employer"),
        ]

    def __str__(self) -> str:
        return self.title


class WorkWish(models.Model):
    """What a graduate looks for; `contracts` are bits in the order of ContractKind, 0 for any."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="work_wish")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    max_km = models.PositiveSmallIntegerField(_("At most (km)"), null=True, blank=True)
    contracts = models.PositiveSmallIntegerField(default=0)
    least_pay = models.PositiveIntegerField(_("Least pay (DH a month)"), null=True, blank=True)

    class Meta:
        verbose_name = _("wish for work")

    def __str__(self) -> str:
        return str(self.person)

    @property
    def ref(self) -> str:
        return f"work-wish:{self.pk}"


class JobApplicationQuerySet(ScopedQuerySet):
    centre_path, area_path = None, None


class JobApplication(models.Model):
    """A graduate's application to a vacancy, and all that it shares of their file."""

    ref = RefField(prefix="BID")
    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="bids")
    person = models.ForeignKey(Person, models.PROTECT, related_name="bids")
    words = models.TextField(_("Why this post"), max_length=1000, blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=6, choices=Phone, default=Phone.HIDDEN)
    diplomas = models.ManyToManyField(Diploma, related_name="bids", blank=True)
    appointment = models.CharField(_("Interview"), max_length=200, blank=True, default="")
    answer = models.CharField(_("Answer"), max_length=300, blank=True, default="")
    state = models.CharField(max_length=12, choices=JobApplicationState, default=JobApplicationState.APPLIED)
    made_at = models.DateTimeField(db_default=Now())

    objects = JobApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("bid for a vacancy")
        ordering = ["pk"]
        constraints = [
            state_check("state", JobApplicationState, "job_application_state_is_known"),
            models.UniqueConstraint(
                fields=["vacancy", "person"], condition=~Q(state="withdrawn"), name="job_application_once_a_vacancy"
            ),
            models.CheckConstraint(
                condition=~Q(state="invited") | ~Q(appointment=""), name="job_application_has_interview"
            ),
        ]
        indexes = [models.Index(fields=["person"], name="job_application_by_person")]

    def __str__(self) -> str:
        return self.ref
