"""The inner loop of deferred acceptance, compiled by numba: every pool keeps a heap, worst on top."""

import numpy as np
from numba import njit


@njit(cache=True)
def seats(start, pool, priority, house, bed_priority, capacity, bar):
    n = len(start) - 1
    base = np.zeros(len(capacity) + 1, np.int64)
    for p in range(len(capacity)):
        base[p + 1] = base[p] + capacity[p]
    heap = np.empty(base[-1], np.int64)  # wishes kept by each pool, worst on top
    size = np.zeros(len(capacity), np.int64)
    owner = np.empty(len(pool), np.int64)
    for i in range(n):
        for w in range(start[i], start[i + 1]):
            owner[w] = i
    following = start[:-1].copy()
    kept = np.full(n, -1, np.int64)
    for first in range(n):
        i = first
        while i >= 0:
            out = -1
            while following[i] < start[i + 1]:
                w = following[i]
                following[i] += 1
                if house[w] >= 0 and bed_priority[w] < bar[house[w]]:
                    continue
                p = pool[w]
                if capacity[p] == 0:
                    continue
                if size[p] < capacity[p]:
                    _push(heap, base[p], size[p], w, priority)
                    size[p] += 1
                    kept[i] = w
                    break
                worst = heap[base[p]]
                if priority[w] > priority[worst]:
                    _replace(heap, base[p], size[p], w, priority)
                    kept[i] = w
                    out = owner[worst]
                    kept[out] = -1
                    break
            i = out
    return kept


@njit(cache=True)
def _push(heap, base, size, wish, priority):
    at = size
    while at > 0:
        above = (at - 1) // 2
        if priority[heap[base + above]] <= priority[wish]:
            break
        heap[base + at] = heap[base + above]
        at = above
    heap[base + at] = wish


@njit(cache=True)
def _replace(heap, base, size, wish, priority):
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and priority[heap[base + below + 1]] < priority[heap[base + below]]:
            below += 1
        if priority[heap[base + below]] >= priority[wish]:
            break
        heap[base + at] = heap[base + below]
        at = below
    heap[base + at] = wish
