"""The running sums of a timetable, and how they and the cost change when a block is taken off or placed; compiled.

An event here is a block: sessions bound to one another (one start, or one right after the other) that move together.
A row of occupation is a party, or a room, in one kind of week. What a day looks like to a party is one number, a bit a
slot; rules of the day are tables over that number. Costs are integers; a hard rule costs `Tables.hard` a unit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from takwin.engines.timetabling.compiled import below, piece

APART, GROUPED, NOT_TOGETHER, SAME_DAY, BEFORE, AFTER = range(6)


class Tables(NamedTuple):
    """What does not change. CSR: `x_at[i]` to `x_at[i + 1]` are the rows of block i (or of party i)."""

    hours: Any  # slots a day
    kinds: Any
    hard: Any
    start_at: Any  # block -> starts allowed
    start_slot: Any
    allowed: Any  # (blocks, slots): cost of a start, -1 where it is not allowed
    part_at: Any  # block -> parties there, and when
    part_row: Any
    part_bits: Any
    part_need: Any  # the room they are in: a need of the block, -1 none
    need_at: Any  # block -> rooms needed
    need_bits: Any
    need_kinds: Any
    room_at: Any  # need -> candidates
    room_of: Any
    room_cost: Any
    site: Any  # room -> site
    closed: Any  # (rooms x kinds, days): bits
    fixed: Any  # (blocks,) has one start only
    day_class: Any  # party -> row of day_cost
    day_cost: Any  # (classes, 2^hours)
    week_at: Any  # party -> weekly rules
    week_table: Any
    week_limit: Any
    week_weight: Any
    counted: Any  # (tables, 2^hours)
    pair_at: Any  # block -> links with others
    pair_other: Any
    pair_link: Any
    pair_value: Any
    pair_weight: Any
    pair_adjacent: Any
    pair_offset: Any
    pair_length: Any
    pair_offset2: Any
    pair_length2: Any
    used_at: Any  # block -> selections of slots
    used_row: Any
    used_bits: Any
    used_slots: Any  # (selections, slots) bool
    used_limit: Any
    used_weight: Any
    travel: Any  # party -> most changes of site a day, -1: free
    travel_weight: Any
    row_weight: Any  # party -> what its rules are multiplied by
    room_weight: Any  # (rooms x kinds,)
    travel_gap: Any  # party -> cost of two sites without a slot between, 0: free


class State(NamedTuple):
    start: Any
    room: Any  # of each need
    count: Any  # (parties, slots)
    who: Any  # (parties, slots): sum of the blocks there
    busy: Any  # (parties, days): bits
    week: Any  # of each weekly rule
    room_count: Any  # (rooms x kinds, slots)
    room_who: Any
    room_busy: Any
    used_count: Any
    used: Any
    place: Any  # (parties, slots): sum of the sites + 1 of the sessions there


@piece
def pair_cost(t, k, mine, other):
    """What link k costs when its block starts at `mine` and the other one at `other`."""
    a = mine + t.pair_offset[k]
    b = other + t.pair_offset2[k]
    da = a // t.hours
    db = b // t.hours
    la = t.pair_length[k]
    lb = t.pair_length2[k]
    link = t.pair_link[k]
    cost = 0
    if link == APART:
        apart = abs(da - db)
        if apart < t.pair_value[k]:
            cost = t.pair_value[k] - apart
            if apart == 0 and t.pair_adjacent[k] and a + la != b and b + lb != a:
                cost += 1
    elif link == NOT_TOGETHER:
        cost = max(0, min(a + la, b + lb) - max(a, b))
    elif link == SAME_DAY:
        cost = np.int64(da != db)
    elif link == GROUPED:
        cost = np.int64(da != db or (a + la != b and b + lb != a))
    elif link == BEFORE:
        cost = np.int64(a + la > b)
    elif link == AFTER:
        cost = np.int64(b + lb > a)
    return cost * t.pair_weight[k]


@piece
def site_cost(t, s, row, day):
    """Changes of site in a party's day, and those without a slot to walk."""
    changes = 0
    rushed = 0
    last = np.int64(0)
    at = -9
    for hour in range(t.hours):
        cell = day * t.hours + hour
        here = np.int64(s.place[row, cell])
        if here > 0 and s.count[row, cell] == 1:
            if last > 0 and here != last:
                changes += 1
                if at == hour - 1:
                    rushed += 1
            last = here
            at = hour
    cost = rushed * t.travel_gap[row]
    if t.travel[row] >= 0 and changes > t.travel[row]:
        cost += (changes - t.travel[row]) * t.travel_weight[row]
    return cost


@piece
def shift_day(t, s, row, day, new):
    """The change of cost when the busy hours of a party's day change."""
    old = s.busy[row, day]
    cost = t.day_cost[t.day_class[row], new] - t.day_cost[t.day_class[row], old]
    for k in range(t.week_at[row], t.week_at[row + 1]):
        step = t.counted[t.week_table[k], new] - t.counted[t.week_table[k], old]
        if step != 0:
            over = s.week[k] - t.week_limit[k]
            cost += t.week_weight[k] * (max(0, over + step) - max(0, over))
            s.week[k] += step
    s.busy[row, day] = new
    return cost * t.row_weight[row]


