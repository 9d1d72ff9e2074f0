"""Places in lists and call orders, compiled by numba; each group is one thread's work, so threads change nothing."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numba import njit, prange

# Numba's own pool of threads takes one caller at a time. The parallel functions are called from Python, never from
# another compiled function: one loaded from the cache that way runs before the pool is there, and crashes.
_POOL_LOCK = threading.Lock()


@njit(cache=True)
def _spread(group, priority, among, groups):
    start = np.zeros(groups + 1, np.int64)
    for w in range(len(group)):
        if among[w]:
            start[group[w] + 1] += 1
    for g in range(groups):
        start[g + 1] += start[g]
    at = start[:-1].copy()
    wish = np.empty(start[-1], np.int32)
    key = np.empty(start[-1], priority.dtype)
    for w in range(len(group)):
        if among[w]:
            k = at[group[w]]
            wish[k], key[k] = w, priority[w]
            at[group[w]] = k + 1
    return start, wish, key


@njit(cache=True)
def _order(wish, key, a, b):
    """Wishes of one group by rising priority. Short priorities are sorted with their wish in one number: twice as
    fast as sorting places."""
    out = np.empty(b - a, np.int64)
    if key.itemsize == 4:
        for k in range(b - a):
            out[k] = (np.int64(key[a + k]) << 32) | (k & 0xFFFFFFFF)
        out.sort()
        for k in range(b - a):
            out[k] &= 0xFFFFFFFF
    else:
        out[:] = np.argsort(key[a:b])
    return out


@njit(cache=True, parallel=True)
def _rank(start, wish, key, out):
    for g in prange(len(start) - 1):
        a, b = start[g], start[g + 1]
        order = _order(wish, key, a, b)
        place = 0
        for k in range(b - a - 1, -1, -1):
            if k == b - a - 1 or key[a + order[k]] != key[a + order[k + 1]]:
                place += 1
            out[wish[a + order[k]]] = place


def place(group: Any, priority: Any, among: Any, groups: int) -> Any:
    """See waiting.places."""
    out = np.zeros(len(group), np.int32)
    start, wish, key = _spread(group, priority, among, groups)
    with _POOL_LOCK:
        _rank(start, wish, key, out)
    return out


@njit(cache=True, parallel=True)
def _ties(start, wish, key, owner, out):
    """The first wish of each group that ties with another candidate's, or -1."""
    for g in prange(len(start) - 1):
        a, b = start[g], start[g + 1]
        order = _order(wish, key, a, b)
        for k in range(1, b - a):
            first, second = a + order[k - 1], a + order[k]
            if key[first] == key[second] and owner[wish[first]] != owner[wish[second]]:
                out[g] = wish[first]
                break


@njit(cache=True)
def _all_differ(priority, low, size, owner, group):
    """Whether no priority stands twice but for one candidate in one group; `size` numbers from `low` on."""
    seen = np.full(size, -1, np.int32)
    for w in range(len(priority)):
        other = seen[priority[w] - low]
        if other >= 0 and (owner[other] != owner[w] or group[other] != group[w]):
            return False
        seen[priority[w] - low] = w
    return True


def tied(group: Any, priority: Any, groups: int, owner: Any) -> tuple[int, int]:
    """Two wishes of different candidates with one priority in one group, or -1, -1."""
    if not len(priority):
        return -1, -1
    low = int(priority.min())
    size = int(priority.max()) - low + 1
    if size <= 4 * len(priority) and _all_differ(priority, low, size, owner, group):
        return -1, -1
    start, wish, key = _spread(group, priority, np.ones(len(group), dtype=np.bool_), groups)
    found = np.full(groups, -1, np.int64)
    with _POOL_LOCK:
        _ties(start, wish, key, owner, found)
    if (found < 0).all():
        return -1, -1
    first = int(found[found >= 0][0])
    twins = np.flatnonzero((group == group[first]) & (priority == priority[first]) & (owner != owner[first]))
    return first, int(twins[0])


@njit(cache=True)
def two_priorities(start, group, priority):
    """A wish of a candidate who has another priority in the same group earlier in the list, or -1."""
    for i in range(len(start) - 1):
        for w in range(start[i], start[i + 1]):
            for v in range(start[i], w):
                if group[v] == group[w] and priority[v] != priority[w]:
                    return w
    return -1


@njit(cache=True, parallel=True)
def _call(start, bursary, resident, rank, kind, out):
    """See call_order.call_order."""
    for g in prange(len(start) - 1):
        a, n = start[g], start[g + 1] - start[g]
        by_rank = np.empty(n, np.int32)
        for k in range(n):
            by_rank[rank[a + k] - 1] = k
        heads = np.zeros(4, np.int64)
        for q in range(4):
            heads[q] = _next(kind, a, by_rank, 0, n, q)
        b, r = 0, 0
        for place in range(1, n + 1):
            need_b = b * 100 < bursary[g] * place and (heads[1] < n or heads[3] < n)
            need_r = r * 100 < resident[g] * place and (heads[2] < n or heads[3] < n)
            if need_b and need_r and heads[3] < n:
                q = 3
            elif need_b:
                q = 1 if heads[1] < heads[3] else 3
            elif need_r:
                q = 2 if heads[2] < heads[3] else 3
            else:
                q = 0
                for other in range(1, 4):
                    if heads[other] < heads[q]:
                        q = other
            out[a + by_rank[heads[q]]] = place
            b += q & 1
            r += q >> 1
            heads[q] = _next(kind, a, by_rank, heads[q] + 1, n, q)


def call(*arrays: Any) -> None:
    with _POOL_LOCK:
        _call(*arrays)


@njit(cache=True)
def _next(kind, a, by_rank, at, n, q):
    while at < n and kind[a + by_rank[at]] != q:
        at += 1
    return at
