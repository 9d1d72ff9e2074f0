"""Fill a week: first what must hold, then what is wished; from nothing, or from a timetable to change little."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from takwin.engines.timetabling import moves
from takwin.engines.timetabling.blocks import Blocks, build
from takwin.engines.timetabling.check import judge
from takwin.engines.timetabling.compiled import generator
from takwin.engines.timetabling.model import Faults, Need, Problem, Timetable
from takwin.engines.timetabling.parameters import DEFAULTS, SolveParams
from takwin.engines.timetabling.stop import Budget, Progress, StoppingRule, budget_of
from takwin.engines.timetabling.weights import Weights


@dataclass(frozen=True)
class Outcome:
    """A timetable in which all that must hold holds.

    timetable : sessions that found no place start at -1
    faults : as the judge counts them
    steps, seconds : proposals and wall time of the search
    first : seconds until all rules held for the first time, None: never with all sessions placed
    """

    timetable: Timetable
    faults: Faults
    steps: int
    seconds: float
    first: float | None

    @property
    def unplaced(self) -> list[int]:
        return self.timetable.unplaced


def strict(problem: Problem) -> Problem:
    """The problem without its wishes: what must hold."""
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
        # Blocks with a given start are placed first, so that the others avoid them.
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
        """Make `steps` proposals at temperature `heat`, in units of cost; end early at a cost of `enough`."""
        self.cost, self.best, made = moves.anneal(
            self.tables, self.state, self.generator, self.scratch, self.movable,
            steps, heat, self.cost, self.best, self.start, self.room, enough,
        )  # fmt: skip
        self.steps += int(made)


class _Meter:
    """What a search has spent of its budget, and whether its stopping rule ends it."""

    def __init__(self, budget: Budget, stop: StoppingRule, block: int) -> None:
        self.budget, self.stop, self.block = budget, stop, block
        self.steps = self.improved_at = 0
        self.best: tuple[int, float] | None = None
        self.begin()

    def begin(self) -> None:
        self.began = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    @property
    def share(self) -> float:
        return self.budget.share(self.seconds, self.steps)

    def run(self, search: Annealing, heat: float) -> int:
        """A block of proposals at one temperature, no more than the budget leaves; how many were made."""
        most, before = self.budget.steps, search.steps
        search.run(self.block if most is None else max(1, min(self.block, most - self.steps)), heat, 0)
        made = search.steps - before
        self.steps += made
        return made

    def is_over(self, broken: int, cost: int = -1) -> bool:
        """Whether the stopping rule ends the search; `cost` is -1 while it looks at rules alone."""
        reached = (broken, float(cost) if cost >= 0 else float("inf"))
        if self.best is None or reached < self.best:
            self.best, self.improved_at = reached, self.steps
        return self.stop(Progress(min(self.share, 1.0), self.seconds, broken, cost, self.steps, self.improved_at))


def _satisfy(search: Annealing, meter: _Meter, place: int, until: float, params: SolveParams) -> bool:
    """Rules alone, up to the share `until` of the budget; true when the stopping rule ended the search.

    Threads take two methods in turn, by their `place`: schools differ in which of them finds sooner.
    """
    if not len(search.movable):
        return False
    return (_by_cycles if place % 2 else _by_weights)(search, meter, until, params)


def _by_cycles(search: Annealing, meter: _Meter, until: float, params: SolveParams) -> bool:
    """From hot to cold again and again, for as long as Luby's sequence says; see CycleParams."""
    cycles = params.cycles
    number, length, done = 1, cycles.steps, 0
    while search.best > 0 and meter.share < until:
        if meter.is_over(int(search.best)):
            return True
        done += meter.run(search, cycles.hot * (cycles.cold / cycles.hot) ** (done / length))
        if done >= length:
            number += 1
            length, done = cycles.steps * luby(number), 0
    return False


def luby(number: int) -> int:
    """The length of a restart: within a factor of the best ones for any tail (Luby, Sinclair, Zuckerman 1993).

    Parameters
    ----------
    number : int
        Of the restart, from 1.

    >>> [luby(number) for number in range(1, 16)]
    [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]
    """
    size = number.bit_length()
    if number == (1 << size) - 1:
        return 1 << (size - 1)
    return luby(number - (1 << (size - 1)) + 1)


