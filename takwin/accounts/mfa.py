"""Second factors at rest: what makes the codes of an authenticator is kept as cipher text."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from takwin.core import keys

PREFIX = "enc:"  # a secret of before has none: it is base32, or hexadecimal


class MfaAdapter(DefaultMFAAdapter):
    """Asked by allauth for each TOTP secret and each seed of recovery codes."""

    def encrypt(self, text: str) -> str:
        return PREFIX + keys.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """FieldKeyError when the keys cannot read it."""
        if encrypted_text.startswith(PREFIX):
            return keys.decrypt(encrypted_text.removeprefix(PREFIX))
        return encrypted_text
