"""The client of a visitor: of their account, of a guest session, or none yet."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from takwin.guidance import services
from takwin.guidance.selectors import clients

GUEST = "guidance_guest"


def _guest(request: Any) -> Any:
    ref = request.session.get(GUEST)
    return clients.guest(ref) if ref else None


def found(request: Any) -> Any:
    """The visitor's client, or None: a mere visit makes nothing. A guest who has signed in is joined here."""
    guest = _guest(request)
    if not request.user.is_authenticated:
        return guest
    row = services.found_of(request.user, guest)
    if guest is not None:
        request.session.pop(GUEST, None)
    return row


def subject(request: Any) -> Any:
    """For advice: an account has a client at once, since its application may speak for it; a guest none yet."""
    return known(request) if request.user.is_authenticated else found(request)


def known(request: Any) -> Any:
    """The visitor's client, made when there is something to keep."""
    row = found(request)
    if row is not None:
        return row
    if request.user.is_authenticated:
        return services.client_of(request.user)
    row = services.new_guest((get_language() or "ar")[:2])
    request.session[GUEST] = row.ref
    return row
