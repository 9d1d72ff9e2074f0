"""One JSON document in, one out: small problems, with names. docs/allocation.md describes the format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from takwin.engines.allocation.certificate import certify
from takwin.engines.allocation.model import ANYONE, LOWEST, MOST_GROUPS, NO_HOUSE, Malformed, Problem, Result
from takwin.engines.allocation.named import Named, bed_class_names, break_ties, describe_result

Name = Annotated[StrictStr, Field(min_length=1)]
Count = Annotated[StrictInt, Field(ge=0, le=1 << 31)]
Rank = Annotated[StrictInt, Field(gt=-(1 << 61), lt=1 << 61)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Reserve(_Strict):
    group: Name
    seats: Count


class _Pool(_Strict):
    id: Name
    capacity: Count
    reserves: Annotated[list[_Reserve], Field(max_length=MOST_GROUPS)] = []
    house: Name | None = None


class _Beds(_Strict):
    group: Name | None = None
    beds: Count


class _House(_Strict):
    id: Name
    beds: Annotated[list[_Beds], Field(max_length=MOST_GROUPS)] = []


class _Wish(_Strict):
    pool: Name
    with_bed: StrictBool = False
    priority: Rank


class _Candidate(_Strict):
    id: Name
    groups: list[Name] = []
    bed_priority: dict[Name, Rank] = {}
    wishes: list[_Wish] = []


class _Document(_Strict):
    seed: StrictStr = ""
    pools: list[_Pool]
    houses: list[_House] = []
    candidates: list[_Candidate]


def read(path: Path, seed: str = "") -> Named:
    """The problem of a document, rows in the order of their names. Raises Malformed."""
    return named(parse(path), seed)


def parse(path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) != len(pairs):
            twice = next(key for key, _v in pairs if sum(key == other for other, _w in pairs) > 1)
            raise Malformed(path.name, None, twice, "this key stands twice")
        return seen

    try:
        return json.loads(path.read_bytes(), object_pairs_hook=once)
    except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise Malformed(path.name, getattr(wrong, "lineno", None), "JSON", str(wrong)) from None
    except RecursionError:
        raise Malformed(path.name, None, "JSON", "nested too deep") from None
    except OSError as wrong:
        raise Malformed(path.name, None, "file", wrong.strerror or str(wrong)) from None


def named(data: Any, seed: str = "") -> Named:
    """The problem of parsed JSON."""
    try:
        document = _Document.model_validate(data)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        table, *rest = [str(part) for part in first["loc"]] or ["document"]
        row = rest.pop(0) if rest and rest[0].isdigit() else None
        raise Malformed(table, row, ".".join(rest) or "–", first["msg"]) from None
    for rows, table in ((document.pools, "pools"), (document.houses, "houses"), (document.candidates, "candidates")):
        _unique([row.id for row in rows], table)
    document.pools.sort(key=lambda row: row.id)
    document.houses.sort(key=lambda row: row.id)
    document.candidates.sort(key=lambda row: row.id)
    return break_ties(_arrays(document, seed or document.seed))


def _unique(names: list[str], table: str) -> None:
    seen: dict[str, int] = {}
    for row, name in enumerate(names):
        if name in seen:
            raise Malformed(table, row, "id", f"“{name}” stands on row {seen[name]} already")
        seen[name] = row


def _group_numbers(document: _Document) -> dict[str, int]:
    """Every group named anywhere, in the order of names."""
    named = {group for person in document.candidates for group in person.groups}
    named |= {reserve.group for pool in document.pools for reserve in pool.reserves}
    named |= {row.group for house in document.houses for row in house.beds if row.group is not None}
    return {name: at for at, name in enumerate(sorted(named))}


def _check_pools(document: _Document, houses: dict[str, int]) -> None:
    for pool in document.pools:
        if pool.house is not None and pool.house not in houses:
            raise Malformed("pools", pool.id, "house", f"“{pool.house}” is not a house")
        _unique([row.group for row in pool.reserves], f"reserves of {pool.id}")
    for house in document.houses:
        _unique([row.group or "" for row in house.beds], f"beds of {house.id}")


def _arrays(document: _Document, seed: str) -> Named:
    pools = {row.id: at for at, row in enumerate(document.pools)}
    houses = {row.id: at for at, row in enumerate(document.houses)}
    _check_pools(document, houses)
    groups = _group_numbers(document)
    member = np.zeros((len(document.candidates), -(-len(groups) // 64)), dtype=np.uint64)
    for i, person in enumerate(document.candidates):
        for group in person.groups:
            member[i, groups[group] >> 6] |= np.uint64(1 << (groups[group] & 63))
    wishes = [
        (pools[wish.pool], wish.priority, wish.with_bed, _bed(document, person, wish, pools))
        for person in document.candidates
        for wish in _checked(person, pools)
    ]
    reserves = [[(groups[r.group], r.seats) for r in pool.reserves] for pool in document.pools]
    beds = [
        [(ANYONE if b.group is None else groups[b.group], b.beds) for b in house.beds] for house in document.houses
    ]
    problem = Problem(
        start=np.cumsum([0] + [len(person.wishes) for person in document.candidates]),
        pool=np.array([row[0] for row in wishes], dtype=np.int32),
        priority=np.array([row[1] for row in wishes], dtype=np.int64),
        capacity=np.array([pool.capacity for pool in document.pools], dtype=np.int64),
        with_bed=np.array([row[2] for row in wishes], dtype=bool),
        bed_priority=np.array([row[3] for row in wishes], dtype=np.int64),
        house=np.array([NO_HOUSE if p.house is None else houses[p.house] for p in document.pools], dtype=np.int32),
        bed_start=np.cumsum([0] + [len(rows) for rows in beds]) if houses else np.zeros(0, np.int64),
        bed_group=np.array([group for rows in beds for group, _n in rows], dtype=np.int64),
        beds=np.array([number for rows in beds for _g, number in rows], dtype=np.int64),
        reserve_start=np.cumsum([0] + [len(rows) for rows in reserves]),
        reserve_group=np.array([group for rows in reserves for group, _n in rows], dtype=np.int64),
        reserve_seats=np.array([number for rows in reserves for _g, number in rows], dtype=np.int64),
        groups=member if len(groups) else np.zeros(0, np.uint64),
    )
    return Named(problem, seed, [row.id for row in document.candidates], list(pools), list(houses), list(groups))


def _checked(person: _Candidate, pools: dict[str, int]) -> list[_Wish]:
    seen: set[tuple[str, bool]] = set()
    for place, wish in enumerate(person.wishes, start=1):
        where = f"{person.id}, wish {place}"
        if wish.pool not in pools:
            raise Malformed("wishes", where, "pool", f"“{wish.pool}” is not a pool")
        if (wish.pool, wish.with_bed) in seen:
            raise Malformed("wishes", where, "pool", f"“{wish.pool}” is asked twice in the same way")
        seen.add((wish.pool, wish.with_bed))
    return person.wishes


def _bed(document: _Document, person: _Candidate, wish: _Wish, pools: dict[str, int]) -> int:
    house = document.pools[pools[wish.pool]].house
    if not wish.with_bed:
        return 0
    if house is None:
        raise Malformed("wishes", person.id, "with_bed", f"“{wish.pool}” has no house")
    if house not in person.bed_priority:
        raise Malformed("candidates", person.id, "bed_priority", f"no priority in the house “{house}”")
    return person.bed_priority[house]


def write(named: Named, result: Result) -> tuple[bytes, dict[str, Any], dict[str, float]]:
    """The result as bytes, its certificate, and the seconds each property took."""
    certificate, times = certify(named.problem, result, seed=named.seed)
    document = describe_result(named, result) | {"certificate": certificate}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n", certificate, times


def read_result(path: Path, of: Named) -> tuple[Result, dict[str, Any]]:
    """A result and its certificate, in the rows of its problem. Raises Malformed."""
    data = parse(path)
    try:
        who = {name: i for i, name in enumerate(of.candidates)}
        wish = np.full(len(who), -1, dtype=np.int64)
        for row in data["assignments"]:
            i = who[row["candidate"]]
            if row["wish"] is not None:
                wish[i] = _wish(of, i, row)
        bed_classes = {(house, tuple(groups)): k for k, (house, groups) in enumerate(bed_class_names(of))}
        bed_cutoff = np.full(len(bed_classes), LOWEST, dtype=np.int64)
        for row in data.get("bars", []):
            bed_cutoff[bed_classes[row["house"], tuple(row["groups"])]] = LOWEST if row["bar"] is None else row["bar"]
        return Result(wish, bed_cutoff), dict(data["certificate"])
    except (KeyError, TypeError, ValueError, IndexError) as wrong:
        raise Malformed(path.name, None, "result", f"does not fit the problem: {wrong}") from None


def _wish(of: Named, i: int, row: dict[str, Any]) -> int:
    problem = of.problem
    w = int(problem.start[i]) + row["wish"] - 1
    bed = bool(problem.with_bed[w]) if len(problem.with_bed) else False
    if of.pools[problem.pool[w]] != row["pool"] or bed != row["with_bed"]:
        raise ValueError(f"wish {row['wish']} of {row['candidate']} is not {row['pool']}")
    return w
