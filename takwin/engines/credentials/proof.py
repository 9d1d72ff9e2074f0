"""Signing and verifying Data Integrity proofs (eddsa-rdfc-2022): the only module that uses openbadgeslib.

Nothing is fetched: contexts come with the library, keys are handed in. Whatever is handed in from outside is bounded
in size and depth before it is read, and every failure is one of `Fault`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import OB3LdpVerifier, add_data_integrity_proof

from takwin.engines.credentials.document import CONTEXTS

MOST_BYTES = 100_000  # a diploma is about 3,000
MOST_DEPTH = 40


class Fault(StrEnum):
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    TWICE = "twice"
    NOT_CREDENTIAL = "not_credential"
    UNKNOWN_CONTEXT = "unknown_context"
    UNKNOWN_ISSUER = "unknown_issuer"
    UNKNOWN_KEY = "unknown_key"
    NOT_YET = "not_yet"
    ENDED = "ended"
    ALTERED = "altered"


class Unverified(ValueError):  # noqa: N818 - as in the other engines
    """A document failed to verify: the `fault`, and for a log the `detail` (a member, or the library's message)."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault, self.detail = fault, detail


def sign(document: dict[str, Any], secret: str, method: str, created: datetime) -> dict[str, Any]:
    """A signed copy. `method`: did of the issuer, `#`, name of the key. The same inputs give the same bytes.

    The proof stands in an array of one: so the schema of Open Badges 3.0 wants it, and VC 2.0 allows it.
    """
    out = dict(add_data_integrity_proof(document, secret, method, created=created))
    return out | {"proof": [out["proof"]]}


def verify(content: bytes, issuers: str | Collection[str], keys: Mapping[str, str]) -> dict[str, Any]:
    """The document, when one of the issuer's keys signed all of it and it is valid today.

    Whether it was revoked since is not looked at: see `status`.

    Parameters
    ----------
    content : bytes
        JSON.
    issuers : str or collection of str
        The present and former names of the issuer.
    keys : mapping of str to str
        Method -> public PEM, old ones too; a key counts under its own issuer's name alone.

    Raises
    ------
    Unverified
    """
    document = parse(content)
    if [str(context) for context in _many(document.get("@context"))] != list(CONTEXTS):
        raise Unverified(Fault.UNKNOWN_CONTEXT, str(document.get("@context"))[:200])
    issuer = _id(document.get("issuer"))
    if not isinstance(issuer, str) or issuer not in ([issuers] if isinstance(issuers, str) else issuers):
        raise Unverified(Fault.UNKNOWN_ISSUER, str(issuer)[:200])
    proofs = _many(document.get("proof"))  # one object in what was issued before, an array of one since
    method = proofs[0].get("verificationMethod") if len(proofs) == 1 and isinstance(proofs[0], dict) else None
    if not isinstance(method, str) or method not in keys or not method.startswith(f"{issuer}#"):
        raise Unverified(Fault.UNKNOWN_KEY, str(method)[:200])
    _window(document, datetime.now(UTC))
    try:
        OB3LdpVerifier(pubkey_pem=keys[method], issuer_did=issuer).verify(document)
    except LibOpenBadgesException as error:
        raise Unverified(Fault.ALTERED, str(error)[:200]) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # The library reads hostile input with care; what slips through is still not a credential.
        raise Unverified(Fault.NOT_CREDENTIAL, type(error).__name__) from None
    return document


def parse(content: bytes) -> dict[str, Any]:
    """JSON of a bounded size and depth, an object, with each name once. Raises `Unverified`."""
    if len(content) > MOST_BYTES:
        raise Unverified(Fault.TOO_LARGE, str(len(content)))
    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse)
    except Unverified:
        raise
    except (ValueError, RecursionError) as error:
        raise Unverified(Fault.NOT_JSON, str(error)[:200]) from None
    if not isinstance(document, dict):
        raise Unverified(Fault.NOT_JSON, "not an object")
    if _depth(document) > MOST_DEPTH:
        raise Unverified(Fault.NOT_JSON, "too deep")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _value in pairs]
        raise Unverified(Fault.TWICE, next(name for name in names if names.count(name) > 1)[:60])
    return out


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _depth(document: Any) -> int:
    deepest, ahead = 0, [(document, 1)]
    while ahead:
        node, depth = ahead.pop()
        deepest = max(deepest, depth)
        if depth > MOST_DEPTH:
            break
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        ahead += [(child, depth + 1) for child in children]
    return deepest


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _window(document: dict[str, Any], now: datetime) -> None:
    for name, fault in (("validFrom", Fault.NOT_YET), ("validUntil", Fault.ENDED)):
        value = document.get(name)
        if value is None and name == "validUntil":
            continue
        try:
            at = datetime.fromisoformat(str(value))
            outside = at > now if name == "validFrom" else at < now
        except (TypeError, ValueError):
            raise Unverified(Fault.NOT_CREDENTIAL, name) from None
        if outside:
            raise Unverified(fault, str(value)[:40])
