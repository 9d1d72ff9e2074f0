"""The interest test, its result, its rule."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from takwin.core.errors import Refused
from takwin.guidance import instrument, services, words
from takwin.guidance.choices import Liking
from takwin.guidance.rules import HIGHEST, ITEMS, RESPONDENTS, SCALES, flat, letters
from takwin.guidance.selectors import agenda, clients
from takwin.guidance.selectors.occupations import matching
from takwin.guidance.views.visitor import found, known
from takwin.ui.listing import FORMATS, Column, download
from takwin.ui.pages import PUBLIC, page, show

ITEM_COLUMNS = (
    Column("item", _("Question"), lambda row: row.item),
    Column("scale", _("Type"), lambda row: row.scale),
    Column("ar", _("Arabic"), lambda row: instrument.items()[row.item - 1].ar),
    Column("fr", _("French"), lambda row: instrument.items()[row.item - 1].fr),
    Column("en", _("English"), lambda row: instrument.items()[row.item - 1].en),
    Column("no", _("I do not like it"), lambda row: round(row.no, 4)),
    Column("unsure", _("I am not sure"), lambda row: round(row.unsure, 4)),
    Column("yes", _("I like it"), lambda row: round(row.yes, 4)),
    Column("mean", _("Mean"), lambda row: round(row.mean, 4)),
    Column("deviation", _("Standard deviation"), lambda row: round(row.deviation, 4)),
    Column("rest", _("Correlation with the rest of its scale"), lambda row: row.rest and round(row.rest, 4)),
)
STEP = 6


@page(PUBLIC)
def home(request: Any) -> HttpResponse:
    """Three steps: know yourself, read advice, meet someone."""
    client = found(request)
    context: dict[str, Any] = {
        "client": client,
        "draft": clients.draft(client),
        "test": clients.newest_test(client),
        "days": agenda.open_days()[:3],
    }
    return show(request, "guidance/home.html", active="guidance", **context)


def _answers(request: Any) -> dict[int, str]:
    """The answers of a form; a missing one is not there."""
    out = {}
    for number in range(1, ITEMS + 1):
        value = request.POST.get(f"q{number}", "")
        if value:
            out[number] = value
    return out


@page(PUBLIC)
def test(request: Any) -> HttpResponse:
    """All questions on one page: answers are kept as they come, with or without JavaScript or a network."""
    refusal = None
    if request.method == "POST":
        refusal = _keep(request)
        if refusal is None:
            finished = "finish" in request.POST
            return redirect("guidance:result" if finished else "guidance:home")
    client = found(request)
    draft = clients.draft(client)
    have = draft.answers if draft else "-" * ITEMS
    rows = [(item, have[item.number - 1]) for item in instrument.items()]
    context: dict[str, Any] = {
        "steps": [rows[begin : begin + STEP] for begin in range(0, ITEMS, STEP)],
        "likings": Liking.choices[::-1],
        "answered": ITEMS - have.count("-"),
        "version": instrument.CURRENT,
        "holder": client.ref if client else "new",
        "refusal": refusal,
        "total": ITEMS,
    }
    return show(request, "guidance/interest_test.html", active="guidance", status=422 if refusal else 200, **context)


def _keep(request: Any) -> Refused | None:
    try:
        services.answer(
            known(request),
            answers=_answers(request),
            version=request.POST.get("version", ""),
            finish="finish" in request.POST,
            language=(get_language() or "ar")[:2],
        )
    except Refused as refusal:
        return refusal
    return None


@page(PUBLIC)
@require_POST
def keep(request: Any) -> HttpResponse:
    """The same for the page's own script: answers come as one goes, and once more when the network is back."""
    refusal = _keep(request)
    if refusal is not None:
        return JsonResponse({"refused": str(refusal), "code": refusal.code}, status=422)
    return JsonResponse({"kept": True, "next": reverse("guidance:result") if "finish" in request.POST else ""})


@page(PUBLIC)
@require_POST
def again(request: Any) -> HttpResponse:
    client = found(request)
    if client is not None:
        services.begin_again(client, by=request.user)
    return redirect("guidance:test")


@page(PUBLIC)
def result(request: Any) -> HttpResponse:
    """The six scales of the last finished test, and occupations alike."""
    client = found(request)
    sitting = clients.newest_test(client)
    if sitting is None:
        messages.info(request, _("Answer the test first."))
        return redirect("guidance:test")
    context: dict[str, Any] = {
        "sitting": sitting,
        "types": words.type_rows(sitting.scores),
        "letters": letters(sitting.scores),
        "flat": flat(sitting.scores),
        "highest": HIGHEST,
        "occupations": matching(sitting.scores),
    }
    return show(request, "guidance/result.html", active="guidance", **context)


@page(PUBLIC)
def how(request: Any) -> HttpResponse:
    """The rule, the questions by type, and what the answers so far say of them."""
    simulated = request.GET.get("answers") == "simulated"
    count, figures, alphas = clients.item_statistics(instrument.CURRENT, simulated=simulated)
    wanted = request.GET.get("format", "")
    if wanted in FORMATS and figures:
        name = f"{instrument.CURRENT}-items{'-simulated' if simulated else ''}"
        return download(name, ITEM_COLUMNS, figures, wanted)
    rows = instrument.items()
    context: dict[str, Any] = {
        "version": instrument.CURRENT,
        "count": count,
        "least": RESPONDENTS,
        "figures": [(row, rows[row.item - 1]) for row in figures],
        "alphas": alphas,
        "simulated": simulated,
        "types": [
            {"letter": sign, "name": words.names(sign), "sentence": words.TYPES[sign],
             "items": [row for row in rows if row.scale == sign]} for sign in SCALES
        ],
    }  # fmt: skip
    return show(request, "guidance/how.html", active="guidance", **context)
