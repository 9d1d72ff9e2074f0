"""A desk left alone is signed out: the next person at the same machine opens nothing with another's roles."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from takwin.accounts.choices import EventKind
from takwin.accounts.roles import needs_role
from takwin.accounts.security import record_event

SESSION_KEY = "staff_seen_at"
NOTED_EVERY = 60  # seconds: the session is written once a minute at most, not at each request


class IdleTimeout:
    """Signs staff out when `STAFF_IDLE_MINUTES` passed since their last request. People without a role stay in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        minutes = settings.STAFF_IDLE_MINUTES
        if not minutes or SESSION_KEY not in request.session:
            return self.get_response(request)
        user: Any = request.user
        now, seen_at = time.time(), request.session[SESSION_KEY]
        if not user.is_authenticated:
            return self.get_response(request)
        # A clock that went back must not keep a session open for ever: far ahead counts as idle too.
        if abs(now - seen_at) > 60 * minutes:
            record_event(EventKind.IDLE, user=user, request=request)
            logout(request)
            messages.info(request, _("You were signed out because the desk was left alone. Sign in to go on."))
            if request.method == "GET":
                back = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
                return redirect(f"{resolve_url(settings.LOGIN_URL)}?{back}")
            # A form goes on to `SignInRequired`, after the check of its origin, and what it typed is kept.
            request.left_alone = True  # type: ignore[attr-defined]
        elif now - seen_at > NOTED_EVERY:
            request.session[SESSION_KEY] = now
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """The first page that needs a role starts the watch; a portal visitor costs no query."""
        if getattr(request, "left_alone", False):  # a form of a public page: nothing is done under no name
            return redirect(settings.LOGIN_URL)
        if needs_role(view, kwargs) and settings.STAFF_IDLE_MINUTES and SESSION_KEY not in request.session:
            user: Any = request.user
            if user.is_authenticated:
                request.session[SESSION_KEY] = time.time()
        return None
