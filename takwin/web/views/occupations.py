"""Occupations: search, and one occupation with the programmes that lead to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from takwin.occupations import selectors as occupations
from takwin.occupations.choices import Interest
from takwin.offer import selectors as offer
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import PUBLIC, or_404, page, show
from takwin.web.selectors import portal

COLUMNS = (
    Column("code", _("ISCO-08"), lambda row: row.code, "code"),
    Column("name_ar", _("Name"), lambda row: row.name_ar, "name_ar"),
    Column("name_fr", _("French name"), lambda row: row.name_fr),
    Column("name_en", _("English name"), lambda row: row.name_en),
    Column("sector", _("Sector"), lambda row: row.sector),
    Column("interests", _("Interests, R I A S E C"), lambda row: " ".join(f"{value:g}" for value in row.interests)),
    Column("basis", _("Basis"), lambda row: row.interests_basis),
    Column("onet", _("O*NET-SOC code"), lambda row: row.onet),
    Column("programmes", _("Programmes"), lambda row: row.taught, "taught"),
)


@page(PUBLIC)
def occupation_list(request: Any) -> HttpResponse:
    sectors = [(row.code, row.label) for row in offer.sectors()]
    filters = [Filter("sector", _("Sector"), sectors, lambda rows, value: rows.filter(sector=value))]
    ranks = portal.find_occupations(request.GET.get("q", ""), offer.current_season())
    listing = Listing(
        request, portal.occupations(), COLUMNS, filters, name="occupations", order="code", ranks=ranks, personal=False
    )
    if answer := listing.export():
        return answer
    return show(request, "web/occupation_list.html", fragment="rows", listing=listing, active="guidance")


@page(PUBLIC)
def occupation(request: Any, code: str) -> HttpResponse:
    row = or_404(occupations.occupation, code)
    profile = [(kind.label, value) for kind, value in zip(Interest, row.interests, strict=True)]
    leads = portal.programmes_of_occupation(row)
    return show(request, "web/occupation.html", occupation=row, profile=profile, leads=leads, active="guidance")
