"""The journal's chain: lines are sealed in batches, and each seal holds the digest of the seal before it.

A digest at each insert would make every write of the nation wait for the line before it. Sealing afterwards, each
minute, costs writers nothing; what it leaves open is the last minute. Whoever can rewrite the database could rewrite
the chain too: a head noted elsewhere (the log of the machine, an auditor's notebook) shows that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.db import IntegrityError, transaction

from takwin.core.models import Entry, Seal

BATCH = 5_000  # lines a seal: about 5 MB in memory, and well under a second
log = structlog.get_logger("takwin.journal")


@dataclass(frozen=True)
class ChainReport:
    """What a check of the chain found. `faults` are sentences for an operator, in the order of the seals."""

    seals: int
    lines: int
    waiting: int
    head: str
    faults: tuple[str, ...]


def canonical(entry: Entry) -> bytes:
    """The bytes of a line that its seal covers: the same on both databases."""
    at = entry.at.isoformat(timespec="microseconds")
    values = [entry.pk, entry.by_id, entry.ref, entry.verb, entry.changed, entry.data, at]
    return json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def digest_lines(before: str, entries: Iterable[Entry]) -> tuple[str, int]:
    """SHA-256 over the digest before and each line with its length; and how many lines there were."""
    state, count = hashlib.sha256(before.encode()), 0
    for entry in entries:
        line = canonical(entry)
        state.update(len(line).to_bytes(8, "big") + line)
        count += 1
    return state.hexdigest(), count


def seal_batch() -> int:
    """Seal up to `BATCH` lines that no seal covers; how many, and none when another process is sealing."""
    try:
        return _seal_batch()
    except IntegrityError:  # the number is unique: the other one won, and its lines are sealed
        return 0


def _seal_batch() -> int:
    with transaction.atomic():
        last = Seal.objects.select_for_update().order_by("-number").first()
        # A transaction that commits later may hold a smaller key: it is found by the next seal, whatever its key.
        entries = list(Entry.objects.filter(seal=None).order_by("pk")[:BATCH])
        if not entries:
            return 0
        digest, count = digest_lines(last.digest if last else "", entries)
        seal = Seal.objects.create(number=last.number + 1 if last else 1, lines=count, digest=digest)
        Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(seal=seal)
    log.info("journal_sealed", number=seal.number, digest=digest, lines=count)
    return count


def seal_journal(batches: int = 100) -> int:
    """Seal what waits, at most `batches` batches; how many lines. Called each minute."""
    sealed = 0
    for _turn in range(batches):
        count = seal_batch()
        sealed += count
        if count < BATCH:
            break
    return sealed


def check_journal(head: str = "") -> ChainReport:
    """Recompute every seal from its lines. `head`, as "number:digest", is one noted elsewhere at some time."""
    faults: list[str] = []
    before, lines, expected, heads = "", 0, 1, set()
    for seal in Seal.objects.order_by("number").iterator():
        if seal.number != expected:
            faults.append(f"Seals {expected} to {seal.number - 1} are missing.")
        entries = Entry.objects.filter(seal=seal).order_by("pk")
        digest, count = digest_lines(before, entries.iterator(2_000))
        if count != seal.lines:
            faults.append(f"Seal {seal.number} covered {seal.lines} lines; {count} are there.")
        if digest != seal.digest:
            faults.append(f"Seal {seal.number} does not match its lines or the seal before it.")
        before, expected, lines = seal.digest, seal.number + 1, lines + count
        heads.add(str(seal))
    if head and head not in heads:
        faults.append(f"The noted head {head} is not in the chain: it was written again or cut.")
    waiting = Entry.objects.filter(seal=None).count()
    return ChainReport(expected - 1, lines, waiting, f"{expected - 1}:{before}" if before else "", tuple(faults))
