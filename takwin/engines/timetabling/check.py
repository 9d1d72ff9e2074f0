"""The independent judge of a timetable: every rule word for word, session by session, sharing no code with the solver.

It reads the problem and the timetable, never the solver's arrays; what it counts, the tests hold against the solver.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, pairwise

from takwin.engines.timetabling.model import (
    UNPLACED,
    Faults,
    Grid,
    Limit,
    Link,
    Problem,
    Relation,
    Rule,
    Timetable,
)


def judge(problem: Problem, timetable: Timetable) -> Faults:
    """The faults of a timetable: `hard` counts broken rules by name, `soft` the costs of wishes by name."""
    hard: Counter[str] = Counter()
    soft: Counter[str] = Counter()
    if len(timetable.start) != len(problem.events) or len(timetable.rooms) != len(problem.events):
        return Faults({"not this problem's timetable": 1})
    for event, slot in enumerate(timetable.start):
        if slot == UNPLACED:
            hard["unplaced"] += 1
        else:
            _session(problem, timetable, event, slot, hard, soft)
    for name, count in (
        ("party in two places", _parties(problem, timetable)),
        ("room taken twice", _rooms(problem, timetable)),
    ):
        hard[name] += count
    for limit in problem.limits:
        for party in limit.parties:
            for kind in range(problem.grid.kinds):
                units = _limit(problem, timetable, limit, party, kind)
                (soft if limit.weight else hard)[str(limit.rule)] += units * (limit.weight or 1)
    for relation in problem.relations:
        units = _relation(problem, timetable, relation)
        (soft if relation.weight else hard)[str(relation.link)] += units * (relation.weight or 1)
    return Faults({k: v for k, v in hard.items() if v}, {k: v for k, v in soft.items() if v})


def _session(
    problem: Problem, timetable: Timetable, event: int, slot: int, hard: Counter[str], soft: Counter[str]
) -> None:
    row, grid = problem.events[event], problem.grid
    span = range(slot, slot + row.length)
    if not 0 <= slot <= grid.slots - row.length or len({grid.half(at) for at in span}) != 1:
        hard["over noon or out of the day"] += 1
        return
    if row.starts is not None and slot not in row.starts:
        hard["start not allowed"] += 1
    elif row.starts is not None and row.start_costs:
        soft["start"] += row.start_costs[row.starts.index(slot)]
    hard["party away"] += sum(at in problem.parties[party].closed for party in row.parties for at in span)
    if len(timetable.rooms[event]) != len(row.needs):
        hard["without a room"] += 1
        return
    for need, room in zip(row.needs, timetable.rooms[event], strict=True):
        if room not in need.rooms:
            hard["room not suitable"] += 1
        elif need.costs:
            soft["room"] += need.costs[need.rooms.index(room)]
        hard["room closed"] += row.kinds.bit_count() * sum(at in problem.rooms[room].closed for at in span)


def _taken(problem: Problem, timetable: Timetable) -> list[tuple[int, int, int]]:
    """Event, slot, kind of week of all that is placed."""
    return [
        (event, slot + step, kind)
        for event, slot in enumerate(timetable.start)
        if slot != UNPLACED
        for step in range(problem.events[event].length)
        for kind in range(problem.grid.kinds)
        if problem.events[event].kinds >> kind & 1
    ]


def _parties(problem: Problem, timetable: Timetable) -> int:
    there = Counter(
        (party, slot, kind)
        for event, slot, kind in _taken(problem, timetable)
        for party in problem.events[event].parties
    )
    return sum(count - 1 for count in there.values())


def _rooms(problem: Problem, timetable: Timetable) -> int:
    there = Counter(
        (room, slot, kind) for event, slot, kind in _taken(problem, timetable) for room in timetable.rooms[event]
    )
    return sum(count - 1 for count in there.values())


def _hours(problem: Problem, timetable: Timetable, party: int, kind: int) -> dict[int, dict[int, int]]:
    """Day -> hour -> site (-1: in no room) of what a party does in a kind of week; two at once: no site."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for event, slot in enumerate(timetable.start):
        row = problem.events[event]
        if slot == UNPLACED or party not in row.parties or not row.kinds >> kind & 1:
            continue
        rooms = timetable.rooms[event]
        for at in range(slot, slot + row.length):
            day, hour = problem.grid.day(at), problem.grid.hour(at)
            twice = hour in found[day]
            found[day][hour] = -1 if twice or not rooms else problem.rooms[rooms[0]].site
    return found


def _gaps(hours: list[int]) -> int:
    return hours[-1] - hours[0] + 1 - len(hours) if hours else 0


def _row(hours: list[int]) -> int:
    longest = run = 0
    last = None
    for hour in hours:
        run = run + 1 if last == hour - 1 else 1
        longest, last = max(longest, run), hour
    return longest


