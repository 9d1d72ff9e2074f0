"""The desk: rounds and runs of the allocation, their review and signatures, reserves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from takwin.admissions import forms, selectors, services, tasks
from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.offer import selectors as offer
from takwin.ui.pages import page, show
from takwin.ui.typed import show_again


def _move(request: Any, season: Any) -> HttpResponse:
    """One of the buttons of the clock."""
    season_round = selectors.current_round(season)
    try:
        if "close" in request.POST:
            services.close_applications(season, by=request.user)
            messages.success(request, _("Applications are closed."))
        elif "open" in request.POST:
            services.reopen_applications(season, by=request.user)
            messages.success(request, _("Applications are open again. What was calculated is discarded."))
        elif "end_answers" in request.POST and season_round:
            services.close_answers(season_round, by=request.user)
            messages.success(request, _("Answers are closed; who did not answer lost the seat."))
        else:
            job = tasks.start_allocation(season, trial="trial" in request.POST, by=request.user)
            return redirect("admissions:run", job.subject_ref)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("admissions:runs")


@page("admissions.allocate", prove=("close", "open", "end_answers"))
def run_list(request: Any) -> HttpResponse:
    """The season's clock, its rounds and runs, and the next move."""
    season = offer.current_season()
    if request.method == "POST" and season:
        return _move(request, season)
    rounds = selectors.rounds(season) if season else []
    context: dict[str, Any] = {
        "season": season,
        "runs": list(selectors.runs(season)) if season else [],
        "rounds": rounds,
        "season_round": rounds[-1] if rounds else None,
        "draw": selectors.draw(season) if season else None,
        "form": forms.RoundForm(),
    }
    return show(request, "admissions/run_list.html", active="runs", **context)


@page("admissions.allocate")
@require_POST
def round_plan(request: Any) -> HttpResponse:
    season = offer.current_season()
    if season is not None:
        try:
            forms.RoundForm(request.POST).insist(season, by=request.user)
        except Refused as refusal:
            return show_again(request, refusal, run_list)
        messages.success(request, _("The round is planned."))
    return redirect("admissions:runs")


def _run(ref: str) -> Any:
    try:
        return selectors.run(ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent


@page("admissions.allocate")
def run(request: Any, ref: str) -> HttpResponse:
    row = _run(ref)
    reviewed = row.state in {"review", "published"}
    review = row.review or {}
    numbers = [int(pk) for pk in review.get("aside", {})] + review.get("unasked", {}).get("offerings", [])
    offerings = selectors.offerings(numbers + [jump[0] for jump in review.get("jumps", {}).get("offerings", [])])
    signatures = list(row.signatures.select_related("by"))
    context: dict[str, Any] = {
        "run": row,
        "job": selectors.job_about(ref),
        "pools": list(selectors.pool_results(row, request.scope).order_by("-requests")[:20]) if reviewed else [],
        "aside": [(offerings.get(int(pk)), reason) for pk, reason in review.get("aside", {}).items()],
        "unasked": [offerings.get(pk) for pk in review.get("unasked", {}).get("offerings", [])],
        "jumps": [(offerings.get(pk), now, then) for pk, now, then in review.get("jumps", {}).get("offerings", [])],
        "fairness": selectors.fairness(row),
        "seal_fault": services.seal_fault(row) if reviewed else None,
        "signatures": signatures,
        "signed": any(signature.by_id == request.user.pk for signature in signatures),
        "form": forms.DiscardForm(),
        "entries": journal(row),
    }
    return show(request, "admissions/run.html", active="runs", **context)


@page("admissions.publish", prove=True)
@require_POST
def run_sign(request: Any, ref: str) -> HttpResponse:
    try:
        services.sign(_run(ref), by=request.user)
        messages.success(request, _("You have signed this run."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("admissions:run", ref)


@page("admissions.publish", prove=True)
@require_POST
def run_publish(request: Any, ref: str) -> HttpResponse:
    try:
        tasks.start_publication(_run(ref), by=request.user)
        messages.success(request, _("Publication has begun: every candidate is told when it ends."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("admissions:run", ref)


@page("admissions.allocate")
@require_POST
def run_discard(request: Any, ref: str) -> HttpResponse:
    try:
        forms.DiscardForm(request.POST).insist(_run(ref), by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, run, ref)
    return redirect("admissions:run", ref)


@page("admissions.allocate")
def whatif(request: Any, ref: str) -> HttpResponse:
    """What other seats would change, from the files of the run; nothing is written."""
    row = _run(ref)
    if not row.archive:
        raise Http404(ref)
    form = forms.ScenarioForm(request.GET or None)
    rows = form.result if request.GET and form.run(row) else []
    refs = selectors.offerings([scenario.ref for scenario in rows], by="ref")
    scenario_rows = [(scenario, refs.get(scenario.ref)) for scenario in rows]
    return show(request, "admissions/whatif.html", run=row, form=form, rows=scenario_rows, active="runs")


@page("admissions.allocate", unattended=True)
def job(request: Any, ref: str) -> HttpResponse:
    """How far the work about a run is; polled by the page."""
    row = selectors.job_about(_run(ref).ref)
    if row is None:
        raise Http404(ref)
    steps = {
        "read": _("Reading wishes"),
        "solve": _("Allocating"),
        "check": _("Checking"),
        "write": _("Writing results"),
        "lock": _("Publishing"),
        "seats": _("Giving seats"),
        "messages": _("Writing messages"),
        "season": _("Publishing"),
        "journal": _("Publishing"),
    }
    progress = {"percent": row.percent, "step": steps.get(row.step, ""), "ended": row.state in {"done", "failed"}}
    return JsonResponse(progress, json_dumps_params={"ensure_ascii": False})


@page("admissions.allocate")
def reserves(request: Any, ref: str) -> HttpResponse:
    """Seats of an offering kept for groups."""
    try:
        row = offer.offering(ref, request.scope)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    form = forms.ReserveForm(request.POST or None, row=row)
    if request.method == "POST" and form.run(row, by=request.user):
        messages.success(request, _("Kept."))
        return redirect("admissions:reserves", ref)
    rows = selectors.reserves(row)
    return show(request, "admissions/reserves.html", offering=row, rows=rows, form=form, active="offerings")
