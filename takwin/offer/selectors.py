"""Reading the offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from takwin.core.scope import EVERYWHERE, Scope
from takwin.offer.choices import SeasonState
from takwin.offer.models import AccessRule, Level, Mode, Offering, Programme, ProgrammeOccupation, Season, Sector
from takwin.offer.rules import Access


def current_season() -> Season | None:
    """The season the portal shows: the newest that is not in preparation."""
    return Season.objects.exclude(state=SeasonState.PREPARING).order_by("-code").first()


def season(code: str) -> Season:
    """Raises Season.DoesNotExist."""
    return Season.objects.get(code=code)


def open_seasons() -> list[Season]:
    return list(Season.objects.filter(state=SeasonState.OPEN))


def seasons() -> list[Season]:
    return list(Season.objects.all())


def sectors() -> list[Sector]:
    return list(Sector.objects.all())


def levels() -> list[Level]:
    return list(Level.objects.all())


def modes() -> list[Mode]:
    return list(Mode.objects.all())


def programme(code: str) -> Programme:
    return Programme.objects.select_related("sector", "level").get(code=code)


def programme_by_code(code: str) -> Programme | None:
    return Programme.objects.filter(code=code).first()


def programmes() -> QuerySet[Programme]:
    return Programme.objects.select_related("sector", "level")


def offerings(scope: Scope, season: Season | None) -> Any:
    rows = Offering.objects.within(scope).with_names()
    return rows.filter(season=season) if season else rows


def offering(ref: str, scope: Scope = EVERYWHERE) -> Offering:
    """Raises Offering.DoesNotExist, also for one outside the scope."""
    return Offering.objects.within(scope).with_names().get(ref=ref)


def interests() -> dict[int, list[float]]:
    """The mean interest profile (R I A S E C, 1 to 7) of the occupations of each programme, by key; those without a
    profile are left out."""
    rows = ProgrammeOccupation.objects.exclude(occupation__interests_basis="").order_by("programme_id", "pk")
    found: dict[int, list[list[float]]] = {}
    for pk, profile in rows.values_list("programme_id", "occupation__interests"):
        found.setdefault(pk, []).append(profile)
    return {pk: [sum(column) / len(column) for column in zip(*rows, strict=True)] for pk, rows in found.items()}


def access(programmes: Iterable[Programme], season: Season) -> dict[int, Access]:
    """The access conditions of programmes in a season: one query, the most precise rule wins."""
    wanted = list(programmes)
    best: dict[tuple[str, int], tuple[int, AccessRule]] = {}
    for rule in AccessRule.objects.filter(season__isnull=True) | AccessRule.objects.filter(season=season):
        key = ("programme", rule.programme_id) if rule.programme_id else ("level", rule.level_id or 0)
        weight = 1 if rule.season_id else 0
        if key not in best or best[key][0] <= weight:
            best[key] = (weight, rule)
    out = {}
    for row in wanted:
        found = best.get(("programme", row.pk)) or best.get(("level", row.level_id or 0))
        if found:
            rule = found[1]
            out[row.pk] = Access(
                rule.schooling, rule.bridge, tuple(rule.streams), rule.age_min, rule.age_max, season.ages_on
            )
    return out
