"""Rates from the answers, live or as published, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F

from takwin.core.scope import EVERYWHERE, Scope
from takwin.employment.choices import Outcome
from takwin.employment.models import PublishedOutcome, PublishedRate, SurveyInvitation, SurveyWave
from takwin.employment.rules.rates import INDICATORS, Indicator, Rate, hidden, rate
from takwin.offer.models import Programme
from takwin.territory.models import Area

# Axes of a breakdown: the column of the sample, and the table with its names.
AXES: dict[str, tuple[str, Any]] = {
    "programme": ("graduate__programme_id", Programme),
    "region": ("graduate__region_id", Area),
}


@dataclass(frozen=True)
class Line:
    """`key` of a programme or a region, None for all of them."""

    key: int | None
    label: str
    rate: Rate


def _counts(scope: Scope, wave: SurveyWave, column: str | None) -> dict[Any, tuple[dict[str, int], int]]:
    """{key: (answers by outcome, frame)}: one query."""
    answers: dict[Any, dict[str, int]] = defaultdict(dict)
    frame: dict[Any, int] = defaultdict(int)
    rows = SurveyInvitation.objects.within(scope).filter(wave=wave).order_by()
    names = ["outcome"] if column is None else [column, "outcome"]
    for row in rows.values(*names).annotate(people=Count("pk")):
        key = None if column is None else row[column]
        frame[key] += row["people"]
        if row["outcome"]:
            answers[key][row["outcome"]] = row["people"]
    return {key: (answers[key], size) for key, size in frame.items()}


def outcomes(scope: Scope, wave: SurveyWave) -> tuple[list[tuple[Outcome, int]], int]:
    """Answers by outcome (every class, zero included), and the frame."""
    counts, frame = _counts(scope, wave, None).get(None, ({}, 0))
    return [(outcome, counts.get(outcome.value, 0)) for outcome in Outcome], frame


def whole(scope: Scope, wave: SurveyWave) -> list[tuple[Indicator, Rate]]:
    """Every declared indicator over all."""
    counts, frame = _counts(scope, wave, None).get(None, ({}, 0))
    return [(indicator, rate(counts, frame, indicator)) for indicator in INDICATORS.values()]


def by(axis: str, indicator: Indicator, wave: SurveyWave, scope: Scope = EVERYWHERE) -> list[Line]:
    """The rate of each programme or region, the largest frame first."""
    column, table = AXES[axis]
    counts = _counts(scope, wave, column)
    names = table.objects.in_bulk([key for key in counts if key is not None])
    lines = [
        Line(key, names[key].label if key in names else "–", rate(answers, frame, indicator))
        for key, (answers, frame) in counts.items()
    ]
    return sorted(lines, key=lambda line: (-line.rate.frame, line.label))


def shown(lines: list[Line]) -> list[Line]:
    """Those that may be published beside their total: small cells and what would give them away are left out."""
    away = hidden([line.rate.answered for line in lines])
    return [line for place, line in enumerate(lines) if place not in away]


def latest_wave() -> SurveyWave | None:
    """The wave of the public page: the newest with published rates."""
    return (
        SurveyWave.objects.filter(rates__isnull=False).select_related("cohort").order_by("-closes_on", "-pk").first()
    )


def published(wave: SurveyWave) -> list[PublishedRate]:
    """All first, then by programme and region."""
    rows = PublishedRate.objects.filter(wave=wave).select_related("programme", "region", "wave__cohort")
    return list(rows.order_by("indicator", F("programme").asc(nulls_first=True), F("region").asc(nulls_first=True)))


def as_rate(row: PublishedRate) -> Rate:
    return Rate(row.counted, row.answered, row.frame)


def documented() -> list[dict[str, Any]]:
    """What the documents print of graduates, by centre: classes as written and as ours, with their sum."""
    rows = PublishedOutcome.objects.select_related("centre").order_by("centre__code", "pk")
    centres: dict[int, dict[str, Any]] = {}
    for row in rows:
        centre = centres.setdefault(row.centre_id, {"centre": row.centre, "rows": [], "sum": 0, "year": row.year})
        centre["rows"].append(row)
        centre["sum"] += row.persons
    return list(centres.values())
