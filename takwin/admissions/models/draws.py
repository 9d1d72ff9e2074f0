"""The season's draws: sealed by two people, joined to a public value once applications are closed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import DrawState, ValueSource, VoidReason
from takwin.core.choices import state_check
from takwin.core.fields import BlankIsNull, EncryptedCharField, not_blank
from takwin.offer.models import Season

KNOWN = [DrawState.REVEALED, DrawState.USED]
# By two people when the value was entered; the clock (nobody) makes void what another door opened again.
VOID_BY_TWO = (
    Q(voided_by__isnull=True)
    | Q(valued_at__isnull=True)
    | Q(void_asked_by__isnull=False) & ~Q(voided_by=F("void_asked_by"))
)


class Draw(models.Model):
    """One draw of a season. None is ever deleted: a void draw stays in the public list with its reason."""

    season = models.ForeignKey(Season, models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=DrawState, default=DrawState.BEGUN)
    source = models.CharField(_("Public value"), max_length=8, choices=ValueSource, default=ValueSource.DRAND)
    source_note = models.CharField(_("Which value, and where it is published"), max_length=200, blank=True, default="")
    committed_at = models.DateTimeField(db_default=Now())
    sealed_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False, help_text="sealed when applications were closed already")
    # Applications closed: the opening of the season it belongs to, and the moment from which the value counts.
    opening = models.PositiveSmallIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    value_from = models.DateTimeField(null=True)
    value_round = models.PositiveBigIntegerField(null=True)
    value = models.CharField(max_length=200, blank=True, default="")
    value_read_at = models.CharField(_("Where it was read"), max_length=300, blank=True, default="")
    value_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    valued_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revealed_at = models.DateTimeField(null=True)
    seed = BlankIsNull(max_length=64, null=True, unique=True)
    # Of a draw made before two people sealed: the sha256 of its one seed.
    commitment = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(_("Reason"), max_length=500, blank=True, default="")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Once the value is entered, somebody asks to make it void and somebody else does it.
    void_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    void_asked_at = models.DateTimeField(null=True)
    void_reason = models.CharField(_("Reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("draw")
        ordering = ["season", "number"]
        constraints = [
            state_check("state", DrawState, "draw_state_is_known"),
            models.CheckConstraint(condition=Q(source__in=ValueSource.values), name="draw_source_is_known"),
            models.UniqueConstraint(fields=["season", "number"], name="draw_once_a_number"),
            models.UniqueConstraint(fields=["season"], condition=~Q(state="void"), name="draw_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(state__in=KNOWN, seed__isnull=False) | Q(state="void") | Q(seed__isnull=True),
                name="draw_seed_is_unknown_until_revealed",
            ),
            not_blank("seed", "draw_seed_is_not_blank"),
            models.CheckConstraint(
                condition=~Q(state__in=KNOWN) | Q(seed__isnull=False), name="draw_revealed_has_its_seed"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("value_by")),
                name="draw_value_by_two_people",
            ),
            models.CheckConstraint(condition=~Q(state="void") | ~Q(reason=""), name="draw_void_has_a_reason"),
            models.CheckConstraint(condition=VOID_BY_TWO, name="draw_void_by_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.season} · {self.number}"

    @property
    def ref(self) -> str:
        return f"draw:{self.season.code}:{self.number}"

    @property
    def reason_shown(self) -> str:
        """The reason in words: our own in the reader's language, a person's as it was written."""
        return str(VoidReason(self.reason).label) if self.reason in VoidReason.values else self.reason

    @property
    def mark(self) -> str:
        """What a page has seen of a draw: a form made from an older page is refused."""
        asked = f":{self.void_asked_at.isoformat()}" if self.void_asked_at else ""
        return f"{self.number}:{self.state}{asked}"

    @property
    def seed_is_known(self) -> bool:
        """Whether making it void could be a second throw: its value is entered, no results rest on it yet."""
        return self.state in {DrawState.VALUED, DrawState.REVEALED}

    @property
    def void_knowing(self) -> bool:
        """Whether its seed could be known when it was made void."""
        return self.state == DrawState.VOID and bool(self.valued_at or self.seed)


class Contribution(models.Model):
    """One person's part of a draw: its sha256 is public at once, itself when the draw is revealed."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="contributions")
    place = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64, unique=True)
    # Kept encrypted, and erased when the draw is revealed or void.
    secret = EncryptedCharField(max_length=200, null=True)
    revealed = models.CharField(max_length=200, blank=True, default="")
    sealed_at = models.DateTimeField(db_default=Now())

    secret_fields = ("secret",)

    class Meta:
        verbose_name = _("contribution to a draw")
        ordering = ["draw", "place"]
        constraints = [
            models.CheckConstraint(condition=Q(place__in=[1, 2]), name="contribution_is_first_or_second"),
            models.UniqueConstraint(fields=["draw", "place"], name="contribution_once_a_place"),
            models.UniqueConstraint(fields=["draw", "by"], name="contribution_once_a_person"),
            models.CheckConstraint(
                condition=Q(secret__isnull=True) | Q(revealed=""), name="contribution_is_secret_or_revealed"
            ),
        ]

    def __str__(self) -> str:
        return self.commitment[:16]

    @property
    def ref(self) -> str:
        return self.draw.ref
