"""Pages of what went wrong, in the reader's language and look, with the way back. None of them asks the database for
more than who is there; the page of 500 asks it for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_from_request

from takwin.accounts.kept_forms import typed_before
from takwin.accounts.middleware import page_before


def _return_path(request: Any) -> str:
    """The page someone came from; for a form, the page it stands on."""
    before = page_before(request)
    return "" if before == request.path and request.method == "GET" else before


def csrf_failed(request: Any, reason: str = "") -> HttpResponse:
    """A form sent from a page that is too old: signed in again in another tab, or cookies switched off. Its words are
    shown to be copied: nobody knows whether the same person is signed in now, so they go into no form."""
    return render(
        request, "403_csrf.html", {"back": _return_path(request), "typed": typed_before(request)}, status=403
    )


def broken(request: Any) -> HttpResponse:
    """A fault of ours. Nothing of the visitor is read but the language."""
    return _bare(request, "500.html", 500)


def _bare(request: Any, template: str, status: int) -> HttpResponse:
    """A page without the visitor, for when the visitor may be what cannot be read."""
    language = get_language_from_request(request, check_path=True)
    direction = "rtl" if language == "ar" else "ltr"
    with translation.override(language):
        context = {"language": language, "direction": direction, "site_url": settings.SITE_URL}
        context |= {"home": reverse("web:home"), "back": request.path if request.method == "GET" else ""}
        return HttpResponse(render_to_string(template, context), status=status)


class WrongMethod:
    """An address that only takes forms, opened by hand or by "back", answers with a page instead of nothing."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.path.startswith("/api/"):
            return response
        allowed = response.get("Allow", "")
        page = render(request, "405.html", {"back": _return_path(request)}, status=405)
        page["Allow"] = allowed
        return page
