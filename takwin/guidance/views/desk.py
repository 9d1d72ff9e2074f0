"""The counsellor's day: agenda, appointments, hours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from takwin.admissions import assistance
from takwin.centres import selectors as centres
from takwin.core.dates import parse_day
from takwin.core.errors import Refused
from takwin.core.scope import EVERYWHERE
from takwin.core.selectors import journal
from takwin.guidance import forms, services, words
from takwin.guidance.selectors import agenda, board, cases
from takwin.guidance.tokens import feed_token, read_wall, wall_token
from takwin.offer import selectors as offer
from takwin.ui.pages import PUBLIC, open_file, or_404, page, show
from takwin.ui.typed import show_again

SPANS = {"day": 1, "week": 7}


def _on(request: Any) -> date:
    return parse_day(request.GET.get("on", "")) or timezone.localdate()


@page("guidance.follow")
def agenda_page(request: Any) -> HttpResponse:
    """The visitor's own agenda of a day or a week, or everyone's of their centres."""
    on, span = _on(request), request.GET.get("span", "day")
    span = span if span in SPANS else "day"
    on = on - timedelta(days=on.weekday()) if span == "week" else on
    everyone = request.GET.get("who") == "all"
    begin, end = agenda.day_bounds(on)[0], agenda.day_bounds(on + timedelta(days=SPANS[span] - 1))[1]
    who = None if everyone else request.user
    slots = agenda.agenda(request.scope, begin, end, who)
    context: dict[str, Any] = {
        "slots": slots,
        "free": sum(slot.free for slot in slots if slot.starts_at > timezone.now()),
        "on": on,
        "span": span,
        "everyone": everyone,
        "before": on - timedelta(days=SPANS[span]),
        "after": on + timedelta(days=SPANS[span]),
        "now": timezone.now(),
        "to_move": agenda.to_move(request.scope, who),
        "offers": cases.offered_to(request.user),
        "undated": cases.undated(cases.cases(request.scope).filter(counsellor=request.user))[:20],
    }
    return show(request, "guidance/desk_agenda.html", active="agenda", **context)


@page("guidance.follow")
def book(request: Any) -> HttpResponse:
    """Book for someone who is there, on the phone, or followed."""
    case = or_404(cases.case, request.GET["case"], request.scope) if request.GET.get("case") else None
    initial: dict[str, Any] = {"counsellor": request.user.ref, "starts_at": request.GET.get("at", "")}
    client = case.client if case else None
    person = None
    if case is not None:
        initial["centre"] = case.centre.code
    elif application_ref := request.GET.get("application"):
        application = assistance.assisted(request.user, application_ref)
        if application is None:
            raise Http404(application_ref)
        open_file(request, application)
        person = application.person
        client = services.find_client(person)
        initial |= {"name": person.name, "phone": person.phone}
    if client is not None:
        initial |= {"name": str(client), "phone": client.phone}
    form = forms.BookForm(request.POST or None, scope=request.scope, initial=initial)
    # Valid first: a client is made only when there is something to keep.
    if request.method == "POST" and form.is_valid() and person is not None:
        client = services.client_for(person, by=request.user)
    if request.method == "POST" and form.run(client=client, by=request.user):
        messages.success(request, _("The appointment is made."))
        return redirect("guidance:desk_appointment", form.result.ref)
    return show(request, "guidance/desk_form.html", form=form, title=_("Book an appointment"), active="agenda")


MOVES: dict[str, Any] = {"attend": services.attend, "miss": services.miss, "cancel": services.cancel}


@page("guidance.follow")
def appointment(request: Any, ref: str) -> HttpResponse:
    """One appointment: the client, their purpose, and their path so far."""
    row = or_404(agenda.appointment, ref, request.scope)
    if request.method == "POST":
        return _appointment_move(request, row)
    context: dict[str, Any] = words.path_so_far(row.client) | {
        "appointment": row,
        "case": cases.open_case_of(row.client, row.slot.centre),
        "begun": row.slot.starts_at <= timezone.now(),
        "twins": services.twins(row.client).count(),
        "entries": journal(row),
    }
    return show(request, "guidance/desk_appointment.html", active="agenda", **context)


def _appointment_move(request: Any, row: Any) -> HttpResponse:
    verb = request.POST.get("do", "")
    try:
        if verb in MOVES:
            MOVES[verb](row, by=request.user)
        elif verb == "join":
            services.join_phone(row.client, by=request.user)
        elif verb == "open":
            case = services.open_case(row.client, centre=row.slot.centre, counsellor=request.user, by=request.user)
            return redirect("guidance:case", case.ref)
        else:
            raise Http404(verb)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("guidance:desk_appointment", row.ref)


@page("guidance.follow")
def hours(request: Any) -> HttpResponse:
    """When one receives; the head of a centre sees and publishes everyone's."""
    managed = request.user.scope("guidance.manage")
    initial = {"counsellor": request.user.ref, "first_on": timezone.localdate()}
    form = forms.HoursForm(request.POST or None, scope=request.scope, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        if chosen["counsellor"] != request.user and not managed.reaches(chosen["centre"]):
            form.add_error("counsellor", _("You publish your own hours; the head of the centre those of others."))
        elif form.run(by=request.user):
            messages.success(request, _("The hours are published."))
            return redirect("guidance:hours")
    rows = agenda.hours(request.scope, managed, request.user)
    context: dict[str, Any] = {"rows": rows, "closures": agenda.closures(request.scope), "form": form}
    context |= {"closing": forms.ClosureForm(scope=request.scope), "today": timezone.localdate()}
    context["manages"] = bool(managed)  # the box is a wish; which centre it may close is asked when it comes
    feed = agenda.feed_of(request.user)
    context["feed"] = feed_token(feed.ref) if feed else ""
    return show(request, "guidance/desk_hours.html", active="hours", **context)


@page("guidance.follow")
@require_POST
def hours_end(request: Any, ref: str) -> HttpResponse:
    row = or_404(agenda.hours_of, ref, request.scope)
    if row.counsellor_id != request.user.pk and not request.user.can("guidance.manage", row):
        raise Http404(ref)
    try:
        after = forms.EndHoursForm(request.POST).insist(row, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, hours)
    if after:
        messages.warning(request, _("Appointments after that day must be moved: they are on the agenda."))
    return redirect("guidance:hours")


@page("guidance.follow")
@require_POST
def closures(request: Any) -> HttpResponse:
    """Announce an exception: one's own, or the whole centre's for its head; or take one back."""
    if ref := request.POST.get("reopen"):
        row = or_404(agenda.closure, ref, request.scope)
        if row.counsellor_id != request.user.pk and not request.user.can("guidance.manage", row):
            raise Http404(ref)
        services.reopen_days(row, by=request.user)
        return redirect("guidance:hours")
    form = forms.ClosureForm(request.POST, scope=request.scope)
    whole = "whole" in request.POST and form.is_valid()
    if whole and not request.user.can("guidance.manage", form.cleaned_data["centre"]):
        raise Http404("whole")
    try:
        form.insist(counsellor=None if whole else request.user, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, hours)
    return redirect("guidance:hours")


@page("guidance.follow")
@require_POST
def feed_renew(request: Any) -> HttpResponse:
    services.new_feed(request.user)
    return redirect("guidance:hours")


@page("guidance.board")
def board_list(request: Any) -> HttpResponse:
    rows = agenda.centres_of(request.scope)
    return show(request, "guidance/desk_boards.html", rows=rows, active="board")


@page("guidance.board", unattended=True)
def board_page(request: Any, code: str) -> HttpResponse:
    """The wall-board: readable from across a room, without a name; it reloads each minute."""
    centre = or_404(centres.centre, request.scope, code)
    context: dict[str, Any] = {"board": board.board(centre, offer.current_season()), "wall": wall_token(centre.code)}
    return show(request, "guidance/board.html", now=timezone.now(), active="board", **context)


@page(PUBLIC, unattended=True)
def wall(request: Any, signed: str) -> HttpResponse:
    """The same board by a signed address: a screen on a wall needs no session that somebody could take over, and none
    that would end every half hour."""
    centre = or_404(centres.centre, EVERYWHERE, read_wall(signed) or "")
    facts = board.board(centre, offer.current_season())
    answer = show(request, "guidance/wall.html", board=facts, now=timezone.now())
    answer["X-Robots-Tag"] = "noindex"
    return answer
