"""What was published of a week, and for which days: a past day keeps the week that was in force on it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.training.choices import EditionState
from takwin.training.models.staff import Absence, Room
from takwin.training.models.weeks import Course, Timetable
from takwin.training.rules.weeks import HOURS, SLOTS


class EditionQuerySet(ScopedQuerySet):
    centre_path, area_path = "timetable__centre_id", "timetable__centre__area__path"


class Edition(models.Model):
    """A published week of a timetable, from a day on, or for some days only. Of those whose days hold a day, the
    newest is in force on it; one that was taken back keeps the days until then."""

    ref = RefField(prefix="TTE")
    timetable = models.ForeignKey(Timetable, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Last day"), null=True)
    absence = models.ForeignKey(Absence, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=EditionState, default=EditionState.PUBLISHED)
    made_at = models.DateTimeField(db_default=Now())

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("published week")
        ordering = ["timetable", "-number"]
        constraints = [
            state_check("state", EditionState, "edition_state_is_known"),
            models.UniqueConstraint(fields=["timetable", "number"], name="edition_number_once"),
        ]

    def __str__(self) -> str:
        return self.ref


class Placed(models.Model):
    """One session of a published week. `slot` is empty where a change of some days leaves it out."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="placed")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    part = models.PositiveSmallIntegerField()
    length = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField(null=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("published session")
        constraints = [
            models.UniqueConstraint(fields=["edition", "course", "part"], name="placed_once"),
            models.CheckConstraint(condition=Q(slot__isnull=True) | Q(slot__lt=SLOTS), name="placed_in_the_week"),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.part}"

    @property
    def ref(self) -> str:
        """The same in every edition: a calendar moves an event it knows instead of adding one."""
        return f"{self.course.ref}-{self.part}"

    @property
    def timetable(self) -> Timetable:
        return self.edition.timetable

    @property
    def hour(self) -> int:
        return (self.slot or 0) % HOURS
