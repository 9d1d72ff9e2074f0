"""Relations between sessions as arrays for the compiled loops, row by row of a block (CSR)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from takwin.engines.timetabling import kernel
from takwin.engines.timetabling.model import Link, Problem, Relation

_PAIRS = {
    Link.APART: kernel.APART,
    Link.GROUPED: kernel.GROUPED,
    Link.NOT_TOGETHER: kernel.NOT_TOGETHER,
    Link.SAME_DAY: kernel.SAME_DAY,
    Link.ORDERED: kernel.BEFORE,
}


def offsets_of(sizes: list[int]) -> np.ndarray:
    """(rows + 1,) where the entries of each row begin (CSR)."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


def column_of(rows: list[Any], place: int) -> np.ndarray:
    """(rows,) one entry of each row."""
    return np.array([row[place] for row in rows], np.int64)


def pair_tables(problem: Problem, of: np.ndarray, offset: np.ndarray, blocks: int, hard: int) -> dict[str, Any]:
    """The links of each block with others: the arrays `pair_…` of `kernel.Tables`."""
    rows: list[list[tuple[int, ...]]] = [[] for _ in range(blocks)]
    for relation in problem.relations:
        if relation.link not in _PAIRS:
            continue
        for a, b in _couples(relation):
            if of[a] < 0 or of[b] < 0 or of[a] == of[b]:
                continue
            weight = relation.weight or hard
            for mine, other, link in ((a, b, relation.link), (b, a, relation.link)):
                after = link == Link.ORDERED and mine == b
                rows[of[mine]].append(
                    (
                        int(of[other]),
                        kernel.AFTER if after else _PAIRS[link],
                        relation.value,
                        weight,
                        int(relation.adjacent),
                        int(offset[mine]),
                        problem.events[mine].length,
                        int(offset[other]),
                        problem.events[other].length,
                    )
                )
    flat = [row for block in rows for row in block]
    names = ("other", "link", "value", "weight", "adjacent", "offset", "length", "offset2", "length2")
    columns = {f"pair_{name}": column_of(flat, place) for place, name in enumerate(names)}
    return {"pair_at": offsets_of([len(block) for block in rows]), **columns}


def _couples(relation: Relation) -> list[tuple[int, int]]:
    if relation.link == Link.ORDERED:
        return list(zip(relation.events, relation.events[1:], strict=False))
    return [(a, b) for place, a in enumerate(relation.events) for b in relation.events[place + 1 :]]


def used_tables(problem: Problem, of: np.ndarray, offset: np.ndarray, blocks: int, hard: int) -> dict[str, Any]:
    """How many of some slots all may use: the arrays `used_…` of `kernel.Tables`."""
    limits = [relation for relation in problem.relations if relation.link == Link.SLOTS_USED]
    rows: list[list[tuple[int, int]]] = [[] for _ in range(blocks)]
    slots = np.zeros((len(limits), problem.grid.slots), bool)
    for place, relation in enumerate(limits):
        slots[place, list(relation.slots)] = True
        bits: dict[int, int] = defaultdict(int)
        for event in relation.events:
            bits[int(of[event])] |= bits_of(problem.events[event].length, int(offset[event]))
        for block, mask in bits.items():
            if block >= 0:
                rows[block].append((place, mask))
    flat = [row for block in rows for row in block]
    return {
        "used_at": offsets_of([len(block) for block in rows]),
        "used_row": column_of(flat, 0),
        "used_bits": column_of(flat, 1),
        "used_slots": slots,
        "used_limit": np.array([relation.value for relation in limits], np.int64),
        "used_weight": np.array([relation.weight or hard for relation in limits], np.int64),
    }


def bits_of(length: int, offset: int) -> int:
    """`length` slots from `offset` on, a bit a slot."""
    return ((1 << length) - 1) << offset
