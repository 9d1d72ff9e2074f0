"""The solver against the judge, the plainest words, brute force, a telling cycle, and other people's code."""

import subprocess
import sys
import warnings
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.allocation import ANYONE, LOWEST, NO_HOUSE, Malformed, Problem, Result, lottery, solve
from takwin.engines.allocation import check_replay as replay
from takwin.engines.allocation.check import PROPERTIES, faults
from takwin.engines.allocation.tests.draw import allocate, choice, fits, make, openable, problems
from takwin.engines.allocation.waiting import waiting

EVERYTHING = {"n": 6, "reserves": True, "beds": True}


def given_pools(problem, result):
    return [None if w < 0 else int(problem.pool[w]) for w in result.wish]


def stable(problem, wish):
    """Brute force: each pool would choose those it has among them and all who would come. Seats only."""
    for p in range(len(problem.capacity)):
        mine = [w for w in wish if w >= 0 and problem.pool[w] == p]
        if len(mine) > problem.capacity[p]:
            return False
        for i in range(problem.candidates):
            for w in range(problem.start[i], problem.start[i + 1] if wish[i] < 0 else wish[i]):
                if problem.pool[w] == p and w in choice(problem, p, [*mine, w]):
                    return False
    return True


def outcomes(problem):
    return product(*[[*range(problem.start[i], problem.start[i + 1]), -1] for i in range(problem.candidates)])


def turned(problem, order):
    """The same problem with candidates in another order."""
    spans = [range(problem.start[i], problem.start[i + 1]) for i in order]
    flat = [w for span in spans for w in span]
    names = ("pool", "priority", "with_bed", "bed_priority")
    parts = {name: getattr(problem, name)[flat] for name in names if len(getattr(problem, name))}
    groups = problem.groups[list(order)] if len(problem.groups) else problem.groups
    return replace(problem, start=np.cumsum([0] + [len(span) for span in spans]), groups=groups, **parts)


class TestRule:
    def test_a_cycle_separates_candidate_optimal_from_pool_optimal(self):
        # Each candidate ranks first the pool that ranks them last: two stable outcomes, ours is theirs.
        problem = make([[0, 1], [1, 0]], [[1, 0], [0, 1]], [1, 1])
        assert given_pools(problem, solve(problem)) == [0, 1]

    def test_a_better_candidate_displaces_along_a_chain(self):
        problem = make([[0], [0, 1], [1, 0]], [[0, 1, 2], [1, 2, 0]], [1, 1])
        assert given_pools(problem, solve(problem)) == [0, 1, None]

    @pytest.mark.parametrize("shape", [{}, {"reserves": True}, {"n": 6, "beds": True}, EVERYTHING], ids=str)
    def test_the_outcome_is_the_rule_word_for_word_and_lawful(self, shape):
        @given(problems(**shape))
        @settings(max_examples=120, deadline=None)
        def agree(problem):
            result = solve(problem)
            held = list(result.wish)
            assert held == allocate(problem, result.bed_cutoff)
            assert fits(problem, held)
            assert openable(problem, held, result.bed_cutoff) == []
            assert faults(problem, result) == dict.fromkeys(PROPERTIES, 0)

        agree()

    @given(problems(n=4, reserves=True))
    @settings(max_examples=100, deadline=None)
    def test_no_stable_outcome_is_better_for_any_candidate(self, problem):
        mine = solve(problem).wish
        for other in outcomes(problem):
            if stable(problem, other):
                assert all(theirs < 0 or 0 <= own <= theirs for own, theirs in zip(mine, other, strict=True))

    @given(problems(**EVERYTHING), st.randoms(use_true_random=False))
    @settings(max_examples=100, deadline=None)
    def test_the_order_of_candidates_does_not_matter(self, problem, random):
        order = list(range(problem.candidates))
        random.shuffle(order)
        other = turned(problem, order)
        mine, theirs = solve(problem), solve(other)
        places = [None if w < 0 else int(w - problem.start[i]) for i, w in enumerate(mine.wish)]
        assert [places[i] for i in order] == [
            None if w < 0 else int(w - other.start[i]) for i, w in enumerate(theirs.wish)
        ]
        assert list(mine.bed_cutoff) == list(theirs.bed_cutoff)

    @given(problems(n=4, reserves=True))
    @settings(max_examples=60, deadline=None)
    def test_nobody_gains_by_another_list_of_wishes_without_beds(self, problem):
        honest = solve(problem).wish
        for i in range(problem.candidates):
            span = list(range(problem.start[i], problem.start[i + 1]))
            for size in range(len(span)):
                for lie in permutations(span, size + 1):
                    flat = [*range(problem.start[i]), *lie, *range(problem.start[i + 1], len(problem.pool))]
                    shift = np.where(np.arange(problem.candidates + 1) > i, len(lie) - len(span), 0)
                    other = replace(
                        problem, start=problem.start + shift, pool=problem.pool[flat],
                        priority=problem.priority[flat], with_bed=[], bed_priority=[],
                    )  # fmt: skip
                    got = solve(other).wish[i]
                    true = flat[got] if got >= 0 else len(problem.pool)
                    assert (honest[i] if honest[i] >= 0 else len(problem.pool)) <= true


