"""Timetables: calculate, look, move, print, take out and bring in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from takwin.core.errors import Refused
from takwin.core.numbers import parse_int
from takwin.offer import selectors as offer
from takwin.training import forms, pdf, services, tasks
from takwin.training.rules.weeks import DAYS, HOURS
from takwin.training.selectors import calendar, weeks, words
from takwin.training.views.desk import place
from takwin.ui.intake import takes_bytes
from takwin.ui.pages import or_404, page, show

MOST_SHEET = 2_100_000  # bytes of a body with a spreadsheet; the file itself is bounded by its reader
KINDS = ("group", "trainer", "room")


def _timetable(request: Any, ref: str) -> Any:
    return or_404(weeks.timetable, request.scope, ref)


@page("training.see", moves="training.run")
def timetables(request: Any, code: str) -> HttpResponse:
    """The timetables of a centre; opening one makes its sessions from the courses."""
    centre, season = place(request, code), offer.current_season()
    terms = calendar.terms(season) if season else []
    if request.method == "POST" and season:
        terms = services.make_terms(season)
        number = request.POST.get("term", "")
        term = next((row for row in terms if str(row.number) == number), None)
        if term is not None:
            row = services.open_timetable(centre, term=term, by=request.user)
            return redirect("training:timetable", row.ref)
    rows = weeks.timetables(centre)
    had = {row.term_id for row in rows}
    if season and not terms:
        terms = services.make_terms(season)
    fresh = [row for row in terms if row.pk not in had]
    return show(request, "training/timetables.html", centre=centre, rows=rows, fresh=fresh, active="training")


def _do(request: Any, row: Any) -> None:
    """One of the buttons."""
    verb = request.POST.get("do")
    if verb == "solve":
        tasks.start_solving(row, by=request.user)
    elif verb == "stop":
        services.stop_solving(row, by=request.user)
        messages.info(request, _("The calculation ends with the best so far."))
    elif verb == "reopen":
        services.reopen_timetable(row, by=request.user)
    elif verb == "import":
        moved = forms.SheetForm(request.POST, request.FILES).insist(row, by=request.user)
        messages.success(request, ngettext("%(n)s session moved.", "%(n)s sessions moved.", moved) % {"n": moved})


@takes_bytes(MOST_SHEET)
@page("training.see", moves="training.run")
def timetable(request: Any, ref: str) -> HttpResponse:
    """A week by group, trainer or room; what it costs; why the rest has no place."""
    row = _timetable(request, ref)
    runs = request.user.can("training.run", row)
    if request.method == "POST" and runs:
        _do(request, row)
        return redirect("training:timetable", ref)
    sessions = weeks.sessions(row)
    choices = weeks.choices(sessions)
    kind = request.GET.get("by") if request.GET.get("by") in KINDS else "group"
    keys = [choice.key for choice in choices[str(kind)]]
    key = request.GET.get("of") if request.GET.get("of") in keys else (keys[0] if keys else "")
    job = weeks.job(row)
    context: dict[str, Any] = {
        "row": row, "kind": kind, "key": key, "options": choices[str(kind)], "job": job, "runs": runs,
        "running": job is not None and job.state in {"queued", "running"},
        "lines": weeks.grid(weeks.of(sessions, str(kind), str(key)), calendar.week_periods()), "days": pdf.day_names(),
        "unplaced": weeks.unplaced(sessions), "wishes": words.wishes(row.report), "total": len(sessions),
        "conflicts": [words.sentence(demand) for demand in row.conflicts], "sheet": forms.SheetForm(),
        "trace": row.trace, "editions": weeks.editions(row),
    }  # fmt: skip
    return show(request, "training/timetable.html", active="training", **context)


@page("training.see", unattended=True)
def progress(request: Any, ref: str) -> HttpResponse:
    """Where a calculation is: per cent, broken rules and the cost of wishes so far."""
    job = weeks.job(_timetable(request, ref))
    if job is None or job.state not in {"queued", "running"}:
        return JsonResponse({"percent": 100, "step": "", "ended": True})
    broken, _space, cost = job.step.partition(" ")
    step = ""
    if parse_int(broken) is not None:
        step = _("rules broken: %(broken)s, cost of wishes: %(cost)s") % {"broken": broken, "cost": cost}
    return JsonResponse({"percent": job.percent, "step": step, "ended": False})


@page("training.see")
def sheet(request: Any, ref: str) -> HttpResponse:
    row = _timetable(request, ref)
    response = HttpResponse(
        pdf.workbook(row), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{row.ref}.xlsx"'
    return response


@page("training.see")
def printed(request: Any, ref: str) -> HttpResponse:
    """PDF: one week, or with `of` empty a page for each group, trainer or room."""
    row = _timetable(request, ref)
    kind = request.GET.get("by") if request.GET.get("by") in KINDS else "group"
    every = [choice.key for choice in weeks.choices(weeks.sessions(row))[str(kind)]]
    keys = [key for key in every if key == request.GET.get("of")] or every
    response = HttpResponse(pdf.week_pdf(row, str(kind), keys), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.ref}-{kind}.pdf"'
    return response


@page("training.run")
def session(request: Any, ref: str) -> HttpResponse:
    """Where one session could go: free hours, why the others are not, exchanges; pin and move."""
    row = or_404(weeks.session, request.scope, ref)
    if request.method == "POST":
        try:
            if "pin" in request.POST:
                (services.unpin if row.pinned else services.pin)(row, by=request.user)
            elif "other" in request.POST:
                other = or_404(weeks.session, request.scope, request.POST["other"])
                services.exchange(row, other=other, by=request.user)
                messages.success(request, _("The two sessions changed places."))
            else:
                slot = parse_int(request.POST.get("slot", ""), least=0, most=DAYS * HOURS - 1)
                services.move_session(row, slot=-1 if slot is None else slot, by=request.user)
                messages.success(request, _("The session is moved."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("training:session", ref)
    found, periods = services.proposals(row), calendar.week_periods()
    lines = []
    for hour in range(HOURS):
        times = periods.times[0][hour]
        slots = [day * HOURS + hour for day in range(DAYS)]
        cells = [(at, at in found.free, found.obstacles.get(at, ""), at == row.slot) for at in slots]
        lines.append((f"{times[0]:%H:%M}" if times else "", cells))
    context: dict[str, Any] = {
        "row": row, "found": found, "lines": lines, "days": pdf.day_names(),
        "at": periods.of(row.slot, row.length) if row.slot is not None else None,
    }  # fmt: skip
    return show(request, "training/session.html", active="training", **context)
