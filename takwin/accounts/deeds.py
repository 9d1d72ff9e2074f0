"""A POST that waits for the password or the second factor, and is then done itself, or not at all.

allauth keeps one such request in a session and compares its path with an address that has a query: of two windows, the
password typed in the first did what was pressed in the second. Here each has its own key, in the address that follows
the proof, which allauth's pages carry along; its own place in the session is filled for the length of the proof only.
What was posted is encrypted: sessions lie in the database and in its back-ups, and a contribution to a draw, a number
or a reason would lie there in clear. The cookies of the browser are not kept at all.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from allauth.core.internal.urlkit import script_aware_resolve
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from takwin.core import keys
from takwin.ui.pages import safe_next

DEEDS = "suspended_deeds"  # in the session: {key: {"user", "path", "request": cipher text}}, oldest first
KEY = "deed"
MOST_DEEDS = 5
MOST_BYTES = 500_000  # of all of them: the session is read at each request
PROOFS = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
RESUME = "takwin.accounts.deeds.resume"


class SuspendedDeeds:
    """Keeps what was posted while the proof is asked for, and has the proof do the deed that its address names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired) or request.method != "POST":
            return None
        methods = get_adapter().get_reauthentication_methods(request.user) if request.user.is_authenticated else []
        if not methods:
            return None
        query = request.GET.copy()
        query[KEY] = suspend(request)
        following = f"{request.path}?{query.urlencode()}"
        return redirect(f"{methods[0]['url']}?{urlencode({'next': following})}")

    def process_view(self, request: Any, _view: Any, _args: Any, _kwargs: Any) -> None:
        if request.method != "POST" or request.resolver_match.url_name not in PROOFS:
            return
        request.session.pop(STATE_SESSION_KEY, None)  # of an earlier try, of whatever deed
        following = request.POST.get("next") or request.GET.get("next") or ""
        path, key = split_key(following)
        if key or any(deed.get("path") == path for deed in _kept(request).values()):
            request.session[STATE_SESSION_KEY] = {"callback": RESUME, "state": {"following": following}}


def _kept(request: Any) -> dict[str, dict[str, Any]]:
    kept = request.session.get(DEEDS)
    return dict(kept) if isinstance(kept, dict) else {}


def split_key(following: str) -> tuple[str, str]:
    """An address without the key of a deed, and the key; "" where there is none."""
    path, _mark, asked = following.partition("?")
    try:
        query = QueryDict(asked, mutable=True)
    except ValueError:  # more fields than a request may have
        return path, ""
    key = query.get(KEY, "")
    query.pop(KEY, None)
    return (f"{path}?{query.urlencode()}" if query else path), key


def suspend(request: Any) -> str:
    """Keep a POST until the proof; its key. The oldest make room. What has files, or is too long, is not kept: who
    pressed it is asked to press again."""
    key = secrets.token_urlsafe(16)
    posted = json.loads(serialize_request(request))
    posted["META"].pop("HTTP_COOKIE", None)
    deed = {"user": request.user.pk, "path": request.path, "request": keys.encrypt(json.dumps(posted))}
    if request.FILES or len(deed["request"]) > MOST_BYTES:
        return key
    kept = _kept(request) | {key: deed}
    while len(kept) > MOST_DEEDS or sum(len(row["request"]) for row in kept.values()) > MOST_BYTES:
        del kept[next(iter(kept))]
    request.session[DEEDS] = kept
    return key


def _read(cipher: str) -> str:
    """What was posted; "" when an operator changed the keys meanwhile."""
    try:
        return keys.decrypt(cipher)
    except keys.FieldKeyError:
        return ""


def resume(request: Any, state: dict[str, str]) -> HttpResponse:
    """Do the deed that the proof was asked for, once; another one never. allauth calls it after the proof."""
    following, key = split_key(state["following"])
    kept = _kept(request)
    deed = kept.pop(key, None)
    posted = "" if deed is None or deed["user"] != request.user.pk else _read(deed["request"])
    if not posted:
        lost = _("It is you, but what you had pressed is no longer kept: nothing was done now. Press again.")
        messages.warning(request, lost)
        return redirect(safe_next(request, following) or settings.LOGIN_REDIRECT_URL)
    request.session[DEEDS] = kept
    suspended: Any = deserialize_request(posted, request)
    vars(suspended).pop("headers", None)  # read from the META of the password page
    suspended._files = MultiValueDict()
    suspended.content_type = suspended.META.get("CONTENT_TYPE", "").partition(";")[0]
    suspended.resolver_match = match = script_aware_resolve(suspended.path_info)
    response: HttpResponse = match.func(suspended, *match.args, **match.kwargs)
    return response
