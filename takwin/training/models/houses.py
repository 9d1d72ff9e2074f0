"""Beds and who sleeps in them; short courses for staff of companies and for craftsmen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.training.choices.houses import BedGroup, ShortState
from takwin.training.models.companies import Company
from takwin.training.models.enrolments import Enrolment


class Bed(models.Model):
    """A bed of a centre's boarding house, in its part for girls or for boys."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="bed_rows")
    name = models.CharField(max_length=20)
    group = models.CharField(max_length=6, choices=BedGroup)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bed")
        ordering = ["centre", "group", "pk"]
        constraints = [
            state_check("group", BedGroup, "bed_group_is_known"),
            models.UniqueConstraint(fields=["centre", "name"], name="bed_name_once_a_house"),
        ]

    def __str__(self) -> str:
        return self.name


class Stay(models.Model):
    """A trainee in a bed from a day until a day (none: still there)."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="stays")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="stays")
    since_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("stay")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bed"], condition=Q(until_on__isnull=True), name="stay_one_a_bed"),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(until_on__isnull=True), name="stay_one_a_trainee"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(since_on__lte=F("until_on")), name="stay_begins_before_it_ends"
            ),
        ]
        indexes = [models.Index(fields=["bed", "until_on"], name="stay_by_bed")]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.bed}"


class CapacityReduction(models.Model):
    """A period when a house takes a share of its boarders only, such as 50 % in 2021."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="capacity_reductions")
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    percent = models.PositiveSmallIntegerField(_("Share of beds used (%)"))
    reason = models.CharField(_("Why"), max_length=160, blank=True, default="")

    class Meta:
        verbose_name = _("lowered capacity")
        ordering = ["-first_on"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="capacity_reduction_is_a_share"),
            models.CheckConstraint(
                condition=Q(first_on__lte=F("last_on")), name="capacity_reduction_begins_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"

    @property
    def ref(self) -> str:
        return f"house:{self.centre_id}"


class ShortCourse(models.Model):
    """Continuing training: asked for by a company or a group of craftsmen, over some days."""

    ref = RefField(prefix="CTN")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="short_courses")
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="short_courses")
    title = models.CharField(_("Title"), max_length=200)
    contents = models.TextField(_("Programme"), max_length=2000, blank=True, default="")
    state = models.CharField(max_length=10, choices=ShortState, default=ShortState.ASKED)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("short course")
        ordering = ["-pk"]
        constraints = [state_check("state", ShortState, "short_course_state_is_known")]

    def __str__(self) -> str:
        return self.title


class ShortDay(models.Model):
    """One day of a short course."""

    course = models.ForeignKey(ShortCourse, models.CASCADE, related_name="days")
    on = models.DateField()

    class Meta:
        verbose_name = _("day of a short course")
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["course", "on"], name="short_day_once")]

    def __str__(self) -> str:
        return str(self.on)


class Participant(models.Model):
    """Someone who takes a short course; `days` are those attended."""

    ref = RefField(prefix="PRT")
    course = models.ForeignKey(ShortCourse, models.CASCADE, related_name="participants")
    name = models.CharField(max_length=120)
    days = models.ManyToManyField(ShortDay, related_name="present", blank=True)

    class Meta:
        verbose_name = _("participant")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="participant_once_a_course")]

    def __str__(self) -> str:
        return self.name
