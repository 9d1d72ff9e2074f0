"""Fill a week: first what must hold, then what is wished; from nothing, or from a timetable to change little."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from takwin.engines.timetabling import moves
from takwin.engines.timetabling.blocks import Blocks, build
from takwin.engines.timetabling.check import judge
from takwin.engines.timetabling.compiled import generator
from takwin.engines.timetabling.model import Faults, Need, Problem, Timetable
from takwin.engines.timetabling.weights import UNIT, Weights

# What a unit of a rule that must hold costs while wishes are weighed; a wish costs 1 to some tens.
HARD = 100
# Temperatures. Rules alone, a unit each: where chains still flow and few rules break. Threads take turns at two ways:
# to cool once, for as many steps as blocks by blocks, and then weigh what stays broken; or from hot to cold again and
# again, for as long as Luby's sequence says. Schools differ in which of them finds sooner.
HOT, COLD, CYCLE = 0.30, 0.14, 100_000
STEEP_HOT, STEEP_COLD, STAY = 0.35, 0.12, 50_000
# Wishes: from a few of them at once to less than one.
WISH_HOT, WISH_COLD = 6.0, 0.4
# Repair begins cold: what stands should stand.
REPAIR_HOT = 1.5
# The share of a budget that rules alone may take.
STRICT_SHARE = 0.5
BLOCK = 4_000


@dataclass(frozen=True)
class Progress:
    """`share` of the budget spent (0 to 1), `seconds`, rules broken and the cost of wishes in the best so far."""

    share: float
    seconds: float
    broken: int
    cost: int


@dataclass(frozen=True)
class Outcome:
    """A timetable in which all that must hold holds; what found no place starts at -1. `first`: seconds until all
    rules held for the first time (None: never with all sessions placed)."""

    timetable: Timetable
    faults: Faults
    steps: int
    seconds: float
    first: float | None

    @property
    def unplaced(self) -> list[int]:
        return self.timetable.unplaced


Stop = Callable[[Progress], bool]


def strict(problem: Problem) -> Problem:
    """What must hold, without the wishes."""
    events = tuple(
        replace(row, start_costs=(), needs=tuple(Need(need.rooms) for need in row.needs)) for row in problem.events
    )
    limits = tuple(row for row in problem.limits if not row.weight)
    relations = tuple(row for row in problem.relations if not row.weight)
    return replace(problem, events=events, limits=limits, relations=relations)


class Annealing:
    """One search over one problem's arrays: it can be run in pieces, each from where the last one stopped."""

    def __init__(self, blocks: Blocks, seed: int, start: Timetable | None = None) -> None:
        t = self.tables = blocks.tables
        self.blocks = blocks
        self.generator = generator(seed)
        self.state = blocks.empty()
        starts = blocks.starts_of(start, self.state)
        choices, needs = np.diff(t.start_at), np.diff(t.need_at)
        order = np.lexsort((-np.diff(t.part_at), choices)).astype(np.int64)
        # Those told stand first, so that the others see them.
        order = np.concatenate([order[starts[order] >= 0], order[starts[order] < 0]])
        self.cost = self.best = int(moves.fill(t, self.state, self.generator, order, starts, True))
        self.start, self.room = self.state.start.copy(), self.state.room.copy()
        self.movable = np.flatnonzero((choices > 1) | (needs > 0)).astype(np.int64)
        block, old, new = np.zeros((3, moves.MOST_MOVED), np.int64)
        self.scratch = moves.Scratch(
            block=block,
            old=old,
            new=new,
            room=np.zeros((moves.MOST_MOVED, int(needs.max(initial=1))), np.int64),
            amiss=np.zeros(len(blocks), np.int64),
            place=np.full(len(blocks), -1, np.int64),
            size=np.zeros(1, np.int64),
            worth=np.zeros(len(blocks), np.int64),
        )
        self.steps = 0

    @property
    def timetable(self) -> Timetable:
        return self.blocks.timetable(self.start, self.room)

    def run(self, steps: int, heat: float, enough: int) -> None:
        self.cost, self.best, made = moves.anneal(
            self.tables, self.state, self.generator, self.scratch, self.movable,
            steps, heat, self.cost, self.best, self.start, self.room, enough,
        )  # fmt: skip
        self.steps += int(made)


class _Clock:
    """A budget of seconds or of steps, of which the first phase may take a part."""

    def __init__(self, seconds: float | None, steps: int | None) -> None:
        self.limit, self.most, self.steps = seconds, steps, 0
        self.begin()

    def begin(self) -> None:
        self.began = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def run(self, search: Annealing, heat: float) -> int:
        """A block of proposals at one temperature, no more than is left; how many were made."""
        before = search.steps
        search.run(BLOCK if self.most is None else max(1, min(BLOCK, self.most - self.steps)), heat, 0)
        made = search.steps - before
        self.steps += made
        return made

    @property
    def share(self) -> float:
        return self.seconds / self.limit if self.limit is not None else self.steps / (self.most or 1)


Tell = Callable[[int], bool]


def _satisfy(search: Annealing, clock: _Clock, method: int, until: float, report: Tell) -> bool:
    """Rules alone, by one of two ways; true when told to stop."""
    if not len(search.movable):
        return False
    return (_by_weights if method % 2 else _by_cycles)(search, clock, until, report)


