"""Programmes: search with filters, and one programme."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from takwin.admissions import assistance
from takwin.admissions import selectors as admissions
from takwin.core.crowd import public_count
from takwin.offer import catalogue
from takwin.offer import selectors as offer
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.territory import selectors as territory
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import PUBLIC, page, show
from takwin.web.selectors import portal

COLUMNS = (
    Column("code", _("Code"), lambda row: row.code),
    Column("name_ar", _("Name"), lambda row: row.name_ar, "name_ar"),
    Column("name_fr", _("French name"), lambda row: row.name_fr),
    Column("sector", _("Sector"), lambda row: row.sector.code if row.sector else "", "sector__code"),
    Column("level", _("Level"), lambda row: row.level.code if row.level else "", "level__rank"),
    Column("kind", _("Kind"), lambda row: row.kind, "kind"),
    Column("centres", _("Centres"), lambda row: row.sites, "sites"),
    Column("seats", _("Seats"), lambda row: row.seats, "seats"),
    Column("requests", _("Requests"), lambda row: public_count(row.requests), "requests"),
    Column("simulated", _("Simulated"), lambda row: row.simulated),
    Column("source", _("Source"), lambda row: row.source),
    Column("line", _("Lines"), lambda row: row.line),
)


def filters(season: Any) -> list[Filter]:
    regions = territory.regions()
    path = {region.code: region.path for region in regions}
    return [
        Filter("level", _("Level"), [(x.code, x.label) for x in offer.levels()], lambda r, v: r.filter(level__code=v)),
        Filter(
            "sector", _("Sector"), [(s.code, s.label) for s in offer.sectors()], lambda r, v: r.filter(sector__code=v)
        ),
        Filter(
            "mode",
            _("Mode"),
            [(mode.code, mode.label) for mode in offer.modes()],
            lambda rows, value: rows.filter(portal.offered(season, mode__code=value)),
        ),
        Filter(
            "region",
            _("Region"),
            [(region.code, region.label) for region in regions],
            lambda rows, value: rows.filter(portal.offered(season, centre__area__path__startswith=path[value])),
        ),
        Filter(
            "boarding",
            _("Boarding"),
            [("yes", _("With a boarding house"))],
            lambda rows, _value: rows.filter(portal.offered(season, centre__beds__gt=0)),
        ),
        Filter("left", _("Seats left"), [("yes", _("Fewer requests than seats"))], _seats_left),
    ]


def _seats_left(rows: Any, _value: str) -> Any:
    return rows.filter(seats__gt=F("requests"))


@page(PUBLIC)
def programme_list(request: Any) -> HttpResponse:
    season = offer.current_season()
    found = catalogue.find(request.GET.get("q", ""), season)
    rows = portal.listed_programmes(season) if found.ranks is None else portal.programmes(season)
    listing = Listing(
        request,
        rows,
        COLUMNS,
        filters(season),
        name="programmes",
        order="-requests",
        ranks=found.ranks,
        personal=False,
    )
    if answer := listing.export():
        return answer
    context: dict[str, Any] = {
        "listing": listing,
        "season": season,
        "found": found,
        "place": territory.area(found.place).label if found.place else "",
        "sectors": [] if listing.page.object_list else offer.sectors(),
    }
    return show(request, "web/programme_list.html", fragment="rows", active="programmes", **context)


@page(PUBLIC)
def programme(request: Any, code: str) -> HttpResponse:
    try:
        row = offer.programme(code)
    except ObjectDoesNotExist as absent:
        raise Http404(code) from absent
    season = offer.current_season()
    regions = territory.regions()
    region = next((r for r in regions if r.code == request.GET.get("region")), None)
    rows = portal.offerings_of_programme(row, season)
    if region:
        rows = rows.filter(centre__area__path__startswith=region.path)
    application = admissions.own(request.user, season) if request.user.is_authenticated and season else None
    context: dict[str, Any] = {
        "programme": row,
        "season": season,
        "offerings": list(rows),
        "conditions": _conditions(row, season),
        "places": list(row.places.select_related("area")),
        "regions": regions,
        "region": region,
        "application": application,
        "files": assistance.assisted_open(request.user),
        "leads": portal.occupations_of(row),
        "ld": _json_ld(request, row),
    }
    return show(request, "web/programme.html", active="programmes", **context)


def _conditions(row: Any, season: Any) -> dict[str, Any] | None:
    access = portal.conditions(row, season)
    if access is None:
        return None
    return {
        "schooling": Schooling(access.schooling).label,
        "bridge": Diploma(access.bridge).label if access.bridge != "none" else "",
        "streams": [Stream(stream).label for stream in access.streams],
        "age_min": access.age_min,
        "age_max": access.age_max,
        "ages_on": access.ages_on,
    }


def _json_ld(request: Any, row: Any) -> dict[str, Any]:
    """schema.org: an EducationalOccupationalProgram."""
    return {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalProgram",
        "@id": request.build_absolute_uri(reverse("web:programme", args=[row.code])),
        "name": [{"@language": "ar", "@value": row.name_ar}, {"@language": "fr", "@value": row.name_fr}],
        "occupationalCategory": row.sector.label if row.sector else "",
        "educationalCredentialAwarded": row.level.label if row.level else "",
    }
