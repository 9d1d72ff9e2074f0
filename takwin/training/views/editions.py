"""Publishing a week: what moves is shown before; a change of some days is confirmed; both can be taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from takwin.core.dates import parse_day
from takwin.training import forms, pdf, services
from takwin.training.rules.weeks import HOURS
from takwin.training.selectors import calendar, weeks
from takwin.ui.pages import or_404, page, show


def in_words(moves: list[Any]) -> list[dict[str, Any]]:
    """Moves with the day, the hour and the room in words, before and after."""
    days, periods = pdf.day_names(), calendar.week_periods()

    def where(spot: Any) -> dict[str, Any] | None:
        if spot is None:
            return None
        day, hour = divmod(spot[0], HOURS)
        begin = periods.times[day][hour]
        return {"day": days[day], "at": begin[0] if begin else None, "room": spot[1].name if spot[1] else ""}

    return [{"course": move.course, "before": where(move.before), "after": where(move.after)} for move in moves]


@page("training.run", prove=True)
def publish(request: Any, ref: str) -> HttpResponse:
    """What a publication would move, and from which day on; then publish."""
    row = or_404(weeks.timetable, request.scope, ref)
    if request.method == "POST":
        forms.PublishForm(request.POST).insist(row, by=request.user)
        messages.success(request, _("The timetable is published: trainers and trainees see it now."))
        return redirect("training:timetable", ref)
    least, today = services.first_day(row), timezone.localdate()
    on = parse_day(request.GET.get("starts_on", "")) or max(least, today)
    after = services.working(row)
    form = forms.PublishForm(initial={"starts_on": on, "seen": services.digest(after)})
    moves = services.differences(services.placed_on(row, on), after)
    return show(
        request,
        "training/publish.html",
        row=row,
        form=form,
        moves=in_words(moves),
        on=on,
        least=least,
        active="training",
    )


@page("training.see", moves="training.run")
def edition(request: Any, ref: str) -> HttpResponse:
    """What a published week, or a change of some days, moved; confirm it, or take it back."""
    row = or_404(weeks.edition, request.scope, ref)
    if request.method == "POST":
        if "confirm" in request.POST:
            services.confirm_change(row, by=request.user)
            messages.success(request, _("The change holds for these days; the week after is as before."))
        else:
            services.undo_edition(row, by=request.user)
            messages.success(request, _("It is taken back: from tomorrow on the week before it holds."))
        return redirect("training:timetable", row.timetable.ref)
    moves = services.differences(services.before_of(row), services.placed_in(row))
    return show(
        request, "training/edition.html", row=row, moves=in_words(moves), active="training",
        runs=request.user.can("training.run", row),
    )  # fmt: skip
