"""Robots, the service worker, the API's page, and the gallery of components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from takwin.admissions.choices import ApplicationState, Outcome, RunState
from takwin.centres.choices import CentreStatus
from takwin.core.choices import JobState, MessageState
from takwin.offer.choices import OfferingState, SeasonState
from takwin.portfolio.choices import AgreementStatus, Phase
from takwin.ui.pages import PUBLIC, page, show


def bad_request(request: Any, exception: Exception | None = None) -> HttpResponse:
    """400 in the page's look. A host we do not serve gets a bare line: the layout needs a lawful one."""
    if isinstance(exception, DisallowedHost):
        return HttpResponse("Bad Request", status=400, content_type="text/plain")
    return render(request, "400.html", status=400)


@page(PUBLIC)
def worker(_request: Any) -> HttpResponse:
    """The service worker, at the root so that it may serve every page; browsers look for a newer one each visit."""
    text = Path(str(finders.find("ui/offline.js"))).read_text(encoding="utf-8")
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@page(PUBLIC)
def robots(request: Any) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /apply/", "Disallow: /accounts/"]
    lines += ["Disallow: /guidance/a/", "Disallow: /guidance/feed/", "Disallow: /guidance/mine/"]
    lines.append("Disallow: /training/")
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@page(PUBLIC)
def api(request: Any) -> HttpResponse:
    return show(request, "web/api.html")


@page(PUBLIC)
def gallery(request: Any) -> HttpResponse:
    """Every component and state, to look at in both directions."""
    tables = (
        ApplicationState, RunState, Outcome, SeasonState, OfferingState, CentreStatus, Phase, AgreementStatus,
        JobState, MessageState,
    )  # fmt: skip
    return show(request, "web/gallery.html", tables=[(table.__name__, list(table)) for table in tables])
