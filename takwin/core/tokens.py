"""Short signed addresses: no account, no password, nothing to guess. A purpose keeps one kind from opening another."""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from takwin.core.refs import is_ref

BYTES = 9  # 72 bits: a guess a microsecond would take a hundred million years


def secret_keys() -> list[str]:
    """The secret of today and those it replaced: what was marked with a former one is read until that one leaves
    `SECRET_KEY_FALLBACKS`. New marks are made with the first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def digests_of(salt: str, value: str) -> list[str]:
    """Keyed digests of a value, in hexadecimal: with the secret of today, which is the one to keep, and with those it
    replaced."""
    return [salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest() for secret in secret_keys()]


def fits_digest(salt: str, value: str, kept: str) -> bool:
    """Whether a kept digest is the value's, made with the secret of today or with a former one."""
    return any(constant_time_compare(made, kept) for made in digests_of(salt, value))


def _mark(ref: str, purpose: str, secret: str) -> str:
    key = f"{purpose}:{secret}".encode()
    return base64.urlsafe_b64encode(hmac.new(key, ref.encode(), hashlib.sha256).digest()[:BYTES]).decode()


def token(ref: str, purpose: str) -> str:
    """A reference without its prefix and dashes, and a mark only this server can make."""
    return f"{ref[4:].replace('-', '')}{_mark(ref, purpose, settings.SECRET_KEY)}"


def read(token: str, prefix: str, purpose: str) -> str | None:
    """The reference a token stands for, or None; an address of before the secret was rotated is read too."""
    if not token.isascii():
        return None
    size = 4 * BYTES // 3
    body, mark = token[:-size], token[-size:]
    ref = f"{prefix}-{body[:-1]}-{body[-1:]}"
    if len(body) < 2 or not is_ref(ref):
        return None
    # `compare_digest` raises on texts outside ASCII: bytes are compared.
    marks = (_mark(ref, purpose, secret).encode() for secret in secret_keys())
    return ref if any(hmac.compare_digest(mark.encode(), made) for made in marks) else None
