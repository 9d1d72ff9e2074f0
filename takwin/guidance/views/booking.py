"""Meeting a counsellor, open days, and one's own guidance."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from takwin.accounts.limits import LimitError, require
from takwin.accounts.selectors import has_email
from takwin.centres import selectors as centres
from takwin.core import ical
from takwin.core.errors import Refused
from takwin.core.scope import EVERYWHERE
from takwin.guidance import calendars, forms, services
from takwin.guidance.choices import GuidanceReason
from takwin.guidance.selectors import agenda, cases, clients
from takwin.guidance.tokens import read, read_feed, token
from takwin.guidance.views.numbers import ask, is_proved, language
from takwin.guidance.views.visitor import found, known
from takwin.territory import selectors as territory
from takwin.ui.pages import PUBLIC, SIGNED_IN, or_404, page, show


@page(PUBLIC)
def centre_list(request: Any) -> HttpResponse:
    """Centres that receive, the near ones first, each with its next free time."""
    client = found(request)
    regions = territory.regions()
    region = next((row for row in regions if row.code == request.GET.get("region")), None)
    rows = agenda.receiving(client.commune if client else None)
    if region is not None:
        rows = [row for row in rows if row.area and row.area.path.startswith(region.path)]
    return show(request, "guidance/centres.html", rows=rows, regions=regions, region=region, active="guidance")


def _days(slots: Any) -> Any:
    """Times by day; of several counsellors who receive alike at one time, the first with a free place."""
    best: dict[Any, Any] = {}
    for slot in slots:
        key = (slot.starts_at, slot.channel, slot.topic)
        if key not in best or (slot.free and not best[key].free):
            best[key] = slot
    slots = best.values()
    return [
        (day, list(rows)) for day, rows in groupby(slots, key=lambda row: timezone.localtime(row.starts_at).date())
    ]


@page(PUBLIC)
def times(request: Any, code: str) -> HttpResponse:
    centre = or_404(centres.centre, EVERYWHERE, code)
    services.expire_holds(centre)
    return show(
        request, "guidance/times.html", centre=centre, days=_days(agenda.free_slots(centre)), active="guidance"
    )


@page(PUBLIC)
def reserve(request: Any, ref: str) -> HttpResponse:
    """Book a time, or wait for it when it is full."""
    slot = or_404(agenda.slot, ref)
    client = found(request)
    initial = {"name": client.name, "phone": client.phone} if client else {}
    if client is None and request.user.is_authenticated:
        initial = {"name": request.user.name, "phone": request.user.phone or ""}
    form = forms.ReserveForm(request.POST or None, initial=initial)
    # Valid first: a client is made only when there is something to keep.
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"] or _own_phone(request, client)
        if phone and not is_proved(request, phone):
            if (answer := ask(request, form, kind="slot", row=slot, phone=phone)) is not None:
                return answer
        elif _may_book(request, form, phone) and form.run(
            slot, client=known(request), by=request.user, language=language()
        ):
            return redirect("guidance:appointment", token(form.result.ref))
    return show(request, "guidance/reserve.html", slot=slot, form=form, active="guidance")


def _own_phone(request: Any, client: Any) -> str:
    """The number of who is there, when the form leaves it out."""
    return (client.phone if client else "") or (request.user.is_authenticated and request.user.phone) or ""


def _may_book(request: Any, form: Any, phone: str) -> bool:
    """A confirmed number books ten times a day; without one, an account with a confirmed e-mail does."""
    if not phone and not has_email(request.user):
        form.add_error("phone", str(GuidanceReason.NO_PHONE.label))
        return False
    try:
        require(request, ("guidance_book", phone or request.user.ref))
    except LimitError as limit:
        words = _("Too many appointments were asked for today. %(wait)s Or call the centre.")
        form.add_error(None, words % {"wait": limit.wait})
        return False
    return True


@page(PUBLIC)
def appointment(request: Any, signed: str) -> HttpResponse:
    """An appointment by its signed address: see, cancel, move. It names nobody, unless one number serves several."""
    ref = read(signed) or ""
    row = or_404(agenda.appointment, ref)
    if request.method == "POST":
        return _answer(request, row, signed)
    moving = row.state == "booked" and "move" in request.GET and row.slot.starts_at > timezone.now()
    context: dict[str, Any] = {"appointment": row, "slot": row.slot, "signed": signed, "to_come": _to_come(row)}
    context["name"] = calendars.shown_name(row)
    days = None
    if moving:
        slots = agenda.free_slots(row.slot.centre)
        days = _days(slot for slot in slots if slot.free and slot.pk != row.slot_id)
    answer = show(request, "guidance/appointment.html", days=days, moving=moving, **context)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _to_come(row: Any) -> bool:
    return row.state in {"booked", "waiting"} and row.slot.starts_at > timezone.now()


def _answer(request: Any, row: Any, signed: str) -> HttpResponse:
    try:
        if request.POST.get("do") == "cancel":
            services.cancel(row, by=request.user)
            messages.success(request, _("Cancelled. Thank you for telling: someone else may come."))
        elif request.POST.get("do") == "move":
            require(request, ("guidance_move", row.ref))
            before = row.slot.counsellor_id
            moved = services.move(row, slot=or_404(agenda.slot, request.POST.get("slot", "")), by=request.user)
            messages.success(request, _("Your appointment has moved."))
            if moved.slot.counsellor_id != before:
                name = moved.slot.counsellor.name
                messages.info(request, _("Another counsellor receives you then: %(name)s.") % {"name": name})
    except Refused as refusal:
        messages.error(request, str(refusal))
    except LimitError as limit:
        words = _("This appointment has moved too often today. %(wait)s Or call the centre.")
        messages.error(request, words % {"wait": limit.wait})
    return redirect("guidance:appointment", signed)


@page(PUBLIC)
def appointment_calendar(request: Any, signed: str) -> HttpResponse:
    """One appointment for the phone's own calendar."""
    row = or_404(agenda.appointment, read(signed) or "")
    return ical.answer(calendars.of_appointment(row), row.ref)


