"""A password alone sets up no second factor: staff type back a code sent to a phone or an e-mail they have proven,
before they add their first factor or change where codes go. Whoever stole only the password has neither."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled

from takwin.accounts import proofs

METHOD = "code"  # as `door.enter` notes a sign-in by code
FRESH = 15 * 60  # seconds a code stands for its owner's being there
GUARDED = {"mfa_activate_totp", "mfa_add_webauthn", "account_email", "account_change_phone"}


def proven_reach(user: Any) -> tuple[str, str] | None:
    """Where a code reaches the owner of an account: (kind, e-mail or phone), or None when nothing is proven."""
    address = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk").first()
    if address:
        return proofs.EMAIL, address.email
    return (proofs.PHONE, user.phone) if user.phone and user.phone_verified else None


def has_fresh_code(request: Any) -> bool:
    """Whether a code was typed back in this session within the quarter of an hour: at the sign-in, or since."""
    records = get_authentication_records(request, request.user)
    return any(row.get("method") == METHOD and 0 <= time.time() - row.get("at", 0) <= FRESH for row in records)


def note_code(request: Any, kind: str, to: str) -> None:
    record_authentication(request, request.user, method=METHOD, **{kind: to})


def must_prove(request: Any, name: str) -> bool:
    """Whether a page of allauth waits for a code. A page that only shows e-mails does not; who has a factor already is
    asked for that one by allauth; where nothing is proven yet there is nowhere to send a code."""
    if name not in GUARDED or (name == "account_email" and request.method != "POST"):
        return False
    user = request.user
    if not user.is_authenticated or not (user.is_staff or user.held()) or is_mfa_enabled(user):
        return False
    return not has_fresh_code(request) and proven_reach(user) is not None
