"""Ed25519 keys, as PEM at home and as multikey in the issuer's published document (did:web)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from openbadgeslib.ob3 import multikey_from_pem

CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]


@dataclass(frozen=True)
class KeyPair:
    """`secret`: PKCS#8 PEM; whoever holds it issues in our name. `multikey`: the public half, as the W3C writes it."""

    secret: str
    multikey: str

    @classmethod
    def new(cls) -> KeyPair:
        return cls.of(Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, key: Ed25519PrivateKey) -> KeyPair:
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return cls(secret, multikey_from_pem(public_pem(secret)))


def public_pem(secret: str) -> str:
    """The public half of a secret PEM."""
    key = load_pem_private_key(secret.encode(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def did_document(did: str, keys: list[tuple[str, str]]) -> dict[str, Any]:
    """What an issuer publishes: `keys` are (fragment, multikey), those that sign now and those of before, whose
    signatures stay verifiable. A key that leaks is left out."""
    methods = [
        {"id": f"{did}#{name}", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
        for name, multikey in keys
    ]
    return {
        "@context": CONTEXT,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
