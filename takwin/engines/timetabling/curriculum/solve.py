"""Solve an instance until a stopping rule ends it; for steps, seed and threads the result is always the same."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from takwin.engines.timetabling.compiled import generator
from takwin.engines.timetabling.curriculum import kernel
from takwin.engines.timetabling.curriculum.construct import construct
from takwin.engines.timetabling.curriculum.files import Instance
from takwin.engines.timetabling.model import Malformed
from takwin.engines.timetabling.stop import Progress, StoppingRule, budget_of


@dataclass(frozen=True)
class CurriculumParams:
    """The parameters of `solve`.

    hot, cold : temperatures in units of cost; the structure of a week of many curricula is decided at 5 to 10, rooms
        and single lectures at the cold end
    block : proposals between two temperatures
    seats_lacking : a room that lacks more seats is tried only when a course has fewer than three better ones
    constructions : attempts at a first timetable
    construction_steps : moves of one attempt
    """

    hot: float = 20.0
    cold: float = 0.12
    block: int = 100_000
    seats_lacking: int = 20
    constructions: int = 20
    construction_steps: int = 100_000


DEFAULTS = CurriculumParams()


@dataclass(frozen=True)
class Solution:
    """A solution.

    rows : course, room, period of each lecture
    cost : of the soft rules of ITC-2007
    steps : proposals made by all threads
    """

    rows: list[tuple[int, int, int]]
    cost: int
    steps: int


def _tables(instance: Instance, seats_lacking: int) -> tuple[kernel.Tables, np.ndarray]:
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
        choice_count=np.minimum(np.maximum((lacking <= seats_lacking).sum(axis=1), 3), rooms).astype(np.int64),
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
    """The whole cost as the state's running sums give it; the judge counts it independently."""
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
    return kernel.Scratch(np.zeros(kernel.MOST_INCREASE, np.int64), member, period, room, np.zeros(lectures, np.int8))


class _Start:
    """A first timetable, built before any clock starts: compiling takes longer than many a budget."""

    def __init__(self, instance: Instance, seed: int, params: CurriculumParams) -> None:
        self.instance, self.params, self.stream = instance, params, generator(seed)
        self.tables, self.conflict = _tables(instance, params.seats_lacking)
        # Most in conflict and least available last, so that they are taken first.
        degree = self.conflict[:, self.tables.course].sum(axis=1) - self.tables.open_count
        self.order = np.argsort(degree[self.tables.course], kind="stable")
        self.scratch = _scratch(len(self.order))
        blank = _state(instance, self.tables)
        self._left(blank, 0)
        self.anneal(blank, 0, 0, 0, blank.period, blank.room)

    def _left(self, state: kernel.State, steps: int) -> int:
        prices = np.ones(len(self.order), np.int64)
        return int(construct(self.tables, state, self.stream, self.conflict, self.order.copy(), prices, steps))

    def state(self) -> kernel.State | None:
        """A timetable without a conflict, None when this attempt found none."""
        state = _state(self.instance, self.tables)
        return None if self._left(state, self.params.construction_steps) else state

    def anneal(self, state: kernel.State, steps: int, cost: int, best: int, period: Any, room: Any) -> tuple[int, int]:
        costs = kernel.anneal(self.tables, state, self.stream, self.scratch, steps, cost, best, period, room)
        return int(costs[0]), int(costs[1])


def _anneal(
    instance: Instance, seed: int, stop: StoppingRule, params: CurriculumParams
) -> tuple[int, np.ndarray, np.ndarray, int]:
    """One thread of `solve`: the best cost, (lectures,) periods and rooms, and the proposals made."""
    start, budget = _Start(instance, seed, params), budget_of(stop)
    began = time.perf_counter()
    for _ in range(params.constructions):
        state = start.state()
        if state is not None or (budget.seconds is not None and time.perf_counter() - began > budget.seconds):
            break
    if state is None:
        raise Malformed(instance.name, "no timetable without a conflict was found")
    cost = best = _cost(start.tables, state)
    period, room = state.period.copy(), state.room.copy()
    done = improved_at = 0
    while best > 0:
        seconds = time.perf_counter() - began
        spent = budget.share(seconds, done)
        if spent >= 1 or stop(Progress(spent, seconds, 0, best, done, improved_at)):
            break
        block = params.block if budget.steps is None else min(params.block, budget.steps - done)
        heat = params.hot * (params.cold / params.hot) ** spent
        start.scratch.accept[:] = np.exp(-np.arange(kernel.MOST_INCREASE) / heat) * 2.0**32
        before = best
        cost, best = start.anneal(state, block, cost, best, period, room)
        done += block
        improved_at = done if best < before else improved_at
    return best, period, room, done


def solve(
    instance: Instance,
    stop: StoppingRule,
    *,
    seed: int = 1,
    threads: int = 1,
    params: CurriculumParams = DEFAULTS,
) -> Solution:
    """The best of `threads` independent annealings.

    Parameters
    ----------
    instance : Instance
    stop : StoppingRule
        With a `MaxRuntime` (of all threads) or a `MaxSteps` (of each thread; then the result depends on nothing else)
        in it; it ends a thread with the best so far.
    seed : int
    threads : int
    params : CurriculumParams

    Raises
    ------
    ValueError
        `stop` has no budget.
    Malformed
        A course has more lectures than open periods, or no timetable without a conflict was found in time.
    """
    budget_of(stop)
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_anneal, instance, seed * 1000 + place, stop, params) for place in range(threads)]
        found = [job.result() for job in jobs]
    cost, period, room, _ = min(found, key=lambda row: row[0])
    course = np.repeat(np.arange(len(instance.courses)), instance.lectures)
    rows = [(int(c), int(r), int(p)) for c, r, p in zip(course, room, period, strict=True)]
    return Solution(rows, cost, sum(row[3] for row in found))
