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
from django.utils.crypto import constant_time_compare, salted_hmac

SESSION_KEY = "pending_code"
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
        self.digest, self.sent, self.failed = self._digest(code), self.sent + 1, 0
        return code

    def _digest(self, code: str) -> str:
        return salted_hmac("takwin.accounts.codes", f"{self.salt}:{self.to}:{code}", algorithm="sha256").hexdigest()

    def accepts(self, typed: str) -> bool:
        """Whether the digits are the ones sent. Counts what is wrong.

        Tries are counted twice: in the session, and in the cache by one atomic step, since 64 requests at once that
        hold the same copy of the session had 320 tries of one code.
        """
        counter = f"code-tries:{self.digest}"
        cache.add(counter, 0, LIFETIME)
        if not self.digest or cache.incr(counter) > TRIES:
            self.failed = TRIES
            return False
        right = constant_time_compare(self._digest(tidy_code(typed)), self.digest)
        self.failed += not right
        return right and self.failed < TRIES and not self.is_old

    @property
    def is_old(self) -> bool:
        return not 0 <= time.time() - self.asked_at <= LIFETIME

    @property
    def is_spent(self) -> bool:
        return self.is_old or self.failed >= TRIES


def tidy_code(typed: str) -> str:
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
