"""Small arithmetic of the simulation."""

from __future__ import annotations

import numpy as np


def largest_remainder(weights: np.ndarray, total: int, cap: np.ndarray | None = None) -> np.ndarray:
    """Whole numbers in proportion to `weights` that add up to `total` exactly, none above its `cap`.

    Raises ValueError when the caps cannot hold the total.
    """
    weights = np.asarray(weights, dtype=float)
    limit = np.full(len(weights), total, dtype=np.int64) if cap is None else np.asarray(cap, dtype=np.int64)
    if limit.sum() < total:
        raise ValueError(f"{total} does not fit under caps that add up to {limit.sum()}")
    out = np.zeros(len(weights), dtype=np.int64)
    while (left := total - int(out.sum())) > 0:
        free = (limit > out) & (weights > 0) if ((limit > out) & (weights > 0)).any() else limit > out
        share = np.where(free, np.maximum(weights, 1e-9), 0)
        exact = share / share.sum() * left
        step = np.minimum(np.floor(exact).astype(np.int64), limit - out)
        if step.sum() == 0:
            best = np.lexsort((np.arange(len(exact)), -np.where(free, exact - np.floor(exact) + 1e-12, -1)))
            step = np.zeros(len(weights), dtype=np.int64)
            step[best[: min(left, int(free.sum()))]] = 1
            step = np.minimum(step, limit - out)
        out += step
    return out
