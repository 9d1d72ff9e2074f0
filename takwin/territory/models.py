"""Areas and census figures."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from takwin.core.fields import SearchField
from takwin.core.models import Named
from takwin.core.scope import ScopedQuerySet
from takwin.territory.choices import AreaKind


class AreaQuerySet(ScopedQuerySet):
    centre_path = None
    area_path = "path"

    def regions(self):
        return self.filter(kind=AreaKind.REGION)

    def provinces(self):
        return self.filter(kind=AreaKind.PROVINCE)

    def communes(self):
        return self.filter(kind=AreaKind.COMMUNE)


class Area(Named):
    """A region, a province or a commune. `path` is made of HCP codes, each ended by a dot."""

    path = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8, choices=AreaKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    code = models.SlugField(max_length=60, unique=True)
    iso = models.CharField(max_length=8, blank=True, default="")
    urban = models.BooleanField(null=True)
    population = models.PositiveIntegerField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    search_text = SearchField(of=("name_ar", "name_fr", "name_en"))

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AreaKind.values), name="area_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="region", parent__isnull=True) | Q(~Q(kind="region"), parent__isnull=False),
                name="area_only_a_region_has_no_parent",
            ),
        ]
        indexes = [models.Index(fields=["kind", "path"], name="area_by_kind")]

    @property
    def ref(self) -> str:
        return f"area:{self.code}"

    @property
    def region_path(self) -> str:
        return self.path[:3]


class CensusFigure(models.Model):
    """One figure of the census about one area: persons unless the indicator says otherwise."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="census")
    indicator = models.CharField(max_length=60)
    sex = models.CharField(max_length=6, choices=[("all", _("All")), ("female", _("Women")), ("male", _("Men"))])
    value = models.FloatField()
    source = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("census figure")
        constraints = [models.UniqueConstraint(fields=["area", "indicator", "sex"], name="census_one_figure_a_cell")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.sex}"
