"""Days when a centre opens its doors."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.agreed import Agreed
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.models import Named
from takwin.core.scope import ScopedQuerySet
from takwin.guidance.choices import OpenDayState, RegistrationState
from takwin.guidance.models.clients import Client


class OpenDay(Named, Agreed):
    """An event with places; those who come without registering are counted too."""

    ref = RefField(prefix="DAY")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    about = models.TextField(_("What one sees and does there"), max_length=1000, blank=True, default="")
    capacity = models.PositiveIntegerField(_("Places"), null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)
    walk_ins = models.PositiveIntegerField(_("Came without registering"), default=0)
    state = models.CharField(max_length=10, choices=OpenDayState, default=OpenDayState.PLANNED)
    simulated = models.BooleanField(default=False, db_default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("open day")
        ordering = ["starts_at"]
        constraints = [
            state_check("state", OpenDayState, "open_day_state_is_known"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="open_day_begins_before_it_ends"),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(taken__lte=F("capacity")), name="open_day_never_overfull"
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="open_day_by_state")]


class Registration(models.Model):
    """A client at an open day."""

    ref = RefField(prefix="REG")
    open_day = models.ForeignKey(OpenDay, models.PROTECT, related_name="registrations")
    client = models.ForeignKey(Client, models.PROTECT, related_name="registrations")
    state = models.CharField(max_length=10, choices=RegistrationState, default=RegistrationState.REGISTERED)

    class Meta:
        verbose_name = _("registration")
        ordering = ["pk"]
        constraints = [
            state_check("state", RegistrationState, "registration_state_is_known"),
            models.UniqueConstraint(
                fields=["open_day", "client"],
                condition=~Q(state="cancelled"),
                name="registration_once_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.ref
