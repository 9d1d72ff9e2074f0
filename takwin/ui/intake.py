"""What arrives is bounded and cleaned before a view sees it: path, query, cookies, body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from takwin.core.text import clean, is_hostile

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
MOST_QUERY = 8_000  # signs of a query; nothing of ours is longer, and servers stop there too
API = "/api/"  # answers by its schema, in which any text is a text: what nobody can keep is cleaned away
SECRET = ("password", "csrfmiddlewaretoken")


def takes_bytes(most: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view that accepts files says how large a body may be; every other takes `DATA_UPLOAD_MAX_MEMORY_SIZE`."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return wrap


class CleanIntake:
    """The first to look at a request, and the last before CSRF reads its body.

    A body longer than its page takes is answered 413 without being read. NUL or a lone surrogate in an address is
    answered 400: PostgreSQL keeps neither, and no browser sends them. Texts of a query and of a form are cleaned
    (`core.text.clean`); passwords are left as they were typed.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        # Our pages are UTF-8, so every browser answers in it. Django believes any codec that Python knows, and
        # `charset=rot13` or `punycode` fails wherever the query is first read, the page of 500 included.
        if (request.encoding or "utf-8").lower() not in {"utf-8", "utf8"}:
            request.encoding = "utf-8"
        hostile = [name for name, value in request.COOKIES.items() if not value.isprintable() or is_hostile(value)]
        for name in hostile:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, _args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        most = getattr(view, "most_bytes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if length(request) > most:
            return too_large(request, most)
        texts = [request.path, *map(str, kwargs.values())]
        if not request.path.startswith(API):
            texts += [part for name in request.GET for part in (name, *request.GET.getlist(name))]
        if any(map(is_hostile, texts)) or len(request.META.get("QUERY_STRING", "")) > MOST_QUERY:
            return render(request, "400.html", status=400)
        request.GET = cleaned(request.GET)
        if request.method == "POST" and request.content_type in FORMS:
            try:
                request.POST = cleaned(request.POST)
            except RequestDataTooBig:  # on a page that accepts files: its texts alone are longer than a body may be
                request.POST = QueryDict()
                return too_large(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            for _name, files in request.FILES.lists():
                for file in files:
                    file.name = clean(file.name or "", lines=False)
        return None


def too_large(request: Any, most: int) -> HttpResponse:
    return render(request, "413.html", {"most": most // 1000}, status=413)


def length(request: Any) -> int:
    """Bytes a request announces; a WSGI server gives no body beyond them."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 2**63


def cleaned(fields: QueryDict) -> QueryDict:
    """The same fields with clean texts; the very same object when nothing had to change."""
    texts = [part for name in fields for part in (name, *fields.getlist(name))]
    if all(part.isascii() and part.isprintable() for part in texts):
        return fields
    out = QueryDict(mutable=True)
    for name in fields:
        secret = any(part in name for part in SECRET)
        out.setlist(clean(name), [part if secret else clean(part) for part in fields.getlist(name)])
    out._mutable = False
    return out
