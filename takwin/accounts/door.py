"""Asking for a code, and going in by it: what the pages of sign-up, sign-in by code and lost password share."""

from __future__ import annotations

import math
import time
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from takwin.accounts import codes, limits, proofs
from takwin.accounts.browsers import SHARED, remembers
from takwin.accounts.codes import Proof, Purpose

RESEND_AFTER = 30  # seconds
MAY_SET_PASSWORD = "may_set_password"  # in the session: [user, until when]
PASSWORD_WINDOW = 15 * 60  # seconds after the proof


def ask(request: Any, proof: Proof) -> None:
    """Send the digits, or a word that there is nothing to open; the page says the same in both cases.

    Raises LimitError. The same number asked again within 30 s by the same browser keeps its first digits."""
    earlier = codes.pending(request.session)
    if earlier and (earlier.purpose, earlier.to) == (proof.purpose, proof.to) and not may_send_again(earlier):
        earlier.password, earlier.shared, earlier.following = proof.password, proof.shared, proof.following
        codes.keep(request.session, earlier)
        return
    send(request, proof)


def may_send_again(proof: Proof) -> bool:
    return time.time() - proof.asked_at >= RESEND_AFTER


def seconds_to_resend(proof: Proof) -> int:
    """Seconds until new digits may be asked for, at least one."""
    return max(1, math.ceil(RESEND_AFTER - (time.time() - proof.asked_at)))


def send(request: Any, proof: Proof) -> None:
    """New digits for a proof. Counted by address, by number from that address, and by number with room for four such
    addresses; apart for a browser that has opened it before: a stranger who asks for an owner's codes uses up neither
    the owner's browser nor, from one place, the owner who comes from another."""
    if remembers(request, proof.to):
        limits.require(request, "code_asked", ("code_sent_again", proof.to))
    else:
        here = f"{proof.to} {limits.client_network(request)}"
        limits.require(request, "code_asked", ("code_sent_from", here), ("code_sent", proof.to))
    code = proof.renew()
    codes.keep(request.session, proof)
    holder = proofs.find_holder(proof.kind, proof.to)
    proofs.deliver(proof.kind, proof.to, _letter(proof, code, holder is not None), _("takwin: your code"))


def _letter(proof: Proof, code: str, known: bool) -> str:
    if not known and proof.purpose != Purpose.SIGN_UP:
        return _("takwin: no account has this number or address. Create one to begin.")
    if known and proof.purpose == Purpose.SIGN_UP:
        return _("takwin: your code is %(code)s. You already have an account: the code opens it.") % {"code": code}
    return _("takwin: your code is %(code)s.") % {"code": code}


def enter(request: Any, proof: Proof) -> HttpResponse:
    """Open the account whose phone or e-mail was just proven; a second factor is still asked for."""
    codes.drop(request.session)
    user, made = proofs.open_account(proof.kind, proof.to, password=proof.password)
    following = reverse("account_new_password") if proof.purpose == Purpose.RESET else proof.following
    email = proof.to if proof.kind == proofs.EMAIL else None
    record_authentication(request, user, method="code", **{proof.kind: proof.to})
    request.session.set_expiry(0)
    request.session[SHARED] = proof.shared
    response = perform_login(request, Login(user=user, email=email, signup=made, redirect_url=following or None))
    request.session[SHARED] = proof.shared
    if proof.purpose == Purpose.RESET:
        request.session[MAY_SET_PASSWORD] = [user.pk, time.time() + PASSWORD_WINDOW]
    return response


def may_enter(proof: Proof) -> bool:
    """Whether there is an account to open; a sign-up makes one."""
    return proof.purpose == Purpose.SIGN_UP or proofs.find_holder(proof.kind, proof.to) is not None


def may_set_password(request: Any) -> bool:
    """Whether this session's owner proved a phone or e-mail a moment ago for that purpose."""
    user, until = request.session.get(MAY_SET_PASSWORD, [None, 0])
    return user == request.user.pk and time.time() < until


def set_password(request: Any, password: str) -> None:
    """A new password; every other session of the account ends."""
    from allauth.account.internal.flows.password_change import finalize_password_set

    request.session.pop(MAY_SET_PASSWORD, None)
    proofs.set_password(request.user, password)
    finalize_password_set(request, request.user)
    proofs.end_sessions(request.user, keep=request.session.session_key)