@piece
def attend(t, s, block, k, day, hour, sign):
    """Part k of a block begins (1) or ceases (-1) to keep its party busy; the change of cost."""
    row = t.part_row[k]
    new = np.int64(s.busy[row, day])
    travels = t.travel_gap[row] > 0 or t.travel[row] >= 0
    delta = np.int64(0)
    here = np.int64(0)
    if travels:
        delta -= site_cost(t, s, row, day) * t.row_weight[row]
        if t.part_need[k] >= 0:
            here = t.site[t.room_of[s.room[t.part_need[k]]]] + 1
    at = hour
    left = t.part_bits[k]
    while left:
        if left & 1:
            cell = day * t.hours + at
            if s.count[row, cell] == np.int64(sign < 0):
                new ^= np.int64(1) << at
            else:
                delta += sign * t.hard * t.row_weight[row]
            s.count[row, cell] += sign
            s.who[row, cell] += sign * block
            s.place[row, cell] += sign * here
        left >>= 1
        at += 1
    delta += shift_day(t, s, row, day, new)
    if travels:
        delta += site_cost(t, s, row, day) * t.row_weight[row]
    return delta


@piece
def occupy(t, s, block, k, day, hour, sign):
    """Need k of a block takes (1) or leaves (-1) its room; the change of cost."""
    room = np.int64(s.room[k])
    delta = sign * t.room_cost[room]
    for kind in range(t.kinds):
        if not t.need_kinds[k] >> kind & 1:
            continue
        row = t.room_of[room] * t.kinds + kind
        at = hour
        left = t.need_bits[k]
        while left:
            if left & 1:
                cell = day * t.hours + at
                if s.room_count[row, cell] == np.int64(sign < 0):
                    s.room_busy[row, day] ^= np.int64(1) << at
                else:
                    delta += sign * t.hard * t.room_weight[row]
                if t.closed[row, day] >> at & 1:
                    delta += sign * t.hard * t.room_weight[row]
                s.room_count[row, cell] += sign
                s.room_who[row, cell] += sign * block
            left >>= 1
            at += 1
    return delta


@piece
def use(t, s, k, day, hour, sign):
    """A block begins (1) or ceases (-1) to use slots of a selection; the change of cost."""
    row = t.used_row[k]
    before = max(0, s.used[row] - t.used_limit[row])
    at = hour
    left = t.used_bits[k]
    while left:
        cell = day * t.hours + at
        if left & 1 and t.used_slots[row, cell]:
            if s.used_count[row, cell] == np.int64(sign < 0):
                s.used[row] += sign
            s.used_count[row, cell] += sign
        left >>= 1
        at += 1
    return t.used_weight[row] * (max(0, s.used[row] - t.used_limit[row]) - before)


@piece
def book(t, s, block, slot, sign):
    """Enter (1) or strike (-1) a block at a slot, in the rooms of its state; the change of cost."""
    day = slot // t.hours
    hour = slot - day * t.hours
    delta = sign * np.int64(t.allowed[block, slot])
    for k in range(t.pair_at[block], t.pair_at[block + 1]):
        other = np.int64(s.start[t.pair_other[k]])
        if other >= 0:
            delta += sign * pair_cost(t, k, slot, other)
    for k in range(t.part_at[block], t.part_at[block + 1]):
        delta += attend(t, s, block, k, day, hour, sign)
    for k in range(t.need_at[block], t.need_at[block + 1]):
        delta += occupy(t, s, block, k, day, hour, sign)
    for k in range(t.used_at[block], t.used_at[block + 1]):
        delta += use(t, s, k, day, hour, sign)
    return delta


@piece
def lift(t, s, block):
    """Take a block off the timetable; the change of cost."""
    slot = np.int64(s.start[block])
    s.start[block] = -1
    return book(t, s, block, slot, -1)


@piece
def choose_room(t, s, seed, k, day, hour):
    """The best candidate of a need: free and cheapest, drawn among equals by where the search begins."""
    first = t.room_at[k]
    n = t.room_at[k + 1] - first
    best = first
    if n > 1:
        least = np.int64(1) << 60
        at = below(seed, n)
        bits = t.need_bits[k] << hour
        for _ in range(n):
            c = first + at
            taken = 0
            for kind in range(t.kinds):
                if t.need_kinds[k] >> kind & 1:
                    row = t.room_of[c] * t.kinds + kind
                    clash = (s.room_busy[row, day] | t.closed[row, day]) & bits
                    while clash:
                        clash &= clash - 1
                        taken += t.room_weight[row]
            cost = t.room_cost[c] + taken * t.hard
            if cost < least:
                least = cost
                best = c
                if cost == 0:
                    break
            at += 1
            if at == n:
                at = 0
    return best


@piece
def put(t, s, seed, block, slot, keep):
    """Put a block at a slot, in the rooms of its state (`keep`) or the best ones now; the change of cost."""
    s.start[block] = slot
    if not keep:
        day = slot // t.hours
        for k in range(t.need_at[block], t.need_at[block + 1]):
            s.room[k] = choose_room(t, s, seed, k, day, slot - day * t.hours)
    return book(t, s, block, slot, 1)
