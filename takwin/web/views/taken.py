"""The desk: what the clock took away, given back by two people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core import clock_undo
from takwin.core.errors import Refused
from takwin.core.second_person import RequestState
from takwin.core.selectors import journal
from takwin.ui.forms import ReasonForm
from takwin.ui.listing import Column, Listing
from takwin.ui.pages import or_404, page, show
from takwin.web.clock import undo_of
from takwin.web.selectors import taken as selectors

COLUMNS = (
    Column("ref", _("Reference"), lambda row: row.ref, "id"),
    Column("step", _("Step"), lambda row: selectors.step_label(row.step), "step"),
    Column("count", _("Records"), lambda row: row.count, "count"),
    Column("believed_at", _("Time it believed"), lambda row: row.believed_at.isoformat(), "believed_at"),
    Column("request_state", _("Given back"), lambda row: row.request_state or ""),
)


class GiveBackForm(ReasonForm):
    """Asks that what a run of the clock took is given back."""

    service = clock_undo.ask_give_back
    creates = True


def _everywhere(request: Any) -> None:
    if not request.scope.everywhere:
        raise PermissionDenied(clock_undo.CAPABILITY)


@page("running.see")
def batch_list(request: Any) -> HttpResponse:
    """Every run that took something away, with the clock it believed."""
    _everywhere(request)
    listing = Listing(request, selectors.batches(), COLUMNS, name="taken", search="", order="-id", personal=False)
    if export := listing.export():
        return export
    for row in listing.page:
        row.label, row.address = selectors.step_label(row.step), selectors.address(row)
        row.answer = RequestState(row.request_state) if row.request_state else None
    return show(request, "web/taken.html", active="clock", listing=listing, lasting=selectors.lasting())


@page("running.see", moves="running.act", prove={"accept"})
def batch(request: Any, ref: str) -> HttpResponse:
    """Ask that a run is undone, accept, refuse or take the request back; before, what follows in words and numbers."""
    _everywhere(request)
    row = or_404(selectors.batch, ref)
    form = GiveBackForm()
    if request.method == "POST":
        _decide(request, row)
        return redirect("web:taken_batch", ref)
    context = selectors.batch_page(row)
    plan, asked = context["plan"], context["asked"]
    context |= {
        "form": form, "acts": bool(request.user.scope(clock_undo.CAPABILITY).everywhere),
        "late": bool(plan and timezone.now() > plan.until),
        "mine": bool(asked and asked.asked_by_id == request.user.pk),
        "entries": [line for each in context["requests"][:5] for line in journal(each)],
    }  # fmt: skip
    return show(request, "web/taken_batch.html", active="clock", **context)


def _decide(request: Any, row: Any) -> None:
    """Of the request that the page showed, not of one asked since."""
    undo, verb = undo_of(row.step), request.POST.get("do", "")
    if undo is None:
        raise Refused(clock_undo.UndoReason.NOTHING)
    if verb not in {"accept", "refuse", "recall"}:
        GiveBackForm(request.POST).insist(row, undo=undo, by=request.user)
        notes.success(request, _("Asked. A second person must accept it."))
        return
    asked = or_404(selectors.request_of, row, request.POST.get("request", ""))
    if verb == "accept":
        clock_undo.accept_give_back(asked, undo=undo, by=request.user)
    elif verb == "refuse":
        clock_undo.refuse_give_back(asked, by=request.user)
    else:
        clock_undo.recall_give_back(asked, by=request.user)
    notes.success(request, _("Done."))
