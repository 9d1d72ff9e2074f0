"""Cohorts frozen at graduation, survey waves, invitations, attempts, answers, and published rates."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.certification.models import Diploma
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.models import Sourced
from takwin.core.scope import ScopedQuerySet
from takwin.employment.choices import ContactChannel, ContactResult, ContractKind, InvitationState, Outcome, WaveState
from takwin.employment.rules.rates import LEAST
from takwin.offer.models import Programme
from takwin.people.models import Person
from takwin.territory.models import Area


class Cohort(models.Model):
    """Graduates whose diplomas bear a day from `first_on` to `last_on`. Frozen: nobody is added or taken out."""

    ref = RefField(prefix="COH")
    name = models.CharField(_("Name"), max_length=80)
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    simulated = models.BooleanField(default=False, db_default=False)
    frozen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("cohort")
        ordering = ["-last_on"]
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="cohort_begins_before_it_ends"),
        ]

    def __str__(self) -> str:
        return self.name


class GraduateQuerySet(ScopedQuerySet):
    centre_path, area_path = "centre_id", "centre__area__path"


class Graduate(models.Model):
    """One person of a cohort, as on the day of freezing."""

    ref = RefField(prefix="GRD")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="graduates")
    diploma = models.ForeignKey(Diploma, models.PROTECT, related_name="graduates")
    person = models.ForeignKey(Person, models.PROTECT, related_name="graduations")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="graduates")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="graduates")
    region = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    sex = models.CharField(max_length=6)
    graduated_on = models.DateField()

    objects = GraduateQuerySet.as_manager()

    class Meta:
        verbose_name = _("graduate")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person"], name="graduate_once_a_cohort"),
            models.UniqueConstraint(fields=["diploma"], name="graduate_once_a_diploma"),
        ]
        indexes = [
            models.Index(fields=["person"], name="graduate_by_person"),
            models.Index(fields=["cohort", "programme", "region"], name="graduate_by_programme"),
            models.Index(fields=["centre", "cohort"], name="graduate_by_centre"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class SurveyWave(models.Model):
    """A follow-up survey of a cohort, `months` months after graduation."""

    ref = RefField(prefix="WAV")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="waves")
    months = models.PositiveSmallIntegerField(_("Months after graduation"))
    opens_on = models.DateField(_("First day"))
    closes_on = models.DateField(_("Last day"))
    state = models.CharField(max_length=8, choices=WaveState, default=WaveState.PLANNED)

    class Meta:
        verbose_name = _("follow-up wave")
        ordering = ["cohort", "months"]
        constraints = [
            state_check("state", WaveState, "survey_wave_state_is_known"),
            models.UniqueConstraint(fields=["cohort", "months"], name="survey_wave_once_a_cohort"),
            models.CheckConstraint(condition=Q(opens_on__lte=F("closes_on")), name="survey_wave_dates_in_order"),
        ]
        indexes = [models.Index(fields=["state", "opens_on"], name="survey_wave_by_state")]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.months}"


class SurveyInvitationQuerySet(ScopedQuerySet):
    centre_path, area_path = "graduate__centre_id", "graduate__centre__area__path"

    def with_names(self):
        return self.select_related(
            "graduate__person", "graduate__programme", "graduate__centre", "graduate__diploma", "wave__cohort"
        )


class SurveyInvitation(models.Model):
    """The invitation of one graduate to one wave. `outcome` is that of the last answer; without an answer the graduate
    stays in the frame."""

    ref = RefField(prefix="SVY")
    wave = models.ForeignKey(SurveyWave, models.CASCADE, related_name="samples")
    graduate = models.ForeignKey(Graduate, models.CASCADE, related_name="samples")
    state = models.CharField(max_length=12, choices=InvitationState, default=InvitationState.WAITING)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True, default="")

    objects = SurveyInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("graduate in a follow-up")
        ordering = ["pk"]
        constraints = [
            state_check("state", InvitationState, "invitation_state_is_known"),
            models.UniqueConstraint(fields=["wave", "graduate"], name="invitation_once_a_wave"),
            models.CheckConstraint(
                condition=(Q(state="answered", outcome__in=Outcome.values) | (~Q(state="answered") & Q(outcome=""))),
                name="invitation_answered_has_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["wave", "state"], name="invitation_by_state"),
            models.Index(fields=["graduate"], name="invitation_by_graduate"),
        ]

    def __str__(self) -> str:
        return self.ref


class Attempt(models.Model):
    """An attempt to reach a graduate. Rows are never changed."""

    sample = models.ForeignKey(SurveyInvitation, models.CASCADE, related_name="attempts")
    channel = models.CharField(_("How"), max_length=12, choices=ContactChannel)
    result = models.CharField(_("Result"), max_length=12, choices=ContactResult)
    words = models.CharField(_("Note"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("attempt to reach")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=ContactResult.values), name="attempt_result_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.result}"


class Answer(models.Model):
    """An answer; the last turn is the current one, those before are kept."""

    sample = models.ForeignKey(SurveyInvitation, models.CASCADE, related_name="answers")
    turn = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=16, choices=Outcome)
    contract = models.CharField(max_length=10, choices=ContractKind, blank=True, default="")
    employer = models.CharField(_("Employer"), max_length=160, blank=True, default="")
    in_field = models.CharField(
        max_length=3, choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))], blank=True, default=""
    )
    since_on = models.DateField(null=True)
    channel = models.CharField(max_length=12, choices=ContactChannel)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("answer")
        ordering = ["sample", "turn"]
        constraints = [
            state_check("outcome", Outcome, "answer_outcome_is_known"),
            models.UniqueConstraint(fields=["sample", "turn"], name="answer_turn_once"),
            models.CheckConstraint(
                condition=Q(outcome="employed", contract__in=ContractKind.values)
                | (~Q(outcome="employed") & Q(contract="")),
                name="answer_employed_has_its_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample} {self.outcome}"


class PublishedRate(models.Model):
    """A rate as it was published, of a programme and a region (empty: of all). The database refuses one without a
    denominator, or with too few answers."""

    ref = RefField(prefix="RAT")
    wave = models.ForeignKey(SurveyWave, models.PROTECT, related_name="rates")
    indicator = models.CharField(max_length=20)
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="rates")
    region = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    cell = models.CharField(max_length=160, blank=True, default="")  # programme and region in one, for uniqueness
    counted = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    frame = models.PositiveIntegerField()
    on = models.DateField()

    class Meta:
        verbose_name = _("published rate")
        ordering = ["wave", "indicator", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(answered__gte=LEAST), name="rate_has_its_denominator"),
            models.CheckConstraint(
                condition=Q(counted__lte=F("answered")) & Q(answered__lte=F("frame")), name="rate_is_a_share"
            ),
            models.UniqueConstraint(fields=["wave", "indicator", "cell"], name="rate_published_once"),
        ]

    def __str__(self) -> str:
        return self.ref


class PublishedOutcome(Sourced):
    """What a document prints of a centre's graduates, in our classes."""

    code = models.CharField(max_length=80, unique=True)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="published_outcomes")
    year = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    persons = models.PositiveIntegerField()
    told_ar = models.CharField(max_length=120)
    told_fr = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("published outcome")
        ordering = ["centre", "pk"]
        constraints = [state_check("outcome", Outcome, "published_outcome_is_known")]

    def __str__(self) -> str:
        return self.code
