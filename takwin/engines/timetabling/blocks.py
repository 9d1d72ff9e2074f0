"""A problem as arrays: sessions bound to one another become blocks, rules become tables, candidates become rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from takwin.engines.timetabling import day_costs, kernel
from takwin.engines.timetabling.model import (
    UNPLACED,
    WEEKLY,
    Grid,
    Link,
    Malformed,
    Need,
    Problem,
    Rule,
    Timetable,
)
from takwin.engines.timetabling.relation_tables import bits_of, column_of, offsets_of, pair_tables, used_tables


@dataclass
class Blocks:
    """`of[event]`: its block, -1 when it cannot start anywhere; `offset[event]`: slots after the block's start."""

    problem: Problem
    tables: kernel.Tables
    of: np.ndarray
    offset: np.ndarray
    needs: list[list[int]]
    closed: list[int]

    def __len__(self) -> int:
        return len(self.tables.start_at) - 1

    def empty(self) -> kernel.State:
        t, grid = self.tables, self.problem.grid
        rows, slots, days = len(t.day_class), grid.slots, len(grid.days)
        return kernel.State(
            start=np.full(len(self), UNPLACED, np.int64),
            room=np.array(t.room_at[:-1], np.int64),
            count=np.zeros((rows, slots), np.int32),
            who=np.zeros((rows, slots), np.int64),
            busy=np.zeros((rows, days), np.int64),
            week=np.zeros(len(t.week_table), np.int64),
            room_count=np.zeros((len(self.problem.rooms) * grid.kinds, slots), np.int32),
            room_who=np.zeros((len(self.problem.rooms) * grid.kinds, slots), np.int64),
            room_busy=np.zeros((len(self.problem.rooms) * grid.kinds, days), np.int64),
            used_count=np.zeros(t.used_slots.shape, np.int32),
            used=np.zeros(len(t.used_limit), np.int64),
            place=np.zeros((rows, slots), np.int32),
        )

    def starts_of(self, timetable: Timetable | None, state: kernel.State) -> np.ndarray:
        """The starts of a timetable that the rules still allow (-1 for the others); its rooms go into the state."""
        t = self.tables
        starts = np.full(len(self), UNPLACED, np.int64)
        if timetable is None:
            return starts
        for event, block in enumerate(self.of):
            if block < 0 or timetable.start[event] == UNPLACED:
                continue
            slot = timetable.start[event] - self.offset[event]
            if 0 <= slot < t.allowed.shape[1] and t.allowed[block, slot] >= 0:
                starts[block] = slot
                for need, room in zip(self.needs[event], timetable.rooms[event], strict=False):
                    candidates = t.room_of[t.room_at[need] : t.room_at[need + 1]]
                    if room in candidates:
                        state.room[need] = t.room_at[need] + int(np.flatnonzero(candidates == room)[0])
        return starts

    def timetable(self, start: np.ndarray, room: np.ndarray) -> Timetable:
        starts, rooms = [], []
        for event, block in enumerate(self.of):
            placed = block >= 0 and start[block] >= 0
            starts.append(int(start[block] + self.offset[event]) if placed else UNPLACED)
            rooms.append(tuple(int(self.tables.room_of[room[need]]) for need in self.needs[event]) if placed else ())
        return Timetable(tuple(starts), tuple(rooms))


