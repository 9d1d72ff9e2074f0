"""The boarding house of a centre, and its short courses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext

from takwin.core.dates import parse_day
from takwin.core.selectors import journal
from takwin.training import pdf, services
from takwin.training.forms import houses as forms
from takwin.training.selectors import enrolments, houses
from takwin.training.views.desk import place
from takwin.ui.pages import or_404, page, show


@page("training.see", moves="training.run")
def house(request: Any, code: str) -> HttpResponse:
    """Beds, boarders, periods of lowered capacity, meals."""
    centre = place(request, code)
    runs = request.user.can("training.run", centre)
    beds, reduction = forms.BedsForm(), forms.CapacityReductionForm()
    if request.method == "POST" and runs:
        made = True
        if "girls" in request.POST:
            beds = forms.BedsForm(request.POST)
            made = beds.run(centre, by=request.user)
        elif "percent" in request.POST:
            reduction = forms.CapacityReductionForm(request.POST)
            made = reduction.run(centre, by=request.user)
        else:
            _bed(request, centre)
        if made:
            return redirect("training:house", code)
    facts = houses.house(centre, timezone.localdate())
    return show(
        request, "training/house.html", centre=centre, runs=runs, beds_form=beds, reduction_form=reduction,
        active="training", **facts,
    )  # fmt: skip


def _bed(request: Any, centre: Any) -> None:
    if "all" in request.POST:
        count = services.give_beds(centre, by=request.user)
        messages.success(
            request,
            ngettext("%(count)s boarder has a bed now.", "%(count)s boarders have a bed now.", count)
            % {"count": count},
        )
        return
    row = or_404(enrolments.enrolment, request.scope, request.POST.get("trainee", ""))
    (services.leave_bed if "leave" in request.POST else services.give_bed)(row, by=request.user)


@page("training.see", moves="training.run")
def short_list(request: Any, code: str) -> HttpResponse:
    """Short courses of a centre, with people and person-days."""
    centre = place(request, code)
    form = forms.AskForm(request.POST or None) if request.user.can("training.run", centre) else None
    if form and request.method == "POST" and form.run(centre=centre, by=request.user):
        return redirect("training:short", form.result.ref)
    rows, totals = list(houses.short_courses(centre)[:200]), houses.totals(centre)
    return show(
        request, "training/short_list.html", centre=centre, rows=rows, totals=totals, form=form, active="training"
    )


@page("training.see", moves="training.run")
def short(request: Any, ref: str) -> HttpResponse:
    """One short course: plan, presence by day, certificates."""
    row = or_404(houses.short_course, request.scope, ref)
    runs, form = request.user.can("training.run", row), forms.PlanForm()
    if request.method == "POST" and runs:
        if "names" in request.POST:
            form = forms.PlanForm(request.POST)
            if form.run(row, by=request.user):
                return redirect("training:short", ref)
        elif request.POST.get("do") == "reopen":
            forms.ReopenCourseForm(request.POST).insist(row, by=request.user)
            return redirect("training:short", ref)
        else:
            _move(request, row)
            return redirect("training:short", ref)
    people = houses.people(row)
    context: dict[str, Any] = {
        "row": row, "runs": runs, "form": form, "people": people, "days": list(row.days.all()),
        "again": forms.ReopenCourseForm(), "entries": journal(row) if runs else None,
        "person_days": sum(len(days) for _one, days in people), "today": timezone.localdate(),
    }  # fmt: skip
    return show(request, "training/short.html", active="training", **context)


def _move(request: Any, row: Any) -> None:
    if on := parse_day(request.POST.get("on", "")):
        services.mark_day(row, on=on, present=request.POST.getlist("present"), by=request.user)
    elif "hold" in request.POST:
        services.hold_course(row, by=request.user)
    elif "cancel" in request.POST:
        services.cancel_course(row, by=request.user)


@page("training.see")
def certificate(request: Any, ref: str) -> HttpResponse:
    """A certificate of attendance, once the course took place."""
    row = or_404(houses.participant, request.scope, ref)
    response = HttpResponse(pdf.attendance_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.ref}.pdf"'
    return response
