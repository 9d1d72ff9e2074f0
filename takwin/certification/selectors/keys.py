"""Keys in public, and who the issuer is."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlsplit

from django.conf import settings

from takwin.certification.choices import KeyState
from takwin.certification.models import SigningKey
from takwin.engines.credentials import Issuer, public_pem

NAMES = {"ar": "تكوين", "fr": "takwin", "en": "takwin"}


def issuer() -> Issuer:
    """The network as an issuer: its name is its address (did:web)."""
    return Issuer(f"did:web:{quote(urlsplit(settings.SITE_URL).netloc, safe='.')}", settings.SITE_URL, NAMES)


def method(key: SigningKey) -> str:
    """How a signature names a key."""
    return f"{issuer().did}#{key.name}"


def published() -> list[SigningKey]:
    """Keys whose signatures are believed, the one that signs now first."""
    return list(SigningKey.objects.exclude(state=KeyState.WITHDRAWN))


@lru_cache(maxsize=64)
def _pem(secret: str) -> str:
    return public_pem(secret)


def believed() -> dict[str, str]:
    """{method: public PEM}."""
    return {method(key): _pem(key.secret) for key in published()}


def believed_names() -> dict[str, str]:
    """{name of the key: public PEM}: what signs lines."""
    return {key.name: _pem(key.secret) for key in published()}


def all_keys() -> list[SigningKey]:
    return list(SigningKey.objects.all())


def key(ref: str) -> SigningKey:
    return SigningKey.objects.get(ref=ref)
