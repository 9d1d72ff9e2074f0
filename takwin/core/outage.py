"""A database that is locked or away, or a full disk, is no fault of the page: 503 with a retry, never 500."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import structlog
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, override

from takwin.core.logs import route_of
from takwin.core.trouble import Trouble, trouble_of

RETRY: dict[Trouble, int] = {"locked": 5, "lost": 20, "full": 300}  # seconds
log = structlog.get_logger("takwin.outage")


def _note(sender: Any, request: HttpRequest | None = None, **_facts: Any) -> None:
    """Django turns an exception into a response at the layer that met it; here it is still known."""
    if request is not None:
        request.trouble = trouble_of(sys.exc_info()[1])  # type: ignore[attr-defined]


got_request_exception.connect(_note, dispatch_uid="takwin.outage")


class Outage:
    """Before everything that asks the database. Its page is drawn without request, user or query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        trouble: Trouble | None = getattr(request, "trouble", None)
        if trouble is None or response.status_code < 500:
            return response
        log.error("outage", trouble=trouble, route=route_of(request))
        return unavailable(request, trouble)


def unavailable(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """503 in the reader's language, as a page or as JSON; says when to come again and whether anything was lost."""
    language = get_language_from_request(request, check_path=True)[:2]
    if request.path.startswith(("/api/", "/health/")) or "application/json" in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse({"detail": "unavailable", "reason": trouble}, status=503)
    else:
        context = {
            "language": language,
            "direction": "rtl" if language == "ar" else "ltr",
            "trouble": trouble,
            "again": request.get_full_path() if request.method in {"GET", "HEAD"} else "",
        }
        with override(language):
            response = HttpResponse(render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(RETRY[trouble])
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = language
    return response
