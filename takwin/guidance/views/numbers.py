"""Confirming a phone number before something is kept in its name: a code by SMS, typed back in the same session."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from takwin.accounts import limits
from takwin.accounts.browsers import remembers
from takwin.accounts.limits import LimitError, may
from takwin.core.errors import Refused
from takwin.guidance import forms, services
from takwin.guidance.choices import GuidanceReason
from takwin.guidance.rules import HOLD, NUMBER_STAYS
from takwin.guidance.selectors import agenda
from takwin.guidance.tokens import token
from takwin.guidance.views.visitor import known
from takwin.ui.pages import PUBLIC, page, show

WAITING, PROVED = "guidance_waiting", "guidance_numbers"
MOST_WAITING = 5  # unfinished bookings of one session: each tab has its own address


def language() -> str:
    return (get_language() or "ar")[:2]


def is_proved(request: Any, phone: str) -> bool:
    """Whether this session has confirmed a number within the half hour, or its account has."""
    user = request.user
    if user.is_authenticated and user.phone == phone and user.phone_verified:
        return True
    at = request.session.get(PROVED, {}).get(phone, 0)
    return bool(timezone.now().timestamp() - at < NUMBER_STAYS.total_seconds())


def count_code(request: Any, phone: str, place: str) -> None:
    """Count one more code by address, by number from that address, by number with room for several such addresses
    (apart for a browser that has opened its account), and by centre. Raises LimitError.

    A centre's limit slows who asks much and stops nobody else: the first codes of an address in an hour pass it, so
    that a few addresses cannot close a centre; the last limit, of all addresses, takes hundreds of them to reach."""
    network = limits.client_network(request)
    here = f"{place} {network}"
    if remembers(request, phone):
        numbers = [("guidance_code_again", phone)]
    else:
        numbers = [("guidance_code_from", f"{phone} {network}"), ("guidance_code_number", phone)]
    centre = [("guidance_code_centre_from", here), ("guidance_code_centre_all", place)]
    if not may(request, "guidance_code_few", here):
        centre.append(("guidance_code_centre", place))
    limits.require(request, "guidance_code", *numbers, *centre)


def _too_many(limit: LimitError) -> str:
    return _("Too many codes were asked for. %(wait)s Or call the centre.") % {"wait": limit.wait}


def ask(request: Any, form: Any, *, kind: str, row: Any, phone: str) -> HttpResponse | None:
    """Send a code and keep what was typed until it comes back. None: too many codes, said on the form."""
    try:
        count_code(request, phone, row.centre.code)
    except LimitError as limit:
        form.add_error(None, _too_many(limit))
        return None
    typed = {name: form.cleaned_data.get(name, "") for name in ("name", "purpose", "words")}
    waiting = request.session.get(WAITING, {})
    for key in list(waiting)[: max(0, len(waiting) - MOST_WAITING + 1)]:
        _drop_pending(request, waiting, key)
    hold = None
    if kind == "slot" and may(request, "guidance_hold", f"{row.centre.code} {limits.client_network(request)}"):
        hold = services.hold_place(row, client=known(request), purpose=typed["purpose"], words=typed["words"])
    key = secrets.token_urlsafe(12)
    waiting[key] = typed | {"kind": kind, "ref": row.ref, "phone": phone, "hold": hold.ref if hold else ""}
    waiting[key] |= {"code": services.send_code(phone, language=language()), **_stamp()}
    request.session[WAITING] = waiting
    return redirect("guidance:number", key)


def _stamp() -> dict[str, float]:
    return {"at": timezone.now().timestamp()}


def _drop_pending(request: Any, waiting: dict[str, Any], key: str) -> dict[str, Any]:
    pending: dict[str, Any] = waiting.pop(key)
    request.session[WAITING] = waiting
    if hold := services.held(pending["hold"]):
        services.drop_hold(hold)
    return pending


@page(PUBLIC)
def number(request: Any, key: str) -> HttpResponse:
    """Type the code. It says nothing of the number: neither whether it is known here nor what it has booked."""
    waiting = request.session.get(WAITING, {})
    pending = waiting.get(key)
    if pending is None:
        messages.info(request, _("Nothing waits for a code here any more. Choose a time."))
        return redirect("guidance:centres")
    try:
        row = (agenda.slot if pending["kind"] == "slot" else agenda.open_day)(pending["ref"])
    except ObjectDoesNotExist as absent:
        raise Http404(key) from absent
    form: forms.CodeForm | forms.WhoForm = forms.CodeForm()
    if pending.get("proved"):
        form = forms.WhoForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            pending["name"] = form.cleaned_data["name"]
            return _finish(request, waiting, key, row)
    elif request.method == "POST":
        if "again" in request.POST:
            return _again(request, waiting, key, row)
        form = forms.CodeForm(request.POST)
        if form.is_valid() and _is_right(waiting, key, form.cleaned_data["code"]):
            return _finish(request, waiting, key, row)
        if form.is_valid():
            form.add_error("code", str(GuidanceReason.WRONG_CODE.label))
    context: dict[str, Any] = {"form": form, "row": row, "kind": pending["kind"], "phone": pending["phone"][-2:]}
    context |= {"hold": services.held(pending["hold"]), "proved": pending.get("proved", False)}
    return show(request, "guidance/number.html", active="guidance", **context)


def _again(request: Any, waiting: dict[str, Any], key: str, row: Any) -> HttpResponse:
    pending = waiting[key]
    try:
        count_code(request, pending["phone"], row.centre.code)
    except LimitError as limit:
        messages.error(request, _too_many(limit))
        return redirect("guidance:number", key)
    pending |= {"code": services.send_code(pending["phone"], language=language()), **_stamp()}
    request.session[WAITING] = waiting
    messages.success(request, _("Another code is on its way."))
    return redirect("guidance:number", key)


def _is_right(waiting: dict[str, Any], key: str, code: str) -> bool:
    """A code serves for ten minutes and five tries."""
    pending = waiting[key]
    fresh = timezone.now().timestamp() - pending["at"] < HOLD.total_seconds()
    return bool(fresh and services.is_code(pending["phone"], code, pending["code"]))


def _finish(request: Any, waiting: dict[str, Any], key: str, row: Any) -> HttpResponse:
    """The number is confirmed: what was asked for is done now."""
    pending = waiting.pop(key)
    request.session[PROVED] = request.session.get(PROVED, {}) | {pending["phone"]: timezone.now().timestamp()}
    request.session[WAITING] = waiting
    if services.needs_name(pending["phone"], pending["name"]):
        waiting[key] = pending | {"proved": True}
        return redirect("guidance:number", key)
    who = {"client": known(request), "name": pending["name"], "phone": pending["phone"], "language": language()}
    hold = services.held(pending["hold"])
    try:
        if pending["kind"] == "day":
            services.sign_up(row, by=request.user, **who)
            messages.success(request, _("You are registered. See you there."))
            return redirect("guidance:open_day", row.ref)
        if hold is not None and hold.held_until and hold.held_until > timezone.now():
            made = services.reserve_held(hold, by=request.user, **who)
        else:
            made = services.reserve(row, purpose=pending["purpose"], words=pending["words"], by=request.user, **who)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("guidance:times", row.centre.code)
    return redirect("guidance:appointment", token(made.ref))
