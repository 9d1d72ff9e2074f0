"""Simulated annealing that never breaks a hard rule: relocations, exchanges, and chains of conflicts (Kempe).

A curriculum's week is one number, a bit a period; `alone[m]` is what a day of bits m costs. `holder[q, p]` is the
lecture of curriculum q at period p: the same reading says whether a lecture may go there and who bars it. Where one
lecture bars it, the two change places; where more do, the whole chain of those in conflict changes period.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from takwin.engines.timetabling.compiled import below, draw, loop, piece

# A step that raises the cost by as much is never taken at the temperatures used; the table of acceptance ends there.
MOST_INCREASE = 160
# A chain longer than this is mostly half of two periods exchanged, which changes little.
LONGEST_CHAIN = 12
# Of 1,024 proposals barred by more than one lecture, those followed as a chain.
CHAINS = 60
_NONE = 1 << 20


class Tables(NamedTuple):
    """What does not change. C courses, L lectures, R rooms, P periods, Q curricula."""

    day_of: Any  # (P,)
    base: Any  # (P,) first period of the day
    a_day: Any
    course: Any  # (L,)
    teacher: Any  # (C,)
    curricula_at: Any  # (C + 1,) rows of curricula
    curricula: Any
    barred: Any  # (C,) bits
    open_to: Any  # (C, P) periods not barred, then rubbish
    open_count: Any
    lacking: Any  # (C, R) seats too few
    choice: Any  # (C, R) rooms worth trying, then rubbish
    choice_count: Any
    least_days: Any
    alone: Any  # (2^a_day,)


class State(NamedTuple):
    period: Any  # (L,)
    room: Any  # (L,)
    at: Any  # (P, R) lecture, -1 none
    week: Any  # (Q,) bits
    holder: Any  # (Q, P)
    teaches: Any  # (teachers, P) lecture, -1 none
    on_day: Any  # (C, days)
    days: Any  # (C,)
    in_room: Any  # (C, R)


class Scratch(NamedTuple):
    """Working arrays of one search. `accept[k]`: of 2^32, the chances of a step that costs k more."""

    accept: Any
    member: Any  # (LONGEST_CHAIN,) lectures of a chain
    period: Any  # where they were
    room: Any
    mark: Any  # (L,) in the chain


@piece
def shift_cost(t, s, c, p1, p2, other):
    """Compactness and days when a lecture of course c goes from p1 to p2, `other` (-1: nobody) taking its place."""
    d1 = t.day_of[p1]
    d2 = t.day_of[p2]
    whole = (np.int64(1) << t.a_day) - 1
    b1 = t.base[p1]
    b2 = t.base[p2]
    bit1 = np.int64(1) << (p1 - b1)
    bit2 = np.int64(1) << (p2 - b2)
    delta = np.int64(0)
    if d1 == d2:
        for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
            q = t.curricula[k]
            if other >= 0 and s.holder[q, p2] == other:
                continue
            m = (s.week[q] >> b1) & whole
            delta += t.alone[(m ^ bit1) | bit2] - t.alone[m]
    else:
        for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
            q = t.curricula[k]
            if other >= 0 and s.holder[q, p2] == other:
                continue
            m = (s.week[q] >> b1) & whole
            n = (s.week[q] >> b2) & whole
            delta += t.alone[m ^ bit1] - t.alone[m] + t.alone[n | bit2] - t.alone[n]
        won = np.int64(s.on_day[c, d2] == 0) - np.int64(s.on_day[c, d1] == 1)
        if won != 0:
            lack = t.least_days[c] - s.days[c]
            delta += 5 * (max(lack - won, 0) - max(lack, 0))
    return delta


@piece
def room_cost(t, s, c, r1, r2):
    delta = np.int64(0)
    if r1 != r2:
        delta = t.lacking[c, r2] - t.lacking[c, r1]
        if s.in_room[c, r1] == 1:
            delta -= 1
        if s.in_room[c, r2] == 0:
            delta += 1
    return delta


@piece
def lift(t, s, e):
    c = t.course[e]
    p = np.int64(s.period[e])
    r = np.int64(s.room[e])
    s.at[p, r] = -1
    s.teaches[t.teacher[c], p] = -1
    rest = ~(np.int64(1) << p)
    for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
        q = t.curricula[k]
        s.week[q] &= rest
        s.holder[q, p] = -1
    d = t.day_of[p]
    s.on_day[c, d] -= 1
    if s.on_day[c, d] == 0:
        s.days[c] -= 1
    s.in_room[c, r] -= 1


@piece
def put(t, s, e, p, r):
    c = t.course[e]
    s.period[e] = p
    s.room[e] = r
    s.at[p, r] = e
    s.teaches[t.teacher[c], p] = e
    bit = np.int64(1) << p
    for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
        q = t.curricula[k]
        s.week[q] |= bit
        s.holder[q, p] = e
    d = t.day_of[p]
    if s.on_day[c, d] == 0:
        s.days[c] += 1
    s.on_day[c, d] += 1
    s.in_room[c, r] += 1


@piece
def keep(s, period, room):
    for e in range(len(period)):
        period[e] = s.period[e]
        room[e] = s.room[e]


@piece
def seat_cost(t, s, c, p, r, there):
    """What a lecture of course c at p in r costs: to come when it is not yet `there`, to stay otherwise."""
    d = t.day_of[p]
    whole = (np.int64(1) << t.a_day) - 1
    bit = np.int64(1) << (p - t.base[p])
    cost = t.lacking[c, r]
    for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
        m = (s.week[t.curricula[k]] >> t.base[p]) & whole
        cost += t.alone[m | bit] - t.alone[m & ~bit]
    mine = np.int64(there)
    if s.on_day[c, d] == mine and s.days[c] - mine < t.least_days[c]:
        cost -= 5
    if s.in_room[c, r] == mine:
        cost += 1
    return cost


@piece
def meet(w, y, n):
    """Lecture y joins the chain of n, unless it is in it; one more than the longest: too many."""
    if y < 0 or w.mark[y] or n > LONGEST_CHAIN:
        return n
    if n < LONGEST_CHAIN:
        w.mark[y] = 1
        w.member[n] = y
    return n + 1


@piece
def gather(t, s, w, e, p2):
    """All who must change between two periods when e does: those it meets there, those they meet, and so on; -1: one
    of them cannot, or they are too many."""
    p1 = np.int64(s.period[e])
    n = meet(w, e, 0)
    barred = False
    i = 0
    while i < n and n <= LONGEST_CHAIN and not barred:
        x = w.member[i]
        i += 1
        c = t.course[x]
        to = p2 if s.period[x] == p1 else p1
        barred = t.barred[c] >> to & 1 != 0
        n = meet(w, np.int64(s.teaches[t.teacher[c], to]), n)
        for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
            n = meet(w, np.int64(s.holder[t.curricula[k], to]), n)
    for i in range(min(n, LONGEST_CHAIN)):
        w.mark[w.member[i]] = 0
    return np.int64(-1) if barred or n > LONGEST_CHAIN else n


@piece
def cheapest_room(t, s, seed, c, p):
    """The free room at p that costs a lecture of course c least, -1 when all are taken."""
    least = np.int64(1) << 40
    found = np.int64(-1)
    for r in range(s.at.shape[1]):
        if s.at[p, r] < 0:
            cost = t.lacking[c, r] * 8 + below(seed, 8)
            if s.in_room[c, r] == 0:
                cost += 8
            if cost < least:
                least = cost
                found = r
    return found


@loop
def chain(t, s, seed, w, e, p2):
    """Exchange between two periods all who are in conflict with `e` there, and so on; the change, _NONE if refused."""
    p1 = np.int64(s.period[e])
    n = gather(t, s, w, e, p2)
    if n < 0:
        return np.int64(_NONE)
    delta = np.int64(0)
    for i in range(n):
        x = w.member[i]
        w.room[i] = s.room[x]
        w.period[i] = s.period[x]
        delta -= seat_cost(t, s, t.course[x], w.period[i], w.room[i], True)
        lift(t, s, x)
    done = 0
    while done < n:
        c = t.course[w.member[done]]
        to = p2 if w.period[done] == p1 else p1
        r = w.room[done]
        if s.at[to, r] >= 0:
            r = cheapest_room(t, s, seed, c, to)
        if r < 0:
            break
        delta += seat_cost(t, s, c, to, r, False)
        put(t, s, w.member[done], to, r)
        done += 1
    if done == n and (delta <= 0 or (delta < MOST_INCREASE and draw(seed) < w.accept[delta])):
        return delta
    for i in range(done):
        lift(t, s, w.member[i])
    for i in range(n):
        put(t, s, w.member[i], w.period[i], w.room[i])
    return np.int64(_NONE)


@piece
def taken(seed, w, delta):
    """Is a change of cost taken at this temperature?"""
    return delta <= 0 or (delta < MOST_INCREASE and draw(seed) < w.accept[delta])


@piece
def swap_rooms(t, s, seed, w, e, r2):
    """Another room at the same period, or two that change rooms; the change, _NONE if refused."""
    c = t.course[e]
    p = np.int64(s.period[e])
    r1 = np.int64(s.room[e])
    f = np.int64(s.at[p, r2])
    if r1 == r2 or (f >= 0 and t.course[f] == c):
        return np.int64(_NONE)
    delta = room_cost(t, s, c, r1, r2)
    if f >= 0:
        delta += room_cost(t, s, t.course[f], r2, r1)
    if not taken(seed, w, delta):
        return np.int64(_NONE)
    s.at[p, r1] = f
    s.at[p, r2] = e
    s.room[e] = r2
    s.in_room[c, r1] -= 1
    s.in_room[c, r2] += 1
    if f >= 0:
        s.room[f] = r1
        s.in_room[t.course[f], r2] -= 1
        s.in_room[t.course[f], r1] += 1
    return delta


@piece
def bars(t, s, c, p):
    """The one lecture that bars course c from a period; -1: none, -2: more than one."""
    found = np.int64(s.teaches[t.teacher[c], p])
    for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
        y = np.int64(s.holder[t.curricula[k], p])
        if y >= 0 and y != found:
            if found >= 0:
                return np.int64(-2)
            found = y
    return found


@piece
def bars_but(t, s, c, p, but):
    """Does anyone but one lecture bar course c from a period?"""
    y = np.int64(s.teaches[t.teacher[c], p])
    if y >= 0 and y != but:
        return True
    for k in range(t.curricula_at[c], t.curricula_at[c + 1]):
        y = np.int64(s.holder[t.curricula[k], p])
        if y >= 0 and y != but:
            return True
    return False


@piece
def trade(t, s, seed, w, e, p2, to, f):
    """e goes to room `to` of period p2, and f (-1: nobody) takes its place; the change, _NONE if refused."""
    c = t.course[e]
    p1 = np.int64(s.period[e])
    r1 = np.int64(s.room[e])
    delta = room_cost(t, s, c, r1, to)
    if f >= 0:
        delta += room_cost(t, s, t.course[f], np.int64(s.room[f]), r1)
    if delta >= MOST_INCREASE:
        return np.int64(_NONE)
    delta += shift_cost(t, s, c, p1, p2, f)
    if f >= 0:
        delta += shift_cost(t, s, t.course[f], p2, p1, e)
    if not taken(seed, w, delta):
        return np.int64(_NONE)
    lift(t, s, e)
    if f >= 0:
        lift(t, s, f)
        put(t, s, f, p1, r1)
    put(t, s, e, p2, to)
    return delta


@piece
def try_move(t, s, seed, w, e):
    """One proposal for lecture e; the change of cost, _NONE if refused."""
    c = t.course[e]
    p1 = np.int64(s.period[e])
    to = t.choice[c, below(seed, t.choice_count[c])]
    p2 = t.open_to[c, below(seed, t.open_count[c])]
    if p1 == p2:
        return swap_rooms(t, s, seed, w, e, to)
    # Who bars it from p2: nobody, one (they change places), or more (a chain).
    f = np.int64(s.at[p2, to])
    g = bars(t, s, c, p2)
    many = g == -2
    if g >= 0:
        if f >= 0 and f != g:
            to = np.int64(s.room[g])
        f = g
    if not many and f >= 0:
        other = t.course[f]
        if other == c or t.barred[other] >> p1 & 1:
            return np.int64(_NONE)
        many = bars_but(t, s, other, p1, e)
    if many:
        return chain(t, s, seed, w, e, p2) if draw(seed) & 1023 < CHAINS else np.int64(_NONE)
    return trade(t, s, seed, w, e, p2, to, f)


@loop
def anneal(t, s, seed, w, steps, cost, best, best_period, best_room):
    """`steps` proposals at the temperature of `w.accept`; the cost and the best one, whose timetable is kept."""
    n = len(t.course)
    for _ in range(steps):
        delta = try_move(t, s, seed, w, np.int64(below(seed, n)))
        if delta == _NONE:
            continue
        cost += delta
        if cost < best:
            best = cost
            keep(s, best_period, best_room)
    return cost, best
