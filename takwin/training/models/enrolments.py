"""Who is in training, on which curriculum, in which group, from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.admissions.models import Application
from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import RefField
from takwin.core.scope import ScopedQuerySet
from takwin.offer.models import Mode, Season
from takwin.people.models import Person
from takwin.training.choices import OPEN_STATES, EnrolmentState, GroupState, Leaving, Weeks
from takwin.training.models.curriculum import Version


class EnrolmentQuerySet(ScopedQuerySet):
    def with_names(self):
        return self.select_related("person", "version__programme__level", "centre__area", "mode", "season")


class Enrolment(models.Model):
    """A person on a version of a programme at a centre. One open enrolment a person."""

    ref = RefField(prefix="TRN")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    version = models.ForeignKey(Version, models.PROTECT, related_name="enrolments")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="enrolments")
    mode = models.ForeignKey(Mode, models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="enrolments")
    # The accepted answer it was pulled from; none for those who came another way.
    application = models.OneToOneField(Application, models.PROTECT, null=True, related_name="enrolment")
    year = models.PositiveSmallIntegerField(_("Year"), default=1)
    state = models.CharField(max_length=12, choices=EnrolmentState, default=EnrolmentState.ENROLLED)
    since_on = models.DateField(_("Since"), help_text="of its state")
    leaving = models.CharField(_("Reason"), max_length=10, choices=Leaving, blank=True, default="")
    words = models.CharField(_("In words"), max_length=300, blank=True, default="")
    guardian_name = models.CharField(_("Name of the guardian"), max_length=120, blank=True, default="")
    guardian_phone = models.CharField(_("Phone of the guardian"), max_length=20, blank=True, default="")
    with_bed = models.BooleanField(_("Boarder"), default=False)
    simulated = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = EnrolmentQuerySet.as_manager()
    secret_fields = ("words",)

    class Meta:
        verbose_name = _("enrolment")
        ordering = ["pk"]
        constraints = [
            state_check("state", EnrolmentState, "enrolment_state_is_known"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=[str(state.value) for state in OPEN_STATES]),
                name="enrolment_one_open_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["enrolled", "finished"], leaving="")
                | (Q(state__in=["deferred", "interrupted", "abandoned"]) & ~Q(leaving="")),
                name="enrolment_away_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "state"], name="enrolment_by_centre"),
            models.Index(fields=["season", "centre"], name="enrolment_by_season"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class GroupQuerySet(ScopedQuerySet):
    def with_names(self):
        return self.select_related("version__programme__level", "centre__area", "mode", "season")


class Group(models.Model):
    """A section. `taken` counts its members: under a race the database refuses one too many."""

    ref = RefField(prefix="GRP")
    name = models.CharField(_("Name"), max_length=40)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="groups")
    version = models.ForeignKey(Version, models.PROTECT, related_name="groups")
    mode = models.ForeignKey(Mode, models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="groups")
    year = models.PositiveSmallIntegerField(_("Year"), default=1)
    capacity = models.PositiveSmallIntegerField(_("Capacity"))
    taken = models.PositiveSmallIntegerField(default=0)
    weeks = models.CharField(_("Weeks at the centre"), max_length=4, choices=Weeks, default=Weeks.ALL)
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    state = models.CharField(max_length=8, choices=GroupState, default=GroupState.OPEN)
    simulated = models.BooleanField(default=False, db_default=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        ordering = ["centre", "name"]
        constraints = [
            state_check("state", GroupState, "group_state_is_known"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="group_never_overfull"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="group_begins_before_it_ends"),
            models.UniqueConstraint(fields=["centre", "season", "name"], name="group_name_once_a_centre"),
        ]
        indexes = [models.Index(fields=["centre", "state"], name="group_by_centre")]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """An enrolment in a group from a day until a day (none: still there)."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.PROTECT, related_name="members")
    since_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("member")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(until_on__isnull=True), name="member_of_one_group_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(since_on__lte=F("until_on")),
                name="member_begins_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["group", "until_on"], name="member_by_group")]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.group}"
