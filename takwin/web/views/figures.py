"""Open figures with their source, identities recomputed, uncertain values, documents, projects, agreements."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from takwin.portfolio.choices import Axis, Phase
from takwin.reporting import selectors as reporting
from takwin.ui.listing import FORMATS, Column, Filter, Listing, download
from takwin.ui.pages import PUBLIC, page, show
from takwin.web.selectors import portal

SOURCE = (
    Column("source", _("Source"), lambda row: row.source, "source"),
    Column("line", _("Lines"), lambda row: row.line),
)
FIGURES = (
    Column("code", _("Code"), lambda row: row.code),
    Column("scope", _("Of"), lambda row: row.scope, "scope"),
    Column("indicator", _("Indicator"), lambda row: row.indicator, "indicator"),
    Column("name_ar", _("Name"), lambda row: row.name_ar),
    Column("name_fr", _("French name"), lambda row: row.name_fr),
    Column("period", _("Period"), lambda row: row.period, "period"),
    Column("value", _("Value"), lambda row: row.value, "number"),
    Column("unit", _("Unit"), lambda row: row.unit),
    Column("qualifier", _("Precision"), lambda row: row.qualifier),
    Column("basis", _("Basis"), lambda row: row.basis, "basis"),
    *SOURCE,
)
TABLES = {
    "season": _("Season"),
    "foundation": _("Foundation"),
    "beneficiaries": _("Beneficiaries"),
    "programme": _("Support programmes"),
    "centre": _("Centres"),
    "operation": _("Humanitarian operations"),
    "market": _("Solidarity market"),
    "disability": _("Disability centre"),
    "employment": _("Supported employment"),
    "associations": _("Associations"),
    "craft": _("Craft centres"),
    "microcredit": _("Micro-credit"),
}
IDENTITIES = (
    Column("code", _("Code"), lambda row: row.identity.code),
    Column("title", _("Title"), lambda row: row.identity.title),
    Column("kind", _("Kind"), lambda row: row.identity.kind),
    Column("terms", _("Terms"), lambda row: row.identity.terms),
    Column("expected", _("Expected"), lambda row: row.identity.expected),
    Column("computed", _("Computed"), lambda row: row.verdict.computed),
    Column("holds", _("Holds"), lambda row: row.verdict.holds),
    Column("gap", _("Gap"), lambda row: row.verdict.gap),
    Column("source", _("Source"), lambda row: row.identity.source),
    Column("line", _("Lines"), lambda row: row.identity.line),
)


@page(PUBLIC)
def figures(request: Any) -> HttpResponse:
    choices = [
        Filter("table", _("Subject"), list(TABLES.items()), lambda rows, value: rows.filter(table=value)),
        Filter(
            "source",
            _("Source"),
            [(row.code, row.publisher_ar or row.publisher) for row in reporting.documents()],
            lambda rows, value: rows.filter(source=value),
        ),
    ]
    listing = Listing(request, reporting.figures(), FIGURES, choices, name="figures", personal=False)
    if answer := listing.export():
        return answer
    return show(request, "web/figures.html", listing=listing, active="figures", documents=reporting.documents())


@page(PUBLIC)
def identities(request: Any) -> HttpResponse:
    rows = reporting.identities()
    wanted = request.GET.get("format", "")
    if wanted in FORMATS:
        return download("identities", IDENTITIES, rows, wanted)
    broken = [row for row in rows if not row.verdict.holds]
    holding = [row for row in rows if row.verdict.holds]
    return show(request, "web/identities.html", broken=broken, holding=holding, total=len(rows), active="figures")


UNCERTAIN = (
    Column("code", _("Code"), lambda row: row.code, "code"),
    Column("topic", _("Subject"), lambda row: row.topic, "topic"),
    Column("kind", _("Kind"), lambda row: row.kind),
    Column("value", _("Value"), lambda row: row.value or row.as_written),
    Column("label", _("Label"), lambda row: row.label),
    Column("candidates", _("Could be"), lambda row: row.candidates),
    Column("likelihood", _("Likelihood"), lambda row: row.likelihood, "likelihood"),
    Column("reasoning", _("Evidence"), lambda row: row.reasoning),
    *SOURCE,
)


@page(PUBLIC)
def uncertain(request: Any) -> HttpResponse:
    listing = Listing(request, reporting.uncertain(), UNCERTAIN, search="", name="uncertain", personal=False)
    if answer := listing.export():
        return answer
    return show(request, "web/uncertain.html", listing=listing, active="figures")


@page(PUBLIC)
def document(request: Any, code: str) -> HttpResponse:
    try:
        row = reporting.document(code)
    except ObjectDoesNotExist as absent:
        raise Http404(code) from absent
    return show(request, "web/document.html", document=row, active="figures")


PROJECTS = (
    Column("code", _("Code"), lambda row: row.code),
    Column("name_ar", _("Name"), lambda row: row.name_ar, "name_ar"),
    Column("name_fr", _("French name"), lambda row: row.name_fr),
    Column("site", _("Site"), lambda row: row.site),
    Column("area", _("Place"), lambda row: row.area.code if row.area else "", "area__path"),
    Column(
        "budget_mdh", _("Budget (MDH)"), lambda row: row.budget / 1e8 if row.budget is not None else None, "budget"
    ),
    Column("phase", _("Phase"), lambda row: row.phase, "phase"),
    Column("axis", _("Axis"), lambda row: row.axis, "axis"),
    Column("partners", _("Partners"), lambda row: ";".join(body.code for body in row.partners.all())),
    *SOURCE,
)


@page(PUBLIC)
def projects(request: Any) -> HttpResponse:
    choices = [
        Filter("phase", _("Phase"), Phase.choices, lambda rows, value: rows.filter(phase=value)),
        Filter("axis", _("Axis"), Axis.choices, lambda rows, value: rows.filter(axis=value)),
    ]
    listing = Listing(request, portal.projects(), PROJECTS, choices, name="projects", size=50, personal=False)
    if answer := listing.export():
        return answer
    return show(request, "web/projects.html", listing=listing, commitments=portal.commitments(), active="figures")


AGREEMENTS = (
    Column("code", _("Code"), lambda row: row.code),
    Column("object_ar", _("Object"), lambda row: row.object_ar),
    Column("object_fr", _("Object (French)"), lambda row: row.object_fr),
    Column("object_en", _("Object (English)"), lambda row: row.object_en),
    Column("parties", _("Parties"), lambda row: ";".join(body.code for body in row.parties.all())),
    Column("date", _("Date"), lambda row: row.signed_on or row.year, "signed_on"),
    Column("status", _("State"), lambda row: row.status, "status"),
    *SOURCE,
)


@page(PUBLIC)
def agreements(request: Any) -> HttpResponse:
    listing = Listing(request, portal.agreements(), AGREEMENTS, name="agreements", size=50, personal=False)
    if answer := listing.export():
        return answer
    return show(request, "web/agreements.html", listing=listing, active="figures")
