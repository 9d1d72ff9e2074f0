"""A folder of Parquet tables in, one out: a nation's problem. docs/allocation.md describes the tables.

Rows are referred to by their number, so that ten million wishes cost ten million small integers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from takwin.engines.allocation.certificate import certify
from takwin.engines.allocation.model import ANYONE, LOWEST, NO_HOUSE, Malformed, Problem, Result
from takwin.engines.allocation.named import Named, break_ties
from takwin.engines.allocation.waiting import last_admitted, waiting

NEEDED: dict[str, tuple[str, ...]] = {
    "candidates": ("id",),
    "pools": ("id", "capacity"),
    "wishes": ("candidate", "pool", "priority"),
    "houses": ("id",),
    "beds": ("house", "group", "beds"),
    "reserves": ("pool", "group", "seats"),
    "members": ("candidate", "group"),
    "bed_priorities": ("candidate", "house", "priority"),
}
MUST = ("candidates", "pools", "wishes")


def read(folder: Path, seed: str = "") -> Named:
    """The problem of a folder.

    Parameters
    ----------
    folder : Path
        Parquet tables, and `problem.json` for the seed.
    seed : str
        Instead of the one of the folder.

    Raises
    ------
    Malformed
        With the table, the row and the column.
    """
    tables = {name: _table(folder, name) for name in NEEDED}
    note = folder / "problem.json"
    if not seed and note.exists():
        seed = str(json.loads(note.read_text()).get("seed", ""))
    names = {name: _names(tables, name) for name in ("candidates", "pools", "houses")}
    order = (
        np.argsort(np.array(list(names["houses"]), dtype=object)) if len(names["houses"]) else np.zeros(0, np.int64)
    )
    groups = sorted({g for name in ("beds", "reserves", "members") for g in _groups(tables, name)})
    start, wishes = _wishes(tables, len(names["candidates"]), len(names["pools"]))
    parts = wishes | _pools(tables, len(names["houses"]), order)
    parts |= _members(tables, len(names["candidates"]), groups) | _reserves(tables, len(names["pools"]), groups)
    parts |= _beds(tables, order, groups)
    problem = Problem(start=start, **parts)
    if problem.with_bed.any():
        problem = _bed_priorities(tables, problem, order)
    houses = [names["houses"][at] for at in order]
    return break_ties(Named(problem, seed, names["candidates"], names["pools"], houses, groups))


def _table(folder: Path, name: str) -> pa.Table | None:
    path = folder / f"{name}.parquet"
    if not path.exists():
        if name in MUST:
            raise Malformed(name, None, "file", f"{path.name} is missing")
        return None
    try:
        table = pq.read_table(path, memory_map=True)
    except (pa.ArrowInvalid, OSError) as wrong:
        raise Malformed(name, None, "file", str(wrong).splitlines()[0]) from None
    for column in NEEDED[name]:
        if column not in table.column_names:
            raise Malformed(name, None, column, "this column is missing")
    return table


class Names(Sequence[str]):
    """A column of ids, read singly: a million texts are not made for a result that shows none."""

    def __init__(self, column: Any) -> None:
        self.column = column

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, at: Any) -> Any:
        return self.column[int(at)].as_py()


def _names(tables: dict[str, Any], name: str) -> Sequence[str]:
    """Ids of a table: texts, not empty, each once."""
    if tables[name] is None:
        return []
    column = tables[name]["id"]
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise Malformed(name, None, "id", f"texts are wanted, not {column.type}")
    empty = pc.fill_null(pc.equal(pc.utf8_length(column), 0), fill_value=True)
    if pc.any(empty).as_py():
        raise Malformed(name, int(np.argmax(empty.to_numpy())), "id", "an id is a text that is not empty")
    rising = len(column) < 2 or pc.all(pc.less(column[:-1], column[1:])).as_py()  # cheaper than counting, and usual
    if not rising and pc.count_distinct(column).as_py() < len(column):
        seen: set[str] = set()
        for row, value in enumerate(column.to_pylist()):
            if value in seen:
                raise Malformed(name, row, "id", f"“{value}” stands twice")
            seen.add(value)
    return Names(column)


def _groups(tables: dict[str, Any], name: str) -> set[str]:
    table = tables[name]
    return {value for value in table["group"].unique().to_pylist() if value is not None} if table else set()


def _whole(tables: dict[str, Any], name: str, column: str, below: int | None = None, kind: Any = np.int64) -> Any:
    """A column of whole numbers, from 0 and under `below` when given."""
    found = tables[name][column]
    if not pa.types.is_integer(found.type):
        raise Malformed(name, None, column, f"whole numbers are wanted, not {found.type}")
    if found.null_count:
        row = int(np.argmax(found.is_null().to_numpy()))
        raise Malformed(name, row, column, "is empty")
    array = found.to_numpy()
    if below is not None:
        wrong = (array < 0) | (array >= below)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise Malformed(name, row, column, f"{array[row]} is not from 0 to {below - 1}")
    return array.astype(kind, copy=False)


def _wishes(tables: dict[str, Any], n: int, pools: int) -> tuple[Any, dict[str, Any]]:
    owner = _whole(tables, "wishes", "candidate", n, np.int32)
    fresh = np.flatnonzero(owner[1:] != owner[:-1]) + 1
    heads = np.concatenate([[0], fresh]) if len(owner) else fresh
    if (np.diff(owner[heads]) < 0).any():
        row = int(fresh[np.argmax(np.diff(owner[heads]) < 0)])
        raise Malformed("wishes", row, "candidate", "rows must stand in the order of candidates")
    size = np.zeros(n, dtype=np.int64)
    size[owner[heads]] = np.diff(np.append(heads, len(owner)))
    priority = tables["wishes"]["priority"]
    kind: Any = np.int32 if priority.type == pa.int32() else np.int64
    parts: dict[str, Any] = {
        "pool": _whole(tables, "wishes", "pool", pools, np.int32),
        "priority": _whole(tables, "wishes", "priority", kind=kind),
    }
    if "with_bed" in tables["wishes"].column_names:
        column = tables["wishes"]["with_bed"]
        if not pa.types.is_boolean(column.type) or column.null_count:
            raise Malformed("wishes", None, "with_bed", "true or false is wanted on every row")
        parts["with_bed"] = column.to_numpy()
    if "firm" in tables["wishes"].column_names:
        held = np.flatnonzero(tables["wishes"]["firm"].to_numpy())
        parts["locked"] = np.full(n, -1, dtype=np.int64)
        parts["locked"][owner[held]] = held
    return np.concatenate([[0], np.cumsum(size)]), parts


def _pools(tables: dict[str, Any], houses: int, order: Any) -> dict[str, Any]:
    parts = {"capacity": _whole(tables, "pools", "capacity", 1 << 31)}
    if "house" in tables["pools"].column_names and houses:
        column = tables["pools"]["house"]
        if not pa.types.is_integer(column.type):
            raise Malformed("pools", None, "house", f"row numbers of houses are wanted, not {column.type}")
        raw = column.fill_null(NO_HOUSE).to_numpy()
        wrong = (raw < NO_HOUSE) | (raw >= houses)
        if wrong.any():
            raise Malformed("pools", int(np.argmax(wrong)), "house", f"{raw[np.argmax(wrong)]} is not a house")
        place = np.append(np.argsort(order), NO_HOUSE)
        parts["house"] = place[raw]
    return parts


def _members(tables: dict[str, Any], n: int, groups: list[str]) -> dict[str, Any]:
    if tables["members"] is None or not groups:
        return {}
    who = _whole(tables, "members", "candidate", n)
    of = _numbers(tables, "members", groups)
    member = np.zeros((n, -(-len(groups) // 64)), dtype=np.uint64)
    np.bitwise_or.at(member, (who, of >> 6), np.uint64(1) << (of & 63).astype(np.uint64))
    return {"groups": member}


def _numbers(tables: dict[str, Any], name: str, groups: list[str]) -> Any:
    """Group numbers of a column of names; an empty name is everyone, in beds only."""
    places = {group: at for at, group in enumerate(groups)}
    found = tables[name]["group"].to_pylist()
    if name != "beds" and None in found:
        raise Malformed(name, found.index(None), "group", "is empty")
    return np.array([ANYONE if group is None else places[group] for group in found], dtype=np.int64)


def _reserves(tables: dict[str, Any], pools: int, groups: list[str]) -> dict[str, Any]:
    if tables["reserves"] is None or not tables["reserves"].num_rows:
        return {}
    pool = _whole(tables, "reserves", "pool", pools)
    order = np.argsort(pool, kind="stable")
    return {
        "reserve_start": np.concatenate([[0], np.cumsum(np.bincount(pool, minlength=pools))]),
        "reserve_group": _numbers(tables, "reserves", groups)[order],
        "reserve_seats": _whole(tables, "reserves", "seats", 1 << 31)[order],
    }


def _beds(tables: dict[str, Any], order: Any, groups: list[str]) -> dict[str, Any]:
    if tables["houses"] is None or not len(order):
        return {}
    if tables["beds"] is None:
        raise Malformed("beds", None, "file", "beds.parquet is missing while there are houses")
    house = np.argsort(order)[_whole(tables, "beds", "house", len(order))]
    rows = np.argsort(house, kind="stable")
    return {
        "bed_start": np.concatenate([[0], np.cumsum(np.bincount(house, minlength=len(order)))]),
        "bed_group": _numbers(tables, "beds", groups)[rows],
        "beds": _whole(tables, "beds", "beds", 1 << 31)[rows],
    }


def _bed_priorities(tables: dict[str, Any], problem: Problem, order: Any) -> Problem:
    """The priority of each wish with a bed in its pool's house, found by candidate and house."""
    from dataclasses import replace

    if tables["bed_priorities"] is None:
        raise Malformed("bed_priorities", None, "file", "is missing while wishes ask for beds")
    houses = len(order)
    who = _whole(tables, "bed_priorities", "candidate", problem.candidates)
    house = np.argsort(order)[_whole(tables, "bed_priorities", "house", houses)]
    key, priority = who * houses + house, _whole(tables, "bed_priorities", "priority")
    by = np.argsort(key, kind="stable")
    if (np.diff(key[by]) == 0).any():
        raise Malformed(
            "bed_priorities", int(by[1:][np.diff(key[by]) == 0][0]), "candidate", "this house stands twice"
        )
    at = np.flatnonzero(problem.with_bed)
    of = problem.house[problem.pool[at]] if len(problem.house) else np.full(len(at), NO_HOUSE)
    if (of < 0).any():
        raise Malformed("wishes", int(at[np.argmax(of < 0)]), "with_bed", "this pool has no house")
    wanted = problem.candidate[at].astype(np.int64) * houses + of
    found = np.searchsorted(key[by], wanted)
    missing = (found >= len(by)) | (key[by[np.minimum(found, len(by) - 1)]] != wanted) if len(by) else of >= 0
    if missing.any():
        raise Malformed(
            "wishes", int(at[np.argmax(missing)]), "with_bed", "no priority in this house for the candidate"
        )
    out = np.zeros(len(problem.pool), dtype=np.int64)
    out[at] = priority[by[found]]
    return replace(problem, bed_priority=out)


