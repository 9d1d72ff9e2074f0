"""Reading published figures, identities, and the season's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from takwin.admissions import selectors as admissions
from takwin.core.crowd import public_count
from takwin.core.scope import EVERYWHERE, Scope
from takwin.offer.models import Level, Offering, Programme, Season, Sector
from takwin.reporting.models import Document, Identity, PublishedFigure, Uncertain
from takwin.reporting.rules import Verdict, verify
from takwin.territory.models import Area


def documents() -> list[Document]:
    return list(Document.objects.all())


def document(code: str) -> Document:
    return Document.objects.get(code=code)


def figures() -> QuerySet[PublishedFigure]:
    return PublishedFigure.objects.all()


def figure(scope: str, indicator: str, period: str) -> PublishedFigure | None:
    return PublishedFigure.objects.filter(scope=scope, indicator=indicator, period=period).first()


def uncertain() -> QuerySet[Uncertain]:
    return Uncertain.objects.all()


@dataclass(frozen=True)
class Checked:
    """An identity with what arithmetic says of it."""

    identity: Identity
    verdict: Verdict


def identities() -> list[Checked]:
    """Every identity, recomputed now."""
    return [Checked(row, verify(row.kind, row.terms, row.expected, row.tolerance)) for row in Identity.objects.all()]


@dataclass(frozen=True)
class Compared:
    """A computed figure beside the published one; `gap` is computed - published."""

    label: str
    computed: int | None
    published: PublishedFigure | None

    @property
    def gap(self) -> int | None:
        if self.computed is None or self.published is None or self.published.number is None:
            return None
        return self.computed - int(self.published.number)


def season_report(season: Season, scope: Scope = EVERYWHERE) -> dict[str, Any]:
    """The season's report v1: computed beside published, then by region, sector and level."""
    run = admissions.published_run(season)
    return {
        "compared": _compared(season) if scope.everywhere else [],
        "run": run,
        "tables": [
            (_("By region"), _table(season, run, "centre__area__path", _regions(), scope)),
            (_("By sector"), _table(season, run, "programme__sector", _names(Sector), scope)),
            (_("By level"), _table(season, run, "programme__level", _names(Level), scope)),
        ],
    }


def public_report(season: Season) -> dict[str, Any]:
    """The season's report as the public reads it: counts of people are those of `core/crowd.py`, and so are the shares
    made of them."""
    report = season_report(season)
    for _title, rows in report["tables"]:
        for row in rows:
            requests, admitted, seats = public_count(row["requests"]), public_count(row["admitted"]), row["seats"]
            row["pressure"] = None if requests is None or not seats else requests / seats
            if row["fill"] is not None:
                row["fill"] = None if admitted is None else min(1.0, admitted / seats)
    return report


def totals(season: Season, scope: Scope) -> dict[str, int]:
    """Capacity, first-year places, seats, centres and programmes offered in a scope."""
    rows = Offering.objects.filter(season=season).within(scope)
    return rows.aggregate(
        capacity=Sum("capacity", default=0),
        first_year=Sum("first_year", default=0),
        seats=Sum("seats", default=0),
        centres=Count("centre", distinct=True),
        programmes=Count("programme", distinct=True),
        requests=Sum("demand__requests", default=0),
    )


def _compared(season: Season) -> list[Compared]:
    offered = totals(season, EVERYWHERE)
    kinds = dict(
        Programme.objects.filter(offerings__season=season).values_list("kind").annotate(Count("pk", distinct=True))
    )
    region = (
        Offering.objects.filter(season=season, centre__area__path__startswith="07.").aggregate(
            places=Sum("capacity", default=0)
        )
    )["places"]
    sectors = Sector.objects.filter(programmes__offerings__season=season).distinct().count()
    rows = [
        ("ofppt", "seats", _("Pedagogical seats"), offered["capacity"]),
        ("ofppt", "first-year-trainees", _("First-year places"), offered["first_year"]),
        ("ofppt", "programmes", _("Programmes"), offered["programmes"]),
        ("ofppt", "programmes-diploma", _("Diploma programmes"), kinds.get("diploma", 0)),
        ("ofppt", "programmes-qualifying", _("Qualifying programmes"), kinds.get("qualifying", 0)),
        ("ofppt", "sectors", _("Sectors"), sectors),
    ]
    out = [Compared(label, value, figure(scope, indicator, season.code)) for scope, indicator, label, value in rows]
    published = figure("marrakech-safi", "seats", "2025-2026")
    return [*out, Compared(_("Seats of Marrakech-Safi"), region, published)]


def _regions() -> dict[str, str]:
    return {area.path: area.label for area in Area.objects.regions()}


def _names(model: type[Sector] | type[Level]) -> dict[Any, str]:
    return {row.pk: row.label for row in model.objects.all()}


def _table(season: Season, run: Any, path: str, names: dict[Any, str], scope: Scope) -> list[dict[str, Any]]:
    """Rows of sums; areas are folded into their region."""
    admitted = admissions.admitted_by(run, path) if run and scope.everywhere else {}
    merged: dict[Any, dict[str, Any]] = {}
    for row in admissions.demand_by(season, path, scope):
        key = row[path][:3] if path.endswith("path") and row[path] else row[path]
        into = merged.setdefault(key, {"label": names.get(key, _("Not stated")), "admitted": 0, "key": key})
        for name in ("capacity", "first_year", "seats", "offerings", "requests", "first_choices"):
            into[name] = into.get(name, 0) + (row[name] or 0)
        into["admitted"] += admitted.get(row[path], 0)
    for row in merged.values():
        row["pressure"] = row["requests"] / row["seats"] if row["seats"] else None
        row["fill"] = row["admitted"] / row["seats"] if run and row["seats"] else None
    return sorted(merged.values(), key=lambda row: -row["capacity"])


def rates_without_denominator() -> list[PublishedFigure]:
    """Insertion rates that a document prints without saying of whom."""
    return list(PublishedFigure.objects.filter(indicator="job-insertion-rate"))
