"""A programme's curriculum: versions and their modules."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.models import Named
from takwin.offer.models import Programme
from takwin.training.choices import RoomKind, VersionState
from takwin.training.rules.weeks import LONGEST


class Version(models.Model):
    """A numbered version of a programme's curriculum; trainees stay on the version they were enrolled in."""

    ref = RefField(prefix="CUR")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    years = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=VersionState, default=VersionState.DRAFT)
    source = models.CharField(_("Source"), max_length=200, blank=True, default="")
    simulated = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("curriculum")
        ordering = ["programme", "-number"]
        constraints = [
            state_check("state", VersionState, "version_state_is_known"),
            models.UniqueConstraint(fields=["programme", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state="current"), name="version_one_in_force_a_programme"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.number}"


class Module(Named):
    """A module of a version: hours of theory and practice in all, hours a week, and where it is taught."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="modules")
    order = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=20)
    competency = models.CharField(_("Competency"), max_length=300, blank=True, default="")
    year = models.PositiveSmallIntegerField(default=1)
    term = models.PositiveSmallIntegerField(default=1)
    theory = models.PositiveSmallIntegerField(_("Hours of theory"), default=0)
    practice = models.PositiveSmallIntegerField(_("Hours of practice"), default=0)
    weight = models.PositiveSmallIntegerField(_("Weight"), default=1, validators=[MinValueValidator(1)])
    weekly = models.PositiveSmallIntegerField(_("Hours a week"), validators=[MaxValueValidator(40)])
    length = models.PositiveSmallIntegerField(_("Hours a session"), validators=[MaxValueValidator(LONGEST)])
    room_kind = models.CharField(_("Room"), max_length=12, choices=RoomKind, default=RoomKind.CLASSROOM)

    class Meta:
        verbose_name = _("module")
        ordering = ["version", "year", "term", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="module_code_once_a_version"),
            models.CheckConstraint(condition=Q(room_kind__in=RoomKind.values), name="module_room_kind_is_known"),
            models.CheckConstraint(
                condition=Q(length__gte=1, length__lte=LONGEST, weekly__gte=1, weekly__lte=40, weight__gte=1),
                name="module_hours_are_possible",
            ),
        ]
