"""Sectors, levels, modes, programmes, seasons, offerings."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.core.agreed import AgreedInstants
from takwin.core.choices import state_check
from takwin.core.fields import RefField, SearchField
from takwin.core.models import Named, Sourced
from takwin.core.scope import ScopedQuerySet
from takwin.occupations.models import Occupation
from takwin.offer.choices import (
    Diploma,
    LinkBasis,
    OfferingState,
    ProgrammeKind,
    Schooling,
    SeasonState,
    TermKind,
)
from takwin.territory.models import Area


class Sector(Named, Sourced):
    code = models.SlugField(max_length=60, unique=True)

    class Meta:
        verbose_name = _("sector")
        ordering = ["code"]


class Level(Named, Sourced):
    """A level or a pathway; `rank` orders them, highest first on pages."""

    code = models.SlugField(max_length=20, unique=True)
    rank = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=12)

    class Meta:
        verbose_name = _("level")
        ordering = ["rank"]


class Mode(Named, Sourced):
    code = models.SlugField(max_length=20, unique=True)

    class Meta:
        verbose_name = _("mode")
        ordering = ["code"]


class Programme(Named, Sourced):
    """A programme of training. `documented` in the five documents, else `simulated`."""

    code = models.SlugField(max_length=80, unique=True)
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, related_name="programmes")
    sector_basis = models.CharField(max_length=12, blank=True, default="")
    level = models.ForeignKey(Level, models.PROTECT, null=True, related_name="programmes")
    # Only one document gives the level of a programme: "assigned" says that it was classified here.
    level_basis = models.CharField(max_length=12, blank=True, default="")
    kind = models.CharField(max_length=12, choices=ProgrammeKind)
    type_as_written = models.CharField(max_length=20, blank=True, default="")
    months = models.PositiveSmallIntegerField(null=True)
    places = models.ManyToManyField(Centre, related_name="programmes")
    occupations = models.ManyToManyField(Occupation, through="ProgrammeOccupation", related_name="programmes")
    search_text = SearchField(of=("name_ar", "name_fr", "name_en", "sector_names"))

    class Meta:
        verbose_name = _("programme")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ProgrammeKind.values), name="programme_kind_is_known")
        ]
        indexes = [models.Index(fields=["sector", "level"], name="programme_by_sector")]

    @property
    def ref(self) -> str:
        return f"programme:{self.code}"

    @property
    def sector_names(self) -> str:
        return f"{self.sector.name_ar} {self.sector.name_fr} {self.sector.name_en}" if self.sector else ""


class ProgrammeOccupation(models.Model):
    """What a programme leads to, or supports when it is an activity rather than a trade."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="leads")
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="leads")
    basis = models.CharField(max_length=8, choices=LinkBasis, default=LinkBasis.LEADS)

    class Meta:
        verbose_name = _("occupation of a programme")
        constraints = [models.UniqueConstraint(fields=["programme", "occupation"], name="programme_occupation_once")]

    def __str__(self) -> str:
        return f"{self.programme} · {self.occupation}"


class Term(models.Model):
    """Words people type when they look for training, parted by semicolons, and what they mean by them.

    `means`: names of programmes, best first. `occupations`: ISCO-08 codes. `near`: codes of programmes that come
    closest, for a trade the network does not teach. `language` "ary" is Darija, in either script.
    """

    code = models.SlugField(max_length=60, unique=True)
    language = models.CharField(max_length=3)
    kind = models.CharField(max_length=8, choices=TermKind)
    terms = models.CharField(max_length=600)
    means = models.CharField(max_length=400, blank=True, default="")
    occupations = models.JSONField(default=list)
    near = models.JSONField(default=list)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("search term")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=TermKind.values), name="term_kind_is_known")]

    def __str__(self) -> str:
        return self.code

    @property
    def words(self) -> list[str]:
        return self.terms.split(";")

    @property
    def meanings(self) -> list[str]:
        return self.means.split(";") if self.means else []


