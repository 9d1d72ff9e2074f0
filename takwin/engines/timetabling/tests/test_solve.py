"""The solver's books against the judge, its promises, and weeks small enough to know the answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.timetabling import (
    UNPLACED,
    Event,
    FirstOf,
    Grid,
    Kind,
    Limit,
    Link,
    Malformed,
    MaxRuntime,
    MaxSteps,
    Need,
    NoImprovement,
    Party,
    Problem,
    Progress,
    Relation,
    Room,
    Rule,
    SolveParams,
    Timetable,
    judge,
    solve,
)
from takwin.engines.timetabling.blocks import build
from takwin.engines.timetabling.compiled import generator
from takwin.engines.timetabling.moves import fill
from takwin.engines.timetabling.solve import Annealing
from takwin.engines.timetabling.stop import Budget, budget_of
from takwin.engines.timetabling.tests.make import make_grid, make_problem, random_problem

problems = st.builds(random_problem, st.integers(0, 10**6))


def _books(problem, timetable, hard=1000):
    """What the solver's own books say a timetable costs, counted from nothing."""
    blocks = build(problem, hard)
    state = blocks.empty()
    starts = blocks.starts_of(timetable, state)
    placed = (starts >= 0).nonzero()[0]
    return int(fill(blocks.tables, state, generator(1), placed, starts, True)), blocks


class TestBooks:
    @given(problems, st.integers(0, 99))
    @settings(max_examples=150, deadline=None)
    def test_the_running_cost_is_what_the_judge_counts(self, problem, seed):
        """After thousands of moves, taken and refused: the same rules broken, the same wishes missed."""
        blocks = build(problem, 1000)
        search = Annealing(blocks, seed)
        for heat in (400.0, 20.0, 1.0):
            search.run(400, heat, -1)
        faults = judge(problem, blocks.timetable(search.state.start, search.state.room))
        unplaced = faults.hard.get("unplaced", 0)
        assert search.cost == 1000 * (faults.broken - unplaced) + faults.cost
        assert unplaced == len(blocks.closed)
        best, _ = _books(problem, search.timetable)
        assert best == search.best <= search.cost

    @given(problems)
    @settings(max_examples=60, deadline=None)
    def test_what_is_delivered_breaks_nothing(self, problem):
        found = solve(problem, MaxSteps(3000))
        assert set(found.faults.hard) <= {"unplaced"}
        assert found.faults.hard.get("unplaced", 0) == len(found.unplaced)
        assert found.faults == judge(problem, found.timetable)


