"""An issuer, a key that is nobody's, and a diploma."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from takwin.engines.credentials import (
    Award,
    Issuer,
    KeyPair,
    Line,
    Place,
    credential,
    did_document,
    public_pem,
    sign,
    status_list,
)
from takwin.engines.credentials.status import entry

DID = "did:web:takwin.example"
URL = "https://takwin.example"
ISSUER = Issuer(DID, URL, {"ar": "تكوين", "fr": "Takwin", "en": "Takwin"})
KEY = KeyPair.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OLD = KeyPair.of(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
METHOD, OLD_METHOD = f"{DID}#key-2", f"{DID}#key-1"
KEYS = {METHOD: public_pem(KEY.secret), OLD_METHOD: public_pem(OLD.secret)}
NOW = datetime(2024, 9, 2, tzinfo=UTC)
REVOKED, SUSPENDED = f"{URL}/status/revocation/0", f"{URL}/status/suspension/0"
AWARD = Award(
    ref="DIP-7F3K9Q2M-4",
    kind="diploma",
    programme="pharmacy-assistant",
    names={"ar": "مساعد صيدلي", "fr": "Assistant en pharmacie", "en": "Pharmacy assistant"},
    centre={"ar": "المعهد المتخصص بمكناس", "fr": "Institut spécialisé de Meknès", "en": ""},
    holder="سلمى أمزيان",
    on=date(2024, 7, 15),
    average=1364,
    honours={"ar": "مستحسن", "fr": "Assez bien", "en": "Fairly good"},
    lines=(Line("M1", {"ar": "علم الأدوية", "fr": "Pharmacologie", "en": "Pharmacology"}, 1450),),
)


def places(index: int = 5) -> tuple[Place, ...]:
    return Place(REVOKED, "revocation", index), Place(SUSPENDED, "suspension", index)


def before(secret: str = KEY.secret, method: str = METHOD) -> dict[str, Any]:
    """A diploma as it was issued first: names by language, two statuses, its proof an object."""
    names = [{"@value": text, "@language": language} for language, text in AWARD.names.items()]
    unsigned = credential(AWARD, ISSUER) | {"name": names, "credentialStatus": [entry(place) for place in places()]}
    made = sign(unsigned, secret, method, NOW)
    return made | {"proof": made["proof"][0]}


def signed(secret: str = KEY.secret, method: str = METHOD, **over: Any) -> dict[str, Any]:
    return sign(credential(replace(AWARD, **over), ISSUER, places()[1]), secret, method, NOW)


def published(bits: dict[str, list[int]]) -> dict[str, dict[str, Any]]:
    """Both lists, signed: {address: document}."""
    out = {}
    for url, purpose in ((REVOKED, "revocation"), (SUSPENDED, "suspension")):
        unsigned = status_list(DID, url, purpose, bits.get(purpose, []), at=NOW, until=NOW.replace(year=2099))
        out[url] = sign(unsigned, KEY.secret, METHOD, NOW)
    return out


def did() -> dict[str, Any]:
    return did_document(DID, [("key-2", KEY.multikey), ("key-1", OLD.multikey)])
