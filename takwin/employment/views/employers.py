"""What an employer sees: own company, vacancies, and of applicants what they shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from takwin.certification.selectors import findings
from takwin.core.errors import Refused
from takwin.employment import services
from takwin.employment.forms import work as forms
from takwin.employment.rules.flows import JOB_APPLICATION
from takwin.employment.selectors import work
from takwin.ui.pages import SIGNED_IN, open_file, or_404, page, show


def _mine(request: Any) -> Any:
    row = work.employer_of(request.user)
    if row is None:
        raise Http404("employer")
    return row


@page(SIGNED_IN)
def home(request: Any) -> HttpResponse:
    """Register a company; then post vacancies and see who applied."""
    row = work.employer_of(request.user)
    if row is None or "ice" in request.POST:  # the registration pressed twice arrives when the company is there
        form: Any = forms.EmployerForm(request.POST or None)
        if request.method == "POST" and form.run(by=request.user):
            messages.success(request, _("Your request is sent. The regional office verifies it."))
            return redirect("employment:employer")
        return show(
            request, "employment/register.html", form=form, active="employer", status=422 if form.errors else 200
        )
    form = forms.VacancyForm(request.POST or None)
    if request.method == "POST" and form.run(row, by=request.user):
        messages.success(request, _("Your vacancy is sent. It is read before graduates see it."))
        return redirect("employment:post", form.result.ref)
    return show(
        request, "employment/employer.html", row=row, form=form, vacancies=work.own_vacancies(row), active="employer",
        status=422 if form.errors else 200,
    )  # fmt: skip


@page(SIGNED_IN)
def post(request: Any, ref: str) -> HttpResponse:
    """One's own vacancy and its applicants."""
    row = or_404(work.own_vacancy, _mine(request), ref)
    if request.method == "POST" and "close" in request.POST:
        try:
            services.close_vacancy(row, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("employment:post", ref)
    return show(request, "employment/post.html", row=row, bids=work.bids_for(row), active="employer")


FORMS: dict[str, Any] = {"invite": forms.InviteForm, "hire": forms.HireForm, "decline_bid": forms.DeclineForm}
PLAIN: dict[str, Callable[..., Any]] = {"shortlist": services.shortlist}


@page(SIGNED_IN)
def bid(request: Any, ref: str) -> HttpResponse:
    """An applicant: what was shared, and what may be done."""
    row = or_404(work.bid_for, _mine(request), ref)
    open_file(request, row)
    verb, wrong = request.POST.get("do", ""), None
    if request.method == "POST":
        try:
            if verb in PLAIN:
                PLAIN[verb](row, by=request.user)
                return redirect("employment:bid", ref)
            if verb in FORMS:
                wrong = FORMS[verb](request.POST)
                if wrong.run(row, by=request.user):
                    return redirect("employment:bid", ref)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("employment:bid", ref)
    verbs = JOB_APPLICATION.verbs(row.state)
    actions = [(name, wrong if name == verb and wrong else FORMS[name]()) for name in FORMS if name in verbs]
    return show(
        request, "employment/bid.html", row=row, file=work.file_of(row), actions=actions,
        shortlists="shortlist" in verbs, active="employer", status=422 if wrong else 200,
    )  # fmt: skip


@page(SIGNED_IN)
def bid_diploma(request: Any, ref: str, diploma: str) -> HttpResponse:
    """A diploma that an applicant shared with this vacancy, verified again."""
    row = or_404(work.bid_for, _mine(request), ref)
    found = or_404(work.shared_diploma, row, diploma)
    return show(request, "employment/bid_diploma.html", row=row, answer=findings.of_diploma(found), active="employer")
