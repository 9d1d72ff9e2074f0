"""The keys of encrypted columns and documents: derived once, known by a fingerprint, checked by a canary.

`TAKWIN_FIELD_KEYS=new,old`: what is written uses the first, what is read tries all. A canary of each key that has
written stands in the database: a ring that cannot read one is a wrong or a lost key, and nothing starts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction

CANARY = "takwin"
ROUNDS = 100_000  # of django-fernet-encrypted-fields 0.4, whose values we read


class FieldKeyError(ImproperlyConfigured):
    """A value cannot be read with the keys of this process. Never answered with the cipher text."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys, newest first, and how each is known."""

    keys: tuple[bytes, ...]
    fingerprints: tuple[str, ...]
    fernet: MultiFernet

    def of(self, fingerprint: str) -> bytes:
        """The key of a fingerprint; FieldKeyError when it is not in the ring."""
        if fingerprint not in self.fingerprints:
            raise FieldKeyError(f"The key {fingerprint} is not among TAKWIN_FIELD_KEYS.")
        return self.keys[self.fingerprints.index(fingerprint)]


def ring() -> Ring:
    """The ring of the settings as they are; derived once for each set of settings."""
    salts = settings.SALT_KEY if isinstance(settings.SALT_KEY, list) else [settings.SALT_KEY]
    secrets = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]
    return _ring(tuple(secrets), tuple(salts))


@lru_cache(maxsize=8)
def _ring(secrets: tuple[str, ...], salts: tuple[str, ...]) -> Ring:
    from base64 import urlsafe_b64encode

    keys = []
    for secret in secrets:
        for salt in salts:
            derive = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt.encode(), iterations=ROUNDS)
            keys.append(urlsafe_b64encode(derive.derive(secret.encode())))
    prints = tuple(hashlib.sha256(b"takwin-field-key:" + key).hexdigest()[:16] for key in keys)
    return Ring(tuple(keys), prints, MultiFernet([Fernet(key) for key in keys]))


def encrypt(text: str) -> str:
    """Cipher text under the newest key."""
    return ring().fernet.encrypt(text.encode()).decode()


def decrypt(cipher: str) -> str:
    """The text of a cipher. FieldKeyError when no key of the ring made it, or it is no cipher at all."""
    try:
        return ring().fernet.decrypt(cipher.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise FieldKeyError(
            "An encrypted value cannot be read with TAKWIN_FIELD_KEYS and TAKWIN_SECRET_KEY."
        ) from None


def is_newest(cipher: str) -> bool:
    """Whether the newest key made it."""
    try:
        Fernet(ring().keys[0]).decrypt(cipher.encode())
    except InvalidToken:
        return False
    return True


def wrong_keys() -> list[str]:
    """Fingerprints of keys that have written and cannot be read by this ring. Empty: all is well, or nothing is
    written yet. Raises DatabaseError when the table does not answer."""
    from takwin.core.models import FieldKey

    lost = []
    for row in FieldKey.objects.order_by("pk"):
        try:
            if decrypt(row.canary) != CANARY:
                lost.append(row.fingerprint)
        except FieldKeyError:
            lost.append(row.fingerprint)
    return lost


def require_keys() -> None:
    """Stop a start whose keys are wrong, and note a key that will write for the first time. A database that does not
    answer yet stops nothing: every read checks again."""
    from takwin.core.models import FieldKey

    try:
        with transaction.atomic():
            lost = wrong_keys()
            if not lost:
                FieldKey.objects.get_or_create(
                    fingerprint=ring().fingerprints[0], defaults={"canary": encrypt(CANARY)}
                )
    except DatabaseError:
        return
    if lost:
        raise FieldKeyError(
            f"TAKWIN_FIELD_KEYS or TAKWIN_SECRET_KEY is wrong: values under {', '.join(lost)} cannot be read. "
            "Give the former keys after the new one, and see docs/operations.md."
        )