def _by_cycles(search: Annealing, clock: _Clock, until: float, report: Tell) -> bool:
    """From hot to cold again and again: how long a lucky turn takes is not known, and its tail is long."""
    turn, cycle, done = 1, CYCLE, 0
    while search.best > 0 and clock.share < until:
        if report(search.best):
            return True
        done += clock.run(search, HOT * (COLD / HOT) ** (done / cycle))
        if done >= cycle:
            turn += 1
            cycle, done = CYCLE * luby(turn), 0
    return False


def luby(turn: int) -> int:
    """1 1 2 1 1 2 4 …: restarts within a factor of the best ones for any tail (Luby, Sinclair, Zuckerman 1993).

    >>> [luby(turn) for turn in range(1, 16)]
    [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]
    """
    size = turn.bit_length()
    if turn == (1 << size) - 1:
        return 1 << (size - 1)
    return luby(turn - (1 << (size - 1)) + 1)


def _by_weights(search: Annealing, clock: _Clock, until: float, report: Tell) -> bool:
    """From hot to cold once; then what stays broken weighs more and more."""
    weights = Weights(search)
    cooling = max(STAY, len(search.blocks) ** 2)
    done, gained, stopped = 0, cooling, False
    while search.best > 0 and clock.share < until:
        if stopped := report(weights.least):
            break
        done += clock.run(search, UNIT * STEEP_HOT * (STEEP_COLD / STEEP_HOT) ** min(1, done / cooling))
        if done - gained >= STAY and search.best > 0:
            weights.gain()
            gained = done
    weights.release()
    return stopped


def _improve(search: Annealing, clock: _Clock, hot: float, report: Tell) -> None:
    """Rules and wishes, from `hot` to cold over what is left of the budget."""
    begun = clock.share
    while len(search.movable) and search.best > 0 and clock.share < 1:
        if report(search.best):
            return
        done = (clock.share - begun) / max(1 - begun, 1e-9)
        clock.run(search, hot * (WISH_COLD / hot) ** done)


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    steps: int | None = None,
    seed: int = 1,
    threads: int = 1,
    start: Timetable | None = None,
    stay: int = 0,
    feasible: bool = False,
    stop: Stop | None = None,
) -> Outcome:
    """The best timetable found within `seconds` of wall time or `steps` (then problem, seed and start alone decide).

    `threads`: independent searches, the best is kept. `start`, `stay`: a timetable to begin with, and what leaving one
    of its slots costs, for a repair. `feasible`: stop as soon as all that must hold holds. `stop` is called with the
    progress; true ends with the best so far.
    """
    if (seconds is None) == (steps is None):
        raise ValueError("tell seconds or steps")
    found = threading.Event()

    def over(now: Progress) -> bool:
        # With a budget of steps nobody stops for another: the result would depend on who was faster.
        return (seconds is not None and found.is_set()) or (stop is not None and stop(now))

    def run(place: int) -> Outcome:
        begin = seed if threads == 1 else seed * 1000 + place
        outcome = _search(problem, _Clock(seconds, steps), begin, place + 1, start, stay, feasible, over)
        if feasible and outcome.first is not None:
            found.set()
        return outcome

    if threads == 1:
        return run(0)
    with ThreadPoolExecutor(threads) as pool:
        outcomes = list(pool.map(run, range(threads)))
    return min(outcomes, key=lambda row: (len(row.unplaced), 0 if feasible else row.faults.cost, row.steps))


def _search(
    problem: Problem,
    clock: _Clock,
    seed: int,
    method: int,
    start: Timetable | None,
    stay: int,
    feasible: bool,
    stop: Stop,
) -> Outcome:
    rules = build(strict(problem), 1)
    search = Annealing(rules, seed, start)
    search.run(0, 1.0, 0)  # compiled before the clock starts
    clock.begin()

    def report(broken: int, cost: int) -> bool:
        return stop(Progress(min(clock.share, 1.0), clock.seconds, broken, cost))

    until = 1.0 if feasible else STRICT_SHARE
    stopped = not stay and _satisfy(search, clock, method, until, lambda best: report(int(best), -1))
    first = clock.seconds if search.best == 0 and not rules.closed else None
    table = search.timetable
    if not stopped and not feasible:
        weighed = build(problem, HARD, start if stay else None, stay)
        wish = Annealing(weighed, seed + 1, start if stay else table)
        hot = REPAIR_HOT if stay else WISH_HOT
        _improve(wish, clock, hot, lambda best: report(int(best) // HARD, int(best) % HARD))
        table = wish.timetable
    table = prune(rules, table)
    return Outcome(table, judge(problem, table), clock.steps, clock.seconds, first)


def prune(rules: Blocks, table: Timetable) -> Timetable:
    """Take off the fewest sessions one finds greedily, until all that must hold holds; then put back what fits."""
    t = rules.tables
    state = rules.empty()
    starts = rules.starts_of(table, state)
    stream = generator(1)
    placed = np.flatnonzero(starts >= 0)
    cost = int(moves.fill(t, state, stream, placed, starts, True))
    while cost > 0:
        cost = int(moves.take_off_worst(t, state, stream, cost, True))
    off = [block for block in range(len(rules)) if state.start[block] < 0]
    moves.put_back(t, state, stream, np.array(off, np.int64), False)
    return rules.timetable(state.start, state.room)
