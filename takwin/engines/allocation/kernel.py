"""Inner loops of deferred acceptance, compiled by numba.

A pool without reserves keeps a heap, worst on top; one with reserves keeps its people sorted, best first. Each slot
(a pool and the set of its reserves one belongs to) has a cut-off: a priority that passes it will be kept now. The
cut-offs of a nation fit in a processor's cache and are read before anything else, so most proposals cost one read.
`kept[i]` is the wish a candidate holds; -1: none left; -2 - w: to propose from wish w on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit


class Tables(NamedTuple):
    """What does not change, see Problem.

    slot : (m,) slot of a wish; pool : (slots,) pool of a slot
    base : (p + 1,) where the people of a pool begin in the arrays of the state
    reserved_capacity : (slots,) seats that the set of reserves of a slot has together
    locked : priority from which on nobody can be turned out
    """

    start: Any
    slot: Any
    pool: Any
    slot_start: Any
    capacity: Any
    base: Any
    reserved_capacity: Any
    locked: Any


class State(NamedTuple):
    """What changes.

    kept : (n,) wish each candidate holds, see the module; cut : (slots + 1,) cut-offs, the last one never passed
    size : (p,) people of a pool; best, who, kind : their priority, candidate and set of reserves, from `base` on
    mark, load : space of `_mark_kept`
    """

    kept: Any
    cut: Any
    size: Any
    best: Any
    who: Any
    kind: Any
    mark: Any
    load: Any


@njit(cache=True)
def find_slots(start, pool, slot_start, reserve_start, reserve_group, groups, out):
    """The slot of each wish: its pool, and which of the pool's reserves the candidate belongs to."""
    for i in range(len(start) - 1):
        for w in range(start[i], start[i + 1]):
            p = pool[w]
            kind = 0
            for r in range(reserve_start[p], reserve_start[p + 1]):
                g = reserve_group[r]
                if g < 0 or (g >> 6 < groups.shape[1] and groups[i, g >> 6] >> np.uint64(g & 63) & np.uint64(1)):
                    kind |= 1 << (r - reserve_start[p])
            out[w] = slot_start[p] + kind


@njit(cache=True)
def sweep(t, working_priority, s):
    """Everyone who has somewhere to go proposes, in the order of memory, until nobody moves.

    The order of proposals cannot change the outcome (McVitie and Wilson 1971), so the fastest is taken: a candidate
    turned out by a later one waits for the next sweep. Arrays are named first: reading one out of a tuple counts its
    owners, and that costs more than the proposal.
    """
    start, slots, pool_of, slot_start, capacity, base = t.start, t.slot, t.pool, t.slot_start, t.capacity, t.base
    kept, cut, held, best, who = s.kept, s.cut, s.size, s.best, s.who
    more = True
    while more:
        more = False
        for i in range(len(kept)):
            if kept[i] >= -1:
                continue
            w, end = -2 - kept[i], start[i + 1]
            while w < end and working_priority[w] <= cut[slots[w]]:
                w += 1
            if w >= end:
                kept[i] = -1
                continue
            kept[i] = w
            slot = slots[w]
            p = pool_of[slot]
            if slot_start[p + 1] - slot_start[p] > 1:
                out = _admit(p, i, working_priority[w], slot - slot_start[p], t, s)
            else:
                out = _push(best, who, base[p], held[p], capacity[p], i, working_priority[w])
                if out < 0:
                    held[p] += 1
                if held[p] == capacity[p]:
                    cut[slot] = best[base[p]]
            if out >= 0:
                kept[out] = -3 - kept[out]
                if out < i:
                    more = True


@njit(cache=True)
def propose(i, t, working_priority, s):
    """One candidate proposes until kept somewhere or at the end of the list; returns who is turned out, or -1."""
    w, end = -2 - s.kept[i], t.start[i + 1]
    while w < end and working_priority[w] <= s.cut[t.slot[w]]:
        w += 1
    s.kept[i] = w if w < end else -1
    if w >= end:
        return -1
    slot = t.slot[w]
    p = t.pool[slot]
    if t.slot_start[p + 1] - t.slot_start[p] > 1:
        out = _admit(p, i, working_priority[w], slot - t.slot_start[p], t, s)
    else:
        out = _push(s.best, s.who, t.base[p], s.size[p], t.capacity[p], i, working_priority[w])
        if out < 0:
            s.size[p] += 1
        if s.size[p] == t.capacity[p]:
            s.cut[slot] = s.best[t.base[p]]
    if out >= 0:
        s.kept[out] = -3 - s.kept[out]
    return out