@page(PUBLIC)
def feed(request: Any, signed: str) -> HttpResponse:
    """A counsellor's agenda for a calendar programme: times and purposes, never a name or a number."""
    row = or_404(agenda.feed, read_feed(signed) or "")
    scope = row.user.scope("guidance.follow")
    if not scope:
        raise Http404(signed)
    return ical.answer(calendars.of_slots(agenda.feed_slots(row.user, scope)), row.ref)


@page(PUBLIC)
def open_days(request: Any) -> HttpResponse:
    return show(request, "guidance/open_days.html", days=agenda.open_days(), active="guidance")


@page(PUBLIC)
def open_day(request: Any, ref: str) -> HttpResponse:
    day = or_404(agenda.open_day, ref)
    client = found(request)
    form = forms.SignUpForm(
        request.POST or None, initial={"name": client.name, "phone": client.phone} if client else {}
    )
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"] or _own_phone(request, client)
        if phone and not is_proved(request, phone):
            if (answer := ask(request, form, kind="day", row=day, phone=phone)) is not None:
                return answer
        elif _may_book(request, form, phone) and form.run(
            day, client=known(request), by=request.user, language=language()
        ):
            messages.success(request, _("You are registered. See you there."))
            return redirect("guidance:open_day", day.ref)
    mine = [row for row in agenda.registrations_of(client) if row.open_day_id == day.pk] if client else []
    over = day.state != "planned" or day.ends_at <= timezone.now()
    full = day.capacity is not None and day.taken >= day.capacity
    return show(request, "guidance/open_day.html", day=day, form=form, mine=mine, over=over, full=full)


@page(SIGNED_IN)
def mine(request: Any) -> HttpResponse:
    """One's own guidance: appointments, what was agreed, tests, open days."""
    client = found(request)
    if request.method == "POST" and client is not None:
        for row in agenda.registrations_of(client):
            if row.ref == request.POST.get("registration"):
                services.unregister(row, by=request.user)
        return redirect("guidance:mine")
    context: dict[str, Any] = {"client": client, "test": clients.newest_test(client)}
    others = agenda.appointments_of_household(request.user)
    own = agenda.appointments_of(client) if client is not None else []
    context["appointments"] = [(row, token(row.ref)) for row in others + own]
    context["household"] = bool(others)
    if client is not None:
        context["cases"] = cases.cases_of(client)
        context["registrations"] = agenda.registrations_of(client)
    return show(request, "guidance/mine.html", active="guidance", **context)
