"""Centres: list with map and filters, and one centre."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from takwin.core.numbers import parse_int
from takwin.offer import selectors as offer
from takwin.territory import selectors as territory
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import PUBLIC, page, show
from takwin.web.selectors import portal

DISTANCES = (25, 50, 100, 200)
COLUMNS = (
    Column("code", _("Code"), lambda row: row.code),
    Column("name_ar", _("Name"), lambda row: row.name_ar, "name_ar"),
    Column("name_fr", _("French name"), lambda row: row.name_fr),
    Column("kind", _("Kind"), lambda row: row.kind.code, "kind__code"),
    Column("area", _("Place"), lambda row: row.area.code if row.area else "", "area__path"),
    Column("locality", _("Locality"), lambda row: row.locality),
    Column("status", _("State"), lambda row: row.status, "status"),
    Column("capacity", _("Capacity"), lambda row: row.capacity, "capacity"),
    Column("beds", _("Beds"), lambda row: row.beds, "beds"),
    Column("programmes", _("Programmes"), lambda row: row.taught, "taught"),
    Column("simulated", _("Simulated"), lambda row: row.simulated),
    Column("source", _("Source"), lambda row: row.source),
    Column("line", _("Lines"), lambda row: row.line),
)


def _in_area(rows: Any, code: str) -> Any:
    return rows.filter(area__path__startswith=territory.area(code).path)


def filters(season: Any, region: str) -> list[Filter]:
    """Filters of the list; provinces appear once a region is chosen."""
    regions = territory.regions()
    out = [
        Filter("region", _("Region"), [(a.code, a.label) for a in regions], _in_area),
        Filter("kind", _("Kind"), [(k.code, k.label) for k in portal.kinds()], lambda r, v: r.filter(kind__code=v)),
        Filter(
            "sector",
            _("Sector"),
            [(s.code, s.label) for s in offer.sectors()],
            lambda rows, value: rows.filter(
                offerings__season=season, offerings__programme__sector__code=value
            ).distinct(),
        ),
        Filter("boarding", _("Boarding"), [("yes", _("With a boarding house"))], lambda r, _v: r.filter(beds__gt=0)),
        Filter("origin", _("Data"), [("documented", _("Documented only"))], lambda r, _v: r.filter(simulated=False)),
    ]
    chosen = next((a for a in regions if a.code == region), None)
    if chosen:
        places = [(a.code, a.label) for a in territory.provinces(chosen.path)]
        out.insert(1, Filter("province", _("Province"), places, _in_area))
    return out


@page(PUBLIC)
def centre_list(request: Any) -> HttpResponse:
    season = offer.current_season()
    region = request.GET.get("region", "")
    rows, near = _near(request, portal.centres(season))
    ranks = portal.find_centres(request.GET.get("q", ""), season)
    listing = Listing(
        request, rows, COLUMNS, filters(season, region), name="centres", order="simulated", ranks=ranks, personal=False
    )
    if answer := listing.export():
        return answer
    chosen = listing.chosen.get("region")
    if chosen:
        shapes = portal.province_map(season, territory.area(chosen), lambda code: f"?region={chosen}&province={code}")
    else:
        shapes = portal.region_map(season, lambda code: f"?region={code}")
    context: dict[str, Any] = {
        "listing": listing,
        "shapes": shapes,
        "near": near,
        "distances": DISTANCES,
        "region": chosen,
    }
    return show(request, "web/centre_list.html", fragment="rows", active="centres", **context)


def _near(request: Any, rows: Any) -> tuple[Any, dict[str, Any]]:
    """Narrow to centres within a distance of a commune the visitor typed."""
    text, km = request.GET.get("near", "").strip()[:80], request.GET.get("km", "")
    if not text:
        return rows, {"text": "", "km": km, "commune": None, "others": []}
    found = list(territory.communes(text, 6))
    if not found:
        return rows.none(), {"text": text, "km": km, "commune": None, "others": []}
    wanted = parse_int(km)
    distance = wanted if wanted in DISTANCES else 50
    paths = territory.provinces_within(found[0], distance)
    return rows.filter(area__path__in=paths), {
        "text": text,
        "km": str(distance),
        "commune": found[0],
        "others": found[1:],
    }


@page(PUBLIC)
def centre(request: Any, code: str) -> HttpResponse:
    try:
        row = portal.centre(code)
    except ObjectDoesNotExist as absent:
        raise Http404(code) from absent
    season = offer.current_season()
    context: dict[str, Any] = {
        "centre": row,
        "season": season,
        "offerings": portal.offerings_of(row, season),
        "spaces": portal.spaces(row),
        "projects": list(portal.projects().filter(centre=row)),
        "agreements": list(portal.agreements().filter(centre_parties=row)),
        "documented": list(row.programmes.select_related("level", "sector")),
        "ld": _json_ld(request, row),
    }
    return show(request, "web/centre.html", active="centres", **context)


def _json_ld(request: Any, row: Any) -> dict[str, Any]:
    """schema.org: an EducationalOrganization where it trains, else an Organization."""
    return {
        "@context": "https://schema.org",
        "@type": "EducationalOrganization" if row.kind.trains else "Organization",
        "@id": request.build_absolute_uri(reverse("web:centre", args=[row.code])),
        "name": [{"@language": "ar", "@value": row.name_ar}, {"@language": "fr", "@value": row.name_fr}],
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "MA",
            "addressLocality": row.locality,
            "addressRegion": row.area.label if row.area else "",
        },
    }
