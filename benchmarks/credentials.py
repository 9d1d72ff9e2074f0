"""Diplomas signed, verified and revoked, a second; and how long a line in a QR takes."""

from __future__ import annotations

import json
import statistics
import time

from takwin.engines.credentials import is_set, public_pem, read_line, sign, status_list, verify, write_line
from takwin.engines.credentials.document import credential
from takwin.engines.credentials.tests.make import AWARD, DID, ISSUER, KEY, KEYS, METHOD, NOW, REVOKED, places

TIMES = 200


def timed(name, work):
    """Median of TIMES calls, after ten that are not counted."""
    spent = []
    for index in range(TIMES + 10):
        begun = time.perf_counter()
        work()
        if index >= 10:
            spent.append(time.perf_counter() - begun)
    middle, worst = statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]
    print(f"  {name:36} median {middle * 1e3:8.2f} ms   p95 {worst * 1e3:8.2f} ms   {1 / middle:8.0f} a second")


def main() -> None:
    print("credentials, one core")
    document = credential(AWARD, ISSUER, places())
    signed = sign(document, KEY.secret, METHOD, NOW)
    encoded = json.dumps(signed, ensure_ascii=False).encode()
    print(f"  a diploma is {len(encoded):,} bytes")
    timed("signed (eddsa-rdfc-2022)", lambda: sign(document, KEY.secret, METHOD, NOW))
    timed("verified", lambda: verify(encoded, DID, KEYS))
    facts = {"ref": AWARD.ref, "holder": AWARD.holder, "name": AWARD.names["ar"], "centre": "م", "on": "2024-07-15"}
    line = write_line(facts, KEY.secret, "key-2")
    timed(f"a line of {len(line)} characters signed", lambda: write_line(facts, KEY.secret, "key-2"))
    timed("a line verified", lambda: read_line(line, {"key-2": public_pem(KEY.secret)}))
    bits = list(range(0, 131_072, 131))
    blank = status_list(DID, REVOKED, "revocation", bits, at=NOW, until=NOW.replace(year=2099))
    lists = sign(blank, KEY.secret, METHOD, NOW)
    timed("a list of 131,072 signed", lambda: sign(blank, KEY.secret, METHOD, NOW))
    timed("a bit looked up", lambda: is_set(lists, 131))


if __name__ == "__main__":
    main()