class Season(AgreedInstants):
    """A training year. Its deadlines are data, enforced to the second."""

    code = models.CharField(max_length=9, unique=True)
    state = models.CharField(max_length=12, choices=SeasonState, default=SeasonState.PREPARING)
    starts_on = models.DateField(null=True)
    first_year_starts_on = models.DateField(null=True)
    ages_on = models.DateField(null=True, help_text="ages are told on this day")
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    corrects_until = models.DateTimeField(null=True, help_text="documents may be joined until then, wishes not")
    trial_at = models.DateTimeField(null=True, help_text="trial run and review")
    results_at = models.DateTimeField(null=True)
    answers_until = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)
    # How often applications were opened: a draw closed before the last opening binds nobody.
    openings = models.PositiveSmallIntegerField(default=0, db_default=0)
    # 1000 = every first-year seat is open to candidates; a simulated sample opens fewer.
    sample_permille = models.PositiveSmallIntegerField(default=1000)

    agreed_fields = ("opens_at", "closes_at", "corrects_until", "trial_at", "results_at", "answers_until")

    class Meta:
        verbose_name = _("season")
        ordering = ["-code"]
        constraints = [
            state_check("state", SeasonState, "season_state_is_known"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="season_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True)
                | Q(corrects_until__isnull=True)
                | Q(closes_at__lte=F("corrects_until")),
                name="season_closes_before_corrections_end",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True)
                | Q(answers_until__isnull=True)
                | Q(closes_at__lt=F("answers_until")),
                name="season_closes_before_answers_end",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def ref(self) -> str:
        return f"season:{self.code}"


class AccessRule(models.Model):
    """Who may ask for a level, or for one programme of it, in a season or in all of them.

    The most precise row wins: programme and season, then programme, then level and season, then level.
    """

    level = models.ForeignKey(Level, models.CASCADE, null=True, related_name="access_rules")
    programme = models.ForeignKey(Programme, models.CASCADE, null=True, related_name="access_rules")
    season = models.ForeignKey(Season, models.CASCADE, null=True, related_name="access_rules")
    schooling = models.CharField(max_length=8, choices=Schooling)
    bridge = models.CharField(max_length=4, choices=Diploma, default=Diploma.NONE)
    streams = models.JSONField(default=list, blank=True)  # empty: all streams
    age_min = models.PositiveSmallIntegerField(null=True)
    age_max = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("access rule")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__isnull=False, programme__isnull=True)
                | Q(level__isnull=True, programme__isnull=False),
                name="access_rule_for_a_level_or_a_programme",
            ),
            models.CheckConstraint(
                condition=Q(age_min__isnull=True) | Q(age_max__isnull=True) | Q(age_min__lte=F("age_max")),
                name="access_rule_ages_in_order",
            ),
            models.UniqueConstraint(
                fields=["level"],
                condition=Q(season__isnull=True, programme__isnull=True),
                name="access_rule_once_a_level",
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(season__isnull=True, level__isnull=True),
                name="access_rule_once_a_programme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level or self.programme}: {self.schooling}"


class OfferingQuerySet(ScopedQuerySet):
    def with_names(self):
        return self.select_related(
            "programme__level", "programme__sector", "centre__area__parent", "centre__kind", "mode", "season"
        )

    def open(self):
        return self.filter(state=OfferingState.OPEN)


class Offering(models.Model):
    """A programme at a centre, in a mode, for a season.

    `capacity`: places of all years (pedagogical seats). `first_year`: of which first-year places.
    `seats`: places open to this season's candidates, what the allocation hands out.
    """

    ref = RefField(prefix="OFF")
    season = models.ForeignKey(Season, models.PROTECT, related_name="offerings")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="offerings")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="offerings")
    mode = models.ForeignKey(Mode, models.PROTECT, related_name="offerings")
    capacity = models.PositiveIntegerField(_("Capacity"))
    first_year = models.PositiveIntegerField(_("First-year places"))
    seats = models.PositiveIntegerField(_("Seats"))
    state = models.CharField(max_length=8, choices=OfferingState, default=OfferingState.OPEN)
    opens_late_on = models.DateField(null=True, blank=True)
    simulated = models.BooleanField(default=False, db_default=False)

    objects = OfferingQuerySet.as_manager()

    class Meta:
        verbose_name = _("offering")
        ordering = ["pk"]
        constraints = [
            state_check("state", OfferingState, "offering_state_is_known"),
            models.UniqueConstraint(fields=["season", "programme", "centre", "mode"], name="offering_once_a_season"),
            models.CheckConstraint(
                condition=Q(seats__lte=F("first_year"), first_year__lte=F("capacity")),
                name="offering_seats_within_capacity",
            ),
        ]
        indexes = [
            models.Index(fields=["season", "centre"], name="offering_by_centre"),
            models.Index(fields=["programme", "season"], name="offering_by_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.centre}"
