"""Committees: forming one, and scoring."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from takwin.admissions import forms, selectors
from takwin.admissions.choices import CommitteeState
from takwin.core.changes import locked
from takwin.core.errors import Refused
from takwin.core.form_keys import text_of
from takwin.ui.edits import SEEN, check_seen
from takwin.ui.pages import or_404, page, show
from takwin.ui.typed import show_again


@page("admissions.form")
def committee_list(request: Any) -> HttpResponse:
    """Committees, and the form that makes one."""
    form = forms.CommitteeForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.run(by=request.user):
        messages.success(request, _("The committee is formed."))
        return redirect("admissions:committees")
    rows = selectors.committees(request.user, request.scope)
    lacking = selectors.unscored([row for row in rows if row.state == CommitteeState.FORMED])
    with_missing_scores = [(row, lacking.get(row.pk, 0)) for row in rows]
    return show(request, "admissions/committee_list.html", form=form, rows=with_missing_scores, active="committees")


@page("admissions.form")
@require_POST
def dissolve(request: Any, ref: str) -> HttpResponse:
    """Let the offering select by the average mark again; the list page has shown the consequences."""
    row = or_404(selectors.committee_within, request.scope, ref)
    try:
        forms.DissolveForm(request.POST).insist(row, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, committee_list)
    messages.success(request, _("The committee is dissolved: the offering selects by the average mark."))
    return redirect("admissions:committees")


@page("admissions.score")
def mine(request: Any) -> HttpResponse:
    return show(request, "admissions/committees.html", rows=selectors.committees(request.user), active="scoring")


@page("admissions.score")
def committee(request: Any, ref: str) -> HttpResponse:
    """Candidates to score; one form a candidate, each saved alone."""
    try:
        row = selectors.committee(request.user, ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    people = selectors.to_score(row, request.user)
    if request.method == "POST":
        application = next(
            (
                candidate["application"]
                for candidate in people
                if candidate["application"].ref == request.POST.get("ref")
            ),
            None,
        )
        if application is None:
            raise Http404("application")
        _score(request, row, application)
        messages.success(request, _("Kept."))
        return redirect("admissions:committee", ref)
    return show(request, "admissions/committee.html", committee=row, people=people, active="scoring")


def _score(request: Any, committee: Any, application: Any) -> None:
    """Keep one score, unless the member changed it in another window since this page was read."""
    kinds = {"aside": forms.AsideForm, "amend": forms.AmendForm}
    form = kinds.get(request.POST.get("move", ""), forms.ScoreForm)(request.POST)
    with locked(committee) as fresh:
        if form.is_valid() and SEEN in request.POST:
            now = text_of(selectors.score_of(fresh, application, request.user))
            typed = {"value": text_of(form.cleaned_data.get("value"))}
            check_seen(request.POST.get(SEEN, ""), {"value": now}, typed, forms.out_of_twenty)
        form.insist(fresh, application=application, by=request.user)
