"""Committees: forming one, and scoring."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from takwin.admissions import forms, selectors
from takwin.ui.pages import page, show


@page("admissions.form")
def committee_list(request: Any) -> HttpResponse:
    """Committees, and the form that makes one."""
    form = forms.CommitteeForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.run(by=request.user):
        messages.success(request, _("The committee is formed."))
        return redirect("admissions:committees")
    rows = selectors.committees(request.user, request.scope)
    return show(request, "admissions/committee_list.html", form=form, rows=rows, active="committees")


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
            (one["application"] for one in people if one["application"].ref == request.POST.get("ref")), None
        )
        if application is None:
            raise Http404("application")
        kinds = {"aside": forms.AsideForm, "amend": forms.AmendForm}
        form = kinds.get(request.POST.get("move", ""), forms.ScoreForm)(request.POST)
        form.insist(row, application=application, by=request.user)
        messages.success(request, _("Kept."))
        return redirect("admissions:committee", ref)
    return show(request, "admissions/committee.html", committee=row, people=people, active="scoring")
