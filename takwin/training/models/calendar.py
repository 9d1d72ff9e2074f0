"""Hours of the day, and the days without training."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.core.models import Named, Sourced
from takwin.training.choices import DayKind


class Period(models.Model):
    """One hour of a weekday in a plan of the day; no row: the centre is closed then (Friday noon)."""

    plan = models.CharField(max_length=12, help_text="usual, or a DayKind that changes the hours")
    weekday = models.PositiveSmallIntegerField()
    hour = models.PositiveSmallIntegerField()
    from_time = models.TimeField()
    to_time = models.TimeField()

    class Meta:
        verbose_name = _("hour of the day")
        ordering = ["plan", "weekday", "hour"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "weekday", "hour"], name="period_once_an_hour"),
            models.CheckConstraint(condition=Q(from_time__lt=F("to_time")), name="period_begins_before_it_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.weekday} {self.from_time:%H:%M}"


class CalendarDay(Named, Sourced):
    """Days of the national calendar. Lunar feasts are estimates until they are seen: `sure` says which."""

    kind = models.CharField(max_length=10, choices=DayKind)
    first_on = models.DateField()
    last_on = models.DateField()
    sure = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("period of the calendar")
        ordering = ["first_on"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="calendar_day_kind_is_known"),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="calendar_day_begins_before_it_ends"),
            models.UniqueConstraint(fields=["kind", "first_on"], name="calendar_day_once"),
        ]