def bind(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Sessions that must begin together, or follow one another, as one block: its number and the offset in it."""
    count = len(problem.events)
    near: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for relation in problem.relations:
        if relation.weight or relation.link not in (Link.SAME_START, Link.CONSECUTIVE):
            continue
        for a, b in zip(relation.events, relation.events[1:], strict=False):
            step = problem.events[a].length if relation.link == Link.CONSECUTIVE else 0
            near[a].append((b, step))
            near[b].append((a, -step))
    block = np.full(count, -1, np.int64)
    offset = np.zeros(count, np.int64)
    blocks = 0
    for event in range(count):
        if block[event] >= 0:
            continue
        block[event], members, ahead = blocks, [event], [event]
        while ahead:
            a = ahead.pop()
            for b, step in near[a]:
                if block[b] < 0:
                    block[b], offset[b] = blocks, offset[a] + step
                    members.append(b)
                    ahead.append(b)
                elif offset[b] != offset[a] + step:
                    raise Malformed(f"event {b} ({problem.events[b].name})", "is bound to itself at another time")
        offset[members] -= offset[members].min()
        blocks += 1
    return block, offset


def _starts(problem: Problem, members: list[int], offset: np.ndarray, shut: list[np.ndarray]) -> dict[int, int]:
    """Where a block may start, and what each start costs: inside one day, when everybody is there."""
    grid, found = problem.grid, {}
    costs: dict[int, dict[int, int]] = {}
    for event in members:
        row = problem.events[event]
        if row.starts is not None:
            costs[event] = dict(zip(row.starts, row.start_costs or [0] * len(row.starts), strict=True))
    for slot in range(grid.slots):
        cost = 0
        for event in members:
            row, at = problem.events[event], slot + int(offset[event])
            last = at + row.length - 1
            inside = last < grid.slots and grid.half(at) == grid.half(last) == grid.half(slot)
            if (
                not inside
                or (event in costs and at not in costs[event])
                or any(shut[p][at : last + 1].any() for p in row.parties)
            ):
                break
            cost += costs[event][at] if event in costs else 0
        else:
            found[slot] = cost
    return found


def _rules(problem: Problem, hard: int) -> dict[str, Any]:
    """Rules of parties as tables: equal days share a class, equal counts a table."""
    grid, kinds = problem.grid, problem.grid.kinds
    rows = len(problem.parties) * kinds
    daily: dict[int, list[tuple[Rule, int, int]]] = defaultdict(list)
    weekly: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    travel, travel_weight = np.full(rows, -1, np.int64), np.zeros(rows, np.int64)
    travel_gap = np.zeros(rows, np.int64)
    names: dict[Rule, int] = {}
    for limit in problem.limits:
        weight = limit.weight or hard
        for row in (party * kinds + kind for party in limit.parties for kind in range(kinds)):
            if limit.rule == Rule.TRAVEL:
                travel_gap[row] = weight
            elif limit.rule == Rule.SITES_A_DAY:
                travel[row], travel_weight[row] = limit.limit, weight
            elif limit.rule in WEEKLY:
                weekly[row].append((names.setdefault(limit.rule, len(names)), limit.limit, weight))
            else:
                daily[row].append((limit.rule, limit.limit, weight))
    flat = [rule for row in range(rows) for rule in weekly[row]]
    nothing = np.zeros((1, 1 << len(grid.hours)))
    return {
        **_classes(daily, rows, grid),
        "week_at": offsets_of([len(weekly[row]) for row in range(rows)]),
        "week_table": column_of(flat, 0),
        "week_limit": column_of(flat, 1),
        "week_weight": column_of(flat, 2),
        "counted": np.array([day_costs.counted(rule, grid) for rule in names] or nothing, np.int64),
        "travel": travel,
        "travel_weight": travel_weight,
        "travel_gap": travel_gap,
        "row_weight": np.ones(rows, np.int64),
    }


def _classes(daily: dict[int, list[tuple[Rule, int, int]]], rows: int, grid: Grid) -> dict[str, Any]:
    """What each pattern of busy hours costs, for each set of rules of the day that some party has."""
    classes: dict[tuple[tuple[Rule, int, int], ...], int] = {(): 0}
    day_class = np.zeros(rows, np.int64)
    for row, limits in daily.items():
        day_class[row] = classes.setdefault(tuple(sorted(limits)), len(classes))
    day_cost = np.zeros((len(classes), 1 << len(grid.hours)), np.int64)
    for rules, place in classes.items():
        for rule, most, weight in rules:
            day_cost[place] += weight * day_costs.over(rule, most, grid)
    return {"day_class": day_class, "day_cost": day_cost}


def _shut(problem: Problem) -> list[np.ndarray]:
    shut = []
    for party in problem.parties:
        slots = np.zeros(problem.grid.slots, bool)
        slots[list(party.closed)] = True
        shut.append(slots)
    return shut


def _room_costs(need: Need, before: int, stay: int) -> list[int]:
    """What each candidate costs; leaving the former room costs a third of leaving its slot."""
    costs = list(need.costs) or [0] * len(need.rooms)
    if before not in need.rooms:
        return costs
    return [cost + (stay // 3 if room != before else 0) for cost, room in zip(costs, need.rooms, strict=True)]


def _who(problem: Problem, members: list[list[int]], offset: np.ndarray) -> dict[str, Any]:
    """Parties of each block, the bits of their hours, and in which of all needs they are."""
    kinds, parts, place = problem.grid.kinds, [], 0
    for block in members:
        there: dict[tuple[int, int], int] = defaultdict(int)
        busy: dict[int, int] = defaultdict(int)
        for event in block:
            row = problem.events[event]
            bits = bits_of(row.length, int(offset[event]))
            held = [party * kinds + kind for party in row.parties for kind in range(kinds) if row.kinds >> kind & 1]
            for party in held:
                if busy[party] & bits:
                    raise Malformed(f"event {event} ({row.name})", "is bound to one of the same people")
                busy[party] |= bits
                there[party, place if row.needs else -1] |= bits
            place += len(row.needs)
        parts.append([(party, bits, where) for (party, where), bits in sorted(there.items())])
    flat = [row for block in parts for row in block]
    return {
        "part_at": offsets_of([len(block) for block in parts]),
        "part_row": column_of(flat, 0),
        "part_bits": column_of(flat, 1),
        "part_need": column_of(flat, 2),
    }


def _where(
    problem: Problem, members: list[list[int]], offset: np.ndarray, kept: Timetable | None, stay: int
) -> tuple[dict[str, Any], list[list[int]]]:
    """Rooms each block needs, their candidates and what each costs; and the needs of each event."""
    owner: list[list[int]] = [[] for _ in problem.events]
    needs: list[tuple[int, int]] = []
    rooms: list[tuple[int, ...]] = []
    costs: list[int] = []
    for event in (event for block in members for event in block):
        row = problem.events[event]
        for place, need in enumerate(row.needs):
            before = kept.rooms[event][place] if kept and len(kept.rooms[event]) > place else UNPLACED
            costs += _room_costs(need, before, stay)
            owner[event].append(len(needs))
            needs.append((bits_of(row.length, int(offset[event])), row.kinds))
            rooms.append(need.rooms)
    columns = {
        "need_at": offsets_of([sum(len(problem.events[event].needs) for event in block) for block in members]),
        "need_bits": column_of(needs, 0),
        "need_kinds": column_of(needs, 1),
        "room_at": offsets_of([len(row) for row in rooms]),
        "room_of": np.array([room for row in rooms for room in row], np.int64),
        "room_cost": np.array(costs, np.int64),
    }
    return columns, owner


def _doors(problem: Problem) -> np.ndarray:
    """(rooms x kinds, days): the bits of the hours when a room is closed."""
    hours, kinds = len(problem.grid.hours), problem.grid.kinds
    doors = np.zeros((len(problem.rooms) * kinds, len(problem.grid.days)), np.int64)
    for place, room in enumerate(problem.rooms):
        for slot in room.closed:
            doors[place * kinds : place * kinds + kinds, slot // hours] |= 1 << slot % hours
    return doors


def build(problem: Problem, hard: int, kept: Timetable | None = None, stay: int = 0) -> Blocks:
    """The arrays of a problem.

    Parameters
    ----------
    problem : Problem
    hard : int
        Cost of a unit of a rule that must hold.
    kept : Timetable, optional
        The timetable that a repair begins with.
    stay : int
        Cost of leaving a slot of `kept`.

    Returns
    -------
    Blocks
        Sessions that can start nowhere are left out and listed in `closed`.

    Raises
    ------
    Malformed
        Sessions are bound to one another in a way that cannot be.
    """
    of, offset = bind(problem)
    members: list[list[int]] = [[] for _ in range(int(of.max(initial=-1)) + 1)]
    for event, block in enumerate(of):
        members[block].append(event)
    shut = _shut(problem)
    starts = [_starts(problem, block, offset, shut) for block in members]
    closed = [event for block, found in zip(members, starts, strict=True) if not found for event in block]
    number = np.cumsum([bool(found) for found in starts]) - 1
    of = np.array([number[block] if starts[block] else -1 for block in of], np.int64)
    members = [block for block, found in zip(members, starts, strict=True) if found]
    starts = [found for found in starts if found]
    allowed = np.full((len(members), problem.grid.slots), -1, np.int32)
    for block, found in enumerate(starts):
        before = kept.start[members[block][0]] - offset[members[block][0]] if kept else UNPLACED
        for slot, cost in found.items():
            allowed[block, slot] = cost + (stay if before >= 0 and slot != before else 0)
    room_columns, owner = _where(problem, members, offset, kept, stay)
    arrays = kernel.Tables(
        hours=len(problem.grid.hours),
        kinds=problem.grid.kinds,
        hard=hard,
        start_at=offsets_of([len(found) for found in starts]),
        start_slot=np.array([slot for found in starts for slot in found], np.int64),
        allowed=allowed,
        site=np.array([room.site for room in problem.rooms] or [0], np.int64),
        closed=_doors(problem),
        room_weight=np.ones(len(problem.rooms) * problem.grid.kinds, np.int64),
        fixed=np.array([len(found) < 2 for found in starts], bool),
        **room_columns,
        **_who(problem, members, offset),
        **_rules(problem, hard),
        **pair_tables(problem, of, offset, len(members), hard),
        **used_tables(problem, of, offset, len(members), hard),
    )
    return Blocks(problem, arrays, of, offset, owner, closed)