def write_problem(folder: Path, named: Named) -> None:
    """The tables of a problem, readable by `read`. A seat held from an earlier round is in `wishes.firm`."""
    problem = named.problem
    folder.mkdir()
    locked = np.zeros(len(problem.pool), dtype=bool)
    locked[problem.locked[problem.locked >= 0]] = True
    wishes = {"candidate": problem.candidate, "pool": problem.pool, "priority": problem.priority}
    if len(problem.with_bed):
        wishes |= {"with_bed": problem.with_bed}
    if locked.any():
        wishes |= {"firm": locked}
    house = problem.house if len(problem.house) else np.full(len(named.pools), NO_HOUSE, np.int32)
    tables: dict[str, dict[str, Any]] = {
        "candidates": {"id": list(named.candidates)},
        "pools": {
            "id": list(named.pools),
            "capacity": problem.capacity,
            "house": pa.array(house, mask=house == NO_HOUSE),
        },
        "wishes": wishes,
    }
    tables["members"] = _member_rows(named)
    if len(problem.reserve_group):
        pool = np.repeat(np.arange(len(named.pools)), np.diff(problem.reserve_start))
        group = _named(problem.reserve_group, named.groups)
        tables["reserves"] = {"pool": pool, "group": group, "seats": problem.reserve_seats}
    if named.houses:
        tables |= _house_rows(named)
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", compression="snappy")
    (folder / "problem.json").write_text(json.dumps({"seed": named.seed}) + "\n")