class TestReserves:
    def test_a_minimum_is_filled_by_its_best_and_the_rest_by_merit(self):
        # Three seats, at least one for group 0: candidates 3 and 4 belong to it.
        problem = make([[0]] * 5, [[0, 1, 2, 3, 4]], [3], reserves=[[(0, 1)]], groups=[(), (), (), (0,), (0,)])
        assert given_pools(problem, solve(problem)) == [0, 0, None, 0, None]

    def test_a_minimum_already_reached_by_merit_changes_nothing(self):
        problem = make([[0]] * 4, [[0, 1, 2, 3]], [2], reserves=[[(0, 1)]], groups=[(0,), (), (0,), ()])
        assert given_pools(problem, solve(problem)) == [0, 0, None, None]

    def test_an_unfilled_reserve_is_open_to_all(self):
        problem = make([[0]] * 3, [[0, 1, 2]], [2], reserves=[[(0, 2)]], groups=[(), (), ()])
        assert given_pools(problem, solve(problem)) == [0, 0, None]

    def test_one_person_counts_once_and_stands_where_it_serves_most(self):
        # One seat each for groups 0 and 1. Candidate 0 belongs to both, 1 to group 0 only: both reserves are filled.
        groups = [(0, 1), (0,), ()]
        problem = make([[0]] * 3, [[2, 0, 1]], [2], reserves=[[(0, 1), (1, 1)]], groups=groups)
        assert given_pools(problem, solve(problem)) == [0, 0, None]


class TestBeds:
    def test_the_seat_without_a_bed_comes_next(self):
        lists = [[(0, True), 0], [(0, True), 0]]
        problem = make(lists, [[1, 0]], [2], bed_ranks=[[1, 0]], house=[0], beds=[[(ANYONE, 1)]])
        result = solve(problem)
        assert [int(w) for w in result.wish] == [1, 2]

    def test_beds_of_a_group_are_for_its_people(self):
        lists = [[(0, True)], [(0, True)], [(0, True)]]
        problem = make(
            lists, [[0, 1, 2]], [3], bed_ranks=[[0, 1, 2]], house=[0], beds=[[(0, 1), (1, 1)]],
            groups=[(0,), (0,), (1,)],
        )  # fmt: skip
        assert given_pools(problem, solve(problem)) == [0, None, 0]

    def test_a_share_for_girls_beside_open_beds_is_a_minimum(self):
        # Two beds for group 0, two for anyone: three girls and one boy, the girls ranked best.
        problem = make(
            [[(0, True)]] * 5, [[0, 1, 2, 3, 4]], [5], bed_ranks=[[0, 1, 2, 3, 4]], house=[0],
            beds=[[(0, 2), (ANYONE, 2)]], groups=[(0,), (0,), (0,), (), ()],
        )  # fmt: skip
        assert given_pools(problem, solve(problem)) == [0, 0, 0, 0, None]

    def test_who_belongs_to_no_group_of_the_house_has_no_bed_there(self):
        lists = [[(0, True), 0]]
        problem = make(lists, [[0]], [1], bed_ranks=[[0]], house=[0], beds=[[(0, 5)]], groups=[()])
        assert list(solve(problem).wish) == [1]

    def test_a_cutoff_that_rose_too_far_opens_again(self):
        """Two houses of one bed, people who rank them both ways: who is refused by one cut-off frees a bed behind the
        other. Rising alone would leave it empty."""
        found = 0
        rng = np.random.default_rng(5)
        for _ in range(300):
            ranks, beds = [list(map(int, rng.permutation(7))) for _ in range(3)], [[(ANYONE, 1)], [(ANYONE, 1)]]
            bed_ranks = [list(map(int, rng.permutation(7))) for _ in range(2)]
            lists = [[(int(p), bool(rng.random() < 0.7)) for p in rng.permutation(3)] for _ in range(7)]
            problem = make(lists, ranks, [2, 2, 1], bed_ranks=bed_ranks, house=[0, 1, 0], beds=beds)
            result = solve(problem)
            found += result.rounds > 3
            assert not any(faults(problem, result).values())
        assert found > 0


