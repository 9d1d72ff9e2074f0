"""Small problems to draw, and the rule in its plainest words: sets and loops, for a dozen people."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from takwin.engines.allocation import ANYONE, LOWEST, NO_HOUSE, Problem


def make(lists, ranks, seats, *, bed_ranks=(), house=(), beds=(), reserves=(), groups=(), locked=()):
    """lists[i]: pools in order, (p, True) with a bed; ranks[p]: candidates best first; house[p] or NO_HOUSE;
    beds[h]: [(group, number)]; reserves[p]: [(group, number)]; groups[i]: numbers of groups; bed_ranks[h]."""
    n, start, pool, priority, with_bed, bed_priority = len(lists), [0], [], [], [], []
    for i, wishes in enumerate(lists):
        for item in wishes:
            p, bed = item if isinstance(item, tuple) else (item, False)
            pool.append(p)
            priority.append(n - ranks[p].index(i))
            with_bed.append(bed)
            h = house[p] if len(house) else NO_HOUSE
            bed_priority.append(n - bed_ranks[h].index(i) if bed and h != NO_HOUSE else 0)
        start.append(len(pool))
    reserves = [list(rows) for rows in reserves] or [[] for _ in seats]
    return Problem(
        start=start, pool=pool, priority=np.array(priority, np.int64), capacity=seats,
        with_bed=np.array(with_bed, bool), bed_priority=bed_priority, house=list(house),
        bed_start=np.cumsum([0] + [len(rows) for rows in beds]) if beds else [],
        bed_group=[g for rows in beds for g, _b in rows], beds=[b for rows in beds for _g, b in rows],
        reserve_start=np.cumsum([0] + [len(rows) for rows in reserves]),
        reserve_group=[g for rows in reserves for g, _s in rows],
        reserve_seats=[s for rows in reserves for _g, s in rows],
        groups=np.array([[sum(1 << g for g in of)] for of in groups], np.uint64) if len(groups) else [],
        locked=list(locked),
    )  # fmt: skip


@st.composite
def problems(draw, n=5, p=3, reserves=False, beds=False):
    """Problems of n candidates and p pools, with two houses and overlapping groups when asked."""
    seats = draw(st.lists(st.integers(0, 3 if beds or reserves else 2), min_size=p, max_size=p))
    order = st.permutations(range(n))
    ranks, bed_ranks = [draw(order) for _ in range(p)], [draw(order) for _ in range(2)]
    more = {}
    if reserves or beds:
        more["groups"] = draw(st.lists(st.sets(st.integers(0, 2)), min_size=n, max_size=n))
    if reserves:
        some = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=2, unique_by=lambda r: r[0])
        more["reserves"] = [
            rows if sum(s for _g, s in rows) <= seats[q] else rows[:1] if rows[0][1] <= seats[q] else []
            for q, rows in enumerate(draw(st.lists(some, min_size=p, max_size=p)))
        ]
    wish = st.sampled_from(range(p))
    if beds:
        wish = st.tuples(wish, st.booleans())
        group = st.sampled_from([ANYONE, 0, 1])
        rows = st.lists(st.tuples(group, st.integers(0, 2)), min_size=1, max_size=2, unique_by=lambda r: r[0])
        more |= {
            "house": draw(st.lists(st.sampled_from([NO_HOUSE, 0, 1]), min_size=p, max_size=p)),
            "beds": [draw(rows), draw(rows)],
            "bed_ranks": bed_ranks,
        }
    lists = [draw(st.lists(wish, max_size=4 if beds else p, unique=True)) for _ in range(n)]
    return make(lists, ranks, seats, **more)


def reserves_of(problem, p):
    if not len(problem.reserve_group):
        return []
    span = slice(problem.reserve_start[p], problem.reserve_start[p + 1])
    return list(zip(problem.reserve_group[span].tolist(), problem.reserve_seats[span].tolist(), strict=True))


def matched(problem, people, rows):
    """Most of `people` that can each take a place of a group of theirs: every way tried."""
    places = [group for group, number in rows for _ in range(number)]

    def most(left, free):
        if not left:
            return 0
        best = most(left[1:], free)
        for k, group in enumerate(free):
            if problem.member([left[0]], group)[0]:
                best = max(best, 1 + most(left[1:], free[:k] + free[k + 1 :]))
        return best

    return most(list(people), places)


def choice(problem, p, wishes):
    """Of wishes for a pool (one a candidate): as many reserved places filled as can be, by the best who can fill
    them, then the best of the others. Every set is tried, in the order of merit."""
    wishes = sorted(wishes, key=lambda w: -problem.priority[w])
    who, rows, capacity = problem.candidate, reserves_of(problem, p), int(problem.capacity[p])
    target = max(
        (matched(problem, who[list(some)], rows) for k in range(min(capacity, len(wishes)) + 1)
         for some in combinations(wishes, k)),
    )  # fmt: skip
    right: list[int] = []
    for w in wishes:  # the best first: kept by right if the best set still can be completed
        if len(right) < target and matched(problem, who[[*right, w]], rows) == len(right) + 1:
            right.append(w)
    rest = [w for w in wishes if w not in right]
    return set(right) | set(rest[: max(capacity - len(right), 0)])


def bed_rows(problem, house):
    span = slice(problem.bed_start[house], problem.bed_start[house + 1])
    return list(zip(problem.bed_group[span].tolist(), problem.beds[span].tolist(), strict=True))


def bed_class(problem, w):
    """(house, bed class) of a wish with a bed, or None when nobody of its kind may sleep there."""
    house = problem.house[problem.pool[w]] if len(problem.house) else NO_HOUSE
    if house == NO_HOUSE:
        return None
    rows = bed_rows(problem, house)
    kind = sum(1 << k for k, (group, _b) in enumerate(rows) if problem.member([problem.candidate[w]], group)[0])
    return (int(house), int(problem.bed_class_start[house]) + kind) if kind else None


def alive(problem, w, bed_cutoff):
    if not len(problem.with_bed) or not problem.with_bed[w]:
        return True
    of = bed_class(problem, w)
    return of is not None and problem.bed_priority[w] >= bed_cutoff[of[1]]


def allocate(problem, bed_cutoff=None):
    """Deferred acceptance word for word: all the rejected propose, pools choose, until nobody is rejected."""
    bed_cutoff = [LOWEST] * int(problem.bed_class_start[-1]) if bed_cutoff is None else bed_cutoff
    lists = [
        [w for w in range(problem.start[i], problem.start[i + 1]) if alive(problem, w, bed_cutoff)]
        for i in range(problem.candidates)
    ]
    while True:
        held = [wishes[0] if wishes else -1 for wishes in lists]
        turned = []
        for p in range(len(problem.capacity)):
            mine = [w for w in held if w >= 0 and problem.pool[w] == p]
            turned += set(mine) - choice(problem, p, mine)
        if not turned:
            return held
        for w in turned:
            lists[problem.candidate[w]].remove(w)


def fits(problem, held):
    """Whether every house has a bed of a group of theirs for each of its people."""
    for house in range(problem.houses):
        inside = [w for w in held if w >= 0 and problem.with_bed[w] and problem.house[problem.pool[w]] == house]
        who = problem.candidate[inside] if inside else []
        if matched(problem, who, bed_rows(problem, house)) < len(inside):
            return False
    return True


def openable(problem, held, bed_cutoff):
    """Berths that could open by one person, everything allocated again."""
    found = []
    for k in range(len(bed_cutoff)):
        asks = {
            int(problem.bed_priority[w])
            for w in range(len(problem.pool))
            if problem.with_bed[w]
            and (bed_class(problem, w) or (0, -1))[1] == k
            and problem.bed_priority[w] < bed_cutoff[k]
        }
        if asks:
            opened = list(bed_cutoff)
            opened[k] = max(asks)
            if fits(problem, allocate(problem, opened)):
                found.append(k)
    return found
