"""The first page, the season, and the redirect of a signed-in person to their space."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from takwin.admissions import selectors as admissions
from takwin.offer import selectors as offer
from takwin.reporting import selectors as reporting
from takwin.training.selectors import enrolments
from takwin.ui.pages import PUBLIC, SIGNED_IN, page, show
from takwin.web.selectors import portal

PUBLISHED = "2024-2025"  # the school year whose figures the documents print


def by_region(code: str) -> str:
    return f"{reverse('web:centres')}?region={code}"


@page(PUBLIC)
def home(request: Any) -> HttpResponse:
    season = offer.current_season()
    keys = ("seats", "first-year-trainees", "programmes", "orientation-centres-after")
    figures = {key: reporting.figure("ofppt", key, PUBLISHED) for key in keys}
    return show(
        request,
        "web/home.html",
        season=season,
        figures=figures,
        levels=offer.levels(),
        sectors=portal.most_asked_sectors(),
        wanted=admissions.most_wanted(season) if season else [],
        shapes=portal.region_map(season, by_region),
    )


@page(PUBLIC)
def season(request: Any, code: str = "") -> HttpResponse:
    if code:
        chosen = next((row for row in offer.seasons() if row.code == code), None)
        if chosen is None:
            raise Http404(code)
    else:
        chosen = offer.current_season()
    report = reporting.public_report(chosen) if chosen else None
    counted = admissions.demand_counted_at(chosen) if chosen else None
    context: dict[str, Any] = {
        "season": chosen,
        "report": report,
        "counted_at": counted,
        "active": "season",
        "seasons": offer.seasons(),
    }
    return show(request, "web/season.html", **context)


@page(SIGNED_IN)
def door(request: Any) -> HttpResponse:
    """Staff to the desk, trainees to their week, everyone else to their application."""
    if request.user.works_here:
        return redirect("web:desk")
    return redirect("training:mine" if enrolments.own(request.user) else "admissions:mine")
