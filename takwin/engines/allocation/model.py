"""The problem and its result as arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_HOUSE = -1
ANYONE = -1  # the group of beds open to all
MOST_GROUPS = 6  # reserves of one pool, bed groups of one house: their subsets are counted one by one
LOWEST = np.iinfo(np.int64).min  # a bed cut-off that admits everyone
# Names of arrays in the digest of a problem, where they differ: digests were published before the fields were renamed.
_DIGEST_NAMES = {"locked": "firm"}
Ints = NDArray[np.int64]


def lottery(seed: str, candidate: str, pool: str) -> int:
    """The lot of a candidate in a pool, which anyone can recompute: the first 5 bytes of blake2b.

    The message is seed, candidate and pool, each ended by a line feed, in UTF-8.

    Returns
    -------
    int
        From 0 to 2^40 - 1; a higher number is luckier.
    """
    message = f"{seed}\n{candidate}\n{pool}\n".encode()
    return int.from_bytes(hashlib.blake2b(message, digest_size=5).digest(), "big")


class Malformed(ValueError):  # noqa: N818 - it reads as a sentence where it is raised
    """Input that cannot be a problem: table, row (None for the whole table), column and reason."""

    def __init__(self, table: str, row: Any, column: str, reason: str) -> None:
        self.table, self.row, self.column, self.reason = table, row, column, reason
        super().__init__(f"{table}{'' if row is None else f', row {row}'}, {column}: {reason}")


def _none(kind: Any = np.int64) -> Any:
    return field(default_factory=lambda: np.zeros(0, kind))


@dataclass(frozen=True)
class Problem:
    """n candidates, m wishes, p pools, h houses. Arrays of length 0 stand for what a problem does without.

    start : (n + 1,) wishes of candidate i are start[i] to start[i + 1], most wanted first
    pool : (m,) pool of a wish
    priority : (m,) int32 or int64, higher is better; total: no two candidates tie in a pool
    capacity : (p,) seats
    with_bed : (m,) whether the wish needs a bed too; bed_priority : (m,) priority in the pool's house, higher is
        better, the same for all wishes of a candidate in one house, total in a house
    house : (p,) house of a pool, NO_HOUSE of a pool without
    bed_start : (h + 1,) bed groups of house x are bed_start[x] to bed_start[x + 1]; bed_group : (k,) the group a
        bed is for, or ANYONE; beds : (k,)
    reserve_start : (p + 1,) reserves of a pool; reserve_group, reserve_seats : (r,) at least so many seats for
        members of the group when they ask
    groups : (n, words) uint64, bit g of a row: the candidate belongs to group g
    locked : (n,) wish a candidate holds from an earlier round and cannot lose, or -1
    """

    start: Ints
    pool: NDArray[np.int32]
    priority: NDArray[Any]
    capacity: Ints
    with_bed: NDArray[np.bool_] = _none(np.bool_)
    bed_priority: Ints = _none()
    house: NDArray[np.int32] = _none(np.int32)
    bed_start: Ints = _none()
    bed_group: Ints = _none()
    beds: Ints = _none()
    reserve_start: Ints = _none()
    reserve_group: Ints = _none()
    reserve_seats: Ints = _none()
    groups: NDArray[np.uint64] = _none(np.uint64)
    locked: Ints = _none()

    def __post_init__(self) -> None:
        kinds = {"pool": np.int32, "house": np.int32, "with_bed": np.bool_, "groups": np.uint64}
        for part in fields(self):
            array = np.asarray(getattr(self, part.name))
            kind: Any = kinds.get(part.name, np.int64)
            if part.name == "priority":
                if array.dtype.kind not in "iu" and len(array):
                    raise Malformed("wishes", None, "priority", "whole numbers only: floats can tie unseen")
                kind = np.int32 if array.dtype == np.int32 else np.int64
            object.__setattr__(self, part.name, np.ascontiguousarray(array, dtype=kind))
        self._shapes()

    def _shapes(self) -> None:
        n, m, p = self.candidates, len(self.pool), len(self.capacity)
        if not len(self.start) or self.start[0] != 0 or self.start[-1] != m or (np.diff(self.start) < 0).any():
            raise Malformed("candidates", None, "start", "must rise from 0 to the number of wishes")
        lengths = {"priority": m, "with_bed": m, "bed_priority": m, "house": p, "reserve_start": p + 1, "locked": n}
        for name, wanted in lengths.items():
            have = len(getattr(self, name))
            if have != wanted and (have or name == "priority"):
                raise Malformed("wishes", None, name, f"{have} values for {wanted}")
        if len(self.groups) and len(self.groups) != n:
            raise Malformed("candidates", None, "groups", f"{len(self.groups)} rows for {n} candidates")
        if m and not (self.pool.min() >= 0 and self.pool.max() < p):
            raise Malformed("wishes", None, "pool", "names a pool that is not there")
        if len(self.house) and self.house.max(initial=-1) >= self.houses:
            raise Malformed("pools", None, "house", "names a house that is not there")
        for name, table in (("capacity", "pools"), ("beds", "houses"), ("reserve_seats", "pools")):
            if (getattr(self, name) < 0).any():
                raise Malformed(table, int(np.argmax(getattr(self, name) < 0)), name, "cannot be negative")
        for name, table in (("reserve_start", "pools"), ("bed_start", "houses")):
            if np.diff(getattr(self, name)).max(initial=0) > MOST_GROUPS:
                raise Malformed(table, None, name, f"at most {MOST_GROUPS} groups each")

    @property
    def candidates(self) -> int:
        return len(self.start) - 1

    @property
    def houses(self) -> int:
        return max(len(self.bed_start) - 1, 0)

    @cached_property
    def candidate(self) -> Ints:
        """(m,) candidate of each wish."""
        return np.repeat(np.arange(self.candidates, dtype=np.int32), np.diff(self.start))

    @cached_property
    def bed_class_start(self) -> Ints:
        """(h + 1,) bed classes of each house. A bed class is a house and the set of its bed groups that a candidate
        may use: 2^groups classes a house."""
        return np.concatenate([[0], np.cumsum(1 << np.diff(self.bed_start))]) if self.houses else np.zeros(1, np.int64)

    @cached_property
    def slot_start(self) -> Ints:
        """(p + 1,) slots of each pool. A slot is a pool and the set of its reserves that a candidate may use:
        2^reserves slots a pool."""
        if not len(self.reserve_group):
            return np.arange(len(self.capacity) + 1)
        return np.concatenate([[0], np.cumsum(1 << np.diff(self.reserve_start))])

    def member(self, candidates: Any, group: int) -> NDArray[np.bool_]:
        """Whether candidates belong to a group."""
        if group == ANYONE:
            return np.ones(len(candidates), dtype=bool)
        if group >= 64 * (self.groups.shape[1] if self.groups.ndim == 2 else 0):
            return np.zeros(len(candidates), dtype=bool)
        return (self.groups[candidates, group >> 6] >> np.uint64(group & 63)) & np.uint64(1) == 1

    def digest(self) -> str:
        """The sha256 of all arrays, as hexadecimal digits.

        Each array is written as `name:size` and a line feed, then its values as 8 bytes each, little-endian, in the
        order of the fields, so that the width of an integer does not change the digest.
        """
        sha = hashlib.sha256()
        for part in fields(self):
            array = getattr(self, part.name)
            sha.update(f"{_DIGEST_NAMES.get(part.name, part.name)}:{array.size}\n".encode())
            step = 1 << 20  # widened in pieces: a nation's wishes never stand twice in memory
            flat = array.ravel()
            for at in range(0, flat.size, step):
                sha.update(flat[at : at + step].astype("<u8" if array.dtype == np.uint64 else "<i8"))
        return sha.hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """wish : (n,) index of the wish each candidate gets, or -1.

    bed_cutoff : (bed classes,) lowest bed priority that is given a bed, see Problem.bed_class_start; LOWEST: any.
    rounds : how often seats were allocated before the bed cut-offs settled.
    """

    wish: Ints
    bed_cutoff: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    rounds: int = 1

    def digest(self) -> str:
        sha = hashlib.sha256(np.asarray(self.wish).astype("<i8").tobytes())
        sha.update(np.asarray(self.bed_cutoff).astype("<i8").tobytes())
        return sha.hexdigest()
