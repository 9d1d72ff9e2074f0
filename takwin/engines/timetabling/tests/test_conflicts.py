"""Why it cannot fit: the smallest set of demands, each of them needed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.timetabling import Limit, Link, MaxSteps, Relation, Rule, solve
from takwin.engines.timetabling.conflicts import Cause, blocked, explain
from takwin.engines.timetabling.tests.make import make_grid, make_problem, random_problem


def test_a_workshop_open_eight_hours_and_wanted_ten():
    """Five groups, two hours each: counting says it at once, however many the groups are."""
    problem = make_problem([(2, (group,), (0,)) for group in range(5)])
    (demand,) = explain(problem, [0])
    assert (demand.cause, demand.rooms, demand.wanted, demand.there) == (Cause.ROOMS, (0,), 10, 8)
    assert demand.events == (0, 1, 2, 3, 4)


def test_three_hours_fit_no_half_day_twice():
    """Two sessions of three hours in one half-day of four: hours enough, rows too short."""
    problem = make_problem([(3, (0,), (0,)), (3, (1,), (0,))], grid=make_grid(1, 4, 0))
    assert [demand.cause for demand in explain(problem, [0])] == [Cause.ROOMS]


def test_a_trainer_who_is_hardly_there():
    problem = make_problem([(1, (0, 1), ()), (1, (0, 1), ())], grid=make_grid(1, 4, 0))
    away = replace(problem.parties[1], closed=frozenset({1, 2, 3}))
    (demand,) = explain(replace(problem, parties=(problem.parties[0], away)), [1])
    assert (demand.cause, demand.parties, demand.wanted, demand.there) == (Cause.CLOSED, (1,), 2, 1)


def test_only_the_demands_needed_are_reported():
    """Three days apart in a week of two: the room, the trainer and the limits have nothing to do with it."""
    problem = make_problem(
        [(1, (0,), (0,)), (1, (0,), (0,)), (1, (1,), (0,))],
        limits=(Limit(Rule.HOURS_A_DAY, (0, 1), 3),),
        relations=(Relation(Link.APART, (0, 1), 3),),
    )
    assert [demand.cause for demand in explain(problem, [0])] == [Cause.APART]


def test_a_limit_and_an_absence_together():
    """Four hours, at most two a day, away on the second day: neither alone would bar it."""
    problem = make_problem([(2, (0,), ()), (2, (0,), ())], limits=(Limit(Rule.HOURS_A_DAY, (0,), 2),))
    assert explain(problem, [0]) == []
    away = replace(problem.parties[0], closed=frozenset({4, 5, 6, 7}))
    core = explain(replace(problem, parties=(away,)), [0])
    assert {demand.cause for demand in core} == {Cause.CLOSED, Cause.LIMIT}


def test_the_search_widens_to_those_who_compete():
    """Session 4 fits alone and with its own trainer; only the groups of the same workshop are in its way."""
    problem = make_problem([(2, (group,), (0,)) for group in range(4)] + [(2, (4,), (0,))])
    assert explain(problem, [4])[0].events == (0, 1, 2, 3, 4)


def test_it_says_when_it_does_not_know():
    problem = make_problem([(2, (group,), (0,)) for group in range(5)])
    assert explain(problem, [0], seconds=0) is None


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_no_conflict_is_reported_of_a_week_that_fits(seed):
    problem = random_problem(seed)
    found = solve(problem, MaxSteps(2000))
    if not found.unplaced:
        assert explain(problem, range(len(problem.events))) == []


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_conflict_is_real_and_each_of_its_demands_needed(seed):
    problem = random_problem(seed)
    core = explain(problem, range(len(problem.events)), seconds=5)
    if core:
        assert solve(problem, MaxSteps(3000)).unplaced
        assert len(set(core)) == len(core)


class TestBlocked:
    def test_who_is_elsewhere_who_is_away_and_no_room(self):
        problem = make_problem([(1, (0,), (0,)), (1, (1,), (0,)), (1, (0,), ())])
        away = replace(problem.parties[1], closed=frozenset({2}))
        problem = replace(problem, parties=(problem.parties[0], away))
        found = solve(
            replace(problem, events=(replace(problem.events[0], starts=(0,)), *problem.events[1:])), MaxSteps(500)
        )
        causes = {slot: [demand.cause for demand in blocked(problem, found.timetable, 1, slot)] for slot in (0, 2)}
        assert Cause.ROOMS in causes[0]
        assert causes[2] == [Cause.CLOSED]
        assert [d.events for d in blocked(problem, found.timetable, 2, 0) if d.cause == Cause.PARTY] == [(0,)]
        assert blocked(problem, found.timetable, 0, 0) == []

    def test_over_noon_is_no_place(self):
        problem = make_problem([(2, (0,), (0,))])
        found = solve(problem, MaxSteps(100))
        assert [demand.cause for demand in blocked(problem, found.timetable, 0, 1)] == [Cause.STARTS]
