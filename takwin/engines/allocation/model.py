"""The problem and its result as arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_HOUSE = -1
Ints = NDArray[np.int64]


def lottery(seed: str, candidate: str, pool: str) -> int:
    """A number from 0 to 2^40 - 1 that anyone can recompute: the first 5 bytes of blake2b.

    The message is seed, candidate and pool, each ended by a line feed, in UTF-8. A higher number is luckier.
    """
    message = f"{seed}\n{candidate}\n{pool}\n".encode()
    return int.from_bytes(hashlib.blake2b(message, digest_size=5).digest(), "big")


@dataclass(frozen=True, slots=True)
class Problem:
    """n candidates, m wishes, p pools, h bed groups (a house and a group such as its beds for girls).

    start : (n + 1,) wishes of candidate i are start[i] to start[i + 1], dearest first
    pool : (m,) pool of a wish
    priority : (m,) priority in that pool, higher is better, total: no two wishes of a pool tie
    house : (m,) bed group of a wish with bed, NO_HOUSE of a wish without
    bed_priority : (m,) priority for the bed, same for all wishes of a candidate in one group
    capacity : (p,) seats; beds : (h,) beds
    """

    start: Ints
    pool: Ints
    priority: Ints
    house: Ints
    bed_priority: Ints
    capacity: Ints
    beds: Ints

    def __post_init__(self) -> None:
        for field in fields(self):
            array = np.ascontiguousarray(getattr(self, field.name), dtype=np.int64)
            object.__setattr__(self, field.name, array)
        m = len(self.pool)
        if not len(self.start) or self.start[0] != 0 or self.start[-1] != m or (np.diff(self.start) < 0).any():
            raise ValueError("start: must rise from 0 to the number of wishes")
        for name in ("priority", "house", "bed_priority"):
            if len(getattr(self, name)) != m:
                raise ValueError(f"{name}: {len(getattr(self, name))} values for {m} wishes")
        if m and not (self.pool.min() >= 0 and self.pool.max() < len(self.capacity)):
            raise ValueError("pool: a wish names a pool that is not there")
        if m and not (self.house.min() >= NO_HOUSE and self.house.max() < max(len(self.beds), 0)):
            raise ValueError("house: a wish names a bed group that is not there")
        if (self.capacity < 0).any() or (self.beds < 0).any():
            raise ValueError("capacity: seats and beds cannot be negative")
        order = np.lexsort((self.priority, self.pool))
        same = (np.diff(self.pool[order]) == 0) & (np.diff(self.priority[order]) == 0)
        # The same candidate may ask for a pool twice, with and without a bed, at one priority.
        owner = self.candidate[order]
        if (same & (np.diff(owner) != 0)).any():
            raise ValueError("priority: two candidates tie in a pool; break ties before")

    @property
    def candidates(self) -> int:
        return len(self.start) - 1

    @property
    def candidate(self) -> Ints:
        """(m,) candidate of each wish."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def digest(self) -> str:
        """sha256 of all arrays, little-endian, in the order of the fields."""
        sha = hashlib.sha256()
        for field in fields(self):
            array: Any = getattr(self, field.name)
            sha.update(f"{field.name}:{len(array)}\n".encode())
            sha.update(array.astype("<i8").tobytes())
        return sha.hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """wish : (n,) index of the wish each candidate gets, or -1; bar : (h,) lowest bed priority admitted.

    rounds: how often seats were allocated again before the bars of the beds settled.
    """

    wish: Ints
    bar: Ints
    rounds: int

    def digest(self) -> str:
        return hashlib.sha256(self.wish.astype("<i8").tobytes() + self.bar.astype("<i8").tobytes()).hexdigest()
