"""The form with a visitor's schooling, place and limits, and the ranked programmes that follow from it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from takwin.admissions import selectors as admissions
from takwin.engines.advice import PUBLISHED
from takwin.guidance import forms, services, words
from takwin.guidance.selectors import advice as selectors
from takwin.guidance.selectors import clients
from takwin.guidance.views.visitor import found, known, subject
from takwin.offer import selectors as offer
from takwin.ui.pages import PUBLIC, page, show

SIZE, REMEMBERED = 15, 20


@page(PUBLIC)
def about(request: Any) -> HttpResponse:
    """Schooling, place, limits. Filled from the application when there is one."""
    client = found(request)
    if client is None and request.user.is_authenticated:
        client = clients.new_of(request.user)  # its application speaks for it; made when something is kept
    form = forms.AboutForm(request.POST or None, row=client)
    if request.method == "POST" and form.run(known(request), by=request.user):
        return redirect("guidance:advice")
    return show(request, "guidance/about.html", form=form, active="guidance")


@page(PUBLIC)
def advice(request: Any) -> HttpResponse:
    """Every programme of the season in the order of the published rule, a page at a time."""
    season, client = offer.current_season(), subject(request)
    test = clients.newest_test(client)
    profile = clients.subject(client, test)
    context: dict[str, Any] = {"season": season, "profile": profile, "test": test, "active": "guidance"}
    if season is None or not (profile.schooling or profile.scores):
        return show(request, "guidance/advice.html", rows=[], **context)
    held = selectors.catalogue(season)
    listed = selectors.advise([profile], held, k=len(held.ids))
    pages = Paginator(range(listed.offer.shape[1]), SIZE).get_page(request.GET.get("page"))
    found_rows = selectors.suggestions(profile, held, listed, list(pages.object_list))
    language = (get_language() or "ar")[:2]
    rows = [(row, *words.reasons(row, profile, language)) for row in found_rows]
    if client is not None and pages.number == 1:
        services.keep_advice(client, season, selectors.first_codes(held, listed, REMEMBERED))
    context |= {"page": pages, "wished": _wished(request, season), "counts": _counts(listed.tier[0])}
    return show(request, "guidance/advice.html", rows=rows, **context)


def _counts(tiers: Any) -> dict[str, int]:
    return {name: int((tiers == tier).sum()) for tier, name in enumerate(("first", "beyond", "barred"))}


def _wished(request: Any, season: Any) -> set[int]:
    """Offerings on the list already."""
    application = admissions.own(request.user, season) if request.user.is_authenticated else None
    return {wish.offering_id for wish in admissions.wishes(application)} if application else set()


@page(PUBLIC)
def rule(request: Any) -> HttpResponse:
    """How advice is made: weights and steps, as the engine has them."""
    return show(request, "guidance/rule.html", weights=PUBLISHED, active="guidance")