@njit(cache=True)
def _push(best, who, b, size, capacity, i, q):
    """Into a heap, worst on top: in a free place (-1), or in the place of the worst, who is turned out."""
    if size < capacity:
        at = size
        while at > 0:
            above = (at - 1) >> 1
            if best[b + above] <= q:
                break
            best[b + at], who[b + at] = best[b + above], who[b + above]
            at = above
        best[b + at], who[b + at] = q, i
        return -1
    out = who[b]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and best[b + below + 1] < best[b + below]:
            below += 1
        if best[b + below] >= q:
            break
        best[b + at], who[b + at] = best[b + below], who[b + below]
        at = below
    best[b + at], who[b + at] = q, i
    return out


@njit(cache=True)
def _admit(p, i, q, kind, t, s):
    """Into a pool with reserves: its choice of all it holds and the newcomer; returns who is turned out, or -1."""
    b, size = t.base[p], s.size[p]
    at = size
    while at > 0 and s.best[b + at - 1] < q:
        s.best[b + at], s.who[b + at], s.kind[b + at] = s.best[b + at - 1], s.who[b + at - 1], s.kind[b + at - 1]
        at -= 1
    s.best[b + at], s.who[b + at], s.kind[b + at] = q, i, kind
    size += 1
    out = -1
    if size > t.capacity[p]:
        _mark_kept(p, size, t, s)
        drop = size - 1
        while s.mark[drop]:
            drop -= 1
        out = s.who[b + drop]
        for k in range(drop, size - 1):
            s.best[b + k], s.who[b + k], s.kind[b + k] = s.best[b + k + 1], s.who[b + k + 1], s.kind[b + k + 1]
        size -= 1
    s.size[p] = size
    if size == t.capacity[p]:
        _cuts(p, size, t, s)
    return out


@njit(cache=True)
def _mark_kept(p, size, t, s):
    """Marks who is kept by right: 2 a locked seat, 1 a reserve. Best first, each takes a reserve if all before still
    have one (Hall's condition on every set of reserves: a person counts once). Returns the room left for others."""
    b, first = t.base[p], t.slot_start[p]
    sets = t.slot_start[p + 1] - first
    for x in range(sets):
        s.load[x] = 0
    locked = 0
    while locked < size and s.best[b + locked] >= t.locked:
        locked += 1
    room = t.capacity[p] - locked
    for k in range(size):
        kind = s.kind[b + k]
        s.mark[k] = 2 if k < locked else 0
        if kind == 0 or (k >= locked and room <= 0):
            continue
        fits = True
        for x in range(sets):
            if x & kind == kind and s.load[x] >= t.reserved_capacity[first + x]:
                fits = False
                break
        if fits:
            for x in range(sets):
                if x & kind == kind:
                    s.load[x] += 1
            if k >= locked:
                s.mark[k] = 1
                room -= 1
    return room


@njit(cache=True)
def _cuts(p, size, t, s):
    """The cut-off of each slot of a full pool: what a newcomer with these reserves must pass to be kept."""
    room = _mark_kept(p, size, t, s)
    b, first = t.base[p], t.slot_start[p]
    sets = t.slot_start[p + 1] - first
    none = t.locked - 1  # only a locked seat passes
    low_open = none
    turned = False  # whether anyone can be turned out at all
    for k in range(size):
        if s.mark[k] == 0:
            low_open = s.best[b + k]
        if s.mark[k] != 2:
            turned = True
    for kind in range(sets):
        inside = sets - 1
        fits = kind != 0
        if kind:
            for x in range(sets):
                if x & kind == kind and s.load[x] >= t.reserved_capacity[first + x]:
                    inside &= x
                    fits = False
        cut = low_open
        if fits and room > 0:
            cut = s.cut[-1]
        elif kind:
            for k in range(size):
                if s.mark[k] == 1 and (fits or s.kind[b + k] & inside == s.kind[b + k]) and s.best[b + k] < cut:
                    cut = s.best[b + k]
        s.cut[first + kind] = cut if turned else t.locked + (t.locked - 1)