class TestJudge:
    """Each property is broken by hand and seen."""

    problem = make([[0, 1], [0, 1], [0]], [[0, 1, 2], [1, 0, 2]], [1, 1])

    def seen(self, wish, problem=None, bed_cutoff=()):
        return {
            k
            for k, n in faults(problem or self.problem, Result(np.array(wish), np.array(bed_cutoff, np.int64))).items()
            if n
        }

    def test_a_wish_of_somebody_else(self):
        assert "own_wish" in self.seen([2, 0, -1])

    def test_too_many(self):
        assert "seats" in self.seen([0, 2, -1])

    def test_envy(self):
        assert "envy" in self.seen([1, 3, 4])

    def test_waste(self):
        assert "waste" in self.seen([0, -1, -1])

    def test_a_reserved_seat_left_to_others(self):
        problem = make([[0]] * 2, [[0, 1]], [1], reserves=[[(0, 1)]], groups=[(), (0,)])
        assert "reserves" in self.seen([0, -1], problem)
        assert self.seen([-1, 1], problem) == set()

    def test_a_circle_that_could_all_do_better(self):
        problem = make([[0, 1], [1, 0]], [[1, 0], [0, 1]], [1, 1])
        assert self.seen([1, 3], problem) == {"best", "bars"}

    def test_a_held_seat_lost(self):
        problem = replace(self.problem, locked=np.array([-1, 2, -1]))
        assert "firm" in self.seen([0, 3, -1], problem)
        assert self.seen(list(solve(problem).wish), problem) == set()

    def test_beds(self):
        problem = make([[(0, True), 0]] * 2, [[0, 1]], [2], bed_ranks=[[0, 1]], house=[0], beds=[[(ANYONE, 1)]])
        right = solve(problem)
        bed_cutoff = list(right.bed_cutoff)
        assert self.seen([0, 2], problem, bed_cutoff) >= {"beds", "bed_order"}
        assert self.seen([1, 3], problem, [LOWEST, np.iinfo(np.int64).max]) == {"bars"}
        assert self.seen(list(right.wish), problem, bed_cutoff) == set()

    def test_its_rounds_and_its_single_steps_agree(self, monkeypatch):
        monkeypatch.setattr(replay, "FEW", 0)

        @given(problems(**EVERYTHING))
        @settings(max_examples=60, deadline=None)
        def agree(problem):
            assert not any(faults(problem, solve(problem)).values())

        agree()


