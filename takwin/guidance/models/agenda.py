"""Opening hours of counsellors, their times, closures and appointments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.agreed import Agreed
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.guidance.choices import AppointmentState, MeetingChannel, Purpose, SlotState, Weekday
from takwin.guidance.models.clients import Client
from takwin.guidance.rules import Pattern


class Meeting(models.Model):
    """Where and how one meets; `capacity` above one is a group session, about its `topic`."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    counsellor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    capacity = models.PositiveSmallIntegerField(_("Persons at a time"), default=1)
    channel = models.CharField(_("How"), max_length=8, choices=MeetingChannel, default=MeetingChannel.PLACE)
    room = models.CharField(_("Room or address"), max_length=120, blank=True, default="")
    link = models.URLField(_("Address of the video room"), blank=True, default="")
    topic = models.CharField(_("Subject of the group"), max_length=120, blank=True, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class Hours(Meeting):
    """A counsellor receives on a weekday, from an hour to an hour, cut into times of some minutes."""

    ref = RefField(prefix="HRS")
    weekday = models.PositiveSmallIntegerField(_("Day"), choices=Weekday)
    from_time = models.TimeField(_("From"))
    to_time = models.TimeField(_("To"))
    minutes = models.PositiveSmallIntegerField(_("Minutes an appointment"))
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"), null=True, blank=True)
    filled_until = models.DateField(null=True, help_text="times are made up to this day")

    class Meta:
        verbose_name = _("opening hours")
        ordering = ["weekday", "from_time"]
        indexes = [models.Index(fields=["counsellor", "weekday"], name="hours_by_counsellor")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.from_time:%H:%M}-{self.to_time:%H:%M}"

    @property
    def pattern(self) -> Pattern:
        return Pattern(self.weekday, self.from_time, self.to_time, self.minutes, self.first_on, self.last_on)


class Closure(Agreed):
    """An exception: the centre, or one counsellor, does not receive between two moments."""

    ref = RefField(prefix="CLO")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    counsellor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=120, blank=True, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="closure_begins_before_it_ends")
        ]
        indexes = [models.Index(fields=["centre", "ends_at"], name="closure_by_centre")]

    def __str__(self) -> str:
        return self.ref


class Slot(Meeting, Agreed):
    """One time one can book. `taken` counts the booked: under a race the database refuses one too many. `sequence`:
    how often it was withdrawn or offered again (RFC 5545, 3.8.7.4)."""

    ref = RefField(prefix="SLT")
    hours = models.ForeignKey(Hours, models.PROTECT, null=True, related_name="slots")
    taken = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=SlotState, default=SlotState.OPEN)
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("time")
        ordering = ["starts_at"]
        constraints = [
            state_check("state", SlotState, "slot_state_is_known"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="slot_never_overbooked"),
            models.UniqueConstraint(
                fields=["counsellor", "starts_on", "starts_time"],
                condition=Q(state="open"),
                name="slot_once_a_counsellor",
            ),
        ]
        indexes = [models.Index(fields=["centre", "starts_at"], name="slot_by_centre")]

    def __str__(self) -> str:
        return self.ref

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.taken)


class AppointmentQuerySet(ScopedQuerySet):
    centre_path, area_path = "slot__centre_id", "slot__centre__area__path"

    def with_all(self):
        return self.select_related("slot__centre__area", "slot__counsellor", "client__person", "client__account")


class Appointment(models.Model):
    """A client at a time: booked, or on its waiting list."""

    ref = RefField(prefix="APT")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="appointments")
    client = models.ForeignKey(Client, models.PROTECT, related_name="appointments")
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose, default=Purpose.CHOOSE)
    words = models.CharField(_("In your words"), max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=AppointmentState, default=AppointmentState.BOOKED)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField(db_default=Now())
    reminded_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0, help_text="changes of the calendar entry a client keeps")

    objects = AppointmentQuerySet.as_manager()
    secret_fields = ("words",)

    class Meta:
        verbose_name = _("appointment")
        ordering = ["slot__starts_at", "pk"]
        constraints = [
            state_check("state", AppointmentState, "appointment_state_is_known"),
            models.UniqueConstraint(
                fields=["slot", "client"],
                condition=Q(state__in=["booked", "waiting", "held"]),
                name="appointment_once_a_slot",
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_until__isnull=False) | (~Q(state="held") & Q(held_until__isnull=True)),
                name="appointment_held_has_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "state"], name="appointment_by_client"),
            models.Index(fields=["state", "reminded_at"], name="appointment_to_remind"),
            models.Index(fields=["held_until"], condition=Q(state="held"), name="appointment_to_expire"),
        ]

    def __str__(self) -> str:
        return self.ref


class Feed(models.Model):
    """The secret address under which a counsellor's calendar reads the agenda; a new key ends the old address."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feed")
    ref = RefField(prefix="ICS")

    class Meta:
        verbose_name = _("calendar feed")

    def __str__(self) -> str:
        return self.ref