def _by_weights(search: Annealing, meter: _Meter, until: float, params: SolveParams) -> bool:
    """From hot to cold once; then what stays broken weighs more and more; see BreakoutParams."""
    breakout = params.breakout
    weights = Weights(search, breakout)
    cooling = max(breakout.patience, len(search.blocks) ** 2)
    done, gained, stopped = 0, cooling, False
    while search.best > 0 and meter.share < until:
        if stopped := meter.is_over(weights.least):
            break
        cold = (breakout.cold / breakout.hot) ** min(1, done / cooling)
        done += meter.run(search, breakout.unit * breakout.hot * cold)
        if done - gained >= breakout.patience and search.best > 0:
            weights.gain()
            gained = done
    weights.release()
    return stopped


def _improve(search: Annealing, meter: _Meter, hot: float, params: SolveParams) -> None:
    """Rules and wishes, from `hot` to cold over what is left of the budget."""
    begun, cold, hard = meter.share, params.wishes.cold, params.wishes.hard
    while len(search.movable) and search.best > 0 and meter.share < 1:
        if meter.is_over(int(search.best) // hard, int(search.best) % hard):
            return
        done = (meter.share - begun) / max(1 - begun, 1e-9)
        meter.run(search, hot * (cold / hot) ** done)


def solve(
    problem: Problem,
    stop: StoppingRule,
    *,
    seed: int = 1,
    threads: int = 1,
    start: Timetable | None = None,
    stay: int = 0,
    feasible: bool = False,
    params: SolveParams = DEFAULTS,
) -> Outcome:
    """The best timetable found before a stopping rule ends the search.

    Parameters
    ----------
    problem : Problem
    stop : StoppingRule
        Any callable of a `Progress`, with a `MaxRuntime` or a `MaxSteps` in it: `FirstOf(MaxRuntime(20.0), asked)`.
        With steps alone problem, seed, threads and start decide the result; with a runtime the machine does too.
    seed : int
    threads : int
        Independent searches, of which the best result is kept.
    start : Timetable, optional
        A timetable to begin with.
    stay : int
        What leaving a slot of `start` costs, in units of wishes; above zero for a repair.
    feasible : bool
        Ends as soon as all that must hold holds.
    params : SolveParams

    Raises
    ------
    ValueError
        `stop` has no budget.
    Malformed
        Events are bound to each other in a way that cannot be.
    """
    budget, found = budget_of(stop), threading.Event()

    def is_over(now: Progress) -> bool:
        # With a budget of steps no thread ends for another: the result would depend on which was faster.
        return (budget.seconds is not None and found.is_set()) or stop(now)

    def run(place: int) -> Outcome:
        own_seed = seed if threads == 1 else seed * 1000 + place
        search = _Search(problem, start, stay, feasible, params)
        outcome = search.run(_Meter(budget, is_over, params.block), own_seed, place)
        if feasible and outcome.first is not None:
            found.set()
        return outcome

    if threads == 1:
        return run(0)
    with ThreadPoolExecutor(threads) as pool:
        outcomes = list(pool.map(run, range(threads)))
    return min(outcomes, key=lambda row: (len(row.unplaced), 0 if feasible else row.faults.cost, row.steps))


@dataclass(frozen=True)
class _Search:
    """One thread of `solve`; see there."""

    problem: Problem
    start: Timetable | None
    stay: int
    feasible: bool
    params: SolveParams

    def run(self, meter: _Meter, seed: int, place: int) -> Outcome:
        rules = build(strict(self.problem), 1)
        search = Annealing(rules, seed, self.start)
        search.run(0, 1.0, 0)  # compiled before the clock starts
        meter.begin()
        until = 1.0 if self.feasible else self.params.strict_share
        stopped = not self.stay and _satisfy(search, meter, place, until, self.params)
        first = meter.seconds if search.best == 0 and not rules.closed else None
        table = search.timetable
        if not stopped and not self.feasible:
            table = self._improved(table, meter, seed)
        table = prune(rules, table)
        return Outcome(table, judge(self.problem, table), meter.steps, meter.seconds, first)

    def _improved(self, table: Timetable, meter: _Meter, seed: int) -> Timetable:
        """The timetable after a search over rules and wishes; a repair begins at `start` instead."""
        wishes = self.params.wishes
        kept = self.start if self.stay else None
        search = Annealing(build(self.problem, wishes.hard, kept, self.stay), seed + 1, kept if self.stay else table)
        _improve(search, meter, wishes.repair_hot if self.stay else wishes.hot, self.params)
        return search.timetable


def prune(rules: Blocks, table: Timetable) -> Timetable:
    """The timetable without the sessions that break rules: the worst are taken off greedily, then what fits returns.

    Parameters
    ----------
    rules : Blocks
        Of the problem without its wishes.
    table : Timetable
    """
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
