"""The desk: applications, and the runs of the allocation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from takwin.admissions import forms, selectors, services, tasks
from takwin.admissions.choices import ApplicationState
from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.offer import selectors as offer
from takwin.offer import services as offer_services
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import page, show

APPLICATIONS = (
    Column("ref", _("Reference"), lambda row: row.ref),
    Column("name", _("Name"), lambda row: row.person.name, "person__family_name"),
    Column("commune", _("Commune"), lambda row: row.person.commune.label if row.person.commune else ""),
    Column("schooling", _("Schooling"), lambda row: row.get_schooling_display(), "schooling"),
    Column(
        "average", _("Average mark"), lambda row: row.average / 100 if row.average is not None else None, "average"
    ),
    Column("wishes", _("Wishes"), lambda row: row.wish_count, "wish_count"),
    Column("state", _("State"), lambda row: row.get_state_display(), "state"),
)


@page("admissions.see")
def application_list(request: Any) -> HttpResponse:
    season = offer.current_season()
    filters = [Filter("state", _("State"), ApplicationState.choices, lambda rows, value: rows.filter(state=value))]
    rows = selectors.applications(request.scope, season)
    listing = Listing(request, rows, APPLICATIONS, filters, search="person__search_text", name="applications")
    if answer := listing.export():
        return answer
    return show(request, "admissions/application_list.html", listing=listing, season=season, active="applications")


@page("admissions.see")
def application(request: Any, ref: str) -> HttpResponse:
    try:
        row = selectors.application(request.scope, ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    run = selectors.published_run(row.season)
    context: dict[str, Any] = {
        "application": row,
        "wishes": selectors.wishes(row),
        "rows": selectors.wish_results(run, row) if run else [],
        "documents": list(row.documents.all()),
        "entries": journal(row.ref) if request.user.can("journal.read") else [],
    }
    return show(request, "admissions/application.html", active="applications", **context)


@page("admissions.see")
def document(request: Any, ref: str, document: str) -> Any:
    """A document of an application within the scope; each reading is journalled."""
    try:
        row = selectors.application(request.scope, ref)
        found = selectors.document(row, document)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    services.read_document(row, document=found, by=request.user)
    return FileResponse(
        found.file.open("rb"), content_type=found.content_type, as_attachment=True, filename=found.name
    )


@page("admissions.allocate")
def run_list(request: Any) -> HttpResponse:
    """Runs of the season, and the next move: close, calculate, review, publish."""
    season = offer.current_season()
    if request.method == "POST" and season:
        try:
            if "close" in request.POST:
                offer_services.close_season(season, by=request.user)
                messages.success(request, _g("Applications are closed."))
            elif "open" in request.POST:
                offer_services.open_season(season, by=request.user)
                messages.success(request, _g("Applications are open again."))
            else:
                job = tasks.start_allocation(season, by=request.user)
                return redirect("admissions:run", job.about)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admissions:runs")
    rows = list(selectors.runs(season)) if season else []
    return show(request, "admissions/run_list.html", runs=rows, season=season, active="runs")


def _run(ref: str) -> Any:
    try:
        return selectors.run(ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent


@page("admissions.allocate")
def run(request: Any, ref: str) -> HttpResponse:
    row = _run(ref)
    reviewed = row.state in {"review", "published"}
    context: dict[str, Any] = {
        "run": row,
        "job": selectors.job_about(ref),
        "pools": list(selectors.pool_results(row, request.scope).order_by("-requests")[:20]) if reviewed else [],
        "by_sex": selectors.fairness(row, "person__sex") if reviewed else [],
        "by_milieu": selectors.fairness(row, "person__commune__urban") if reviewed else [],
        "form": forms.DiscardForm(),
        "entries": journal(row.ref),
    }
    return show(request, "admissions/run.html", active="runs", **context)


@page("admissions.publish")
@require_POST
def run_publish(request: Any, ref: str) -> HttpResponse:
    try:
        services.publish(_run(ref), by=request.user)
        messages.success(request, _g("The results are published and every candidate is told."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("admissions:run", ref)


@page("admissions.allocate")
@require_POST
def run_discard(request: Any, ref: str) -> HttpResponse:
    form = forms.DiscardForm(request.POST)
    if not form.run(_run(ref), by=request.user):
        messages.error(request, form.complaint())
    return redirect("admissions:run", ref)


@page("admissions.allocate")
def job(request: Any, ref: str) -> HttpResponse:
    """How far the work about a run is; polled by the page."""
    row = selectors.job_about(_run(ref).ref)
    if row is None:
        raise Http404(ref)
    steps = {
        "read": _g("Reading wishes"),
        "solve": _g("Allocating"),
        "check": _g("Checking"),
        "write": _g("Writing results"),
    }
    told = {"percent": row.percent, "step": steps.get(row.step, ""), "ended": row.state in {"done", "failed"}}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})
