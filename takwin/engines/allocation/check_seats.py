"""Judging seats: capacity, reserves, envy, waste, and whether everyone together could do better."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.allocation.check_reserves import filled, more
from takwin.engines.allocation.model import Problem, Result


def over(problem: Problem, wish: Any) -> int:
    held = np.bincount(problem.pool[wish[wish >= 0]], minlength=len(problem.capacity))
    return int(np.maximum(held - problem.capacity, 0).sum())


class Beds:
    """The k wishes with a bed.

    at : (k,) their index
    bed_class : (m,) the pool's house, and which of its bed groups the candidate belongs to; -1 when none
    entitled : (m,) whether a wish may be granted at all under the cut-offs of the beds
    """

    def __init__(self, problem: Problem, bed_cutoff: Any) -> None:
        self.at = at = np.flatnonzero(problem.with_bed)
        self.bed_class = np.full(len(problem.pool), -1, dtype=np.int32)
        self.entitled = np.ones(len(problem.pool), dtype=bool)
        if not len(at):
            return
        bed_class = self._bed_classes(problem, at)
        self.bed_class[at] = bed_class
        open_to = (bed_class >= 0) & (problem.bed_priority[at] >= np.where(bed_class >= 0, bed_cutoff[bed_class], 0))
        if len(problem.locked):
            open_to |= (bed_class >= 0) & (problem.locked[problem.candidate[at]] == at)
        self.entitled[at] = open_to

    def _bed_classes(self, problem: Problem, at: Any) -> Any:
        if not problem.houses or not len(problem.house):
            return np.full(len(at), -1)
        house = problem.house[problem.pool[at]]
        kind = np.zeros(len(at), dtype=np.int64)
        who, house_at = problem.candidate[at], np.maximum(house, 0)
        count = np.where(house >= 0, np.diff(problem.bed_start)[house_at], 0)
        for k in range(int(count.max(initial=0))):
            there = np.flatnonzero(count > k)
            group = problem.bed_group[problem.bed_start[house[there]] + k]
            for g in each(group):
                some = there[group == g]
                kind[some] |= problem.member(who[some], g).astype(np.int64) << k
        return np.where(kind > 0, problem.bed_class_start[house_at] + kind, -1)


def each(groups: Any) -> list[int]:
    """The different group numbers of a long column: they are few and small, so counting beats sorting."""
    return [int(g) - 1 for g in np.flatnonzero(np.bincount(groups + 1))]  # ANYONE is -1


def slots(problem: Problem, at: Any = None) -> Any:
    """The slot of wishes: their pool, and which of its reserves the candidate belongs to."""
    pool = problem.pool if at is None else problem.pool[at]
    if not len(problem.reserve_group):
        return pool
    out = problem.slot_start[pool]
    count = np.diff(problem.reserve_start)
    reserved = np.flatnonzero(count[pool] > 0)
    who = problem.candidate[reserved if at is None else at[reserved]]
    inside = pool[reserved]
    for k in range(int(count.max(initial=0))):
        some = np.flatnonzero(count[inside] > k)
        group = problem.reserve_group[problem.reserve_start[inside[some]] + k]
        for g in each(group):
            these = some[group == g]
            out[reserved[these]] += problem.member(who[these], g).astype(np.int64) << k
    return out


class Claims:
    """Wishes that their candidate prefers to the one held and could be granted, and what each slot would let in.

    claim : (m,) whether a wish is such a claim
    line : (slots,) the priority a claim must pass to displace someone lawfully; `least` when a seat, or a reserved
        seat, is free, `most` when nobody can be displaced
    guarantee : (slots,) whether one more of the slot would fill one more reserved seat
    """

    def __init__(self, problem: Problem, result: Result, beds: Beds) -> None:
        self.problem, self.wish, self.beds = problem, np.asarray(result.wish), beds
        self.least, self.most = np.iinfo(problem.priority.dtype).min, np.iinfo(problem.priority.dtype).max
        got = np.flatnonzero(self.wish >= 0)
        self.got, held = got, self.wish[got]
        self.count = np.bincount(problem.pool[held], minlength=len(problem.capacity))
        self.slot = slots(problem).astype(np.int32, copy=False)
        self.full = self.count >= problem.capacity
        limit = np.where(self.wish < 0, problem.start[1:], self.wish).astype(np.int32)
        self.claim = np.arange(len(problem.pool), dtype=np.int32) < np.repeat(limit, np.diff(problem.start))
        if len(problem.with_bed):
            self.claim &= beds.entitled
        self.reserved: Any = np.flatnonzero(np.diff(problem.reserve_start)) if len(problem.reserve_group) else []
        self.line, self.guarantee = self._lines(held)

    def _locked(self, held: Any) -> Any:
        problem = self.problem
        return problem.locked[self.got] == held if len(problem.locked) else np.zeros(len(held), dtype=bool)

    def _lines(self, held: Any) -> tuple[Any, Any]:
        problem = self.problem
        first = problem.slot_start[:-1]
        line = np.full(int(problem.slot_start[-1]), self.most, dtype=problem.priority.dtype)
        unlocked = held[~self._locked(held)]
        order = np.argsort(problem.pool[unlocked], kind="stable")
        sorted_pool = problem.pool[unlocked][order]
        heads = np.flatnonzero(np.diff(sorted_pool, prepend=-1))
        if len(heads):
            worst = np.minimum.reduceat(problem.priority[unlocked][order], heads)
            line[first[sorted_pool[heads]]] = worst
        line[first[~self.full]] = self.least
        guarantee = np.zeros(len(line), dtype=bool)
        self.people: dict[int, Any] = {}
        if len(self.reserved):
            self._reserved_lines(held, line, guarantee)
        return line, guarantee

    def _reserved_lines(self, held: Any, line: Any, guarantee: Any) -> None:
        problem, locked = self.problem, self._locked(held)
        inside = np.flatnonzero(np.isin(problem.pool[held], self.reserved))
        for at in inside[np.argsort(problem.pool[held[inside]], kind="stable")]:
            w = held[at]
            row = (int(problem.priority[w]), int(self.slot[w]), bool(locked[at]))
            self.people.setdefault(int(problem.pool[w]), []).append(row)
        for p in map(int, self.reserved):
            base, sets = int(problem.slot_start[p]), int(problem.slot_start[p + 1] - problem.slot_start[p])
            if not self.full[p]:
                line[base : base + sets] = self.least
                continue
            seats = self.reserved_seats(p)
            people = self.people.get(p, [])
            counts = tuple(np.bincount([slot - base for _q, slot, _f in people], minlength=sets).tolist())
            now = filled(counts, seats)
            for kind in range(sets):
                low = self.most
                for q, slot, fixed in people:
                    after = filled(more(more(counts, slot - base, -1), kind), seats)
                    if not fixed and after > now:
                        guarantee[base + kind] = True
                    if not fixed and after >= now:
                        low = min(low, q)
                line[base + kind] = low

    def reserved_seats(self, p: int) -> tuple[int, ...]:
        problem = self.problem
        return tuple(problem.reserve_seats[problem.reserve_start[p] : problem.reserve_start[p + 1]].tolist())

    def waste(self) -> int:
        """Claims on a pool with a free seat."""
        if self.full.all():
            return 0
        return int((self.claim & ~self.full[self.problem.pool]).sum())

    def reserves(self) -> int:
        """Claims on a full pool that would fill one more reserved seat."""
        if not self.guarantee.any():
            return 0
        return int((self.claim & self.guarantee[self.slot] & self.full[self.problem.pool]).sum())

    def envy(self) -> int:
        """Claims above the line of a full pool, or on a pool one sits in already (with the bed one is entitled to)."""
        problem = self.problem
        # A plain pool's worst sits at the line itself: equal means oneself. In a reserved pool see who sits there.
        above = self.claim & (problem.priority > self.line[self.slot])
        total = int((above & (self.full[problem.pool])).sum()) if above.any() else 0
        if len(problem.with_bed):
            at = np.flatnonzero(self.claim & problem.with_bed)
            own = self.wish[problem.candidate[at]]
            total += int(((own >= 0) & (problem.pool[np.maximum(own, 0)] == problem.pool[at])).sum())
        return total

    def better(self) -> int:
        """Circles in which each could take the place of the next: none proves the outcome best for all candidates.

        If a stable outcome better for some existed, those who leave a slot in it would be replaced from among
        themselves, so following "who would come if one of this slot left" would lead round in a circle.
        """
        after = self._successors()
        colour = [0] * len(after)
        circles = 0
        for begin in range(len(after)):
            path, node = [], begin
            while node >= 0 and not colour[node]:
                colour[node] = 1
                path.append(node)
                node = after[node]
            circles += node >= 0 and colour[node] == 1
            for seen in path:
                colour[seen] = 2
        return circles

    def _successors(self) -> list[int]:
        """For each slot, the slot held by whoever would come if one of it left; -1 when nobody who is seated."""
        problem = self.problem
        best = np.full(int(problem.slot_start[-1]), self.least, dtype=problem.priority.dtype)
        at = np.flatnonzero(self.claim)
        slot, priority = self.slot[at], problem.priority[at]
        np.maximum.at(best, slot, priority)
        top = np.flatnonzero(priority == best[slot])
        comer = np.full(len(best), -1, dtype=np.int64)
        comer[slot[top]] = at[top]
        for p in map(int, self.reserved):
            self._reserved_comers(p, comer)
        after = np.full(len(best), -1, dtype=np.int64)
        coming = np.flatnonzero(comer >= 0)
        own = self.wish[problem.candidate[comer[coming]]]
        after[coming[own >= 0]] = self.slot[own[own >= 0]]
        return list(map(int, after))

    def _reserved_comers(self, p: int, comer: Any) -> None:
        """In a pool with reserves who comes depends on which reserves the one who leaves belonged to."""
        problem = self.problem
        base, sets = int(problem.slot_start[p]), int(problem.slot_start[p + 1] - problem.slot_start[p])
        ready = [(kind, int(comer[base + kind])) for kind in range(sets) if comer[base + kind] >= 0]
        people, seats = self.people.get(p, []), self.reserved_seats(p)
        counts = tuple(np.bincount([slot - base for _q, slot, _f in people], minlength=sets).tolist())
        for leaving in range(sets):
            comer[base + leaving] = -1
            if ready and counts[leaving]:
                left = more(counts, leaving, -1)
                comer[base + leaving] = max(
                    ready,
                    key=lambda comer_kind: (filled(more(left, comer_kind[0]), seats), problem.priority[comer_kind[1]]),
                )[1]
