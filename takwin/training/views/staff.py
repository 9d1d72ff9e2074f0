"""Trainers and rooms of a centre."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from takwin.core.changes import locked
from takwin.core.errors import Refused
from takwin.core.form_keys import text_of
from takwin.core.numbers import parse_int
from takwin.offer import selectors as offer
from takwin.training import forms, pdf, services, tasks
from takwin.training.choices import TrainingReason
from takwin.training.rules.weeks import DAYS, HOURS
from takwin.training.selectors import calendar, staff, weeks
from takwin.training.views.desk import place
from takwin.ui.edits import SEEN, check_seen
from takwin.ui.pages import or_404, page, show
from takwin.ui.typed import show_again


@page("training.see", moves="training.run")
def staff_list(request: Any, code: str) -> HttpResponse:
    """Trainers with their load, rooms with their use, absences to come."""
    centre = place(request, code)
    runs = request.user.can("training.run", centre)
    trainer, room = forms.TrainerForm(programmes=staff.programmes_of(centre)), forms.RoomForm()
    if request.method == "POST" and runs:
        if "capacity" in request.POST:
            room = forms.RoomForm(request.POST)
            made = room.run(centre=centre, by=request.user)
        else:
            trainer = forms.TrainerForm(request.POST, programmes=staff.programmes_of(centre))
            made = trainer.run(centre=centre, by=request.user)
        if made:
            return redirect("training:staff", code)
    term = calendar.term_now(offer.current_season())
    context: dict[str, Any] = {
        "centre": centre, "term": term, "trainers": staff.trainers(centre, term), "rooms": staff.rooms(centre),
        "absences": staff.absences(centre), "trainer_form": trainer, "room_form": room, "runs": runs,
    }  # fmt: skip
    return show(request, "training/staff.html", active="training", **context)


def _slots(request: Any) -> list[int]:
    ticked = (parse_int(text, least=0, most=DAYS * HOURS - 1) for text in request.POST.getlist("closed"))
    return [slot for slot in ticked if slot is not None]


def _close(request: Any, row: Any) -> None:
    """Keep the hours ticked, unless another person changed them since the page was read."""
    slots = _slots(request)
    with locked(row) as fresh:
        now, typed = {"closed": text_of(staff.unavailable_slots(fresh))}, {"closed": text_of(set(slots))}
        check_seen(request.POST.get(SEEN, ""), now, typed, _hours_in_words)
        services.close_slots(fresh, slots=slots, by=request.user)


def _hours_in_words(_name: str, slots: str) -> str:
    """Hours of the week as the page writes them: the day and the hour of each."""
    times, days = calendar.week_periods().times, pdf.day_names()
    hours = sorted(parse_int(slot) or 0 for slot in slots.split())
    ticked = ((days[slot // HOURS], times[slot // HOURS][slot % HOURS]) for slot in hours)
    return " · ".join(f"{day} {time[0]:%H:%M}" if time else str(day) for day, time in ticked)


def week_of_closed(owner: Any) -> list[tuple[str, list[tuple[int, bool, bool]]]]:
    """Lines of hours, each with (slot, ticked, never open) for every day."""
    ticked, periods = staff.unavailable_slots(owner), calendar.week_periods()
    out = []
    for hour in range(HOURS):
        times = periods.times[0][hour]
        slots = [day * HOURS + hour for day in range(DAYS)]
        out.append(
            (f"{times[0]:%H:%M}" if times else "", [(slot, slot in ticked, slot in periods.closed) for slot in slots])
        )
    return out


def _home(request: Any, row: Any) -> Any:
    """The centre a trainer belongs to. Another where they also work reads their page and writes nothing on it."""
    home = staff.home(row)
    if request.method == "POST" and not request.scope.reaches(home):
        raise Http404(row.ref)
    return home


@page("training.see", moves="training.run")
def trainer(request: Any, ref: str) -> HttpResponse:
    """One trainer: status, hours, what can be taught, when never there, days away."""
    row = or_404(staff.trainer, request.scope, ref)
    home = _home(request, row)
    programmes, colleagues = (
        staff.programmes_of(home),
        [colleague for colleague in staff.trainers(home, None) if colleague.pk != row.pk],
    )
    runs = request.user.can("training.run", home)
    form: Any = forms.ChangeTrainerForm(row=row, programmes=programmes)
    absence_form: Any = forms.AbsenceForm(rows=colleagues)
    if request.method == "POST" and runs:
        verb, made = request.POST.get("do"), True
        if verb == "closed":
            _close(request, row)
        elif verb == "absence":
            absence_form = forms.AbsenceForm(request.POST, rows=colleagues)
            made = absence_form.run(row, by=request.user)
        elif verb == "share":
            centre = staff.centre_by_code(request.scope, request.POST.get("centre", ""))
            if centre is None:
                raise Refused(TrainingReason.NO_CENTRE, "centre")
            services.share(row, centre=centre, by=request.user)
        elif verb in {"leave", "come_back"}:
            (services.leave if verb == "leave" else services.come_back)(row, by=request.user)
        else:
            form = forms.ChangeTrainerForm(request.POST, row=row, programmes=programmes)
            made = form.run(row, by=request.user)
        if made:
            return redirect("training:trainer", ref)
    context: dict[str, Any] = {
        "row": row, "home": home, "form": form, "absence_form": absence_form, "lines": week_of_closed(row),
        "closed": staff.unavailable_slots(row),
        "days": pdf.day_names(), "postings": list(row.centres.all()), "runs": runs,
        "absences": [absence for absence in staff.absences(home) if absence.trainer_id == row.pk],
        "timetables": weeks.timetables(home),
    }  # fmt: skip
    return show(request, "training/trainer.html", active="training", **context)


@page("training.see", moves="training.run")
def room(request: Any, ref: str) -> HttpResponse:
    row = or_404(staff.room, request.scope, ref)
    runs = request.user.can("training.run", row)
    form = forms.ChangeRoomForm(row=row)
    if request.method == "POST" and runs:
        made = True
        if request.POST.get("do") == "closed":
            _close(request, row)
        else:
            form = forms.ChangeRoomForm(request.POST, row=row)
            made = form.run(row, by=request.user)
        if made:
            return redirect("training:room", ref)
    context = {"row": row, "form": form, "lines": week_of_closed(row), "days": pdf.day_names(), "runs": runs}
    context["closed"] = staff.unavailable_slots(row)
    return show(request, "training/room.html", active="training", **context)


@page("training.run")
def absence(request: Any, ref: str) -> HttpResponse:
    """Calculate a week again around an absence, or end the absence sooner."""
    row = or_404(staff.absence, request.scope, ref)
    if request.method == "POST" and "timetable" in request.POST:
        table = or_404(weeks.timetable, request.scope, request.POST["timetable"])
        try:
            tasks.start_repair(row, table, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("training:timetable", table.ref)
    if request.method == "POST":
        _home(request, row.trainer)
        try:
            forms.EndAbsenceForm(request.POST, row=row).insist(row, by=request.user)
        except Refused as refusal:
            return show_again(request, refusal, trainer, row.trainer.ref)
    return redirect("training:trainer", row.trainer.ref)