class TestSolve:
    def test_steps_and_seed_decide_the_result(self):
        problem = random_problem(7)
        first, again = (solve(problem, MaxSteps(5000), seed=3) for _ in range(2))
        assert first.timetable == again.timetable
        assert first.steps == again.steps <= 5000

    def test_two_threads_keep_the_better_result_and_always_the_same(self):
        problem = random_problem(7)
        first, again = (solve(problem, MaxSteps(3000), seed=3, threads=2) for _ in range(2))
        assert first.timetable == again.timetable
        alone = [solve(problem, MaxSteps(3000), seed=seed) for seed in (3000, 3001)]
        assert (len(first.unplaced), first.faults.cost) == min((len(a.unplaced), a.faults.cost) for a in alone)

    def test_a_full_week_is_found(self):
        """Eight hours of one workshop, four groups of two hours each a day: only exact packings fit."""
        problem = make_problem([(2, (group,), (0,)) for group in (0, 1, 2, 3)])
        found = solve(problem, MaxSteps(20_000))
        assert not found.unplaced
        assert sorted(found.timetable.start) == [0, 2, 4, 6]
        assert found.first is not None

    def test_the_best_of_all_is_found_in_a_small_week(self):
        events = [(1, (0,), (0,)), (1, (0,), (0,)), (2, (0,), (0,)), (1, (1,), (0,))]
        limits = (Limit(Rule.GAPS_A_DAY, (0, 1), 0, 3), Limit(Rule.LAST_HOUR, (0, 1), 3, 2))
        apart = (Relation(Link.APART, (0, 1), 1, 5),)
        problem = make_problem(events, limits=limits, relations=apart)
        least = None
        for starts in product(range(8), repeat=4):
            faults = judge(problem, Timetable(starts, ((0,),) * 4))
            if not faults.broken and (least is None or faults.cost < least):
                least = faults.cost
        assert solve(problem, MaxSteps(40_000)).faults.cost == least

    def test_what_cannot_be_placed_is_left_out_and_the_rest_stands(self):
        problem = make_problem([(2, (group,), (0,)) for group in (0, 1, 2, 3, 4)])
        found = solve(problem, MaxSteps(20_000))
        assert len(found.unplaced) == 1
        assert found.first is None
        assert found.faults.hard == {"unplaced": 1}

    def test_no_session_runs_over_noon(self):
        problem = make_problem([(3, (0,), ())], grid=make_grid(hours=4, noon=2))
        assert solve(problem, MaxSteps(100)).unplaced == [0]
        problem = make_problem([(2, (0,), ())], grid=make_grid(hours=4, noon=1))
        assert solve(problem, MaxSteps(1000)).timetable.start[0] % 4 in (1, 2)

    def test_alternating_groups_share_a_workshop_by_weeks(self):
        """One is at the centre in weeks A, the other in weeks B: both have the only hours of the only workshop."""
        grid = make_grid(1, 2, 0, kinds=2)
        parties = (Party("a", Kind.GROUP, away=2), Party("b", Kind.GROUP, away=1))
        events = tuple(
            Event(name, 2, (place,), (Need((0,)),), kinds=kinds)
            for place, (name, kinds) in enumerate((("a", 1), ("b", 2)))
        )
        problem = Problem(grid, parties, (Room("workshop"),), events)
        assert not solve(problem, MaxSteps(1000)).unplaced
        both = replace(problem, events=(events[0], replace(events[1], parties=(0,), kinds=1)))
        assert len(solve(both, MaxSteps(1000)).unplaced) == 1
        with pytest.raises(Malformed, match="elsewhere"):
            replace(problem, events=(replace(events[0], kinds=3), events[1]))

    def test_two_sites_need_a_slot_to_walk(self):
        rooms = (Room("here", site=0), Room("there", site=1))
        events = tuple(Event(str(place), 1, (0,), (Need((place,)),)) for place in (0, 1))
        limits = (Limit(Rule.TRAVEL, (0,), 0),)
        problem = Problem(make_grid(1, 2, 0), (Party("g", Kind.GROUP),), rooms, events, limits)
        assert len(solve(problem, MaxSteps(1000)).unplaced) == 1
        longer = replace(problem, grid=make_grid(1, 3, 0))
        assert sorted(solve(longer, MaxSteps(1000)).timetable.start) == [0, 2]

    def test_what_is_bound_moves_as_one(self):
        events = [(1, (0,), ()), (1, (1,), ()), (2, (0,), ())]
        links = (Relation(Link.SAME_START, (0, 1)), Relation(Link.CONSECUTIVE, (0, 2)))
        problem = make_problem(events, grid=make_grid(1, 6, 3), relations=links)
        start = solve(problem, MaxSteps(1000)).timetable.start
        assert start[0] == start[1]
        assert start[2] == start[0] + 1
        with pytest.raises(Malformed, match="same people"):
            solve(make_problem([(1, (0,), ()), (1, (0,), ())], relations=links[:1]), MaxSteps(1))

    def test_a_fixed_session_stays(self):
        problem = make_problem([(1, (0,), (0,)), (1, (1,), (0,))], grid=make_grid(1, 2, 0))
        events = (replace(problem.events[0], starts=(1,)), problem.events[1])
        assert solve(replace(problem, events=events), MaxSteps(500)).timetable.start == (1, 0)

    def test_a_stop_callback_ends_with_the_best_so_far(self):
        reports = []
        stop = FirstOf(MaxSteps(10**9), lambda now: reports.append(now) or len(reports) > 3)
        found = solve(random_problem(11), stop)
        assert len(reports) >= 4
        assert set(found.faults.hard) <= {"unplaced"}

    @pytest.mark.parametrize("stop", [NoImprovement(5), FirstOf(), MaxSteps(0), FirstOf(MaxRuntime(9), MaxSteps(-1))])
    def test_a_rule_without_a_budget_above_zero_is_refused(self, stop):
        with pytest.raises(ValueError, match="budget"):
            solve(random_problem(1), stop)

    def test_it_ends_without_improvement_long_before_its_budget(self):
        found = solve(random_problem(11), FirstOf(MaxSteps(10**9), NoImprovement(20_000)))
        assert found.steps < 10**6
        assert set(found.faults.hard) <= {"unplaced"}

    def test_parameters_change_the_search_and_their_defaults_are_those_of_a_call_without_any(self):
        problem, stop = random_problem(11), MaxSteps(30_000)
        first, again = solve(problem, stop, seed=3), solve(problem, stop, seed=3, params=SolveParams())
        assert first.timetable == again.timetable
        shorter = solve(problem, stop, seed=3, params=SolveParams(block=500))
        assert shorter.steps == 30_000
        assert set(shorter.faults.hard) <= {"unplaced"}


