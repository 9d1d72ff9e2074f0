"""The call order with two minimum rates, as section 4 of Parcoursup's public document of 2023 states it.

At each place k the best ranked of four queues is called (none, bursary, resident, both), unless a rate binds: with b
bursary holders and r residents called so far, b * 100 < q_bursary * k binds to bursary holders, r * 100 < q_resident
* k to residents, while any are left. When both bind: both, else bursary, else resident, else anyone.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from takwin.engines.allocation.model import Ints, Malformed

NONE, BURSARY, RESIDENT, BOTH = range(4)


def call_order(start: Any, q_bursary: Any, q_resident: Any, rank: Any, kind: Any) -> NDArray[np.int32]:
    """The place of each candidacy in the call order of its group.

    Parameters
    ----------
    start : array_like of int, shape (g + 1,)
        Candidacies of group x are start[x] to start[x + 1].
    q_bursary, q_resident : array_like of int, shape (g,)
        Minimum rates in percent, 0 to 100.
    rank : array_like of int, shape (c,)
        From 1 to the size of the group, each once.
    kind : array_like of int, shape (c,)
        0 none, 1 bursary, 2 resident, 3 both.

    Returns
    -------
    ndarray of int32, shape (c,)
        From 1 in each group.

    Raises
    ------
    Malformed
    """
    from takwin.engines.allocation.lists import call

    start = np.asarray(start, dtype=np.int64)
    rank, kind = np.ascontiguousarray(rank, dtype=np.int32), np.ascontiguousarray(kind, dtype=np.int8)
    bursary, resident = np.asarray(q_bursary, dtype=np.int64), np.asarray(q_resident, dtype=np.int64)
    for name, rates in (("q_bursary", bursary), ("q_resident", resident)):
        wrong = np.flatnonzero((rates < 0) | (rates > 100))
        if len(wrong):
            raise Malformed("groups", int(wrong[0]), name, f"{rates[wrong[0]]} is not a percentage")
    if len(kind) and (kind.min() < NONE or kind.max() > BOTH):
        raise Malformed("candidacies", int(np.argmax((kind < NONE) | (kind > BOTH))), "type", "0, 1, 2 or 3 only")
    _once(start, rank)
    out = np.zeros(len(rank), dtype=np.int32)
    call(start, bursary, resident, rank, kind, out)
    return out


def _once(start: Ints, rank: Any) -> None:
    """Ranks of a group are 1 to its size, each once."""
    size = np.diff(start)
    wrong = np.flatnonzero((rank < 1) | (rank > np.repeat(size, size)))
    if not len(wrong):
        seen = np.zeros(len(rank), dtype=bool)
        seen[np.repeat(start[:-1], size) + rank - 1] = True
        if seen.all():
            return
        where = np.flatnonzero(~seen)[0]
        group = int(np.searchsorted(start, where, side="right") - 1)
        raise Malformed("candidacies", None, "rank", f"group {group}: rank {where - start[group] + 1} is missing")
    raise Malformed("candidacies", int(wrong[0]), "rank", f"{rank[wrong[0]]}: ranks go from 1 to the group's size")


COLUMNS = ("group_id", "q_bursary", "q_resident", "rank", "type")


def copy(source: Path, target: Path) -> None:
    """A CSV file of candidacies again, with the column `call`. Raises Malformed with line and column; then nothing
    is written."""
    with source.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        head, rows = list(reader.fieldnames or []), list(reader)
    for column in COLUMNS:
        if column not in head:
            raise Malformed(source.name, None, column, "this column is missing")
    limits = {"q_bursary": (0, 100), "q_resident": (0, 100), "rank": (1, len(rows)), "type": (NONE, BOTH)}
    table = np.array(
        [
            [_number(source.name, line, row, name, *limits[name]) for name in COLUMNS[1:]]
            for line, row in enumerate(rows, 2)
        ],
        dtype=np.int64,
    ).reshape(len(rows), 4)
    names, of = np.unique([row["group_id"] for row in rows], return_inverse=True)
    _agree(source.name, table, of)
    order = np.argsort(of, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(names)))]).astype(np.int64)
    heads = table[order[start[:-1]]]
    calls = np.empty(len(rows), dtype=np.int64)
    calls[order] = call_order(start, heads[:, 0], heads[:, 1], table[order, 2], table[order, 3])
    beside = target.with_name(target.name + ".part")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*head, "call"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"call": int(call)} for row, call in zip(rows, calls, strict=True))
    os.replace(beside, target)


def _number(table: str, line: int, row: dict[str, str], column: str, low: int, high: int) -> int:
    try:
        value = int(row[column])
    except (TypeError, ValueError):
        raise Malformed(table, line, column, f"“{row[column]}” is not a whole number") from None
    if not low <= value <= high:
        raise Malformed(table, line, column, f"{value} is not from {low} to {high}")
    return value


def _agree(name: str, table: Any, of: Any) -> None:
    """Check that the rows of a group have the same rates, and each rank from 1 to its size once."""
    size = np.bincount(of) if len(of) else np.zeros(0, np.int64)
    rates: dict[int, Any] = {}
    seen: dict[tuple[int, int], int] = {}
    for row, (group, cells) in enumerate(zip(of.tolist(), table.tolist(), strict=True)):
        first = rates.setdefault(group, cells[:2])
        for column in (0, 1):
            if first[column] != cells[column]:
                raise Malformed(
                    name, row + 2, COLUMNS[1 + column], "another rate than in the rows of its group before"
                )
        if cells[2] > size[group]:
            raise Malformed(name, row + 2, "rank", f"{cells[2]}: its group has {size[group]} rows")
        if (group, cells[2]) in seen:
            raise Malformed(name, row + 2, "rank", f"{cells[2]} stands on line {seen[group, cells[2]]} already")
        seen[group, cells[2]] = row + 2
