"""Centres with their poles, spaces and beds."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.centres.choices import CapacityUnit, CentreStatus
from takwin.core.choices import state_check
from takwin.core.fields import SearchField
from takwin.core.models import Named, Sourced
from takwin.core.scope import ScopedQuerySet
from takwin.organisations.models import Organisation
from takwin.territory.models import Area


class Kind(Named):
    """A kind of centre; `trains`: whether such centres enrol trainees on a programme."""

    code = models.SlugField(max_length=60, unique=True)
    trains = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("kind of centre")
        ordering = ["code"]


class CentreQuerySet(ScopedQuerySet):
    centre_path, area_path = "pk", "area__path"

    def with_places(self):
        return self.select_related("area", "area__parent", "kind")


class Centre(Named, Sourced):
    """A place of the network. `area` is its province, or its region where the source names no province."""

    code = models.SlugField(max_length=80, unique=True)
    kind = models.ForeignKey(Kind, models.PROTECT, related_name="centres")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="centres")
    locality = models.CharField(_("Locality"), max_length=120, blank=True, default="")
    capacity = models.PositiveIntegerField(_("Capacity"), null=True, blank=True)
    capacity_unit = models.CharField(max_length=20, choices=CapacityUnit, blank=True, default="")
    beds = models.PositiveIntegerField(_("Beds"), null=True, blank=True)
    # Percent of the beds kept for girls, as printed; null where no document says so.
    female_share = models.PositiveSmallIntegerField(
        _("Share of beds for girls (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    area_m2 = models.PositiveIntegerField(_("Area (m²)"), null=True, blank=True)
    status = models.CharField(max_length=20, choices=CentreStatus, default=CentreStatus.UNKNOWN)
    opened_on = models.CharField(max_length=10, blank=True, default="", help_text="ISO date, possibly partial")
    operators = models.ManyToManyField(Organisation, related_name="centres", blank=True)
    # Place in the document's list of centres run by associations that receive a grant; null elsewhere.
    managed_order = models.PositiveSmallIntegerField(null=True, blank=True)
    also = models.CharField(max_length=200, blank=True, default="")
    search_text = SearchField(of=("name_ar", "name_fr", "name_en", "locality", "place_names"))

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("centre")
        ordering = ["code"]
        constraints = [
            state_check("status", CentreStatus, "centre_status_is_known"),
            models.CheckConstraint(
                condition=Q(female_share__isnull=True) | Q(beds__isnull=False, female_share__lte=100),
                name="centre_share_needs_beds",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "kind"], name="centre_by_area"),
            models.Index(fields=["status"], name="centre_by_status"),
        ]

    @property
    def ref(self) -> str:
        return f"centre:{self.code}"

    @property
    def state(self) -> CentreStatus:
        return CentreStatus(self.status)

    @property
    def place_names(self) -> str:
        """The names of its province and region, so that a search by town finds it."""
        if self.area is None:
            return ""
        above = self.area.parent
        return " ".join([self.area.name_ar, self.area.name_fr] + ([above.name_ar, above.name_fr] if above else []))


class Pole(Named, Sourced):
    """A trade area of a centre with its practice platform."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="poles")
    order = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=60)
    platform_ar = models.CharField(max_length=200, blank=True, default="")
    platform_fr = models.CharField(max_length=200, blank=True, default="")
    capacity = models.PositiveIntegerField(null=True)
    capacity_unit = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("pole")
        ordering = ["centre", "order"]
        constraints = [models.UniqueConstraint(fields=["centre", "code"], name="pole_code_once_a_centre")]


class Space(Named, Sourced):
    """A room or facility of a centre; `group` is a pole code, shared, living, or a group of its own."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="spaces")
    group = models.CharField(max_length=60)
    code = models.SlugField(max_length=60)
    capacity = models.PositiveIntegerField(null=True)
    capacity_unit = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("space")
        ordering = ["centre", "group", "pk"]
        constraints = [models.UniqueConstraint(F("centre"), F("group"), F("code"), name="space_code_once_a_group")]


class TargetGroup(Named, Sourced):
    """Whom a centre is for."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="target_groups")

    class Meta:
        verbose_name = _("target group")
        constraints = [models.UniqueConstraint(fields=["centre", "name_ar"], name="target_group_once_a_centre")]
