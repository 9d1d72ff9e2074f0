"""Employers and vacancies at the regional desk: verify, read, refuse."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.employment import services
from takwin.employment.choices.work import EmployerState, VacancyState
from takwin.employment.forms import work as forms
from takwin.employment.rules.flows import EMPLOYER, VACANCY
from takwin.employment.selectors import work
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import or_404, page, show

EMPLOYERS = [
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("name", gettext_lazy("Company"), lambda row: row.company.name, "company__name"),
    Column("ice", gettext_lazy("Company number (ICE)"), lambda row: row.company.ice),
    Column("area", gettext_lazy("Province"), lambda row: row.company.area.label if row.company.area else ""),
    Column("posts", gettext_lazy("Vacancies"), lambda row: row.posts, "posts"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
]
VACANCIES = [
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("title", gettext_lazy("Title"), lambda row: row.title),
    Column("employer", gettext_lazy("Employer"), lambda row: str(row.employer)),
    Column("area", gettext_lazy("Province"), lambda row: row.area.label),
    Column("asked", gettext_lazy("Applicants"), lambda row: row.asked, "asked"),
    Column("taken", gettext_lazy("Hired"), lambda row: row.taken, "taken"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
]


def _by_state(states: Any) -> Filter:
    return Filter("state", gettext_lazy("State"), states.choices, lambda rows, state: rows.filter(state=state))


@page("employment.moderate")
def employers(request: Any) -> HttpResponse:
    listing = Listing(
        request, work.employers(request.scope), EMPLOYERS, [_by_state(EmployerState)],
        search="company__search_text", name="employers", order="state", personal=True,
    )  # fmt: skip
    return listing.export() or show(request, "employment/employers.html", listing=listing, active="employers")


@page("employment.moderate")
def vacancies(request: Any) -> HttpResponse:
    listing = Listing(
        request,
        work.vacancies(request.scope),
        VACANCIES,
        [_by_state(VacancyState)],
        name="vacancies",
        order="-pk",
        personal=False,
    )
    return listing.export() or show(request, "employment/vacancy_list.html", listing=listing, active="vacancies")


EMPLOYER_FORMS: dict[str, Any] = {
    "refuse_employer": forms.RefuseEmployerForm, "suspend_employer": forms.SuspendEmployerForm,
}  # fmt: skip


def _decided(request: Any, row: Any, good: tuple[str, Any], kinds: dict[str, Any]) -> Any:
    """Run the move that was asked: the good one by a button, the others with a reason. None when it was done, the
    form with its errors otherwise."""
    verb = request.POST.get("do", "")
    try:
        if verb == good[0]:
            good[1](row, by=request.user)
        elif verb in kinds:
            form = kinds[verb](request.POST)
            return None if form.run(row, by=request.user) else (verb, form)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return None


def _actions(flow: Any, row: Any, kinds: dict[str, Any], wrong: Any) -> list[tuple[str, Any]]:
    refused_forms = dict([wrong]) if wrong else {}
    return [(verb, refused_forms.get(verb) or kinds[verb]()) for verb in flow.verbs(row.state) if verb in kinds]


@page("employment.moderate")
def employer(request: Any, ref: str) -> HttpResponse:
    row = or_404(work.employer, request.scope, ref)
    wrong = None
    if request.method == "POST":
        wrong = _decided(request, row, ("verify_employer", services.verify_employer), EMPLOYER_FORMS)
        if wrong is None:
            return redirect("employment:desk_employer", ref)
    return show(
        request, "employment/desk_employer.html", row=row, vacancies=work.own_vacancies(row), active="employers",
        actions=_actions(EMPLOYER, row, EMPLOYER_FORMS, wrong),
        verifies="verify_employer" in EMPLOYER.verbs(row.state), claims=work.claims(request.scope, row),
        entries=journal(row) if request.user.can("journal.read", row) else None, status=422 if wrong else 200,
    )  # fmt: skip


VACANCY_FORMS: dict[str, Any] = {"turn_down_vacancy": forms.TurnDownForm}


@page("employment.moderate")
def vacancy(request: Any, ref: str) -> HttpResponse:
    row = or_404(work.vacancy, request.scope, ref)
    wrong = None
    if request.method == "POST":
        wrong = _decided(request, row, ("open_vacancy", services.open_vacancy), VACANCY_FORMS)
        if wrong is None:
            return redirect("employment:desk_vacancy", ref)
    return show(
        request, "employment/desk_vacancy.html", row=row, active="vacancies", opens=row.state == "posted",
        actions=_actions(VACANCY, row, VACANCY_FORMS, wrong), status=422 if wrong else 200,
        entries=journal(row) if request.user.can("journal.read", row) else None,
    )  # fmt: skip
