"""Short signed addresses of results."""

from __future__ import annotations

from takwin.core import tokens


def token(ref: str) -> str:
    """What stands for an application's reference in an address."""
    return tokens.token(ref, "result")


def read(signed: str) -> str | None:
    """The reference a token stands for, or None."""
    return tokens.read(signed, "ADM", "result")
