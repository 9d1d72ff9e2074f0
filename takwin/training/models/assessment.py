"""Assessments, marks by one or two markers, contests, and results as they were published."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.training.choices.assessment import (
    AssessmentState,
    ContestState,
    Decision,
    ExamSession,
    Honours,
    Kind,
    MarkStatus,
)  # fmt: skip
from takwin.training.models.enrolments import Enrolment
from takwin.training.models.staff import Trainer
from takwin.training.models.weeks import Course
from takwin.training.rules.results import HIGHEST


class AssessmentQuerySet(ScopedQuerySet):
    centre_path, area_path = "course__group__centre_id", "course__group__centre__area__path"


class Assessment(models.Model):
    """One assessment of a course: what kind, when, what it weighs within its kind. `second` marks too when there is
    one, without seeing the first marks; `externals` sit at practical examinations."""

    ref = RefField(prefix="EVL")
    course = models.ForeignKey(Course, models.PROTECT, related_name="assessments")
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind)
    exam_session = models.CharField(_("Sitting"), max_length=6, choices=ExamSession, default=ExamSession.FIRST)
    on = models.DateField(_("Day"))
    weight = models.PositiveSmallIntegerField(_("Weight"), default=1)
    second = models.ForeignKey(Trainer, models.PROTECT, null=True, blank=True, related_name="second_marks")
    externals = models.CharField(_("External assessors"), max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=AssessmentState, default=AssessmentState.OPEN)
    published_at = models.DateTimeField(null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        ordering = ["on", "pk"]
        constraints = [
            state_check("state", AssessmentState, "assessment_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="assessment_kind_is_known"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="assessment_weight_is_possible"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
                name="assessment_published_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["course", "on"], name="assessment_by_course")]

    def __str__(self) -> str:
        return f"{self.course} · {self.get_kind_display()}"


class Mark(models.Model):
    """Hundredths of 20. `agreed` settles two marks that are far apart; `words` describe a fraud."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="marks")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="marks")
    status = models.CharField(max_length=8, choices=MarkStatus, default=MarkStatus.MARKED)
    first = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(HIGHEST)])
    second = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(HIGHEST)])
    agreed = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(HIGHEST)])
    words = models.CharField(max_length=300, blank=True, default="")

    secret_fields = ("words",)

    class Meta:
        verbose_name = _("mark")
        ordering = ["pk"]
        constraints = [
            state_check("status", MarkStatus, "mark_status_is_known"),
            models.UniqueConstraint(fields=["assessment", "enrolment"], name="mark_once_an_assessment"),
            models.CheckConstraint(
                condition=(Q(first__isnull=True) | Q(first__lte=HIGHEST))
                & (Q(second__isnull=True) | Q(second__lte=HIGHEST))
                & (Q(agreed__isnull=True) | Q(agreed__lte=HIGHEST)),
                name="mark_within_the_scale",
            ),
            models.CheckConstraint(
                condition=Q(status="marked") | Q(first__isnull=True, second__isnull=True, agreed__isnull=True),
                name="mark_absent_has_none",
            ),
        ]
        indexes = [models.Index(fields=["enrolment"], name="mark_by_trainee")]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.status}"

    @property
    def ref(self) -> str:
        return f"mark:{self.pk}"


class Contest(models.Model):
    """A trainee asks for a published mark to be looked at again, within a delay."""

    ref = RefField(prefix="CTS")
    mark = models.OneToOneField(Mark, models.CASCADE, related_name="contest")
    words = models.CharField(_("Why"), max_length=500)
    state = models.CharField(max_length=10, choices=ContestState, default=ContestState.ASKED)
    answer = models.CharField(_("Answer"), max_length=500, blank=True, default="")
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("contest of a mark")
        ordering = ["pk"]
        constraints = [state_check("state", ContestState, "contest_state_is_known")]

    def __str__(self) -> str:
        return self.ref


class Result(models.Model):
    """The result of a year as it was published, with the version of the rule and each module's line. The latest
    is current; none is rewritten."""

    ref = RefField(prefix="RES")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="results")
    year = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    rule = models.CharField(max_length=12)
    average = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=12, choices=Decision)
    honours = models.CharField(max_length=10, choices=Honours, blank=True, default="")
    lines = models.JSONField(default=list)
    published_at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("result of a year")
        ordering = ["enrolment", "year", "round"]
        constraints = [
            state_check("decision", Decision, "result_decision_is_known"),
            models.UniqueConstraint(fields=["enrolment", "year", "round"], name="result_round_once"),
            models.CheckConstraint(condition=Q(average__lte=HIGHEST, round__gte=1), name="result_is_possible"),
        ]

    def __str__(self) -> str:
        return self.ref
