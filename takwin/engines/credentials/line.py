"""A signed line for a QR: a compact JWS (RFC 7515, EdDSA) that any JOSE library verifies without a network.

It says what the paper says of the diploma, no more. `tests` measure it: with long Arabic names it is under 600
characters, a QR of at most version 22 at error level M.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt

MOST_LINE = 1_500
NAMES = ("ref", "holder", "name", "centre", "on")
# Short names in the line itself: each character is a module of the QR.
SHORT = dict(zip(NAMES, ("r", "h", "n", "c", "d"), strict=True))


class _Letters(json.JSONEncoder):
    """Writes Arabic letters as they are: two bytes each instead of six as escapes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"ensure_ascii": False})


def write_line(facts: Mapping[str, str], secret: str, method: str) -> str:
    """The signed line.

    Parameters
    ----------
    facts : mapping
        A text for each of NAMES.
    secret : str
        PKCS#8 PEM.
    method : str
        The name of the key alone, without the issuer.
    """
    payload = {SHORT[name]: facts[name] for name in NAMES}
    return jwt.encode(payload, secret, algorithm="EdDSA", headers={"kid": method, "typ": None}, json_encoder=_Letters)


def is_line(text: str) -> bool:
    """Whether a text has the form of a line, signed by whomever: a header with an algorithm and a key, a signature."""
    if len(text) > MOST_LINE or text.count(".") != 2 or not all(text.split(".")):
        return False
    try:
        return {"alg", "kid"} <= set(jwt.get_unverified_header(text))
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return False


def read_line(text: str, keys: Mapping[str, str]) -> dict[str, str] | None:
    """The facts of a line.

    Parameters
    ----------
    text : str
    keys : mapping of str to str
        Name of the key -> public PEM.

    Returns
    -------
    dict of NAMES to str, or None
        None unless one of the keys signed it.
    """
    if len(text) > MOST_LINE:
        return None
    try:
        key = keys.get(str(jwt.get_unverified_header(text).get("kid")))
        if key is None:
            return None
        facts: dict[str, Any] = jwt.decode(text, key, algorithms=["EdDSA"])
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None
    if not all(isinstance(facts.get(short), str) for short in SHORT.values()):
        return None
    return {name: facts[short] for name, short in SHORT.items()}
