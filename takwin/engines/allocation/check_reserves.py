"""How many reserved seats a set of people fills, one seat a person: a matching found by augmenting paths."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1 << 16)
def filled(counts: tuple[int, ...], seats: tuple[int, ...]) -> int:
    """Reserved seats filled by counts[k] people of kind k (bit r of k: member of reserve r)."""
    given = [[0] * len(seats) for _ in counts]  # people of a kind in each reserve
    total = 0
    for kind, number in enumerate(counts):
        for _ in range(number):
            if not _seat(kind, given, seats, set()):
                break  # the next of the same kind would find none either
            total += 1
    return total


def _seat(kind: int, given: list[list[int]], seats: tuple[int, ...], seen: set[int]) -> bool:
    """Seat one person of a kind, moving others between their reserves when need be."""
    for reserve, number in enumerate(seats):
        if not kind >> reserve & 1 or reserve in seen:
            continue
        seen.add(reserve)
        if sum(row[reserve] for row in given) < number:
            given[kind][reserve] += 1
            return True
        for other, row in enumerate(given):
            if row[reserve] and other != kind and _seat(other, given, seats, seen):
                row[reserve] -= 1
                given[kind][reserve] += 1
                return True
    return False


def more(counts: tuple[int, ...], kind: int, by: int = 1) -> tuple[int, ...]:
    """Counts with one more (or one fewer) of a kind."""
    return (*counts[:kind], counts[kind] + by, *counts[kind + 1 :])


def choose(people: list[tuple[int, int, int]], capacity: int, seats: tuple[int, ...], locked: set[int]) -> set[int]:
    """Whom a pool keeps of (priority, candidate, kind): the locked, then the best who fill reserves, then the best."""
    ranked = sorted(people, key=lambda row: (row[1] not in locked, -row[0]))
    kept: set[int] = set()
    counts = (0,) * (1 << len(seats))
    for _priority, who, kind in ranked:
        grown = more(counts, kind)
        if who in locked or (len(kept) < capacity and filled(grown, seats) > filled(counts, seats)):
            counts = grown
            kept.add(who)
    for _priority, who, _kind in ranked:
        if len(kept) < capacity:
            kept.add(who)
    return kept
