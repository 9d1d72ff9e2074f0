"""Questions about beds, compiled by numba: who does not fit a house, and proposals that can be undone."""

from __future__ import annotations

import numpy as np
from numba import njit

from takwin.engines.allocation.kernel import propose


@njit(cache=True)
def raise_cutoffs(start, room, bed_class, priority, cutoff):
    """Raise the cut-off of the bed class of each person who does not fit; `cutoff` is changed in place.

    `bed_class` and `priority` list the people house by house, best first. People fit a house when every set of its
    bed groups has room for those who may use no other group (Hall's condition).
    """
    load = np.zeros(len(room), np.int64)
    house = 0
    for k in range(len(bed_class)):
        while bed_class[k] >= start[house + 1]:
            house += 1
        first, sets = start[house], start[house + 1] - start[house]
        kind = bed_class[k] - first
        fits = True
        for x in range(sets):
            if x & kind == kind and load[first + x] >= room[first + x]:
                fits = False
        if fits:
            for x in range(sets):
                if x & kind == kind:
                    load[first + x] += 1
        elif priority[k] >= cutoff[bed_class[k]]:
            cutoff[bed_class[k]] = priority[k] + 1


@njit(cache=True)
def _fits(start, room, load):
    """Whether `load` (bed classes,), the people of each bed class, fits the beds of all houses."""
    for house in range(len(start) - 1):
        first, sets = start[house], start[house + 1] - start[house]
        for x in range(1, sets):
            inside = 0
            for y in range(1, sets):
                if x & y == y:
                    inside += load[first + y]
            if inside > room[first + x]:
                return False
    return True


@njit(cache=True)
def _count(of, load, w, step):
    if w >= 0 and of[w] >= 0:
        load[of[w]] += step


@njit(cache=True)
def _insert(i, first, t, working_priority, s, of, load, log, top):
    """Let one person propose from the start of the list, then whoever is turned out; every step goes to the log."""
    s.kept[i] = first
    while i >= 0:
        w, end = -2 - s.kept[i], t.start[i + 1]
        while w < end and working_priority[w] <= s.cut[t.slot[w]]:
            w += 1
        if w >= end:
            log, top = _note(log, top, i, s.kept[i], -1, t, s)
            s.kept[i] = -1
            break
        p = t.pool[t.slot[w]]
        log, top = _note(log, top, i, s.kept[i], p, t, s)
        out = propose(i, t, working_priority, s)
        _count(of, load, s.kept[i], 1)
        if out >= 0:
            _count(of, load, -3 - s.kept[out], -1)
        log[top] = out
        top += 1
        i = out
    return log, top


@njit(cache=True)
def _note(log, top, i, kept, p, t, s):
    """Log a candidate, what they held, and the pool as it was; the length last, so that the log reads backwards."""
    room = t.capacity[p] + 1 if p >= 0 else 0
    slots = t.slot_start[p + 1] - t.slot_start[p] if p >= 0 else 0
    need = 6 + 3 * room + slots
    if top + need >= len(log):
        longer = np.empty(2 * (len(log) + need), np.int64)
        longer[:top] = log[:top]
        log = longer
    begun = top
    if p >= 0:
        b = t.base[p]
        for k in range(room):
            log[top], log[top + 1] = s.best[b + k], s.who[b + k]
            log[top + 2] = s.kind[b + k] if slots > 1 else 0
            top += 3
        for k in range(slots):
            log[top] = s.cut[t.slot_start[p] + k]
            top += 1
        log[top] = s.size[p]
        top += 1
    log[top], log[top + 1], log[top + 2], log[top + 3] = p, i, kept, begun
    top += 4
    if p < 0:
        log[top] = -1  # nobody is turned out
        top += 1
    return log, top


@njit(cache=True)
def _rewind(mark, t, s, of, load, log, top):
    """Undo every step logged after `mark`."""
    while top > mark:
        out, p, i, kept, begun = log[top - 1], log[top - 5], log[top - 4], log[top - 3], log[top - 2]
        if p >= 0:
            _count(of, load, s.kept[i], -1)
            if out >= 0:
                s.kept[out] = -3 - s.kept[out]
                _count(of, load, s.kept[out], 1)
            b, at = t.base[p], begun
            slots = t.slot_start[p + 1] - t.slot_start[p]
            for k in range(t.capacity[p] + 1):
                s.best[b + k], s.who[b + k] = log[at], log[at + 1]
                if slots > 1:
                    s.kind[b + k] = log[at + 2]
                at += 3
            for k in range(slots):
                s.cut[t.slot_start[p] + k] = log[at]
                at += 1
            s.size[p] = log[at]
        s.kept[i] = kept
        top = begun
    return top


@njit(cache=True)
def try_all(t, working_priority, s, bed_wishes, load, cutoff, last, slot, bed_class, to, first, span):
    """For each k, open bed_class[k] to bed priority to[k] for person last[slot[k]] if every house still fits.

    All but the persons of `last` have proposed. Cut-offs open in order; returns how many did.

    By halving: to ask about the left half, the right half proposes first and is undone afterwards, so that each
    person proposes once a level, not once a question.
    """
    log, top, opened = np.empty(1 << 16, np.int64), 0, 0
    lows, highs, marks = np.empty(128, np.int64), np.empty(128, np.int64), np.empty(128, np.int64)
    steps = np.zeros(128, np.int64)
    lows[0], highs[0], depth = 0, len(last), 0
    while depth >= 0:
        low, high, step = lows[depth], highs[depth], steps[depth]
        if high - low == 1:
            for k in range(len(slot)):
                if slot[k] == low:
                    opened += _leaf(
                        k,
                        last[low],
                        t,
                        working_priority,
                        s,
                        bed_wishes,
                        load,
                        cutoff,
                        bed_class,
                        to,
                        first,
                        span[:, low],
                    )
            depth -= 1
            continue
        middle = (low + high) // 2
        if step == 2:
            top = _rewind(marks[depth], t, s, bed_wishes.of, load, log, top)
            depth -= 1
            continue
        if step == 1:
            top = _rewind(marks[depth], t, s, bed_wishes.of, load, log, top)
        marks[depth] = top
        begin, end = (middle, high) if step == 0 else (low, middle)
        for k in range(begin, end):
            log, top = _insert(last[k], first[last[k]], t, working_priority, s, bed_wishes.of, load, log, top)
        steps[depth] = step + 1
        depth += 1
        lows[depth], highs[depth], steps[depth] = (low, middle, 0) if step == 0 else (middle, high, 0)
    return opened


@njit(cache=True)
def _leaf(k, i, t, working_priority, s, bed_wishes, load, cutoff, bed_class, to, first, span):
    """Open bed_class[k] to person i; 1 when every house then fits its people, else undone and 0."""
    for j in range(span[0], span[1]):
        if bed_wishes.bed_class[j] == bed_class[k] and bed_wishes.priority[j] >= to[k]:
            working_priority[bed_wishes.wish[j]] = bed_wishes.ask[j]
    log, top = np.empty(1 << 12, np.int64), 0
    log, top = _insert(i, first[i], t, working_priority, s, bed_wishes.of, load, log, top)
    fits = _fits(bed_wishes.start, bed_wishes.room, load)
    _rewind(0, t, s, bed_wishes.of, load, log, top)
    if fits:
        cutoff[bed_class[k]] = to[k]
        return 1
    for j in range(span[0], span[1]):
        if bed_wishes.bed_class[j] == bed_class[k] and bed_wishes.priority[j] < cutoff[bed_class[k]]:
            working_priority[bed_wishes.wish[j]] = np.iinfo(working_priority.dtype).min
    return 0
