"""Weeks to fill, small enough to draw, and random ones for properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from takwin.engines.timetabling import (
    Event,
    Grid,
    Kind,
    Limit,
    Link,
    Need,
    Party,
    Problem,
    Relation,
    Room,
    Rule,
)

GROUP, TRAINER = Kind.GROUP, Kind.TRAINER


def make_grid(days=2, hours=4, noon=2, kinds=1):
    return Grid(
        tuple(f"day {day + 1}" for day in range(days)), tuple(f"{8 + hour}:00" for hour in range(hours)), noon, kinds
    )


def make_problem(events, grid=None, parties=None, rooms=("workshop",), **more):
    """Events as (length, parties, rooms); parties and rooms by number."""
    grid = grid or make_grid()
    count = 1 + max((party for _, who, _ in events for party in who), default=0)
    parties = parties or tuple(Party(f"group {place}", GROUP) for place in range(count))
    rows = tuple(
        Event(f"session {place}", length, tuple(who), (Need(tuple(where)),) if where else ())
        for place, (length, who, where) in enumerate(events)
    )
    return Problem(grid, parties, tuple(Room(name) for name in rooms), rows, **more)


def random_problem(seed):
    """Two to four groups and trainers, three rooms on two sites, every kind of rule and link, some weights."""
    rng = np.random.default_rng(seed)
    kinds = int(rng.integers(1, 3))
    grid = make_grid(int(rng.integers(2, 5)), int(rng.integers(3, 7)), int(rng.integers(0, 3)), kinds)
    groups, trainers = int(rng.integers(2, 5)), int(rng.integers(2, 5))

    def closed(share):
        return frozenset(int(slot) for slot in range(grid.slots) if rng.random() < share)

    parties = tuple(Party(f"g{place}", GROUP, closed(0.1)) for place in range(groups))
    parties += tuple(Party(f"t{place}", TRAINER, closed(0.2)) for place in range(trainers))
    rooms = tuple(Room(f"r{place}", closed(0.1), place % 2) for place in range(3))
    longest = min(grid.noon or 2, len(grid.hours) - grid.noon, 2)
    events = []
    for place in range(int(rng.integers(4, 12))):
        where = sorted(int(room) for room in rng.choice(3, int(rng.integers(1, 4)), replace=False))
        need = Need(tuple(where), tuple(int(cost) for cost in rng.integers(0, 3, len(where))))
        starts = sorted(int(slot) for slot in rng.choice(grid.slots, grid.slots // 2 + 1, replace=False))
        event = Event(
            f"e{place}",
            int(rng.integers(1, longest + 1)),
            (int(rng.integers(groups)), groups + int(rng.integers(trainers))),
            (need,) if rng.random() < 0.8 else (),
            kinds=int(rng.integers(1, 1 << kinds)),
        )
        if rng.random() < 0.3:
            event = replace(event, starts=tuple(starts), start_costs=tuple(int(s % 3) for s in starts))
        events.append(event)
    limits = tuple(
        Limit(rule, tuple(range(groups + trainers)), int(rng.integers(0, 4)), int(rng.integers(0, 4)))
        for rule in Rule
        if rng.random() < 0.4
    )
    relations = []
    for link in (Link.APART, Link.GROUPED, Link.NOT_TOGETHER, Link.SAME_DAY, Link.ORDERED, Link.SLOTS_USED):
        if rng.random() < 0.5:
            who = tuple(int(row) for row in rng.choice(len(events), int(rng.integers(2, 4)), replace=False))
            relations.append(
                Relation(
                    link, who, int(rng.integers(1, 3)), int(rng.integers(0, 4)), bool(rng.integers(2)),
                    frozenset(range(0, grid.slots, 2)),
                )
            )  # fmt: skip
    return Problem(grid, parties, rooms, tuple(events), limits, tuple(relations))
