"""A first timetable without a conflict, lecture after lecture."""

from __future__ import annotations

import numpy as np

from takwin.engines.timetabling.compiled import below, loop, piece
from takwin.engines.timetabling.curriculum.kernel import lift, put


@piece
def price_of(t, s, conflict, prices, c, period):
    """What it costs to put a lecture of course c at a period: those turned out, then seats lacking."""
    price = np.int64(0)
    lack = np.int64(1) << 30
    cheapest = np.int64(1) << 40
    for r in range(s.at.shape[1]):
        x = s.at[period, r]
        if x < 0:
            lack = min(lack, t.lacking[c, r])
        elif conflict[c, t.course[x]]:
            price += prices[x]
        else:
            cheapest = min(cheapest, prices[x])
    if price == 0 and lack == np.int64(1) << 30:
        price = cheapest
    return price * 4096 + min(lack, 4000)


@piece
def turn_out(t, s, prices, waiting, n, x):
    lift(t, s, x)
    prices[x] += 1
    waiting[n] = x
    return n + 1


@piece
def seat(t, s, conflict, prices, waiting, n, e, p):
    """Turn out the lectures that keep e from period p, and whoever has the only room left; how many wait."""
    c = t.course[e]
    for z in range(s.at.shape[1]):
        x = np.int64(s.at[p, z])
        if x >= 0 and conflict[c, t.course[x]]:
            n = turn_out(t, s, prices, waiting, n, x)
    least = np.int64(1) << 60
    r = np.int64(-1)
    for z in range(s.at.shape[1]):
        x = np.int64(s.at[p, z])
        cost = t.lacking[c, z] if x < 0 else np.int64(1 << 40) + prices[x]
        if cost < least:
            least = cost
            r = z
    x = np.int64(s.at[p, r])
    if x >= 0:
        n = turn_out(t, s, prices, waiting, n, x)
    put(t, s, e, p, r)
    return n


@loop
def construct(t, s, seed, conflict, waiting, prices, steps):
    """Place lecture after lecture, turning out the cheapest of those in its way; how many are left without a place.

    waiting : (lectures,) all lectures, the first to place last
    prices : (lectures,) of turning out a lecture, 1 at first and 1 more each time, so that no cycle lasts
    """
    n = len(waiting)
    for step in range(steps):
        if n == 0:
            break
        j = n - 1 if step < len(waiting) else below(seed, n)
        e = waiting[j]
        n -= 1
        waiting[j] = waiting[n]
        c = t.course[e]
        least = np.int64(1) << 60
        ties = 0
        p = np.int64(0)
        for k in range(t.open_count[c]):
            cost = price_of(t, s, conflict, prices, c, t.open_to[c, k])
            if cost < least:
                least = cost
                p = t.open_to[c, k]
                ties = 1
            elif cost == least:
                ties += 1
                if below(seed, ties) == 0:
                    p = t.open_to[c, k]
        n = seat(t, s, conflict, prices, waiting, n, e, p)
    return n
