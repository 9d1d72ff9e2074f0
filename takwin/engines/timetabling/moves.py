"""The inner loops, compiled by numba: annealing over relocations, exchanges and chains; filling, and taking off."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from takwin.engines.timetabling.compiled import below, draw, loop, piece
from takwin.engines.timetabling.kernel import lift, put

# Sessions moved at once: one, and those it exchanges places with.
MOST_MOVED = 12


# Compiled once for all but the inner loop. `keep` is never a literal: each would be compiled on its own.
@loop
def take_off(t, s, block):
    return lift(t, s, block)


@loop
def put_at(t, s, seed, block, slot, keep):
    return put(t, s, seed, block, slot, keep)


@loop
def fill(t, s, seed, order, given, keep):
    """Put every block of `order` at its slot in `given` (-1: none), or else where it costs least now; the cost."""
    cost = np.int64(0)
    for index in range(len(order)):
        block = order[index]
        slot = np.int64(given[block])
        fixed = slot >= 0
        if not fixed:
            first = t.start_at[block]
            n = t.start_at[block + 1] - first
            least = np.int64(1) << 60
            at = below(seed, n)
            for _ in range(n):
                trial = t.start_slot[first + at]
                delta = put_at(t, s, seed, block, trial, fixed)
                take_off(t, s, block)
                if delta < least:
                    least = delta
                    slot = trial
                at += 1
                if at == n:
                    at = 0
        cost += put_at(t, s, seed, block, slot, fixed and keep)
    return cost


class Scratch(NamedTuple):
    """Working arrays of one search."""

    block: Any
    old: Any
    new: Any
    room: Any  # (MOST_MOVED, most rooms a block needs)
    amiss: Any  # blocks last seen to cost something
    place: Any  # (blocks,) where in `amiss`, -1: not there
    size: Any  # (1,) of `amiss`
    worth: Any  # (blocks,) what each was last seen to cost


@piece
def keep(s, start, room):
    for k in range(len(start)):
        start[k] = s.start[k]
    for k in range(len(room)):
        room[k] = s.room[k]


@piece
def note(w, block, cost):
    """Remember what a block costs, and keep the list `amiss` of those that cost something."""
    w.worth[block] = cost
    wrong = cost > 0
    at = w.place[block]
    if wrong and at < 0:
        w.place[block] = w.size[0]
        w.amiss[w.size[0]] = block
        w.size[0] += 1
    elif not wrong and at >= 0:
        w.size[0] -= 1
        last = w.amiss[w.size[0]]
        w.amiss[at] = last
        w.place[last] = at
        w.place[block] = -1


@piece
def follow(t, s, w, moved, other, shift):
    """Add a block that must move by `shift`; how many move now, -1 when it cannot."""
    for m in range(moved):
        if w.block[m] == other:
            return moved
    slot = np.int64(s.start[other]) + shift
    if moved == MOST_MOVED or slot < 0 or slot >= t.allowed.shape[1] or t.allowed[other, slot] < 0 or t.fixed[other]:
        return -1
    w.block[moved] = other
    w.old[moved] = s.start[other]
    w.new[moved] = slot
    return moved + 1


@loop
def exchange(t, s, seed, w, whole):
    """Exchange w.block[0] with the blocks in its way, each moved by the same number of slots.

    Looks at one of its parties or its room, or (`whole`) at all of them, and so on until no new block is met. Returns
    how many blocks move, -1 when they cannot.
    """
    moved = 1
    i = 0
    while i < moved:
        b = w.block[i]
        parts = t.part_at[b + 1] - t.part_at[b]
        rows = parts + t.need_at[b + 1] - t.need_at[b]
        only = np.int64(-1) if whole else below(seed, rows)
        for j in range(rows):
            if only >= 0 and j != only:
                continue
            if j < parts:
                row = t.part_row[t.part_at[b] + j]
                left = t.part_bits[t.part_at[b] + j]
            else:
                k = t.need_at[b] + j - parts
                if whole and t.room_at[k + 1] - t.room_at[k] > 1:
                    continue  # it takes another room
                row = t.room_of[s.room[k]] * t.kinds
                while not t.need_kinds[k] >> (row % t.kinds) & 1:
                    row += 1
                left = t.need_bits[k]
            at = w.new[i]
            while left:
                if left & 1:
                    count = np.int64(s.count[row, at] if j < parts else s.room_count[row, at])
                    if count > 1 and not whole:
                        return -1
                    if count == 1:
                        other = np.int64(s.who[row, at] if j < parts else s.room_who[row, at])
                        back = w.old[i] - w.new[i]
                        moved = follow(t, s, w, moved, other, back)
                        if moved < 0:
                            return -1
                left >>= 1
                at += 1
        if not whole:
            break
        i += 1
    return moved


@piece
def propose(t, s, seed, w, movable):
    """Draw a move into `w`; how many blocks it moves, 0 when it is impossible."""
    # Half of the time someone who is amiss moves: when little is wrong, few proposals else would matter.
    if w.size[0] and draw(seed) & 1:
        e = w.amiss[below(seed, w.size[0])]
    else:
        e = movable[below(seed, len(movable))]
    first = t.start_at[e]
    w.block[0] = e
    w.old[0] = s.start[e]
    w.new[0] = t.start_slot[first + below(seed, t.start_at[e + 1] - first)]
    choice = draw(seed) & 3
    if choice < 2 or w.new[0] == w.old[0] or t.part_at[e + 1] == t.part_at[e]:
        return 1
    return max(0, exchange(t, s, seed, w, choice == 3))


@piece
def clashes(t, s, e, slot):
    """On how many slots a block would meet its parties busy, were it not there itself, each by its weight."""
    day = slot // t.hours
    hour = slot - day * t.hours
    count = 0
    for k in range(t.part_at[e], t.part_at[e + 1]):
        met = s.busy[t.part_row[k], day] & (t.part_bits[k] << hour)
        while met:
            met &= met - 1
            count += t.row_weight[t.part_row[k]]
    return count


@piece
def hopeless(t, s, w, moved, most):
    """Whether moving one block alone to another day must clash more than it could gain; seen without moving it."""
    e = w.block[0]
    if moved > 1 or w.new[0] // t.hours == w.old[0] // t.hours:
        return False
    return clashes(t, s, e, w.new[0]) * t.hard - w.worth[e] > most


@piece
def move(t, s, seed, w, moved, undo):
    """Make the move, or undo it; the change of cost."""
    change = np.int64(0)
    for m in range(moved):
        b = w.block[m]
        first = t.need_at[b]
        gone = lift(t, s, b)
        change += gone
        for k in range(first, t.need_at[b + 1]):
            if undo:
                s.room[k] = w.room[m, k - first]
            else:
                w.room[m, k - first] = s.room[k]
        if m == 0 and not undo:
            note(w, b, -gone)
    for m in range(moved):
        change += put(t, s, seed, w.block[m], w.old[m] if undo else w.new[m], undo)
    return change


@loop
def anneal(t, s, seed, w, movable, steps, heat, cost, best, best_start, best_room, goal):
    """`steps` proposals at one temperature; stops when the cost is at most `goal`. The cost, the best, steps done."""
    done = 0
    while done < steps and best > goal:
        done += 1
        moved = propose(t, s, seed, w, movable)
        # The dearest step this proposal may take, drawn beforehand.
        most = -heat * math.log((draw(seed) + 1) / 4294967296.0)
        if moved == 0 or hopeless(t, s, w, moved, most):
            continue
        # Tried, and undone when refused: one piece of code for both, since each copy of it takes seconds to compile.
        delta = np.int64(0)
        for attempt in range(2):
            delta += move(t, s, seed, w, moved, attempt == 1)
            if attempt or delta <= most:
                break
        cost += delta
        if cost < best:
            best = cost
            keep(s, best_start, best_room)
    return cost, best, done


@loop
def take_off_worst(t, s, seed, cost, keep):
    """Take off the block whose absence breaks least (rules only); the cost then."""
    worst = np.int64(-1)
    least = np.int64(1) << 60
    for block in range(len(s.start)):
        slot = np.int64(s.start[block])
        if slot < 0:
            continue
        delta = take_off(t, s, block)
        put_at(t, s, seed, block, slot, keep)
        if delta < least:
            least = delta
            worst = block
    if worst < 0:
        return np.int64(0)
    return cost + take_off(t, s, worst)


@loop
def put_back(t, s, seed, blocks, keep):
    """Put what is off where it breaks nothing."""
    for index in range(len(blocks)):
        block = blocks[index]
        for k in range(t.start_at[block], t.start_at[block + 1]):
            if put_at(t, s, seed, block, t.start_slot[k], keep) <= 0:
                break
            take_off(t, s, block)
