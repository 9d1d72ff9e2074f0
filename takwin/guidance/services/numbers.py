"""Proving a phone number: a code of six digits by SMS to its owner. Nothing is known of the number before."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext, override

from takwin.accounts.codes import spend_try
from takwin.core import messages
from takwin.core.tokens import digests_of, fits_digest
from takwin.guidance.models import Appointment
from takwin.guidance.rules import CODE_SIGNS

SALT = "takwin.guidance.code"


def send_code(phone: str, *, language: str) -> str:
    """Send a code to a number; returns its salted digest. The salt is new each time, so that two sessions that were
    sent the same digits have tries of their own."""
    code = f"{secrets.randbelow(10**CODE_SIGNS):0{CODE_SIGNS}}"
    with override(language):
        messages.send_code(phone, gettext("takwin: your code is %(code)s.") % {"code": code}, about="number")
    salt = secrets.token_hex(8)
    return f"{salt}:{digests_of(SALT, f'{salt}:{phone}:{code}')[0]}"


def is_code(phone: str, code: str, kept: str) -> bool:
    """Whether a code is the one whose digest was kept. Counts a try: five of a code, over all requests at once."""
    salt, _colon, digest = kept.partition(":")
    return spend_try(kept) and fits_digest(SALT, f"{salt}:{phone}:{code}", digest)


def held(ref: str) -> Appointment | None:
    """A place that is being kept, by its reference."""
    return Appointment.objects.with_all().filter(ref=ref, state="held").first() if ref else None
