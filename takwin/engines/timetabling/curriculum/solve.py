"""Solve an instance within a budget of time or of steps; for steps, seed and threads the result is always the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from takwin.engines.timetabling.compiled import generator
from takwin.engines.timetabling.curriculum import kernel
from takwin.engines.timetabling.curriculum.construct import construct
from takwin.engines.timetabling.curriculum.files import Instance
from takwin.engines.timetabling.model import Malformed

# Structure is decided hot (a week of many curricula at 5 to 10), rooms and single lectures cold.
HOT, COLD = 20.0, 0.12
BLOCK = 100_000
# A room that lacks more seats than this is tried only when a course has fewer than three better ones.
SEATS_LACKING = 20
CONSTRUCTIONS, CONSTRUCTION_STEPS = 20, 100_000


@dataclass(frozen=True)
class Solution:
    """`rows`: course, room, period of each lecture. `steps`: proposals made by all threads."""

    rows: list[tuple[int, int, int]]
    cost: int
    steps: int


def _tables(instance: Instance) -> tuple[kernel.Tables, np.ndarray]:
    courses, rooms, periods = len(instance.courses), len(instance.rooms), instance.periods
    a_day = instance.periods_a_day
    member = [row.nonzero()[0] for row in instance.member]
    bits = (np.arange(1 << a_day)[:, None] >> np.arange(a_day)) & 1
    beside = np.zeros_like(bits)
    beside[:, 1:] |= bits[:, :-1]
    beside[:, :-1] |= bits[:, 1:]
    lacking = np.maximum(instance.students[:, None] - instance.seats[None, :], 0).astype(np.int64)
    open_to = np.argsort(instance.barred, axis=1, kind="stable").astype(np.int64)
    open_count = periods - instance.barred.sum(axis=1)
    if (open_count < instance.lectures).any():
        course = int(np.flatnonzero(open_count < instance.lectures)[0])
        raise Malformed(
            instance.courses[course], f"{instance.lectures[course]} lectures in {open_count[course]} open periods"
        )
    together = instance.member.astype(np.int64) @ instance.member.T.astype(np.int64) > 0
    conflict = together | (instance.teacher[:, None] == instance.teacher[None, :])
    return kernel.Tables(
        day_of=np.arange(periods) // a_day,
        base=np.arange(periods) // a_day * a_day,
        a_day=a_day,
        course=np.repeat(np.arange(courses), instance.lectures),
        teacher=instance.teacher,
        curricula_at=np.concatenate([[0], np.cumsum([len(row) for row in member])]).astype(np.int64),
        curricula=np.concatenate([*member, []]).astype(np.int64),
        barred=np.where(instance.barred, 1 << np.arange(periods), 0).sum(axis=1).astype(np.int64),
        open_to=open_to,
        open_count=open_count.astype(np.int64),
        lacking=lacking,
        choice=np.argsort(lacking, axis=1, kind="stable").astype(np.int64),
        choice_count=np.minimum(np.maximum((lacking <= SEATS_LACKING).sum(axis=1), 3), rooms).astype(np.int64),
        least_days=instance.least_days,
        alone=2 * (bits & ~beside & 1).sum(axis=1).astype(np.int64),
    ), conflict


def _state(instance: Instance, tables: kernel.Tables) -> kernel.State:
    lectures, courses, rooms = len(tables.course), len(instance.courses), len(instance.rooms)
    return kernel.State(
        period=np.full(lectures, -1, np.int32),
        room=np.zeros(lectures, np.int32),
        at=np.full((instance.periods, rooms), -1, np.int32),
        week=np.zeros(instance.member.shape[1], np.int64),
        holder=np.full((instance.member.shape[1], instance.periods), -1, np.int32),
        teaches=np.full((int(instance.teacher.max()) + 1, instance.periods), -1, np.int32),
        on_day=np.zeros((courses, instance.days), np.int32),
        days=np.zeros(courses, np.int32),
        in_room=np.zeros((courses, rooms), np.int32),
    )


def _cost(tables: kernel.Tables, state: kernel.State) -> int:
    """The whole cost, from the state's own books; the judge counts it otherwise."""
    courses = tables.course
    days = np.array([state.week >> tables.base[p] & ((1 << tables.a_day) - 1) for p in np.unique(tables.base)])
    return int(
        tables.lacking[courses, state.room].sum()
        + 5 * np.maximum(tables.least_days - state.days, 0).sum()
        + tables.alone[days].sum()
        + ((state.in_room > 0).sum(axis=1) - 1).sum()
    )


