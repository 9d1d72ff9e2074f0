"""A page declares who may open it; the scope of the visitor for that capability comes with the request."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from takwin.core.changes import journal_reading
from takwin.core.errors import Refused
from takwin.ui.fields import BaseForm
from takwin.ui.forms import sent_before
from takwin.ui.typed import show_again

P = ParamSpec("P")
T = TypeVar("T")
PUBLIC = "public"
SIGNED_IN = "signed-in"
READING = (".see", ".board", ".open", ".read", ".audit")  # how the capabilities end that only look
SAFE = ("GET", "HEAD", "OPTIONS")


def page(
    capability: str,
    *,
    moves: str | Callable[[Any], str] = "",
    hidden: bool = False,
    prove: bool | Collection[str] = False,
    unattended: bool = False,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Guard a view: 403 without the capability, or 404 for a `hidden` page; `request.scope` holds where it is held. A
    `Refused` that leaves a POST shows the page again with what was typed (`ui/typed.py`); where the form stands on
    another page, the view calls `show_again`.
    `moves`: the capability that a POST to the page needs, or a function of the request that names it. During a POST
    `request.scope` is where the visitor holds THAT one, so every row the view then looks up is one they may write.
    A page that only looks and declares no `moves` takes no POST (405).
    `prove`: each POST, or those whose "do" or button is named, ask for the password or the second factor again.
    `unattended`: the page asks for itself again and again: no sign that somebody is there (`accounts/watch.py`).
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if capability not in {PUBLIC, SIGNED_IN}:
                needed = capability
                if request.method not in SAFE:
                    needed = moves(request) if callable(moves) else moves or capability
                    if needed.endswith(READING):
                        return HttpResponseNotAllowed(SAFE)
                request.scope = request.user.scope(needed)
                if not request.scope:
                    raise Http404(needed) if hidden else PermissionDenied(needed)
            prove_again(request, prove)
            try:
                return _say_when_sent_before(request, view, *args, **kwargs)
            except Refused as refusal:
                if request.method != "POST":
                    raise
                return show_again(request, refusal, inner, *args, **kwargs)

        vars(inner).update(capability=capability, moves=moves, prove=prove, unattended=unattended)
        return login_not_required(inner) if capability == PUBLIC else inner

    return wrap


def _say_when_sent_before(request: Any, view: Callable[..., HttpResponse], *args: Any, **kwargs: Any) -> HttpResponse:
    sent_before.set(False)
    response = view(request, *args, **kwargs)
    if sent_before.get():
        messages.info(request, _("This page was already sent: nothing was made twice."))
    return response


def prove_again(request: HttpRequest, deeds: bool | Collection[str]) -> None:
    """Ask for the password or the second factor again before a deed that binds others: signing, publishing, keys,
    roles. What was posted is kept meanwhile and done after the proof, which holds for some minutes
    (`ACCOUNT_REAUTHENTICATION_TIMEOUT`): an unlocked desk left alone signs nothing."""
    posted = request.method == "POST"
    if posted and deeds and deeds is not True:
        deeds = request.POST.get("do") in deeds or any(name in request.POST for name in deeds)
    if posted and deeds and settings.STAFF_PROVE_AGAIN:
        reauthentication_required(lambda _request: None)(request)


def or_404(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a selector finds, or “not found”: for what is not there, for a stranger, and for a key that is none (a
    UUID of another shape is a `ValidationError` of the look-up). `or_404(reads.diploma, request.scope, ref)`."""
    try:
        return read(*args, **kwargs)
    except (ObjectDoesNotExist, ValidationError) as absent:
        raise Http404(str([*args, *kwargs.values()][-1:])) from absent


def open_file(request: HttpRequest, row: Any) -> None:
    """Note in the journal that this visitor opened somebody's file; called once the row was found in their scope."""
    if request.method == "GET":
        journal_reading(row, by=request.user)


def near(request: Any, name: str, *, subject: str = "", **kwargs: Any) -> str:
    """An address about the same subject as this page: whose file it is stands in the address, never in the session.
    `subject` names another one."""
    kept = subject or (request.resolver_match.kwargs.get("subject", "") if request.resolver_match else "")
    return reverse(name, kwargs=kwargs | ({"subject": kept} if kept else {}))


def safe_next(request: HttpRequest, given: str) -> str:
    """A path of this site to go back to, as a header can carry it; empty when what was given is anything else."""
    allowed = url_has_allowed_host_and_scheme(given, {request.get_host()}, request.is_secure())
    return iri_to_uri(quote(given, safe="/?&=#%+:;,@~!$()*")) if allowed and given.startswith("/") else ""


def show(
    request: HttpRequest, template: str, *, fragment: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page; when HTMX asks and the page names a fragment, only that part of the same file. A page with a
    form that has errors answers 422."""
    shown = [value for value in context.values() if isinstance(value, BaseForm) and value.is_bound]
    if status == 200 and any(vars(form).get("_errors") for form in shown):
        status = 422
    if fragment and getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        template = f"{template}#{fragment}"
    response = render(request, template, context, status=status)
    if fragment:
        patch_vary_headers(response, ["HX-Request"])
    return response