def _house_rows(named: Named) -> dict[str, dict[str, Any]]:
    """Houses, their beds, and the priority of each candidate in each house they ask for."""
    problem = named.problem
    at = np.flatnonzero(problem.with_bed)
    at = at[problem.house[problem.pool[at]] != NO_HOUSE]
    key = problem.candidate[at].astype(np.int64) * len(named.houses) + problem.house[problem.pool[at]]
    _keys, first = np.unique(key, return_index=True)
    at = at[first]
    inside = np.repeat(np.arange(len(named.houses)), np.diff(problem.bed_start))
    return {
        "houses": {"id": list(named.houses)},
        "beds": {"house": inside, "group": _named(problem.bed_group, named.groups), "beds": problem.beds},
        "bed_priorities": {
            "candidate": problem.candidate[at],
            "house": problem.house[problem.pool[at]],
            "priority": problem.bed_priority[at],
        },
    }


def _member_rows(named: Named) -> dict[str, Any]:
    everyone = np.arange(named.problem.candidates)
    rows = [np.flatnonzero(named.problem.member(everyone, g)) for g in range(len(named.groups))]
    who = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    return {
        "candidate": who,
        "group": _named(np.repeat(np.arange(len(rows)), [len(row) for row in rows]), named.groups),
    }


def _named(of: Any, groups: Sequence[str]) -> Any:
    return pa.array([groups[g] if g >= 0 else None for g in np.asarray(of).tolist()], pa.string())


