"""Trainers and rooms, and when they are not there."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import RefField, SearchField
from takwin.core.scope import ScopedQuerySet
from takwin.offer.models import Programme
from takwin.training.choices import PostState, RoomKind, TrainerStatus
from takwin.training.rules.weeks import SLOTS


class TrainerQuerySet(ScopedQuerySet):
    """A trainer is seen wherever posted."""

    centre_path, area_path = "postings__centre_id", "postings__centre__area__path"

    def within(self, scope):
        return super().within(scope).distinct() if not scope.everywhere else self


class Trainer(models.Model):
    """Someone who teaches; `weekly` is the most hours a week, over all centres."""

    ref = RefField(prefix="TNR")
    name = models.CharField(_("Name"), max_length=120)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="trainer"
    )
    status = models.CharField(_("Status"), max_length=10, choices=TrainerStatus, default=TrainerStatus.PERMANENT)
    weekly = models.PositiveSmallIntegerField(
        _("Most hours a week"), default=26, validators=[MinValueValidator(1), MaxValueValidator(48)]
    )
    state = models.CharField(max_length=8, choices=PostState, default=PostState.ACTIVE)
    teaches = models.ManyToManyField(Programme, related_name="trainers", blank=True)
    centres = models.ManyToManyField(Centre, through="Posting", related_name="trainers")
    simulated = models.BooleanField(default=False, db_default=False)
    search_text = SearchField(of=("name",))

    objects = TrainerQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainer")
        ordering = ["name", "pk"]
        constraints = [state_check("state", PostState, "trainer_state_is_known")]

    def __str__(self) -> str:
        return self.name


class Posting(models.Model):
    """A centre where a trainer works; the first one is home."""

    trainer = models.ForeignKey(Trainer, models.CASCADE, related_name="postings")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="postings")
    home = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("post")
        constraints = [
            models.UniqueConstraint(fields=["trainer", "centre"], name="posting_once_a_centre"),
            models.UniqueConstraint(fields=["trainer"], condition=Q(home=True), name="posting_one_home"),
        ]

    def __str__(self) -> str:
        return f"{self.trainer} · {self.centre}"


class Room(models.Model):
    """A room one can teach in, shared by every group its kind and size suit. Rooms of two `site`s need an hour to go
    from one to the other."""

    ref = RefField(prefix="ROM")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="rooms")
    name = models.CharField(_("Name"), max_length=80)
    kind = models.CharField(_("Kind"), max_length=12, choices=RoomKind, default=RoomKind.CLASSROOM)
    capacity = models.PositiveSmallIntegerField(_("Trainees it holds"), default=25, validators=[MinValueValidator(1)])
    equipment = models.CharField(_("Equipment"), max_length=200, blank=True, default="")
    site = models.PositiveSmallIntegerField(_("Site"), default=0)
    state = models.CharField(max_length=8, choices=PostState, default=PostState.ACTIVE)
    simulated = models.BooleanField(default=False, db_default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        ordering = ["centre", "kind", "name"]
        constraints = [
            state_check("state", PostState, "room_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=RoomKind.values), name="room_kind_is_known"),
            models.UniqueConstraint(fields=["centre", "name"], name="room_name_once_a_centre"),
        ]

    def __str__(self) -> str:
        return self.name


class Unavailability(models.Model):
    """An hour of the week when a trainer or a room is never there."""

    trainer = models.ForeignKey(Trainer, models.CASCADE, null=True, related_name="unavailabilities")
    room = models.ForeignKey(Room, models.CASCADE, null=True, related_name="unavailabilities")
    slot = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("closed hour")
        constraints = [
            models.CheckConstraint(
                condition=Q(trainer__isnull=False, room__isnull=True) | Q(trainer__isnull=True, room__isnull=False),
                name="unavailability_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(slot__lt=SLOTS), name="unavailability_in_the_week"),
            models.UniqueConstraint(fields=["trainer", "slot"], name="unavailability_once_a_trainer"),
            models.UniqueConstraint(fields=["room", "slot"], name="unavailability_once_a_room"),
        ]

    def __str__(self) -> str:
        return f"{self.trainer or self.room} {self.slot}"


class Absence(models.Model):
    """Days when a trainer is away. The week can be calculated again around it, and a colleague may substitute."""

    ref = RefField(prefix="ABS")
    trainer = models.ForeignKey(Trainer, models.CASCADE, related_name="absences")
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    reason = models.CharField(_("Why"), max_length=120, blank=True, default="")
    substitute = models.ForeignKey(Trainer, models.PROTECT, null=True, blank=True, related_name="stands_in")

    class Meta:
        verbose_name = _("absence of a trainer")
        ordering = ["-first_on"]
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="absence_begins_before_it_ends"),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("trainer")),
                name="absence_substitute_is_another",
            ),
        ]
        indexes = [models.Index(fields=["trainer", "last_on"], name="absence_by_trainer")]

    def __str__(self) -> str:
        return self.ref
