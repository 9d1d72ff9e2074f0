"""References one can dictate by telephone: `ADM-7K3QX9VM-C`.

31 signs: digits and capitals without 0, I, L, O and U, which are misread.
Eight random signs and one weighted check sign modulo 31: a prime, so that every single wrong sign and
every swap of two neighbours is caught.
"""

import re
import secrets

from takwin.core.numbers import western
from takwin.core.text import clean

SIGNS = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def check_sign(prefix: str, body: str) -> str:
    """Weights 2, 3, 4… over prefix and body, modulo 31."""
    total = sum(weight * _value(sign) for weight, sign in enumerate(prefix + body, start=2))
    return SIGNS[total % 31]


def new_ref(prefix: str) -> str:
    body = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"{prefix}-{body}-{check_sign(prefix, body)}"


def make_ref(prefix: str, number: int) -> str:
    """A reference from a number: for simulated rows, which must come out the same each time."""
    body = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, 31)
        body = SIGNS[digit] + body
    return f"{prefix}-{body}-{check_sign(prefix, body)}"


def is_ref(text: str, prefix: str | None = None) -> bool:
    """Whether a text is a well-formed reference (and of the given prefix)."""
    parts = text.split("-")
    if len(parts) != 3 or len(parts[1]) != LENGTH or (prefix and parts[0] != prefix):
        return False
    if not set(parts[1] + parts[2]) <= set(SIGNS) or not parts[0].isalpha():
        return False
    return parts[2] == check_sign(parts[0], parts[1])


def normalize_ref(text: str) -> str:
    """What a person typed in our signs: spaces out, digits of any script, any dash, capitals, I and L read as 1."""
    seen = (sign for sign in clean(text) if not sign.isspace() and sign not in "\u200e\u200f\u061c")
    text = re.sub("[\u2010-\u2015\u2212]", "-", western("".join(seen)).upper())
    head, dash, tail = text.partition("-")
    return head + dash + tail.translate(str.maketrans("IL", "11"))


def _value(sign: str) -> int:
    return SIGNS.index(sign) if sign in SIGNS else ord(sign) % 31
