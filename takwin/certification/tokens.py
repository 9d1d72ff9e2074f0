"""Addresses that show one diploma: signed, nothing to guess."""

from __future__ import annotations

from takwin.core import tokens

PURPOSE = "diploma-share"


def share(ref: str) -> str:
    return tokens.token(ref, PURPOSE)


def read_share(token: str) -> str | None:
    return tokens.read(token, "SHR", PURPOSE)
