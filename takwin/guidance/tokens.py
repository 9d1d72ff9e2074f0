"""Signed addresses of appointments and of calendar feeds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from takwin.core import tokens


def token(ref: str) -> str:
    """What stands for an appointment in an address."""
    return tokens.token(ref, "appointment")


def read(signed: str) -> str | None:
    """The appointment's reference, or None."""
    return tokens.read(signed, "APT", "appointment")


def address(appointment: Any) -> str:
    """Where a client sees, moves or cancels an appointment without an account."""
    return settings.SITE_URL.rstrip("/") + reverse("guidance:appointment", args=[token(appointment.ref)])


def wall_token(code: str) -> str:
    """What stands for the board of a centre in the address of its wall."""
    return _wall().sign(code)


def read_wall(signed: str) -> str | None:
    """The code of the centre, or None."""
    try:
        return _wall().unsign(signed)
    except BadSignature:
        return None


def _wall() -> Signer:
    return Signer(salt="takwin.guidance.wall", sep="~")


def feed_token(ref: str) -> str:
    return tokens.token(ref, "feed")


def read_feed(signed: str) -> str | None:
    return tokens.read(signed, "ICS", "feed")
