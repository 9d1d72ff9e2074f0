"""Check a draw and one's own line at home: this file alone, Python 3.9 or later, nothing to install.

    python at_home.py draw draws.json
    python at_home.py line my-line.json published.json

Ends with 0 when everything holds, 1 when something does not, 2 when a file cannot be read. See docs/allocation.md.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from typing import Any

SCORE_SHIFT = 40  # a priority is the score in hundredths, then 40 bits of lottery
NOBODY = "nobody"  # a cut-off that lets nobody new in


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value: keys sorted, no spaces, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commitment(contribution: str) -> str:
    """What is published of a contribution before it is revealed: its sha256."""
    return hashlib.sha256(contribution.encode()).hexdigest()


def final_seed(season: str, number: int, first: str, second: str, value: str) -> str:
    """sha256 of six lines, each ended by a line feed: a fixed word, the season, the number of the draw in it, both
    contributions in the order of their sealing, and the public value."""
    lines = ["takwin draw 1", season, str(number), first, second, value]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def lot(seed: str, application: str, place: str) -> int:
    """A number from 0 to 2^40 - 1: the first 5 bytes of blake2b of three lines. A higher number is luckier."""
    message = f"{seed}\n{application}\n{place}\n".encode()
    return int.from_bytes(hashlib.blake2b(message, digest_size=5).digest(), "big")


# A tree of commitments, as RFC 6962 section 2.1 hashes it: leaves and nodes begin with a byte of their own.


def leaf_hash(salt: bytes, body: bytes) -> bytes:
    """The salt keeps anybody from trying all the lines one could have."""
    return hashlib.sha256(b"\x00" + salt + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of a tree: neighbours are joined level by level, the odd last one goes up as it is."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def path(leaves: Sequence[bytes], at: int) -> list[bytes]:
    """The neighbours met on the way from a leaf to the root."""
    level, out = list(leaves), []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            out.append(level[beside])
        pairs = [node_hash(level[k], level[k + 1]) for k in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
        at >>= 1
    return out


def root_by_path(leaf: bytes, at: int, size: int, beside: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its neighbours lead to (RFC 9162, 2.1.3.2); None when they fit no such tree."""
    if not 0 <= at < size:
        return None
    place, last, found = at, size - 1, leaf
    for other in beside:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def inside(row: dict[str, Any], tree: dict[str, Any]) -> bool:
    """Whether a body with its salt and its path belongs to a published tree {"root", "size"}."""
    leaf = leaf_hash(bytes.fromhex(row["salt"]), canonical(row["body"]))
    found = root_by_path(leaf, row["at"], tree["size"], [bytes.fromhex(sibling) for sibling in row["path"]])
    return found is not None and found.hex() == tree["root"]


def draw_faults(draw: dict[str, Any]) -> list[str]:
    """What is wrong with a revealed draw of draws.json; nothing can be said of one that is not revealed."""
    if not draw.get("seed"):
        return []
    if draw.get("commitment"):  # a draw of one sealed seed, before two people sealed
        return [] if commitment(draw["seed"]) == draw["commitment"] else ["the seed is not the one sealed"]
    given = [row["revealed"] for row in draw["contributions"]]
    faults = [
        f"contribution {row['place']} is not the one sealed"
        for row in draw["contributions"]
        if commitment(row["revealed"]) != row["commitment"]
    ]
    followed = len(given) == 2 and final_seed(draw["season"], draw["number"], given[0], given[1], draw["value"])
    if followed != draw["seed"]:
        faults.append("the seed does not follow from the contributions and the public value")
    return faults


def line_faults(mine: dict[str, Any], public: dict[str, Any]) -> list[str]:
    """Faults of a candidate's line: not in the published roots, other lots, or not the first wish they clear."""
    if mine["run"] != public["run"]:
        return ["the two files speak of different runs"]
    body, faults = mine["line"]["body"], []
    if body["run"] != public["run"] or not inside(mine["line"], public["lines"]):
        faults.append("your line is not in the published tree")
    cutoffs: dict[str, Any] = {}
    for row in mine["cutoffs"]:
        if row["body"]["run"] != public["run"] or not inside(row, public["cutoffs"]):
            faults.append(f"a cut-off is not in the published tree: {row['body']}")
        cutoffs[_key(row["body"]["place"], row["body"]["groups"])] = row["body"]["least"]
    reached = None
    for wish in body["wishes"]:
        try:
            if _clears(wish, body["application"], public["seed"], cutoffs):
                reached = wish["rank"]
                break  # later wishes are wanted less
        except KeyError as absent:
            faults.append(f"no cut-off is given for {absent}")
            break
    if reached != body["result"]:
        faults.append(f"you clear first the wish {reached}, your result is {body['result']}")
    return faults


def _key(place: str, groups: list[str]) -> str:
    return " ".join([place, *sorted(groups)])


def _clears(wish: dict[str, Any], application: str, seed: str, cutoffs: dict[str, Any]) -> bool:
    """Whether the wish is locked, or its score reaches its cut-off and, with a bed, that of the bed."""
    if wish["firm"]:
        return True
    seat = cutoffs[_key(wish["offering"], wish["groups"])]
    if not _above(wish["score"], lot(seed, application, wish["offering"]), seat):
        return False
    if not wish["with_bed"]:
        return True
    if not wish["house"]:
        return False
    bed = cutoffs[_key(wish["house"], wish["bed_groups"])]
    return _above(wish["bed_score"], lot(seed, application, wish["house"]), bed)


def _above(score: int, lots: int, least: Any) -> bool:
    return least is None or (least != NOBODY and (score << SCORE_SHIFT) | lots >= least)


def main(argv: list[str]) -> int:
    if len(argv) not in {2, 3} or argv[0] not in {"draw", "line"} or (argv[0] == "line") != (len(argv) == 3):
        print(__doc__)
        return 2
    try:
        files = []
        for name in argv[1:]:
            with open(name, encoding="utf-8") as file:
                files.append(json.load(file))
        if argv[0] == "draw":
            faults = [f"draw {row['number']}: {fault}" for row in files[0]["draws"] for fault in draw_faults(row)]
        else:
            faults = line_faults(files[0], files[1])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        print(f"cannot be read: {wrong!r}", file=sys.stderr)
        return 2
    for fault in faults:
        print(fault)
    print("does not hold" if faults else "holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
