"""The solver against the judge, brute force, a cycle that tells the wrong side, and another's library."""

import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.allocation import NO_HOUSE, Problem, Result, faults, lottery, solve


def make(lists, ranks, seats, beds=(), with_bed=(), bed_ranks=None):
    """lists[i]: pools in order; ranks[p]: candidates best first; with_bed: {(i, place)}: group."""
    start, pool, priority, house, bed_priority = [0], [], [], [], []
    groups = dict(with_bed)
    for i, wishes in enumerate(lists):
        for place, p in enumerate(wishes):
            pool.append(p)
            priority.append(len(lists) - ranks[p].index(i))
            group = groups.get((i, place), NO_HOUSE)
            house.append(group)
            bed_priority.append(0 if group == NO_HOUSE else len(lists) - bed_ranks[group].index(i))
        start.append(len(pool))
    return Problem(start, pool, priority, house, bed_priority, seats, list(beds))


def given_pools(problem, result):
    return [None if w < 0 else int(problem.pool[w]) for w in result.wish]


def stable(problem, wish):
    """Brute force: no seat over, no blocking pair. Seats only."""
    held = [0] * len(problem.capacity)
    for w in wish:
        if w >= 0:
            held[problem.pool[w]] += 1
    if any(h > c for h, c in zip(held, problem.capacity, strict=True)):
        return False
    for i in range(problem.candidates):
        stop = problem.start[i + 1] if wish[i] < 0 else wish[i]
        for w in range(problem.start[i], stop):
            p = problem.pool[w]
            inside = [problem.priority[v] for v in wish if v >= 0 and problem.pool[v] == p]
            if len(inside) < problem.capacity[p] or (inside and min(inside) < problem.priority[w]):
                return False
    return True


@st.composite
def problems(draw, n=5, p=3):
    seats = draw(st.lists(st.integers(0, 2), min_size=p, max_size=p))
    order = st.permutations(range(n))
    ranks = [draw(order) for _ in range(p)]
    wanted = st.lists(st.sampled_from(range(p)), max_size=p, unique=True)
    lists = [draw(wanted) for _ in range(n)]
    return make(lists, ranks, seats)


@st.composite
def problems_with_beds(draw, n=6, p=3):
    seats = draw(st.lists(st.integers(0, 3), min_size=p, max_size=p))
    beds = draw(st.lists(st.integers(0, 2), min_size=2, max_size=2))
    order = st.permutations(range(n))
    ranks, bed_ranks = [draw(order) for _ in range(p)], [draw(order) for _ in range(2)]
    lists = [draw(st.lists(st.sampled_from(range(p)), max_size=p, unique=True)) for _ in range(n)]
    with_bed = {
        (i, place): i % 2 for i, wishes in enumerate(lists) for place in range(len(wishes)) if draw(st.booleans())
    }
    return make(lists, ranks, seats, beds, with_bed, bed_ranks)


