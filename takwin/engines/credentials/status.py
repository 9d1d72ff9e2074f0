"""Bitstring Status List 1.0 (W3C 2025): published bits say which credentials are revoked or suspended.

A list is read as a whole, so that a look-up does not reveal which credential was meant. 131,072 bits
are the least the standard allows, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openbadgeslib.ob3 import build_status_list_credential, decode_encoded_list, status_entry

LIST_BITS = 131_072
REVOCATION, SUSPENSION = "revocation", "suspension"


@dataclass(frozen=True)
class Place:
    """A bit: `url` of the list, what a set bit means, and where it is."""

    url: str
    purpose: str
    index: int


def entry(place: Place) -> dict[str, Any]:
    return dict(status_entry(place.url, place.purpose, place.index))


def status_list(
    issuer: str, url: str, purpose: str, set_bits: Iterable[int], *, at: datetime, until: datetime
) -> dict[str, Any]:
    """The unsigned list. `until`: after it, a copy must not be believed any more."""
    return dict(build_status_list_credential(issuer, url, purpose, set_bits, LIST_BITS, issued=at, valid_until=until))


def is_set(document: dict[str, Any], index: int) -> bool:
    """Whether the bit of an index is set in a list; the first bit is the highest of the first byte."""
    bits = decode_encoded_list(document["credentialSubject"]["encodedList"])
    return bool(bits[index // 8] >> (7 - index % 8) & 1)