def _halves(grid: Grid, hours: list[int]) -> list[list[int]]:
    if not grid.noon:
        return [hours]
    return [[hour for hour in hours if hour < grid.noon], [hour for hour in hours if hour >= grid.noon]]


def _limit(problem: Problem, timetable: Timetable, limit: Limit, party: int, kind: int) -> int:
    """Units over (under, for LEAST) the limit."""
    grid, most = problem.grid, limit.limit
    week = _hours(problem, timetable, party, kind)
    days = [sorted(hours) for hours in week.values()]
    halves = [half for day in days for half in _halves(grid, day)]
    mornings = [half for day in days for half in _halves(grid, day)[:1]]
    afternoons = [half for day in days for half in _halves(grid, day)[1:]]
    daily = {
        Rule.HOURS_A_DAY: (days, len),
        Rule.HOURS_A_HALF: (halves, len),
        Rule.IN_A_ROW: (days, _row),
        Rule.IN_A_ROW_HALF: (halves, _row),
        Rule.GAPS_A_DAY: (days, _gaps),
        Rule.GAPS_A_HALF: (halves, _gaps),
    }
    weekly = {
        Rule.GAPS_A_WEEK: sum(map(_gaps, days)),
        Rule.GAPS_A_WEEK_HALVES: sum(map(_gaps, halves)),
        Rule.DAYS_A_WEEK: sum(map(bool, days)),
        Rule.HALVES_A_WEEK: sum(map(bool, halves)),
        Rule.MORNINGS_A_WEEK: sum(map(bool, mornings)),
        Rule.AFTERNOONS_A_WEEK: sum(map(bool, afternoons)),
        Rule.WHOLE_DAYS_A_WEEK: sum(len([half for half in _halves(grid, day) if half]) == 2 for day in days),
    }
    if limit.rule in daily:
        parts, count = daily[limit.rule]
        return sum(max(0, count(part) - most) for part in parts)
    if limit.rule in weekly:
        return max(0, weekly[limit.rule] - most)
    if limit.rule in (Rule.LEAST_A_DAY, Rule.LEAST_A_HALF):
        parts = days if limit.rule == Rule.LEAST_A_DAY else halves
        return sum(max(0, most - len(part)) for part in parts if part)
    if limit.rule == Rule.ONE_HALF_A_DAY:
        parted = [_halves(grid, day) for day in days] if grid.noon else []
        return sum(max(0, min(map(len, halves)) - most) for halves in parted)
    if limit.rule == Rule.LAST_HOUR:
        return sum(hour >= most for day in days for hour in day)
    return sum(_journeys(limit, hours) for hours in week.values())


def _journeys(limit: Limit, hours: dict[int, int]) -> int:
    """A day's changes of site: those without a slot between (TRAVEL), or how many too many."""
    sites = [(hour, hours[hour]) for hour in sorted(hours) if hours[hour] >= 0]
    steps = [(b - a, here != there) for (a, here), (b, there) in pairwise(sites)]
    if limit.rule == Rule.TRAVEL:
        return sum(changed and gap == 1 for gap, changed in steps)
    return max(0, sum(changed for _, changed in steps) - limit.limit)


def _relation(problem: Problem, timetable: Timetable, relation: Relation) -> int:
    spans = [
        (timetable.start[event], timetable.start[event] + problem.events[event].length) for event in relation.events
    ]
    if relation.link == Link.SLOTS_USED:
        used = {at for start, end in spans if start != UNPLACED for at in range(start, end)}
        return max(0, len(used & relation.slots) - relation.value)
    in_turn = relation.link in (Link.ORDERED, Link.CONSECUTIVE, Link.SAME_START)
    couples = list(pairwise(spans) if in_turn else combinations(spans, 2))
    return sum(_couple(problem.grid, relation, a, b) for a, b in couples if UNPLACED not in (a[0], b[0]))


def _couple(grid: Grid, relation: Relation, a: tuple[int, int], b: tuple[int, int]) -> int:
    apart = abs(grid.day(a[0]) - grid.day(b[0]))
    beside = a[1] == b[0] or b[1] == a[0]
    if relation.link == Link.APART:
        if apart >= relation.value:
            return 0
        return relation.value - apart + (apart == 0 and relation.adjacent and not beside)
    if relation.link == Link.SAME_START:
        return int(a[0] != b[0])
    if relation.link == Link.CONSECUTIVE:
        return int(a[1] != b[0] or grid.half(a[0]) != grid.half(b[0]))
    if relation.link == Link.ORDERED:
        return int(a[1] > b[0])
    if relation.link == Link.GROUPED:
        return int(apart > 0 or not beside)
    if relation.link == Link.SAME_DAY:
        return int(apart > 0)
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))