class TestSeats:
    def test_a_cycle_tells_candidate_optimal_from_pool_optimal(self):
        # Each candidate ranks first the pool that ranks them last: two stable outcomes, ours is theirs.
        problem = make([[0, 1], [1, 0]], [[1, 0], [0, 1]], [1, 1])
        assert given_pools(problem, solve(problem)) == [0, 1]

    def test_a_better_candidate_displaces_along_a_chain(self):
        problem = make([[0], [0, 1], [1, 0]], [[0, 1, 2], [1, 2, 0]], [1, 1])
        assert given_pools(problem, solve(problem)) == [0, 1, None]

    @given(problems())
    @settings(max_examples=150, deadline=None)
    def test_the_outcome_is_the_best_stable_one_for_every_candidate(self, problem):
        result = solve(problem)
        assert not any(faults(problem, result).values())
        choices = [range(problem.start[i], problem.start[i + 1]) for i in range(problem.candidates)]
        for other in product(*[[*c, -1] for c in choices]):
            if stable(problem, other):
                for mine, theirs in zip(result.wish, other, strict=True):
                    assert theirs < 0 or 0 <= mine <= theirs

    @given(problems(), st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_the_order_of_candidates_does_not_matter(self, problem, random):
        order = list(range(problem.candidates))
        random.shuffle(order)
        spans = [range(problem.start[i], problem.start[i + 1]) for i in order]
        flat = [w for span in spans for w in span]
        turned = Problem(
            np.cumsum([0] + [len(span) for span in spans]),
            *(getattr(problem, name)[flat] for name in ("pool", "priority", "house", "bed_priority")),
            problem.capacity,
            problem.beds,
        )
        mine, theirs = given_pools(problem, solve(problem)), given_pools(turned, solve(turned))
        assert [mine[i] for i in order] == theirs

    def test_another_library_finds_the_same(self):
        from matching.games import HospitalResident

        rng = np.random.default_rng(7)
        lists = [list(map(int, rng.permutation(8)[:4])) for _ in range(40)]
        ranks = [list(map(int, rng.permutation(40))) for _ in range(8)]
        problem = make(lists, ranks, [3] * 8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = HospitalResident.create_from_dictionaries(
                {f"c{i}": [f"p{p}" for p in wishes] for i, wishes in enumerate(lists)},
                {f"p{p}": [f"c{i}" for i in ranks[p] if p in lists[i]] for p in range(8)},
                {f"p{p}": 3 for p in range(8)},
            )
            matched = game.solve(optimal="resident")
        theirs = {str(c): str(p) for p, cs in matched.items() for c in cs}
        ours = given_pools(problem, solve(problem))
        assert {f"c{i}": f"p{p}" for i, p in enumerate(ours) if p is not None} == theirs


class TestBeds:
    def test_a_bed_goes_to_the_higher_bed_priority_and_the_other_keeps_the_wish_without(self):
        # Two seats, one bed; both want the bed first, then the bare seat.
        start, pool = [0, 2, 4], [0, 0, 0, 0]
        problem = Problem(start, pool, [2, 2, 1, 1], [0, -1, 0, -1], [1, 0, 2, 0], [2], [1])
        result = solve(problem)
        assert result.wish.tolist() == [1, 2]
        assert not any(faults(problem, result).values())

    @given(problems_with_beds())
    @settings(max_examples=200, deadline=None)
    def test_beds_are_never_over_and_nobody_envies(self, problem):
        assert not any(faults(problem, solve(problem)).values())


class TestJudge:
    """A judge that cannot say no is no judge."""

    problem = make([[0, 1], [0, 1], [0]], [[0, 1, 2], [0, 1, 2]], [1, 1])

    @pytest.mark.parametrize(
        ("wish", "fault"),
        [
            ([0, 2, -1], "seats"),
            ([2, 3, -1], "own_wish"),
            ([1, -1, 4], "envy"),
            ([0, -1, -1], "waste"),
        ],
    )
    def test_each_fault_is_seen(self, wish, fault):
        assert faults(self.problem, Result(np.array(wish), np.array([], dtype=np.int64), 1))[fault]

    def test_a_bed_below_its_bar_is_seen(self):
        problem = Problem([0, 1], [0], [1], [0], [3], [1], [1])
        assert faults(problem, Result(np.array([0]), np.array([5]), 1))["bed_order"]

    def test_a_bed_too_many_is_seen(self):
        problem = Problem([0, 1, 2], [0, 0], [1, 2], [0, 0], [3, 4], [2], [1])
        assert faults(problem, Result(np.array([0, 1]), np.array([0]), 1))["beds"]


class TestInput:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"start": [0, 3]}, "start"),
            ({"pool": [0, 9]}, "pool"),
            ({"priority": [1]}, "priority"),
            ({"priority": [1, 1]}, "priority"),
            ({"house": [4, -1]}, "house"),
            ({"capacity": [-1]}, "capacity"),
        ],
    )
    def test_a_malformed_problem_is_refused_with_the_place(self, change, place):
        good = {
            "start": [0, 1, 2], "pool": [0, 0], "priority": [1, 2], "house": [-1, -1], "bed_priority": [0, 0],
            "capacity": [1], "beds": [],
        }  # fmt: skip
        Problem(**good)
        with pytest.raises(ValueError, match=place):
            Problem(**good | change)

    def test_the_lottery_is_one_anyone_can_recompute(self):
        assert lottery("seed", "ADM-1", "OFF-1") == lottery("seed", "ADM-1", "OFF-1") < 2**40
        assert lottery("seed", "ADM-1", "OFF-1") != lottery("seed", "ADM-2", "OFF-1")
