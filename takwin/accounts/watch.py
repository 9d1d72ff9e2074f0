"""How long a session lasts: the one watch over it, whatever it is. A session left alone ends, and so does one that is
too old, however busy: the next person at the same machine opens nothing with another's roles.

| session | ends when nobody has asked for a page for | ends at the latest after the sign-in |
|---|---|---|
| on a device that others use | `SHARED_DEVICE_IDLE` | `SESSION_COOKIE_AGE` |
| of somebody who holds a role | `STAFF_IDLE_MINUTES` | `STAFF_SESSION_HOURS` |
| of anybody else | when the browser is closed | `SESSION_COOKIE_AGE` |

Where two lines fit, the shorter time counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from takwin.accounts.browsers import SHARED
from takwin.accounts.choices import EventKind
from takwin.accounts.kept_forms import is_private
from takwin.accounts.middleware import is_staff_page, send_to_sign_in
from takwin.accounts.security import record_event

SEEN_AT = "seen_at"  # when a page was last asked for; kept for watched sessions only
SIGNED_IN_AT = "signed_in_at"
IS_STAFF = "staff_session"
NOTED_EVERY = 60  # seconds: the session is written once a minute at most, not at each request


def begin_watch(request: HttpRequest | None, user: Any, **_more: object) -> None:
    """A sign-in: its age counts from now. Of somebody with a role from the first page on, also a page of their own: a
    desk is opened from any of them."""
    if request is not None:
        request.session[SIGNED_IN_AT] = time.time()
        if user.is_staff or user.held():
            request.session[IS_STAFF] = True


def longest_idle(session: Any) -> float:
    """Seconds a session may be left alone; 0: until the browser is closed."""
    idle = [settings.SHARED_DEVICE_IDLE] if session.get(SHARED) else []
    if session.get(IS_STAFF) and settings.STAFF_IDLE_MINUTES:
        idle.append(60 * settings.STAFF_IDLE_MINUTES)
    return min(idle, default=0)


def longest_age(session: Any) -> float:
    """Seconds a session may last, from the sign-in."""
    most: float = settings.SESSION_COOKIE_AGE
    return min(most, 3600 * settings.STAFF_SESSION_HOURS) if session.get(IS_STAFF) else most


class SessionWatch:
    """Ends a session that was left alone or is too old. The request goes on as a stranger's: a page that needs no
    sign-in is shown, another leads to the sign-in and says what became of a form (`SignInRequired`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated and self._is_over(request.session):
            record_event(EventKind.IDLE, user=user, request=request)
            logout(request)
            messages.info(
                request, _("Your session has ended, as it was left alone or open for long. Sign in to go on.")
            )
            # A form goes on to `SignInRequired`, after the check of its origin, and what it typed is kept.
            request.left_alone = request.method not in {"GET", "HEAD"}  # type: ignore[attr-defined]
        response = self.get_response(request)
        # An answer that caches may keep writes no session: its cookie would go to the next reader too.
        if "public" not in response.get("Cache-Control", "") and request.user.is_authenticated:
            request.session.update(getattr(request, "noted", {}))
        return response

    def _is_over(self, session: Any) -> bool:
        # A clock that went back must not keep a session open for ever: far ahead counts as over too.
        now, idle = time.time(), longest_idle(session)
        if abs(now - session.get(SIGNED_IN_AT, now)) > longest_age(session):
            return True
        return bool(idle and abs(now - session.get(SEEN_AT, now)) > idle)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Note that somebody is there. A page that asks by itself (`page(unattended=True)`: a board on a wall, the
        progress of a job) says nothing of that. The first page that needs a role starts the watch of staff where a
        role was given after the sign-in; a visitor of the portal costs no write. A form whose session ended leads to
        the sign-in; those of the account pages (sign-in, codes, sign-out) go on, as they are a stranger's too."""
        if getattr(request, "left_alone", False) and not is_private(request.path):  # nothing is done under no name
            return send_to_sign_in(request, settings.LOGIN_URL)
        user: Any = request.user
        if not user.is_authenticated:
            return None
        session, now = request.session, time.time()
        noted: dict[str, Any] = {}
        if SIGNED_IN_AT not in session:  # a session of before this watch
            noted[SIGNED_IN_AT] = now
        if not session.get(IS_STAFF) and is_staff_page(request, view, kwargs):
            session[IS_STAFF] = True
        attended = not getattr(view, "unattended", False)
        if longest_idle(session) and (SEEN_AT not in session or (attended and now - session[SEEN_AT] > NOTED_EVERY)):
            noted[SEEN_AT] = now
        if noted:
            request.noted = noted  # type: ignore[attr-defined]
        return None
