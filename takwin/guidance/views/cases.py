"""Follow-ups and open days of the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.guidance import forms, services, words
from takwin.guidance.choices import CaseState, Closing
from takwin.guidance.selectors import agenda, cases
from takwin.guidance.views.desk import agenda_page
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import open_file, or_404, page, show
from takwin.ui.typed import show_again

COLUMNS = (
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("name", gettext_lazy("Person"), lambda row: str(row.client), "client__name"),
    Column("centre", gettext_lazy("Guidance centre"), lambda row: row.centre.label, "centre__code"),
    Column("counsellor", gettext_lazy("Counsellor"), lambda row: str(row.counsellor), "counsellor__name"),
    Column("last", gettext_lazy("Last contact"), lambda row: row.last_at and row.last_at.date(), "last_at"),
    Column("next", gettext_lazy("Next date"), lambda row: row.next_on, "next_on"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
)


@page("guidance.follow")
def case_list(request: Any) -> HttpResponse:
    filters = [
        Filter("state", gettext_lazy("State"), CaseState.choices, lambda rows, value: rows.filter(state=value)),
        Filter(
            "who", gettext_lazy("Counsellor"), [("me", gettext_lazy("Mine"))],
            lambda rows, _value: rows.filter(counsellor=request.user),
        ),
        Filter(
            "next", gettext_lazy("Next date"), [("none", gettext_lazy("None to come"))],
            lambda rows, _value: cases.undated(rows),
        ),
    ]  # fmt: skip
    rows = cases.cases(request.scope)
    listing = Listing(
        request,
        rows,
        COLUMNS,
        filters,
        search="client__search_text",
        name="follow-ups",
        order="next_on",
        personal=True,
    )
    if answer := listing.export():
        return answer
    return show(request, "guidance/desk_cases.html", listing=listing, today=timezone.localdate(), active="cases")


@page("guidance.follow")
def case(request: Any, ref: str) -> HttpResponse:
    """One follow-up: the path so far, contacts, what comes next."""
    row = or_404(cases.case, ref, request.scope)
    open_file(request, row)
    form = forms.ContactForm(request.POST if request.POST.get("do") == "record" else None)
    over = forms.HandOverForm(request.POST if request.POST.get("do") == "hand_over" else None)
    end = forms.EndCaseForm(request.POST if request.POST.get("do") == "end" else None)
    if request.method == "POST" and request.POST.get("do") == "reopen":
        forms.ReopenCaseForm(request.POST).insist(row, by=request.user)
        messages.success(request, _("The follow-up goes on."))
        return redirect("guidance:case", row.ref)
    if request.method == "POST" and _change(request, row, form, over, end):
        return redirect("guidance:case", row.ref)
    context: dict[str, Any] = words.path_so_far(row.client) | {
        "case": row,
        "contacts": cases.contacts(row),
        "hand_overs": cases.hand_overs(row),
        "appointments": agenda.appointments_of(row.client)[:10],
        "notes": row.notes.count(),
        "entries": journal(row),
        "today": timezone.localdate(),
        "again": forms.ReopenCaseForm() if row.state == CaseState.CLOSED and row.closing != Closing.JOINED else None,
    }
    return show(request, "guidance/desk_case.html", form=form, over=over, end=end, active="cases", **context)


def _change(request: Any, row: Any, form: Any, over: Any, end: Any) -> bool:
    verb = request.POST.get("do")
    chosen = {"record": form, "hand_over": over, "end": end}.get(str(verb))
    if chosen is None:
        raise Http404(str(verb))
    if not chosen.run(row, by=request.user):
        return False
    success_texts = {
        "record": _("The contact is recorded."),
        "hand_over": _("The hand-over is offered: it waits for the counsellor's answer."),
        "end": _("The follow-up has ended."),
    }
    messages.success(request, success_texts[str(verb)])
    return True


@page("guidance.notes")
def notes(request: Any, ref: str) -> HttpResponse:
    """Sensitive notes of a follow-up. Opening this page is written in the journal."""
    row = or_404(cases.case, ref, request.scope)
    form = forms.NoteForm(request.POST or None)
    if request.method == "POST" and form.run(row, by=request.user):
        return redirect("guidance:notes", row.ref)
    rows = services.read_notes(row, by=request.user)
    return show(request, "guidance/desk_notes.html", case=row, rows=rows, form=form, active="cases")


@page("guidance.follow")
@require_POST
def hand_over(request: Any, ref: str, verb: str) -> HttpResponse:
    """Take, turn down, recall."""
    row = or_404(cases.hand_over, ref, request.user)
    try:
        if verb == "take":
            services.take(row, by=request.user)
            return redirect("guidance:case", row.case.ref)
        if verb == "recall":
            services.recall(row, by=request.user)
            return redirect("guidance:case", row.case.ref)
        forms.TurnDownForm(request.POST).insist(row, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, agenda_page)
    return redirect("guidance:agenda")


@page("guidance.follow")
def day_list(request: Any) -> HttpResponse:
    """Open days of one's centres, and a new one."""
    form = forms.OpenDayForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.run(by=request.user):
        messages.success(request, _("The open day is announced."))
        return redirect("guidance:days")
    return show(
        request, "guidance/desk_days.html", rows=agenda.open_days(request.scope, past=True), form=form, active="days"
    )


@page("guidance.follow")
def day(request: Any, ref: str) -> HttpResponse:
    """Who registered, who came."""
    row = or_404(agenda.open_day, ref, request.scope)
    form = forms.HoldForm(request.POST if "walk_ins" in request.POST else None, row=row)
    if request.method == "POST":
        if registration_ref := request.POST.get("registration"):
            registration = or_404(agenda.registration, registration_ref, request.scope)
            services.mark(registration, came="came" in request.POST, by=request.user)
        elif "call_off" in request.POST:
            services.call_off(row, by=request.user)
        elif request.POST.get("do") == "reopen":
            forms.ReopenDayForm(request.POST).insist(row, by=request.user)
        else:
            form.insist(row, by=request.user)
        return redirect("guidance:day", row.ref)
    rows = agenda.registrations(row)
    came = sum(registration.state == "came" for registration in rows)
    return show(
        request, "guidance/desk_day.html", day=row, rows=rows, came=came, form=form, active="days",
        again=forms.ReopenDayForm(), entries=journal(row),
    )  # fmt: skip
