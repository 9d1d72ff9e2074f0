"""Short signed addresses: no account, no password, nothing to guess. A purpose keeps one kind from opening another."""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings

from takwin.core.refs import is_ref

BYTES = 9  # 72 bits: a guess a microsecond would take a hundred million years


def _mark(ref: str, purpose: str) -> str:
    key = f"{purpose}:{settings.SECRET_KEY}".encode()
    return base64.urlsafe_b64encode(hmac.new(key, ref.encode(), hashlib.sha256).digest()[:BYTES]).decode()


def token(ref: str, purpose: str) -> str:
    """A reference without its prefix and dashes, and a mark only this server can make."""
    return f"{ref[4:].replace('-', '')}{_mark(ref, purpose)}"


def read(told: str, prefix: str, purpose: str) -> str | None:
    """The reference a token stands for, or None."""
    if not told.isascii():
        return None
    size = 4 * BYTES // 3
    body, mark = told[:-size], told[-size:]
    ref = f"{prefix}-{body[:-1]}-{body[-1:]}"
    # `compare_digest` raises on texts outside ASCII: bytes are compared.
    fits = len(body) > 1 and is_ref(ref) and hmac.compare_digest(mark.encode(), _mark(ref, purpose).encode())
    return ref if fits else None
