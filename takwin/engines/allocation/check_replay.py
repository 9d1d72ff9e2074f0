"""The allocation done again in plain NumPy, in rounds instead of chains, and asked what one more person would change.

Everyone proposes at once; each pool keeps its choice of those it has and those who come; those turned out propose in
the next round. When few are left, plain Python follows them one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from takwin.engines.allocation.check_reserves import choose, filled
from takwin.engines.allocation.check_seats import Claims
from takwin.engines.allocation.model import Problem

FEW = 300  # people left, from which one by one is faster


class Replay:
    """Seats under given bed cut-offs, candidates proposing; `alive` (m,): which wishes may be granted."""

    def __init__(self, problem: Problem, lawful: Claims) -> None:
        self.problem, self.alive, self.slot = problem, lawful.beds.entitled.copy(), lawful.slot
        self.bed_class, self.reserved_seats = lawful.beds.bed_class, lawful.reserved_seats
        self.wish = np.full(problem.candidates, -1, dtype=np.int64)
        kind = problem.priority.dtype
        self.least = np.iinfo(kind).min
        self.cut = np.full(len(problem.capacity), self.least, dtype=kind)
        self.cut[problem.capacity == 0] = np.iinfo(kind).max
        self.floor = self.cut.copy()
        count = np.diff(problem.reserve_start) if len(problem.reserve_group) else np.zeros(len(self.cut), np.int64)
        self.reserved = count > 0
        self.locked = np.zeros(len(problem.pool), dtype=bool)
        if len(problem.locked):
            self.locked[problem.locked[problem.locked >= 0]] = True
        self.people: dict[int, list[tuple[int, int, int]]] = {}  # of the pools followed one by one
        self.undo: list[tuple[str, int, Any]] = []
        self.ready = False

    def run(self, who: Any) -> None:
        """`who` propose from the start of their lists until nobody moves."""
        problem, at = self.problem, self.problem.start[:-1].copy()
        active = np.asarray(who)
        while len(active) > FEW:
            w = at[active]
            left = w < problem.start[active + 1]
            active, w = active[left], w[left]
            keen = self.alive[w] & ((problem.priority[w] > self.cut[problem.pool[w]]) | self.locked[w])
            at[active[~keen]] += 1
            proposers, waiting = active[keen], active[~keen]
            self.wish[proposers] = w[keen]
            out = self._round(problem.pool[w[keen]])
            at[out] = self.wish[out] + 1
            self.wish[out] = -1
            active = np.concatenate([waiting, out])
        self._ready()
        for i in active:
            self.insert(int(i), int(at[i]))

    def _round(self, pools: Any) -> Any:
        """Pools with newcomers keep their choice; returns those turned out."""
        problem = self.problem
        touched = np.zeros(len(problem.capacity), dtype=bool)
        touched[pools] = True
        who = np.flatnonzero(self.wish >= 0)
        who = who[touched[problem.pool[self.wish[who]]]]
        wish = self.wish[who]
        pool = problem.pool[wish]
        plain = ~self.reserved[pool]
        order = np.flatnonzero(plain)
        keys: list[Any] = [-problem.priority[wish[order]], pool[order]]
        if len(problem.locked):
            keys.insert(1, ~self.locked[wish[order]])
        order = order[np.lexsort(keys)]
        sorted_pool = pool[order]
        first = np.searchsorted(sorted_pool, sorted_pool)
        place = np.arange(len(order)) - first
        room = problem.capacity[sorted_pool]
        last = order[place == room - 1]
        self.cut[pool[last]] = problem.priority[wish[last]]
        out = [who[order[place >= room]]]
        inside: dict[int, list[int]] = {}
        for k in np.flatnonzero(~plain):
            inside.setdefault(int(pool[k]), []).append(int(who[k]))
        for p, some in inside.items():
            rows = self._rows(np.array(some))
            kept = self._choice(p, rows)
            self._satisfied(p, [row for row in rows if row[1] in kept])
            out.append(np.array([i for i in some if i not in kept], dtype=np.int64))
        return np.concatenate(out)

    def _row(self, i: int, w: int) -> tuple[int, int, int]:
        problem = self.problem
        return int(problem.priority[w]), i, int(self.slot[w] - problem.slot_start[problem.pool[w]])

    def _rows(self, who: Any) -> list[tuple[int, int, int]]:
        problem, w = self.problem, self.wish[who]
        kind = self.slot[w] - problem.slot_start[problem.pool[w]]
        return list(zip(problem.priority[w].tolist(), who.tolist(), kind.tolist(), strict=True))

    def _satisfied(self, p: int, people: list[tuple[int, int, int]]) -> None:
        """A full pool whose reserves are all filled lets in nobody below the last it keeps: its cut-off is known."""
        problem = self.problem
        seats = self.reserved_seats(p)
        counts = [0] * (1 << len(seats))
        for _q, _i, kind in people:
            counts[kind] += 1
        full = len(people) == problem.capacity[p] and filled(tuple(counts), seats) == sum(seats)
        self.cut[p] = min(people)[0] if full and people and not len(problem.locked) else self.floor[p]

    def _choice(self, p: int, people: list[tuple[int, int, int]]) -> set[int]:
        problem = self.problem
        seats = self.reserved_seats(p) if self.reserved[p] else ()
        locked = {i for _q, i, _kind in people if len(problem.locked) and self._is_locked(i, p)}
        return choose(people, int(problem.capacity[p]), seats, locked)

    def _is_locked(self, i: int, p: int) -> bool:
        w = self.problem.locked[i]
        return w >= 0 and self.problem.pool[w] == p

    def _ready(self) -> None:
        """People of every pool, and beds taken by bed class, for the steps one by one."""
        problem = self.problem
        who = np.flatnonzero(self.wish >= 0)
        order = who[np.argsort(problem.pool[self.wish[who]], kind="stable")]
        pools = problem.pool[self.wish[order]]
        heads = np.flatnonzero(np.diff(pools, prepend=-1))
        ends = np.append(heads, len(order))[1:]
        self.span = {int(pools[a]): order[a:b] for a, b in zip(heads, ends, strict=True)}
        held = self.bed_class[self.wish[who]]
        self.load = np.bincount(held[held >= 0], minlength=int(problem.bed_class_start[-1]))

    def insert(self, i: int, w: int) -> None:
        """One candidate proposes from wish w on, and whoever is turned out after; every step can be taken back."""
        problem, end = self.problem, int(self.problem.start[i + 1])
        while w < end:
            p = int(problem.pool[w])
            above = problem.priority[w] > self.cut[p] or self.locked[w]
            if not self.alive[w] or not above:
                w += 1
                continue
            if p not in self.people:
                self.people[p] = self._rows(self.span[p]) if p in self.span else []
            grown = [*self.people[p], self._row(i, w)]
            kept = {row[1] for row in grown}
            if len(grown) > problem.capacity[p]:
                kept = self._keep(p, grown)
            if i not in kept:
                w += 1
                continue
            self._move(p, [row for row in grown if row[1] in kept])
            self._hold(i, w)
            out = [row[1] for row in grown if row[1] not in kept]
            if not out:
                return
            i, w = out[0], int(self.wish[out[0]]) + 1
            self._hold(i, -1)
            end = int(problem.start[i + 1])

    def _keep(self, p: int, grown: list[tuple[int, int, int]]) -> set[int]:
        if self.reserved[p] or len(self.problem.locked):
            return self._choice(p, grown)
        return {row[1] for row in grown} - {min(grown)[1]}

    def _move(self, p: int, people: list[tuple[int, int, int]]) -> None:
        self.undo.append(("people", p, (self.people[p], self.cut[p])))
        self.people[p] = people
        if self.reserved[p]:
            self._satisfied(p, people)
        elif len(people) == self.problem.capacity[p]:
            free = [q for q, i, _kind in people if not (len(self.problem.locked) and self._is_locked(i, p))]
            self.cut[p] = min(free) if free else np.iinfo(self.cut.dtype).max

    def _hold(self, i: int, w: int) -> None:
        was = int(self.wish[i])
        self.undo.append(("wish", i, was))
        self._seat(i, was, w)

    def _seat(self, i: int, was: int, w: int) -> None:
        for wish, step in ((was, -1), (w, 1)):
            if wish >= 0 and self.bed_class[wish] >= 0:
                self.load[self.bed_class[wish]] += step
        self.wish[i] = w

    def back(self, mark: int) -> None:
        """Take back every step after the mark."""
        while len(self.undo) > mark:
            kind, key, was = self.undo.pop()
            if kind == "wish":
                self._seat(key, int(self.wish[key]), was)
            else:
                self.people[key], self.cut[key] = was


def feasible(problem: Problem, lawful: Claims, questions: list[tuple[int, int]], over: Callable[[Any], Any]) -> int:
    """How many of (bed class, person) could be let in while every house fits its people; see check_beds.openable.

    All but these persons propose first. Then each question has everyone else in place and that person last, for the
    order of proposals changes nothing: halves are put in and taken back, so each person is put in once a level.
    """
    asked: dict[int, list[int]] = {}
    for bed_class, who in questions:
        asked.setdefault(who, []).append(bed_class)
    again = Replay(problem, lawful)
    rest = np.ones(problem.candidates, dtype=bool)
    rest[list(asked)] = False
    again.run(np.flatnonzero(rest))
    return _halve(again, sorted(asked), asked, over)


def _halve(again: Replay, some: list[int], asked: dict[int, list[int]], over: Callable[[Any], Any]) -> int:
    if len(some) == 1:
        return sum(_ask(again, some[0], bed_class, over) for bed_class in asked[some[0]])
    middle, found = len(some) // 2, 0
    for mine, others in ((some[:middle], some[middle:]), (some[middle:], some[:middle])):
        mark = len(again.undo)
        for who in others:
            again.insert(who, int(again.problem.start[who]))
        found += _halve(again, mine, asked, over)
        again.back(mark)
    return found


def _ask(again: Replay, who: int, bed_class: int, over: Callable[[Any], Any]) -> bool:
    """Whether every house fits its people once this person is let into the bed class."""
    span = np.arange(again.problem.start[who], again.problem.start[who + 1])
    mine = span[(again.bed_class[span] == bed_class) & ~again.alive[span]]
    again.alive[mine] = True
    mark = len(again.undo)
    again.insert(who, int(span[0]))
    fits = not (over(again.load) > 0).any()
    again.back(mark)
    again.alive[mine] = False
    return fits
