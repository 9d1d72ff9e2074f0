"""The keys of a back-up, in a file of their own under a passphrase (scrypt, then AES-256-GCM)."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons
from takwin.core.errors import Refused

MAGIC = b"TAKWINKEYS1\n"
SHORTEST = 12  # signs of a passphrase
COST = 2**15  # RFC 7914; 32 MiB and a tenth of a second


class KeyFileReason(Reasons):
    SHORT_PHRASE = (
        "short_phrase",
        ngettext_lazy(
            "The passphrase needs %(count)s sign at least.", "The passphrase needs %(count)s signs at least.", "count"
        ),
    )
    WRONG_PHRASE = "wrong_phrase", _("The passphrase is wrong, or this is no file of keys.")


def _cipher(phrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(phrase.encode()))


def write_keys(path: Path, phrase: str) -> None:
    """Write what the environment must hold for a back-up to be read. The file must not exist yet."""
    if len(phrase) < SHORTEST:
        raise Refused(KeyFileReason.SHORT_PHRASE, count=SHORTEST)
    facts = {"TAKWIN_SECRET_KEY": settings.SECRET_KEY, "TAKWIN_FIELD_KEYS": ",".join(settings.FIELD_KEYS)}
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    content = MAGIC + salt + nonce + _cipher(phrase, salt).encrypt(nonce, json.dumps(facts).encode(), MAGIC)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)


def read_keys(path: Path, phrase: str) -> dict[str, str]:
    """Variables of the environment by name; Refused for a wrong passphrase."""
    content = path.read_bytes()
    salt, nonce = content[len(MAGIC) : len(MAGIC) + 16], content[len(MAGIC) + 16 : len(MAGIC) + 28]
    try:
        if not content.startswith(MAGIC) or len(nonce) < 12:
            raise InvalidTag
        facts: dict[str, str] = json.loads(_cipher(phrase, salt).decrypt(nonce, content[len(MAGIC) + 28 :], MAGIC))
    except InvalidTag:
        raise Refused(KeyFileReason.WRONG_PHRASE) from None
    return facts
