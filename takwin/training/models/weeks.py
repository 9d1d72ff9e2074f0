"""The week of a centre in a term: courses, their sessions, and who and what each hour takes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.offer.models import Season
from takwin.training.choices import TimetableState
from takwin.training.models.curriculum import Module
from takwin.training.models.enrolments import Group
from takwin.training.models.staff import Absence, Room, Trainer
from takwin.training.rules.weeks import LONGEST, SLOTS


class Term(models.Model):
    """A term of a season: the same dates everywhere."""

    season = models.ForeignKey(Season, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        verbose_name = _("term")
        ordering = ["season", "number"]
        constraints = [
            models.UniqueConstraint(fields=["season", "number"], name="term_once_a_season"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="term_begins_before_it_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.season} · {self.number}"


class Timetable(models.Model):
    """The week of one centre in one term. `report`: what the judge counted, wish by wish; `conflicts`: why what has no
    place has none; `trace`: cost against time while it was calculated."""

    ref = RefField(prefix="TTB")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="timetables")
    term = models.ForeignKey(Term, models.PROTECT, related_name="timetables")
    state = models.CharField(max_length=10, choices=TimetableState, default=TimetableState.DRAFT)
    seed = models.PositiveIntegerField(default=1)
    stopping = models.BooleanField(default=False)
    # The absence around which the week is being calculated again.
    around = models.ForeignKey(Absence, models.SET_NULL, null=True, related_name="+")
    solved_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict, blank=True)
    conflicts = models.JSONField(default=list, blank=True)
    trace = models.JSONField(default=list, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("timetable")
        ordering = ["-term__starts_on"]
        constraints = [
            state_check("state", TimetableState, "timetable_state_is_known"),
            models.UniqueConstraint(fields=["centre", "term"], name="timetable_once_a_term"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} · {self.term}"


class TimetableFeed(models.Model):
    """The secret address under which a phone's calendar reads a week; a new key ends the old address. `served`: the
    entries of its last reading (rules/feeds.py), about 60 bytes each for the nine weeks it shows."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="training_feed")
    ref = RefField(prefix="TCF")
    served = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("calendar feed")

    def __str__(self) -> str:
        return self.ref


class Course(models.Model):
    """A module taught to a group by a trainer."""

    ref = RefField(prefix="CRS")
    group = models.ForeignKey(Group, models.CASCADE, related_name="courses")
    module = models.ForeignKey(Module, models.PROTECT, related_name="courses")
    trainer = models.ForeignKey(Trainer, models.PROTECT, null=True, blank=True, related_name="courses")

    class Meta:
        verbose_name = _("course")
        ordering = ["group", "module"]
        constraints = [models.UniqueConstraint(fields=["group", "module"], name="course_once_a_group")]

    def __str__(self) -> str:
        return f"{self.module} · {self.group}"


class Session(models.Model):
    """One sitting of a course each week. `slot` and `room` stay empty until it has a place."""

    ref = RefField(prefix="SES")
    timetable = models.ForeignKey(Timetable, models.CASCADE, related_name="sessions")
    course = models.ForeignKey(Course, models.CASCADE, related_name="sessions")
    part = models.PositiveSmallIntegerField(default=1)
    length = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField(null=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="sessions")
    pinned = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("session")
        ordering = ["timetable", "course", "part"]
        constraints = [
            models.UniqueConstraint(fields=["timetable", "course", "part"], name="session_part_once"),
            models.CheckConstraint(
                condition=Q(slot__isnull=True, room__isnull=True, pinned=False)
                | Q(slot__isnull=False, room__isnull=False, slot__lt=SLOTS),
                name="session_has_hour_and_room_or_neither",
            ),
            models.CheckConstraint(condition=Q(length__gte=1, length__lte=LONGEST), name="session_length_is_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.part}"


class SlotReservation(models.Model):
    """An hour of a kind of week that a session takes of a group, a trainer or a room: never two at once in a term, not
    even in two centres that share a trainer."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="reservations")
    session = models.ForeignKey(Session, models.CASCADE, related_name="reservations")
    week = models.CharField(max_length=1)
    slot = models.PositiveSmallIntegerField()
    resource = models.CharField(max_length=24)

    class Meta:
        verbose_name = _("hold")
        constraints = [models.UniqueConstraint(fields=["term", "resource", "week", "slot"], name="slot_reserved_once")]

    def __str__(self) -> str:
        return f"{self.resource} {self.week}{self.slot}"
