"""Six digits sent to a phone or an e-mail: who types them back holds it. One pending proof in a browser session.

The session keeps the code's keyed digest, never the code; nothing of an account changes before the proof."""

from __future__ import annotations

import secrets
import time
import unicodedata
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.core.cache import cache

from takwin.core.tokens import digests_of, fits_digest

SESSION_KEY = "pending_code"
SALT = "takwin.accounts.codes"
DIGITS = 6
LIFETIME = 15 * 60  # seconds; an SMS can take minutes on a busy evening
TRIES = 5  # of a million codes
SENDS = 3  # of one proof; a number has its own limit across sessions
SIGNS = 50  # someone may type, blanks and dashes included


class Purpose(StrEnum):
    """What the proof is asked for."""

    SIGN_UP = "sign-up"
    SIGN_IN = "sign-in"
    RESET = "reset"
    FACTOR = "factor"  # who is signed in adds a first second factor


@dataclass
class Proof:
    """A proof under way. `password` is a hash, kept for the account this proof makes."""

    purpose: str
    kind: str  # "phone" or "email"
    to: str
    password: str = ""
    following: str = ""  # where to go afterwards
    shared: bool = False
    salt: str = ""
    digest: str = ""
    asked_at: float = 0.0
    failed: int = 0
    sent: int = 0

    def renew(self) -> str:
        """Draw new digits; the earlier ones are void."""
        code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
        self.salt, self.asked_at = secrets.token_hex(8), time.time()
        self.digest, self.sent, self.failed = digests_of(SALT, self._code_text(code))[0], self.sent + 1, 0
        return code

    def _code_text(self, code: str) -> str:
        return f"{self.salt}:{self.to}:{code}"

    def accepts(self, typed: str) -> bool:
        """Whether the digits are the ones sent. Counts what is wrong, in the session and by `spend_try`."""
        if not self.digest or not spend_try(self.digest):
            self.failed = TRIES
            return False
        right = fits_digest(SALT, self._code_text(normalize_code(typed)), self.digest)
        self.failed += not right
        return right and self.failed < TRIES and not self.is_old

    @property
    def is_old(self) -> bool:
        return not 0 <= time.time() - self.asked_at <= LIFETIME

    @property
    def is_spent(self) -> bool:
        return self.is_old or self.failed >= TRIES


def spend_try(digest: str) -> bool:
    """Count one try of a code, by its digest; False when its tries are spent.

    Counted in the cache by one atomic step: 64 requests at once that hold the same copy of the session had 320 tries
    of one code. By code, never by number: a stranger who types wrong digits spends the code that was sent for them,
    not the owner's.
    """
    counter = f"code-tries:{digest}"
    cache.add(counter, 0, LIFETIME)
    try:
        return bool(cache.incr(counter) <= TRIES)
    except ValueError:  # the cache was emptied between the two steps
        return False


def normalize_code(typed: str) -> str:
    """The decimal digits of what was typed, as 0-9: Arabic digits too; blanks and dashes fall out."""
    values = (unicodedata.decimal(sign, None) for sign in typed[:SIGNS])
    return "".join(str(value) for value in values if value is not None)


def keep(session: Any, proof: Proof) -> None:
    session[SESSION_KEY] = asdict(proof)


def pending(session: Any) -> Proof | None:
    """The proof this browser has asked for, unless it is spent."""
    kept = session.get(SESSION_KEY)
    if not isinstance(kept, dict):
        return None
    proof = Proof(**kept)
    if proof.is_spent:
        drop(session)
        return None
    return proof


def drop(session: Any) -> None:
    session.pop(SESSION_KEY, None)
