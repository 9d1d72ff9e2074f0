"""A nation drawn for the engine's bench: as many candidates, wishes, pools, reserves and houses as asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.allocation import Problem

WISHES, GIRLS, BOYS, GROUPS = 10, 0, 8, 8


def nation(n: int, *, pools: int = 0, reserves: float = 0, houses: int = 0, beds: int = 0) -> Problem:
    """n candidates of ten wishes in n/50 pools, three seats for ten; two reserves in a share of them; houses whose
    beds are half for girls, asked by three candidates in ten, half of whose wishes want a bed; half of those ask for
    the same pool without a bed next. Priorities are a permutation: the hardest case, nobody is good everywhere."""
    rng = np.random.default_rng(1)
    k, p = WISHES, pools or max(20, n // 50)
    pool = rng.integers(0, p // k, (n, k)) * k + np.argsort(rng.random((n, k)), axis=1)  # no pool twice in a list
    pool = pool.astype(np.int32).ravel()
    priority = rng.permutation(n * k).astype(np.int32)
    girl = rng.integers(0, 2, n).astype(np.uint64)
    groups = girl | (rng.integers(0, 1 << GROUPS, n).astype(np.uint64) & ~np.uint64(1)) & np.uint64(0xFF)
    more: dict[str, Any] = {"groups": (groups | ((np.uint64(1) - girl) << np.uint64(BOYS)))[:, None]}
    if reserves:
        held = np.where(rng.random(p) < reserves, 2, 0)
        rows = int(held.sum())
        groups_of = np.stack([np.zeros(rows // 2, int), rng.integers(1, GROUPS, rows // 2)], axis=1).ravel()
        more |= {"reserve_start": np.concatenate([[0], np.cumsum(held)]), "reserve_group": groups_of}
        more |= {"reserve_seats": rng.integers(1, 5, rows)}
    if houses:
        bed = np.repeat(rng.random(n) < 0.3, k) & (rng.random(n * k) < 0.5)
        twin = np.flatnonzero(bed[:-1] & (np.arange(n * k - 1) % k < k - 1) & (rng.random(n * k - 1) < 0.5))
        twin = twin[np.diff(twin, prepend=-2) > 1]
        pool[twin + 1], priority[twin + 1], bed[twin + 1] = pool[twin], priority[twin], False
        more |= {
            "house": rng.integers(0, houses, p), "bed_start": np.arange(0, 2 * houses + 1, 2),
            "bed_group": np.tile([GIRLS, BOYS], houses), "beds": np.full(2 * houses, beds // (2 * houses)),
            "with_bed": bed, "bed_priority": np.repeat(rng.permutation(n), k),
        }  # fmt: skip
    capacity = np.full(p, max(1, round(0.3 * n / p)))
    return Problem(start=np.arange(0, n * k + 1, k), pool=pool, priority=priority, capacity=capacity, **more)
