"""Credentials a stranger can verify: Open Badges 3.0 as W3C Verifiable Credentials 2.0, and a signed line for a QR.

Words: an *award* holds the facts of a diploma, in Arabic, French and English; a *credential* its signed document; a
*method* the address of the public key that a signature names; a *list* the published bits of what was revoked or
suspended; a *line* a short signed text that fits a QR and is verified without a network.

`proof.py` is the only file that knows the library; `tests/judge.mjs` asks another one, in another language.
"""

from takwin.engines.credentials.document import CONTEXTS, SEPARATOR, Award, Issuer, Line, credential
from takwin.engines.credentials.keys import KeyPair, did_document, public_pem
from takwin.engines.credentials.line import MOST_LINE, is_line, read_line, write_line
from takwin.engines.credentials.proof import MOST_BYTES, Fault, Unverified, sign, verify
from takwin.engines.credentials.status import LIST_BITS, Place, is_set, status_list

__all__ = [
    "CONTEXTS", "LIST_BITS", "MOST_BYTES", "MOST_LINE", "SEPARATOR", "Award", "Fault", "Issuer", "KeyPair", "Line",
    "Place",
    "Unverified", "credential", "did_document", "is_set", "is_line",
    "public_pem", "read_line", "sign", "status_list", "verify",
    "write_line",
]  # fmt: skip