class TestOracles:
    def test_another_library_finds_the_same(self):
        from matching.games import HospitalResident

        rng = np.random.default_rng(7)
        lists = [list(map(int, rng.permutation(8)[:4])) for _ in range(40)]
        ranks = [list(map(int, rng.permutation(40))) for _ in range(8)]
        problem = make(lists, ranks, [3] * 8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = HospitalResident.create_from_dictionaries(
                dict(enumerate(lists)),
                {p: [i for i in order if p in lists[i]] for p, order in enumerate(ranks)},
                dict.fromkeys(range(8), 3),
            )
            solved = game.solve(optimal="resident")
        theirs = {resident.name: hospital.name for hospital, held in solved.items() for resident in held}
        assert given_pools(problem, solve(problem)) == [theirs.get(i) for i in range(40)]

    def test_a_second_library_finds_the_same(self):
        from algmatch import HospitalResidentsProblem

        rng = np.random.default_rng(8)
        lists = [list(map(int, rng.permutation(6)[:3])) for _ in range(30)]
        ranks = [list(map(int, rng.permutation(30))) for _ in range(6)]
        data = {
            "residents": {i + 1: [p + 1 for p in wishes] for i, wishes in enumerate(lists)},
            "hospitals": {
                p + 1: {"capacity": 3, "preferences": [i + 1 for i in order if p in lists[i]]}
                for p, order in enumerate(ranks)
            },
        }
        solved = HospitalResidentsProblem(dictionary=data, optimised_side="residents").get_stable_matching()
        side = solved["resident_sided"]
        theirs = [side.get(f"r{i + 1}", "") for i in range(30)]
        problem = make(lists, ranks, [3] * 6)
        mine = ["" if p is None else f"h{p + 1}" for p in given_pools(problem, solve(problem))]
        assert mine == [str(name) if name else "" for name in theirs]


class TestInput:
    def test_two_candidates_at_one_priority_are_refused_where_names_are_read(self):
        from takwin.engines.allocation.documents import named

        people = [{"id": name, "wishes": [{"pool": "p", "priority": 1}]} for name in "ab"]
        with pytest.raises(Malformed, match="give a seed"):
            named({"pools": [{"id": "p", "capacity": 1}], "candidates": people})

    @pytest.mark.parametrize(
        ("over", "message"),
        [
            ({"start": [0, 2]}, "start"),
            ({"pool": [5]}, "pool"),
            ({"capacity": [-1]}, "capacity"),
            ({"priority": np.array([0.5])}, "whole numbers"),
            ({"house": [3]}, "house"),
        ],
    )
    def test_impossible_arrays_are_refused(self, over, message):
        with pytest.raises(Malformed, match=message):
            Problem(**{"start": [0, 1], "pool": [0], "priority": np.array([1]), "capacity": [1]} | over)

    def test_no_candidate_is_an_empty_result(self):
        problem = Problem(start=[0], pool=[], priority=np.zeros(0, np.int64), capacity=[3])
        result = solve(problem)
        assert len(result.wish) == 0
        assert not any(faults(problem, result).values())

    def test_wide_priorities_and_narrow_ones_give_one_result(self):
        problem = make([[0, 1], [0], [1, 0]], [[2, 1, 0], [0, 2, 1]], [1, 1])
        narrow = replace(problem, priority=problem.priority.astype(np.int32))
        assert problem.digest() == narrow.digest()
        assert solve(problem).digest() == solve(narrow).digest()

    def test_a_digest_published_before_fields_were_renamed_is_found_again(self):
        problem = Problem(start=[0, 2], pool=[0, 1], priority=np.array([5, 7]), capacity=[1, 1], locked=[1])
        assert problem.digest() == "44593c04bc835a5e53bd2c0f16215590dc9ca034b4b95caa0e522166879fe2f9"


class TestLottery:
    def test_a_number_known_by_hand(self):
        import hashlib

        by_hand = hashlib.blake2b(b"demo\nADM-1\nOFF-1\n", digest_size=5).digest()
        assert lottery("demo", "ADM-1", "OFF-1") == int.from_bytes(by_hand, "big")

    def test_any_part_changes_it(self):
        assert len({lottery(*parts) for parts in product("ab", "cd", "ef")}) == 8


class TestWaiting:
    def test_places_count_persons_and_skip_those_who_hold_dearer(self):
        lists = [[0], [(0, True), 0], [0, 1], [1, 0]]
        problem = make(
            lists, [[0, 1, 2, 3], [3, 2, 0, 1]], [1, 1], bed_ranks=[[0, 1, 2, 3]], house=[0, NO_HOUSE],
            beds=[[(ANYONE, 4)]],
        )  # fmt: skip
        result = solve(problem)
        assert given_pools(problem, result) == [0, None, None, 1]
        assert list(waiting(problem, result)) == [0, 1, 1, 2, 1, 0, 0]


def test_the_engine_has_never_heard_of_django():
    code = (
        "import sys, takwin.engines.allocation.solve, takwin.engines.allocation.check; print('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
