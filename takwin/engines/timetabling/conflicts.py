"""The reason why a week does not fit: a smallest set of demands that contradict one another, found by removing some.

The question "does this fit at all?" is put to a complete solver (CP-SAT) over a relaxation: rooms are counted, not
assigned, and wishes are left out. What the relaxation forbids cannot be; each demand of the set is needed for that.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from takwin.engines.timetabling.model import Link, Problem, Rule, Timetable

SECONDS = 20.0  # wall time of a whole explanation


class Cause(StrEnum):
    """What a demand is about: a party that is in one place at a time, its absences, a limit of its days, rooms that
    are few, the starts of a session, sessions that must be apart."""

    PARTY = "party"
    CLOSED = "closed"
    LIMIT = "limit"
    ROOMS = "rooms"
    STARTS = "starts"
    APART = "apart"


@dataclass(frozen=True, order=True)
class Demand:
    """One demand of a conflict.

    parties, rooms, events : whom it concerns
    wanted, there : hours asked of it and hours it has, over the sessions looked at; -1 where that has no meaning
    """

    cause: Cause
    parties: tuple[int, ...] = ()
    rooms: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    wanted: int = -1
    there: int = -1


def explain(problem: Problem, sessions: Iterable[int], seconds: float = SECONDS) -> list[Demand] | None:
    """A smallest conflict among some sessions and those that compete with them.

    Starts with the given sessions, and widens to those that share a party or a room while the answer is that they fit.

    Parameters
    ----------
    problem : Problem
    sessions : iterable of int
        Events of the problem.
    seconds : float
        Wall time.

    Returns
    -------
    list of Demand, or None
        Each demand is needed for the conflict; [] when everything fits, None when the time was over first.
    """
    until = time.perf_counter() + seconds
    chosen = set(sessions)
    while True:
        core = _contradiction(problem, sorted(chosen), until)
        if core is None or core:
            return core
        wider = chosen | _near(problem, chosen)
        if wider == chosen:
            return []
        chosen = wider


def _near(problem: Problem, chosen: set[int]) -> set[int]:
    parties = {party for event in chosen for party in problem.events[event].parties}
    rooms = {room for event in chosen for need in problem.events[event].needs for room in need.rooms}
    return {
        event
        for event, row in enumerate(problem.events)
        if parties.intersection(row.parties) or any(rooms.intersection(need.rooms) for need in row.needs)
    }


class _Model:
    """A CP-SAT model in which every demand has a switch of its own, so that it can be removed."""

    def __init__(self, problem: Problem, events: list[int]) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.events = problem, events
        self.model = cp_model.CpModel()
        self.switch: dict[Demand, Any] = {}
        grid = problem.grid
        self.at: dict[int, dict[int, Any]] = {}
        for event in events:
            length = problem.events[event].length
            spans = [
                slot for slot in range(grid.slots - length + 1) if grid.half(slot) == grid.half(slot + length - 1)
            ]
            self.at[event] = {slot: self.model.new_bool_var(f"x{event}_{slot}") for slot in spans}
            self.model.add_exactly_one(self.at[event].values())
        self._starts()
        self._parties()
        self._rooms()
        self._apart()

    def behind(self, demand: Demand) -> Any:
        if demand not in self.switch:
            self.switch[demand] = self.model.new_bool_var(f"d{len(self.switch)}")
        return self.switch[demand]

    def covering(self, event: int, slot: int) -> list[Any]:
        length = self.problem.events[event].length
        return [x for start, x in self.at[event].items() if start <= slot < start + length]

    def _starts(self) -> None:
        for event in self.events:
            row = self.problem.events[event]
            if row.starts is not None:
                on = self.behind(Demand(Cause.STARTS, events=(event,), wanted=row.length, there=len(row.starts)))
                for slot, x in self.at[event].items():
                    if slot not in row.starts:
                        self.model.add_implication(on, x.negated())

    def _of(self) -> dict[int, list[int]]:
        of: dict[int, list[int]] = defaultdict(list)
        for event in self.events:
            for party in self.problem.events[event].parties:
                of[party].append(event)
        return of

    def _parties(self) -> None:
        problem, grid = self.problem, self.problem.grid
        of = self._of()
        for party, events in of.items():
            closed = problem.parties[party].closed
            wanted = max(
                sum(problem.events[event].length for event in events if problem.events[event].kinds >> kind & 1)
                for kind in range(grid.kinds)
            )
            there_is = grid.slots - len(closed)
            alone = Demand(Cause.PARTY, (party,), (), tuple(events), wanted, there_is)
            away = Demand(Cause.CLOSED, (party,), (), tuple(events), wanted, there_is)
            for slot in closed:
                for event in events:
                    for x in self.covering(event, slot):
                        self.model.add_implication(self.behind(away), x.negated())
            for kind in range(grid.kinds):
                held = [event for event in events if problem.events[event].kinds >> kind & 1]
                self._too_many(away, held, [closed])
                for slot in range(grid.slots):
                    there = [x for event in held for x in self.covering(event, slot)]
                    if len(there) > 1:
                        self.model.add(sum(there) <= 1).only_enforce_if(self.behind(alone))
        for limit in problem.limits:
            if limit.rule == Rule.HOURS_A_DAY and not limit.weight:
                for party in limit.parties:
                    self._hours_a_day(party, of.get(party, []), limit.limit)

    def _hours_a_day(self, party: int, events: list[int], most: int) -> None:
        problem, grid = self.problem, self.problem.grid
        for kind in range(grid.kinds):
            held = [event for event in events if problem.events[event].kinds >> kind & 1]
            wanted = sum(problem.events[event].length for event in held)
            if not held:
                continue
            demand = Demand(Cause.LIMIT, (party,), events=tuple(held), wanted=wanted, there=most * len(grid.days))
            for day in range(len(grid.days)):
                hours = [
                    problem.events[event].length * x
                    for event in held
                    for slot, x in self.at[event].items()
                    if grid.day(slot) == day
                ]
                self.model.add(sum(hours) <= most).only_enforce_if(self.behind(demand))

    def _too_many(self, demand: Demand, held: list[int], closed: list[frozenset[int]]) -> None:
        """Forbid what counting alone rules out: more sessions of at least so many slots than rows of open slots could
        hold, half-day by half-day. A search needs exponential time to find such pigeonhole conflicts."""
        lengths = [self.problem.events[event].length for event in held]
        rows = [row for shut in closed for row in self._open_rows(shut)]
        for least in sorted(set(lengths)):
            long = [length for length in lengths if length >= least]
            room = sum(row // least for row in rows)
            hours = sum(row for row in rows if row >= least)
            if len(long) > room or sum(long) > hours:
                self.model.add_bool_and([self.behind(demand).negated()])

    def _open_rows(self, shut: frozenset[int]) -> list[int]:
        """Lengths of the open slots in a row, no longer than a half-day."""
        grid, rows, run, half = self.problem.grid, [], 0, None
        for slot in range(grid.slots):
            if slot in shut or grid.half(slot) != half:
                rows.append(run)
                run = 0
            half = grid.half(slot)
            run += slot not in shut
        return [row for row in (*rows, run) if row]

    def _rooms(self) -> None:
        """Sessions whose rooms are all among some rooms are at no time more than those rooms that are open."""
        problem, grid = self.problem, self.problem.grid
        wanting = [(event, frozenset(need.rooms)) for event in self.events for need in problem.events[event].needs]
        pools = {rooms for _, rooms in wanting}
        pools |= {a | b for a in pools for b in pools if a & b}
        for pool in sorted(pools, key=sorted):
            inside = [event for event, rooms in wanting if rooms <= pool]
            if len(inside) <= 1:
                continue
            rooms = tuple(sorted(pool))
            open_hours = sum(grid.slots - len(problem.rooms[room].closed) for room in rooms)
            for kind in range(grid.kinds):
                held = [event for event in inside if problem.events[event].kinds >> kind & 1]
                wanted = sum(problem.events[event].length for event in held)
                demand = Demand(Cause.ROOMS, (), rooms, tuple(dict.fromkeys(held)), wanted, open_hours)
                self._too_many(demand, held, [problem.rooms[room].closed for room in rooms])
                for slot in range(grid.slots):
                    there = [x for event in held for x in self.covering(event, slot)]
                    free = sum(slot not in problem.rooms[room].closed for room in rooms)
                    if len(there) > free:
                        self.model.add(sum(there) <= free).only_enforce_if(self.behind(demand))

    def _apart(self) -> None:
        grid, chosen = self.problem.grid, set(self.events)
        for relation in self.problem.relations:
            events = tuple(event for event in relation.events if event in chosen)
            if relation.link != Link.APART or relation.weight or len(events) < 2:
                continue
            demand = Demand(Cause.APART, events=events, wanted=relation.value, there=len(grid.days))
            for first in range(len(grid.days)):
                near = range(first, min(first + relation.value, len(grid.days)))
                held = [x for event in events for slot, x in self.at[event].items() if grid.day(slot) in near]
                self.model.add(sum(held) <= 1).only_enforce_if(self.behind(demand))

    def fits(self, demands: Iterable[Demand], until: float) -> tuple[bool | None, list[Demand]]:
        """Do these demands fit together (None: not known in time)? If not, some of them that suffice for that."""
        from ortools.sat.python import cp_model

        left = until - time.perf_counter()
        if left <= 0:
            return None, []
        demands = list(demands)
        self.model.clear_assumptions()
        self.model.add_assumptions([self.switch[demand] for demand in demands])
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = left
        solver.parameters.num_search_workers = 1
        solver.parameters.random_seed = 1
        answer = solver.solve(self.model)
        if answer in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return True, []
        if answer != cp_model.INFEASIBLE:
            return None, []
        guilty = set(solver.sufficient_assumptions_for_infeasibility())
        return False, [demand for demand in demands if self.switch[demand].index in guilty]


def _contradiction(problem: Problem, events: list[int], until: float) -> list[Demand] | None:
    model = _Model(problem, events)
    answer, core = model.fits(model.switch, until)
    if answer is None:
        return None
    if answer:
        return []
    # Take each demand away: what still contradicts without it did not need it.
    place = 0
    while place < len(core):
        rest = core[:place] + core[place + 1 :]
        answer, smaller = model.fits(rest, until)
        if answer is False:
            core = smaller or rest
            place = 0 if smaller and len(smaller) < len(rest) else place
        else:
            place += 1
    return sorted(core)


def blocked(problem: Problem, timetable: Timetable, event: int, slot: int) -> list[Demand]:
    """What prevents a session at a slot of a timetable: who is elsewhere or away, no free room; [] for nothing."""
    row, grid = problem.events[event], problem.grid
    span = range(slot, slot + row.length)
    found: list[Demand] = []
    if slot + row.length > grid.slots or grid.half(slot) != grid.half(span[-1]):
        return [Demand(Cause.STARTS, events=(event,))]
    if row.starts is not None and slot not in row.starts:
        found.append(Demand(Cause.STARTS, events=(event,)))
    at_once = [
        other
        for other, start in enumerate(timetable.start)
        if other != event
        and start >= 0
        and start < slot + row.length
        and slot < start + problem.events[other].length
        and problem.events[other].kinds & row.kinds
    ]
    for party in row.parties:
        if problem.parties[party].closed.intersection(span):
            found.append(Demand(Cause.CLOSED, (party,), events=(event,)))
        busy = tuple(other for other in at_once if party in problem.events[other].parties)
        if busy:
            found.append(Demand(Cause.PARTY, (party,), events=busy))
    taken = {room: other for other in at_once for room in timetable.rooms[other]}
    for need in row.needs:
        free = [room for room in need.rooms if room not in taken and not problem.rooms[room].closed.intersection(span)]
        if not free:
            others = tuple(sorted({taken[room] for room in need.rooms if room in taken}))
            found.append(Demand(Cause.ROOMS, (), need.rooms, others))
    return found
