"""Browsers that have opened an account before: a signed cookie names the account, so that an attack from elsewhere on
its password, or on its SMS, does not take the owner's own way in. OWASP calls it a device cookie.
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing

from takwin.core.tokens import secret_keys

COOKIE = f"{settings.COOKIE_PREFIX}takwin_known"
SALT = "takwin.accounts.browsers"
LIFETIME = 180 * 86_400  # seconds
MOST = 5  # accounts of one browser: a family's phone
SHARED = "shared_device"  # in the session: others use this device


def _known(request: Any) -> list[str]:
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return []
    return kept if isinstance(kept, list) else []


def remembers(request: Any, login: str) -> bool:
    """Whether this browser has opened the account of a phone or e-mail."""
    known = _known(request)
    return any(signing.Signer(key=secret, salt=SALT).signature(login) in known for secret in secret_keys())


def remember_browser(request: Any, response: Any, user: Any) -> None:
    """Mark the browser, unless others use it. The cookie holds signatures, no phone and no e-mail."""
    if request.session.get(SHARED) or not hasattr(response, "set_cookie"):
        return
    logins = [login for login in (user.phone, user.email) if login]
    mine = [signing.Signer(salt=SALT).signature(login) for login in logins]
    kept = [*mine, *(mark for mark in _known(request) if mark not in mine)][: 2 * MOST]
    response.set_cookie(
        COOKIE, signing.dumps(kept, salt=SALT), max_age=LIFETIME, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