def write(folder: Path, named: Named, result: Result) -> tuple[dict[str, Any], dict[str, float]]:
    """Write the tables of a result and its certificate into an empty folder.

    Returns
    -------
    certificate, times
        As `certify`.
    """
    write_result(folder, named.problem, result)
    certificate, times = certify(named.problem, result, seed=named.seed)
    text = json.dumps(certificate, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "certificate.json").write_text(text + "\n", encoding="utf-8")
    return certificate, times


def write_result(folder: Path, problem: Problem, result: Result) -> None:
    """Write the tables assignments (a row a candidate), waiting (a row a wish), pools and bars (the bed cut-offs)."""
    far = result.wish < 0
    wish = np.maximum(result.wish, 0)
    last, held = last_admitted(problem, result)
    bed = problem.with_bed[wish] if len(problem.with_bed) else np.zeros(len(wish), dtype=bool)
    pool = problem.pool[wish] if len(problem.pool) else np.zeros(len(wish), np.int32)
    tables = {
        "assignments": {
            "wish": pa.array((wish - problem.start[:-1] + 1).astype(np.int16), mask=far),
            "pool": pa.array(pool, mask=far),
            "with_bed": pa.array(bed, mask=far),
        },
        "waiting": {"place": waiting(problem, result)},
        "pools": {
            "held": held,
            "last_admitted": pa.array(
                problem.candidate[np.maximum(last, 0)] if len(problem.pool) else last, mask=last < 0
            ),
        },
        "bars": {"bar": pa.array(result.bed_cutoff, mask=result.bed_cutoff == LOWEST)},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", compression="snappy", use_dictionary=False)


def read_result(folder: Path, of: Named) -> tuple[Result, dict[str, Any]]:
    """A result and its certificate. Raises Malformed."""
    try:
        place = pq.read_table(folder / "assignments.parquet")["wish"]
        bed_cutoff = pq.read_table(folder / "bars.parquet")["bar"]
        certificate = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    except (OSError, KeyError, pa.ArrowInvalid, json.JSONDecodeError) as wrong:
        raise Malformed(folder.name, None, "file", str(wrong).splitlines()[0]) from None
    if len(place) != of.problem.candidates or len(bed_cutoff) != int(of.problem.bed_class_start[-1]):
        raise Malformed("assignments", None, "wish", f"{len(place)} rows for {of.problem.candidates} candidates")
    rank = place.fill_null(0).to_numpy().astype(np.int64)
    wish = np.where(rank > 0, of.problem.start[:-1] + rank - 1, -1)
    return Result(wish, bed_cutoff.fill_null(LOWEST).to_numpy().astype(np.int64)), certificate