class TestStop:
    NOW = Progress(share=0.5, seconds=10.0, broken=0, cost=7, steps=1000, improved_at=400)

    @pytest.mark.parametrize(
        ("stop", "ends"),
        [
            (MaxRuntime(10.0), True), (MaxRuntime(10.1), False), (MaxSteps(1000), True), (MaxSteps(1001), False),
            (NoImprovement(600), True), (NoImprovement(601), False),
            (FirstOf(MaxRuntime(99.0), NoImprovement(600)), True), (FirstOf(MaxRuntime(99.0), MaxSteps(9999)), False),
            (FirstOf(), False),
        ],
    )  # fmt: skip
    def test_each_rule_at_its_bound(self, stop, ends):
        assert stop(self.NOW) is ends

    def test_the_budget_is_the_nearest_bound_wherever_it_stands(self):
        budget = budget_of(FirstOf(MaxSteps(2000), FirstOf(MaxRuntime(40.0), MaxSteps(4000)), lambda _now: False))
        assert budget == Budget(40.0, 2000)
        assert budget.share(10.0, 1500) == 0.75
        assert budget.share(36.0, 1500) == 0.9


class TestRepair:
    def test_an_absence_moves_little(self):
        """A full week of twelve sessions: the trainer of one day is away, the others need not notice."""
        grid = make_grid(3, 4, 2)
        parties = tuple(Party(f"g{place}", Kind.GROUP) for place in range(3))
        parties += tuple(Party(f"t{place}", Kind.TRAINER) for place in range(3))
        events = tuple(
            Event(f"{group} {place}", 2, (group, 3 + (group + place) % 3), (Need((0, 1, 2)),))
            for group in range(3)
            for place in range(4)
        )
        problem = Problem(grid, parties, tuple(Room(f"r{place}") for place in range(3)), events)
        before = solve(problem, MaxSteps(20_000))
        assert not before.unplaced
        day = grid.day(next(s for s, e in zip(before.timetable.start, events, strict=True) if 3 in e.parties))
        ill = replace(parties[3], closed=frozenset(range(day * 4, day * 4 + 4)))
        changed = replace(problem, parties=(*parties[:3], ill, *parties[4:]))
        struck = sum(
            grid.day(s) == day and 3 in e.parties for s, e in zip(before.timetable.start, events, strict=True)
        )
        after = solve(changed, MaxSteps(40_000), start=before.timetable, stay=20)
        moved = sum(a != b for a, b in zip(before.timetable.start, after.timetable.start, strict=True))
        assert not after.unplaced
        assert struck <= moved <= 3 * struck

    def test_what_needs_no_change_is_not_changed(self):
        problem = random_problem(5)
        before = solve(problem, MaxSteps(20_000)).timetable
        assert solve(problem, MaxSteps(5_000), start=before, stay=500).timetable.start == before.start


class TestMalformed:
    @pytest.mark.parametrize(
        "change, reason",
        [
            ({"length": 9}, "longer than a day"),
            ({"length": 0}, "longer than a day"),
            ({"parties": (5,)}, "party that is not there"),
            ({"parties": (0, 0)}, "party twice"),
            ({"needs": (Need(()),)}, "no room can hold it"),
            ({"needs": (Need((3,)),)}, "room that is not there"),
            ({"starts": (99,)}, "out of the week"),
            ({"kinds": 2}, "no week there is"),
        ],
    )
    def test_an_event_that_cannot_be_is_refused_by_name(self, change, reason):
        problem = make_problem([(1, (0,), (0,))])
        with pytest.raises(Malformed, match=f"session 0.*{reason}"):
            replace(problem, events=(replace(problem.events[0], **change),))

    def test_a_day_is_at_most_sixteen_hours(self):
        with pytest.raises(Malformed, match="17 a day"):
            Grid(("day",), tuple(map(str, range(17))))

    def test_a_timetable_of_another_problem_is_not_judged(self):
        problem = make_problem([(1, (0,), (0,))])
        assert judge(problem, Timetable((UNPLACED, 0), ((), (0,)))).broken
