"""The desk's pages about offerings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from takwin.core.selectors import journal
from takwin.offer import forms, selectors
from takwin.offer.choices import OfferingState
from takwin.ui.intake import takes_bytes
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import page, show

COLUMNS = (
    Column("centre", _("Centre"), lambda row: row.centre.code, "centre__name_ar"),
    Column("programme", _("Programme"), lambda row: row.programme.code, "programme__name_ar"),
    Column("mode", _("Mode"), lambda row: row.mode.code, "mode__code"),
    Column("capacity", _("Places"), lambda row: row.capacity, "capacity"),
    Column("first_year", _("First year"), lambda row: row.first_year, "first_year"),
    Column("seats", _("Seats"), lambda row: row.seats, "seats"),
    Column("state", _("State"), lambda row: row.state, "state"),
)


@page("offer.see")
def offering_list(request: Any) -> HttpResponse:
    season = selectors.current_season()
    filters = [
        Filter("state", _("State"), OfferingState.choices, lambda rows, value: rows.filter(state=value)),
        Filter(
            "level",
            _("Level"),
            [(level.code, level.label) for level in selectors.levels()],
            lambda rows, value: rows.filter(programme__level__code=value),
        ),
        Filter(
            "sector",
            _("Sector"),
            [(sector.code, sector.label) for sector in selectors.sectors()],
            lambda rows, value: rows.filter(programme__sector__code=value),
        ),
    ]
    rows = selectors.offerings(request.scope, season)
    centre = request.GET.get("centre", "")
    if centre:
        rows = rows.filter(centre__code=centre)
    listing = Listing(
        request, rows, COLUMNS, filters, search="programme__search_text", name="offerings", personal=False
    )
    if answer := listing.export():
        return answer
    return show(request, "offer/offering_list.html", listing=listing, season=season, centre=centre, active="offerings")


FORMS = {"seats": forms.SeatsForm, "close": forms.CloseForm, "reopen": forms.ReopenForm}


@page("offer.see", moves="offer.edit")
def offering(request: Any, ref: str) -> HttpResponse:
    """One offering: its places, its journal, and what the visitor may change."""
    try:
        row = selectors.offering(ref, request.scope)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    may_edit = request.user.can("offer.edit", row)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    shown = ["seats", "close" if row.state == OfferingState.OPEN else "reopen"]
    about = {"seats": {"row": row}}  # the form that edits values carries those it was read with
    made = {
        key: FORMS[key](request.POST if wanted == key else None, auto_id=f"id_{key}_%s", **about.get(key, {}))
        for key in dict.fromkeys([*shown, *([wanted] if wanted in FORMS else [])])
    }
    if wanted:
        if wanted not in made:
            raise Http404(ref)
        if made[wanted].run(row, by=request.user):
            messages.success(request, gettext("The change is saved."))
            return redirect("offer:detail", ref)
    context: dict[str, Any] = {
        "offering": row,
        "entries": journal(row) if request.user.can("journal.read", row) else [],
    }
    context |= {"forms": made if may_edit else {}, "active": "offerings"}
    wrong = any(form.errors for form in made.values())
    return show(request, "offer/offering.html", status=422 if wrong else 200, **context)


@takes_bytes(5_100_000)
@page("offer.import")
def offering_import(request: Any) -> HttpResponse:
    """Preview a file row by row; write it when every row is lawful."""
    season = selectors.current_season()
    form = forms.ImportForm(request.POST or None, request.FILES or None, initial={"dry_run": True})
    lines = None
    if request.method == "POST" and season and form.run(season=season, scope=request.scope, by=request.user):
        lines = form.result
        if not form.cleaned_data["dry_run"]:
            messages.success(request, gettext("The file is imported."))
            return redirect("offer:list")
    counts = {
        key: sum(bool(line.errors) if key == "refused" else line.action == key for line in lines or [])
        for key in ("add", "change", "same", "refused")
    }
    context: dict[str, Any] = {"form": form, "lines": lines, "counts": counts, "season": season, "active": "import"}
    return show(request, "offer/offering_import.html", **context)
