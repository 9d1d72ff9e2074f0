"""Weights change what a search is drawn to, never what counts as right."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.timetabling import MaxSteps, judge, solve
from takwin.engines.timetabling.blocks import build
from takwin.engines.timetabling.parameters import BreakoutParams
from takwin.engines.timetabling.solve import Annealing, luby, strict
from takwin.engines.timetabling.tests.make import random_problem
from takwin.engines.timetabling.weights import Weights, weigh

BREAKOUT = BreakoutParams()
problems = st.builds(random_problem, st.integers(0, 10**6)).map(strict)


class TestWeights:
    @given(problems, st.integers(0, 99))
    @settings(max_examples=60, deadline=None)
    def test_the_running_cost_is_what_the_weights_say_whatever_was_gained(self, problem, seed):
        search = Annealing(build(problem, 1), seed)
        weights = Weights(search, BREAKOUT)
        for _ in range(4):
            search.run(300, 30.0, -1)
            assert search.cost == weigh(search.tables, search.state, *weights.broken)
            weights.gain()
            assert search.cost == weigh(search.tables, search.state, *weights.broken)

    @given(problems)
    @settings(max_examples=60, deadline=None)
    def test_unweighted_it_counts_what_the_judge_counts(self, problem):
        search = Annealing(build(problem, 1), 1)
        Weights(search, BREAKOUT)
        broken = judge(problem, search.blocks.timetable(search.state.start, search.state.room)).hard
        assert search.cost == BREAKOUT.unit * (sum(broken.values()) - broken.get("unplaced", 0))

    @given(problems)
    @settings(max_examples=40, deadline=None)
    def test_released_the_weights_are_those_of_before(self, problem):
        search = Annealing(build(problem, 1), 1)
        before = [array.copy() for array in (search.tables.pair_weight, search.tables.row_weight)]
        weights = Weights(search, BREAKOUT)
        for _ in range(3):
            search.run(200, 30.0, 0)
            weights.gain()
        weights.release()
        after = (search.tables.pair_weight, search.tables.row_weight)
        assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))
        broken = judge(problem, search.timetable).hard
        assert (search.best == 0) == (not set(broken) - {"unplaced"})

    def test_what_stays_broken_weighs_more_and_is_forgotten_when_mended(self):
        search = Annealing(build(strict(random_problem(11)), 1), 1)
        weights = Weights(search, BREAKOUT)
        weights.broken[1][:] = False
        weights.exact[1][0] = 3.0 * BREAKOUT.unit
        weights.gain()
        assert BREAKOUT.unit < weights.exact[1][0] <= 3.5 * BREAKOUT.unit
        assert weights.held[1].min() >= BREAKOUT.unit


def test_rules_held_by_weights_are_kept_within_a_budget_of_steps():
    """The way of weights alone (one thread) is as repeatable as the other."""
    problem = strict(random_problem(5))
    first, second = (solve(problem, MaxSteps(4000), seed=9) for _ in range(2))
    assert first.timetable == second.timetable
    assert set(first.faults.hard) <= {"unplaced"}


def test_restarts_follow_lubys_sequence():
    lengths = [luby(number) for number in range(1, 128)]
    assert lengths[:15] == [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]
    # After each power of two the whole sequence so far stands twice before it.
    assert lengths[31:62] == lengths[:31]
    assert sum(lengths) == 64 * 7
