"""Proving a phone number: a code of six digits by SMS to its owner. Nothing is known of the number before."""

from __future__ import annotations

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext, override

from takwin.core import messages
from takwin.guidance.models import Appointment
from takwin.guidance.rules import CODE_SIGNS


def send_code(phone: str, *, language: str) -> str:
    """Send a code to a number; returns its digest, which tells nothing of the code."""
    code = f"{secrets.randbelow(10**CODE_SIGNS):0{CODE_SIGNS}}"
    with override(language):
        messages.send_code(phone, gettext("takwin: your code is %(code)s.") % {"code": code}, about="number")
    return digest(phone, code)


def digest(phone: str, code: str) -> str:
    return salted_hmac("takwin.guidance.code", f"{phone}:{code}", algorithm="sha256").hexdigest()


def is_code(phone: str, code: str, kept: str) -> bool:
    return constant_time_compare(digest(phone, code), kept)


def held(ref: str) -> Appointment | None:
    """A place that is being kept, by its reference."""
    return Appointment.objects.with_all().filter(ref=ref, state="held").first() if ref else None
