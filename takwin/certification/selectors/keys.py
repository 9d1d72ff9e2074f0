"""Keys in public, and who the issuer is."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db.models import Prefetch

from takwin.certification.choices import KeyState
from takwin.certification.models import KeyWithdrawal, SigningKey
from takwin.core.second_person import RequestState
from takwin.engines.credentials import Issuer, public_pem

NAMES = {"ar": "تكوين", "fr": "takwin", "en": "takwin"}


def issuer(host: str = "") -> Issuer:
    """The network as an issuer: its name is its address (did:web). `host`: asked under a former address, it answers as
    it was called there, so that a stranger's verifier finds the keys and lists that an old diploma names."""
    found = next(
        (address for address in settings.FORMER_SITE_URLS if urlsplit(address).netloc == host), settings.SITE_URL
    )
    return Issuer(_did(found), found, NAMES)


def _did(address: str) -> str:
    return f"did:web:{quote(urlsplit(address).netloc, safe='.')}"


def addresses() -> list[str]:
    """Where the pages begin, now and formerly: what was issued under each of them is believed."""
    return [settings.SITE_URL, *settings.FORMER_SITE_URLS]


def issuers() -> list[str]:
    """The names of the network as an issuer, the one of now first."""
    return list(dict.fromkeys(_did(address) for address in addresses()))


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
    """{method: public PEM}, under the address of now and under each former one."""
    rows = published()
    return {f"{name}#{key.name}": _pem(key.secret) for name in issuers() for key in rows}


def believed_names() -> dict[str, str]:
    """{name of the key: public PEM}: what signs lines."""
    return {key.name: _pem(key.secret) for key in published()}


def current() -> SigningKey:
    """The key that signs now. DoesNotExist: nothing was signed yet."""
    return SigningKey.objects.get(state=KeyState.CURRENT)


def all_keys() -> list[SigningKey]:
    """Every key, the newest first, with the withdrawal that waits for a second person."""
    waiting = KeyWithdrawal.objects.select_related("asked_by").filter(state=RequestState.WAITING)
    return list(SigningKey.objects.prefetch_related(Prefetch("withdrawals", waiting, to_attr="waiting")))


def withdrawal(ref: str) -> KeyWithdrawal:
    return KeyWithdrawal.objects.get(ref=ref)


def key(ref: str) -> SigningKey:
    return SigningKey.objects.get(ref=ref)
