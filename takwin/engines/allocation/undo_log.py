"""Questions about beds, compiled by numba: who a house cannot lodge, and proposals that can be taken back."""

from __future__ import annotations

import numpy as np
from numba import njit

from takwin.engines.allocation.kernel import propose


@njit(cache=True)
def lodge(start, room, berth, priority, bar):
    """People of each house in falling priority: whoever the beds cannot lodge raises the bar of their berth.

    A set of people can be lodged when every set of bed groups has room for those who may use no other (Hall).
    """
    load = np.zeros(len(room), np.int64)
    house = 0
    for k in range(len(berth)):
        while berth[k] >= start[house + 1]:
            house += 1
        first, sets = start[house], start[house + 1] - start[house]
        kind = berth[k] - first
        fits = True
        for x in range(sets):
            if x & kind == kind and load[first + x] >= room[first + x]:
                fits = False
        if fits:
            for x in range(sets):
                if x & kind == kind:
                    load[first + x] += 1
        elif priority[k] >= bar[berth[k]]:
            bar[berth[k]] = priority[k] + 1


@njit(cache=True)
def _lodged(start, room, load):
    """Whether all houses can lodge `load` (people by berth)."""
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
def _insert(i, first, t, live, s, of, load, tape, top):
    """One person proposes from the start of the list, and whoever is turned out after; each step noted on the tape."""
    s.kept[i] = first
    while i >= 0:
        w, end = -2 - s.kept[i], t.start[i + 1]
        while w < end and live[w] <= s.cut[t.slot[w]]:
            w += 1
        if w >= end:
            tape, top = _note(tape, top, i, s.kept[i], -1, t, s)
            s.kept[i] = -1
            break
        p = t.pool[t.slot[w]]
        tape, top = _note(tape, top, i, s.kept[i], p, t, s)
        out = propose(i, t, live, s)
        _count(of, load, s.kept[i], 1)
        if out >= 0:
            _count(of, load, -3 - s.kept[out], -1)
        tape[top] = out
        top += 1
        i = out
    return tape, top


@njit(cache=True)
def _note(tape, top, i, kept, p, t, s):
    """Candidate, what they held, and the pool as it was; the length last, so that the tape reads backwards."""
    room = t.capacity[p] + 1 if p >= 0 else 0
    slots = t.slot_start[p + 1] - t.slot_start[p] if p >= 0 else 0
    need = 6 + 3 * room + slots
    if top + need >= len(tape):
        longer = np.empty(2 * (len(tape) + need), np.int64)
        longer[:top] = tape[:top]
        tape = longer
    begun = top
    if p >= 0:
        b = t.base[p]
        for k in range(room):
            tape[top], tape[top + 1] = s.best[b + k], s.who[b + k]
            tape[top + 2] = s.kind[b + k] if slots > 1 else 0
            top += 3
        for k in range(slots):
            tape[top] = s.cut[t.slot_start[p] + k]
            top += 1
        tape[top] = s.size[p]
        top += 1
    tape[top], tape[top + 1], tape[top + 2], tape[top + 3] = p, i, kept, begun
    top += 4
    if p < 0:
        tape[top] = -1  # nobody is turned out
        top += 1
    return tape, top


@njit(cache=True)
def _rewind(mark, t, s, of, load, tape, top):
    """Take back every step noted after `mark`."""
    while top > mark:
        out, p, i, kept, begun = tape[top - 1], tape[top - 5], tape[top - 4], tape[top - 3], tape[top - 2]
        if p >= 0:
            _count(of, load, s.kept[i], -1)
            if out >= 0:
                s.kept[out] = -3 - s.kept[out]
                _count(of, load, s.kept[out], 1)
            b, at = t.base[p], begun
            slots = t.slot_start[p + 1] - t.slot_start[p]
            for k in range(t.capacity[p] + 1):
                s.best[b + k], s.who[b + k] = tape[at], tape[at + 1]
                if slots > 1:
                    s.kind[b + k] = tape[at + 2]
                at += 3
            for k in range(slots):
                s.cut[t.slot_start[p] + k] = tape[at]
                at += 1
            s.size[p] = tape[at]
        s.kept[i] = kept
        top = begun
    return top


@njit(cache=True)
def try_all(t, live, s, berths, load, bar, last, slot, berth, to, first, span):
    """For each k: berth[k] opens to bed priority to[k] for person last[slot[k]], when every house still lodges its
    people with everyone else in place. All but `last` have proposed. Opens what can be, in order; returns how many.

    Halving: to ask about the left half, the right half is put in first, and taken back afterwards; each person is put
    in once a level, not once a question.
    """
    tape, top, opened = np.empty(1 << 16, np.int64), 0, 0
    lows, highs, marks = np.empty(128, np.int64), np.empty(128, np.int64), np.empty(128, np.int64)
    steps = np.zeros(128, np.int64)
    lows[0], highs[0], depth = 0, len(last), 0
    while depth >= 0:
        low, high, step = lows[depth], highs[depth], steps[depth]
        if high - low == 1:
            for k in range(len(slot)):
                if slot[k] == low:
                    opened += _leaf(k, last[low], t, live, s, berths, load, bar, berth, to, first, span[:, low])
            depth -= 1
            continue
        middle = (low + high) // 2
        if step == 2:
            top = _rewind(marks[depth], t, s, berths.of, load, tape, top)
            depth -= 1
            continue
        if step == 1:
            top = _rewind(marks[depth], t, s, berths.of, load, tape, top)
        marks[depth] = top
        begin, end = (middle, high) if step == 0 else (low, middle)
        for k in range(begin, end):
            tape, top = _insert(last[k], first[last[k]], t, live, s, berths.of, load, tape, top)
        steps[depth] = step + 1
        depth += 1
        lows[depth], highs[depth], steps[depth] = (low, middle, 0) if step == 0 else (middle, high, 0)
    return opened


@njit(cache=True)
def _leaf(k, i, t, live, s, berths, load, bar, berth, to, first, span):
    """Let person i into berth[k]; keeps it so when every house lodges its people, else takes it back."""
    for j in range(span[0], span[1]):
        if berths.berth[j] == berth[k] and berths.priority[j] >= to[k]:
            live[berths.wish[j]] = berths.ask[j]
    tape, top = np.empty(1 << 12, np.int64), 0
    tape, top = _insert(i, first[i], t, live, s, berths.of, load, tape, top)
    fits = _lodged(berths.start, berths.room, load)
    _rewind(0, t, s, berths.of, load, tape, top)
    if fits:
        bar[berth[k]] = to[k]
        return 1
    for j in range(span[0], span[1]):
        if berths.berth[j] == berth[k] and berths.priority[j] < bar[berth[k]]:
            live[berths.wish[j]] = np.iinfo(live.dtype).min
    return 0