def _scratch(lectures: int) -> kernel.Scratch:
    member, period, room = np.empty((3, kernel.LONGEST_CHAIN), np.int64)
    return kernel.Scratch(np.zeros(kernel.DEAREST, np.int64), member, period, room, np.zeros(lectures, np.int8))


class _Start:
    """A first timetable, built before any clock starts: compiling takes longer than many a budget."""

    def __init__(self, instance: Instance, seed: int) -> None:
        self.instance, self.stream = instance, generator(seed)
        self.tables, self.conflict = _tables(instance)
        # Most in conflict and least available last, so that they are taken first.
        degree = self.conflict[:, self.tables.course].sum(axis=1) - self.tables.open_count
        self.order = np.argsort(degree[self.tables.course], kind="stable")
        self.scratch = _scratch(len(self.order))
        blank = _state(instance, self.tables)
        self._left(blank, 0)
        self.anneal(blank, 0, 0, 0, blank.period, blank.room)

    def _left(self, state: kernel.State, steps: int) -> int:
        dear = np.ones(len(self.order), np.int64)
        return int(construct(self.tables, state, self.stream, self.conflict, self.order.copy(), dear, steps))

    def state(self) -> kernel.State | None:
        """A timetable without a conflict, None when this attempt found none."""
        state = _state(self.instance, self.tables)
        return None if self._left(state, CONSTRUCTION_STEPS) else state

    def anneal(self, state: kernel.State, steps: int, cost: int, best: int, period: Any, room: Any) -> tuple[int, int]:
        costs = kernel.anneal(self.tables, state, self.stream, self.scratch, steps, cost, best, period, room)
        return int(costs[0]), int(costs[1])


def _one(
    instance: Instance, seed: int, seconds: float | None, steps: int | None, stop: Callable[[float, int], bool] | None
) -> tuple[int, np.ndarray, np.ndarray, int]:
    start = _Start(instance, seed)
    began = time.perf_counter()
    for _ in range(CONSTRUCTIONS):
        state = start.state()
        if state is not None or (seconds is not None and time.perf_counter() - began > seconds):
            break
    if state is None:
        raise Malformed(instance.name, "no timetable without a conflict was found")
    cost = best = _cost(start.tables, state)
    period, room = state.period.copy(), state.room.copy()
    done = 0
    while best > 0:
        spent = (time.perf_counter() - began) / seconds if seconds is not None else done / (steps or 1)
        if spent >= 1 or (stop is not None and stop(spent, best)):
            break
        block = BLOCK if steps is None else min(BLOCK, steps - done)
        heat = HOT * (COLD / HOT) ** spent
        start.scratch.accept[:] = np.exp(-np.arange(kernel.DEAREST) / heat) * 2.0**32
        cost, best = start.anneal(state, block, cost, best, period, room)
        done += block
    return best, period, room, done


def solve(
    instance: Instance,
    *,
    seed: int = 1,
    seconds: float | None = None,
    steps: int | None = None,
    threads: int = 1,
    stop: Callable[[float, int], bool] | None = None,
) -> Solution:
    """The best of `threads` independent annealings.

    Parameters
    ----------
    seconds, steps
        One of them: wall time of all, or proposals of each thread (then the result depends on nothing else).
    stop
        Called with the share of the budget spent and the best cost; true ends the thread with the best so far.

    Raises
    ------
    Malformed
        When a course has more lectures than open periods, or no timetable without a conflict was found in time.
    """
    if (seconds is None) == (steps is None):
        raise ValueError("tell seconds or steps")
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_one, instance, seed * 1000 + place, seconds, steps, stop) for place in range(threads)]
        found = [job.result() for job in jobs]
    cost, period, room, _ = min(found, key=lambda row: row[0])
    course = np.repeat(np.arange(len(instance.courses)), instance.lectures)
    rows = [(int(c), int(r), int(p)) for c, r, p in zip(course, room, period, strict=True)]
    return Solution(rows, cost, sum(row[3] for row in found))
