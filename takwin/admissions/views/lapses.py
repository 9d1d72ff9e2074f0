"""The desk: seats that one closing took away, given back by two people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from takwin.admissions import forms, selectors, services
from takwin.admissions.choices import AdmissionReason, RestorationState
from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.ui.pages import or_404, page, show

SHOWN = 200  # references of seats that stay with others


def _plan(season_round: Any) -> tuple[Any, str]:
    """The effects of a restoration now, or the reason it is refused."""
    try:
        return services.plan_restore(season_round), ""
    except Refused as refusal:
        return None, str(refusal)


def _decide(request: Any, season_round: Any) -> None:
    """Confirm or withdraw the request that the page showed, not one asked since."""
    row = season_round.restorations.filter(ref=request.POST.get("restoration", "")).first()
    if row is None:
        raise Refused(AdmissionReason.RESTORE_MOVED)
    if request.POST["do"] == "withdraw":
        services.withdraw_restore(row, by=request.user)
    else:
        services.restore_lapsed(row, by=request.user)


@page("admissions.publish", prove=True)
def lapses(request: Any, code: str, number: int) -> HttpResponse:
    """Ask, confirm or withdraw; before, what it would do, in numbers."""
    if not request.scope.everywhere:
        raise PermissionDenied("admissions.publish")
    season_round = or_404(selectors.round_of, code, number)
    plan, fault = _plan(season_round)
    kind = forms.AskRestoreForm if plan is None or plan.reopens else forms.AskLaterRestoreForm
    if request.method == "POST":
        if request.POST.get("do") in {"confirm", "withdraw"}:
            _decide(request, season_round)
        else:
            kind(request.POST).insist(season_round, by=request.user)
        messages.success(request, _("Kept."))
        return redirect("admissions:lapses", code, number)
    rows = list(season_round.restorations.select_related("asked_by", "decided_by"))
    asked = next((row for row in rows if row.state == RestorationState.WAITING), None)
    context: dict[str, Any] = {
        "season_round": season_round, "plan": plan, "fault": fault, "asked": asked, "rows": rows, "form": kind(),
        "left": plan.left[:SHOWN] if plan else [], "mine": bool(asked and asked.asked_by_id == request.user.pk),
        "entries": journal(rows[0]) if rows else [],
    }  # fmt: skip
    return show(request, "admissions/lapses.html", active="runs", **context)
