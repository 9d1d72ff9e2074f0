"""The draw: sealed and completed at the desk, one person after the other; listed for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from takwin.admissions import draw_forms, selectors, services
from takwin.admissions.choices import DrawState
from takwin.admissions.rules import DRAND_CHAIN
from takwin.core.selectors import journal
from takwin.engines.allocation import at_home as script
from takwin.offer import selectors as offer
from takwin.ui.forms import ServiceForm
from takwin.ui.pages import PUBLIC, or_404, page, show


def _form(draw: Any, data: Any = None) -> ServiceForm | None:
    """The form of the next move of a draw, None when nothing is asked for."""
    initial: dict[str, Any] = {"seen": draw.mark if draw else "", "contribution": services.new_contribution()}
    kinds: dict[str, type[ServiceForm]] = {
        "": draw_forms.BeginDrawForm,
        DrawState.BEGUN: draw_forms.SealForm,
        DrawState.CLOSED: draw_forms.ValueForm,
        DrawState.VALUED: draw_forms.ConfirmValueForm,
    }
    kind = kinds.get(draw.state if draw else "")
    return kind(data, initial=initial) if kind else None


def _void_form(draw: Any, by: Any, data: Any = None) -> ServiceForm | None:
    """How this person makes a draw void: alone before its value is entered, with another person from then on."""
    if draw is None or draw.state == DrawState.USED:
        return None
    kind: type[ServiceForm] = draw_forms.VoidDrawForm
    if draw.seed_is_known:
        mine = draw.void_asked_by_id == by.pk
        asked = draw_forms.WithdrawVoidForm if mine else draw_forms.ConfirmVoidForm
        kind = asked if draw.void_asked_by_id else draw_forms.AskVoidForm
    return kind(data, initial={"seen": draw.mark})


def _move(request: Any, season: Any, draw: Any) -> tuple[ServiceForm | None, bool]:
    """The posted form and whether it was accepted. A page that shows another move than this one is stale: its mark
    is refused by the service, and what was typed stays in the form."""
    if request.POST.get("do") == "void" and draw is not None:
        form = _void_form(draw, request.user, request.POST)
        return form, form is not None and form.run(draw, by=request.user)
    next_form = _form(draw, request.POST)
    if next_form is None:
        return None, False
    return next_form, next_form.run(season if draw is None or draw.state == DrawState.BEGUN else draw, by=request.user)


@page("admissions.publish", prove=True)
def draw(request: Any, code: str) -> HttpResponse:
    """Seal, enter and confirm the public value, make void: for the season named by the address."""
    if not request.scope.everywhere:
        raise PermissionDenied("admissions.publish")
    season = or_404(offer.season, code)
    row = selectors.draw(season)
    form, void = _form(row), _void_form(row, request.user)
    if request.method == "POST":
        sent, accepted = _move(request, season, row)
        if accepted:
            messages.success(request, _("Kept."))
            return redirect("admissions:draw", code)
        if request.POST.get("do") == "void" and row is not None:
            void = sent
        else:
            form = sent
        messages.error(request, sent.error_text() if sent else _("Nothing is asked for in this state of the draw."))
    rows = selectors.draws(season)
    context: dict[str, Any] = {
        "season": season, "draw": row, "form": form, "draws": rows, "chain": DRAND_CHAIN,
        "void": void, "asked": bool(row and row.seed_is_known and row.void_asked_by_id),
        "own": bool(row and row.void_asked_by_id == request.user.pk),
        "sealed": bool(row and any(part.by_id == request.user.pk for part in row.contributions.all())),
        "entered": bool(row and row.value_by_id == request.user.pk),
        "entries": journal(row) if row else [],
    }  # fmt: skip
    return show(request, "admissions/draw.html", active="runs", **context)


def as_json(row: Any) -> dict[str, Any]:
    """What anyone may read of a draw; a contribution is there once revealed."""
    return {
        "season": row.season.code,
        "number": row.number,
        "state": row.state,
        "begun": row.committed_at.isoformat(),
        "sealed": row.sealed_at.isoformat() if row.sealed_at else None,
        "sealed_after_closing": row.late,
        "closed": row.closed_at.isoformat() if row.closed_at else None,
        "public_value": {
            "source": row.source,
            "note": row.source_note,
            "from": row.value_from.isoformat() if row.value_from else None,
            "round": row.value_round,
            "chain": DRAND_CHAIN if row.source == "drand" else None,
        },
        "value": row.value if row.revealed_at else "",
        "value_read_at": row.value_read_at if row.revealed_at else "",
        "contributions": [
            {"place": part.place, "commitment": part.commitment, "revealed": part.revealed}
            for part in row.contributions.all()
        ],
        "commitment": row.commitment,
        "seed": row.seed if row.revealed_at else None,
        "reason": row.reason_shown,
        "voided": row.voided_at.isoformat() if row.voided_at else None,
        "seed_known_when_voided": row.void_knowing if row.voided_at else None,
    }


@page(PUBLIC)
def published(request: HttpRequest) -> HttpResponse:
    """Every draw, for machines and for the script that checks it at home."""
    shown = {"format": "takwin draws 1", "draws": [as_json(row) for row in selectors.draws()]}
    return JsonResponse(shown, json_dumps_params={"ensure_ascii": False, "indent": 1})


@page(PUBLIC)
def at_home(request: HttpRequest) -> HttpResponse:
    """The script that checks a draw and a line with nothing but Python."""
    answer = HttpResponse(Path(script.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="at_home.py"'
    return answer
