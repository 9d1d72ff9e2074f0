"""The desk's first page and the season report."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from takwin.offer import selectors as offer
from takwin.reporting import selectors as reporting
from takwin.ui.listing import FORMATS, Column, Listing, download
from takwin.ui.pages import page, show
from takwin.web.selectors import desk as selectors

CENTRES = (
    Column("name_ar", _("Centre"), lambda row: row.name_ar, "name_ar"),
    Column("seats", _("Seats"), lambda row: row.seats, "seats"),
    Column("fill", _("Fill"), lambda row: row.fill),
    Column("requests", _("Requests a seat"), lambda row: row.requests, "requests"),
    Column("status", _("State"), lambda row: row.get_status_display(), "status"),
)


@page("desk.open")
def desk(request: Any) -> HttpResponse:
    season = offer.current_season()
    rows, run = selectors.centres(request.scope, season)
    listing = Listing(request, rows, CENTRES, name="desk", order="-requests", size=10, personal=False)
    for row in listing.page:
        row.pressure = row.requests / row.seats if row.seats else None
    admitted = selectors.admitted_by_centre(run, [row.pk for row in listing.page])
    for row in listing.page:
        row.fill = admitted.get(row.pk, 0) / row.seats if run and row.seats else None
    context: dict[str, Any] = {
        "listing": listing,
        "season": season,
        "place": selectors.place_names(request.scope),
        "totals": reporting.totals(season, request.scope) if season else {},
        "beds": selectors.beds(request.scope, season),
        "waiting": selectors.waiting(request.user),
        "shapes": selectors.shapes_of(request.scope, season),
    }
    return show(request, "web/desk.html", fragment="rows", active="desk", **context)


REPORT = (
    Column("table", _("Table"), lambda row: row["table"]),
    Column("label", _("Name"), lambda row: row["label"]),
    *(
        Column(name, label, itemgetter(name))
        for name, label in (
            ("capacity", _("Places")),
            ("first_year", _("First year")),
            ("seats", _("Seats")),
            ("requests", _("Requests")),
            ("first_choices", _("First choices")),
            ("admitted", _("Admitted")),
        )
    ),
)


@page("reporting.see")
def report(request: Any) -> HttpResponse:
    season = offer.current_season()
    summary = reporting.season_report(season, request.scope) if season else None
    if summary and request.GET.get("format") in FORMATS:
        rows = [row | {"table": title} for title, table in summary["tables"] for row in table]
        return download("season-report", REPORT, rows, request.GET["format"], in_words=True)
    return show(request, "web/report.html", season=season, report=summary, active="report")
