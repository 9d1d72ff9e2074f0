"""Rounds, what-ifs and call orders, each against the plain way of doing it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.allocation import Malformed, solve
from takwin.engines.allocation.call_order import call_order
from takwin.engines.allocation.check import faults
from takwin.engines.allocation.rounds import ACCEPT, HOLD, LEAVE, WAIT, following
from takwin.engines.allocation.tests.draw import make, problems
from takwin.engines.allocation.whatif import Change, apply, compare


class TestRounds:
    def test_the_last_seat_two_decline_and_the_one_waiting_moves_up(self):
        problem = make([[0], [0], [0], [0, 1]], [[0, 1, 2, 3], [3, 0, 1, 2]], [3, 1])
        first = solve(problem)
        assert list(first.wish) == [0, 1, 2, 4]
        after = following(problem, first, [ACCEPT, LEAVE, LEAVE, HOLD])
        second = solve(after.problem)
        assert [int(after.old[w]) if w >= 0 else None for w in second.wish] == [0, None, None, 3]

    def test_who_gives_up_a_seat_waits_for_dearer_only(self):
        problem = make([[1, 0], [1]], [[0, 1], [1, 0]], [1, 1])
        first = solve(problem)
        assert list(first.wish) == [1, 2]
        after = following(problem, first, [WAIT, LEAVE])
        assert [int(after.old[w]) for w in solve(after.problem).wish if w >= 0] == [0]

    def test_seats_cannot_go_below_those_held(self):
        problem = make([[0], [0]], [[0, 1]], [2])
        with pytest.raises(Malformed, match="2 are held"):
            following(problem, solve(problem), [ACCEPT, HOLD], capacity=[1])

    @given(problems(n=6, reserves=True, beds=True), st.lists(st.integers(0, 3), min_size=6, max_size=6), st.data())
    @settings(max_examples=150, deadline=None)
    def test_nobody_moves_down_and_the_round_is_lawful(self, problem, answers, data):
        first = solve(problem)
        more = data.draw(st.lists(st.integers(0, 2), min_size=3, max_size=3))
        after = following(problem, first, answers, capacity=problem.capacity + more)
        second = solve(after.problem)
        assert not any(faults(after.problem, second).values())
        for i, (was, now, answer) in enumerate(zip(first.wish, second.wish, answers, strict=True)):
            new = int(after.old[now]) if now >= 0 else None
            if answer == LEAVE or (answer == ACCEPT and was < 0):
                assert new is None
            elif answer == ACCEPT:
                assert new == was
            elif answer == HOLD and was >= 0:
                assert new is not None
                assert new <= was
            elif was >= 0:
                assert new is None or new < was
            assert new is None or problem.candidate[new] == i


class TestWhatIf:
    @given(problems(n=6, reserves=True), st.integers(0, 2), st.integers(0, 4), st.integers(0, 5))
    @settings(max_examples=100, deadline=None)
    def test_warm_is_what_a_fresh_allocation_says(self, problem, pool, seats, gone):
        changes = [Change(seats={pool: seats}), Change(gone=[gone]), Change(), Change(seats={pool: 0}, gone=[gone])]
        effects = compare(problem, solve(problem), changes, groups={"all": np.ones(6, bool)})
        for change, effect in zip(changes, effects, strict=True):
            changed = apply(problem, change)
            fresh = solve(changed)
            places = [None if w < 0 else int(w - changed.start[i]) for i, w in enumerate(fresh.wish)]
            warm = [None if w < 0 else int(w - problem.start[i]) for i, w in enumerate(effect.result.wish)]
            assert warm == places
            assert effect.placed == sum(place is not None for place in places)

    @given(problems(n=5, reserves=True, beds=True), st.integers(0, 4))
    @settings(max_examples=40, deadline=None)
    def test_with_beds_too(self, problem, gone):
        change = Change(beds={0: 3}, gone=[gone])
        effect = compare(problem, solve(problem), [change])[0]
        changed = apply(problem, change)
        fresh = solve(changed)
        assert [None if w < 0 else int(w - changed.start[i]) for i, w in enumerate(fresh.wish)] == [
            None if w < 0 else int(w - problem.start[i]) for i, w in enumerate(effect.result.wish)
        ]

    def test_who_moves_is_counted(self):
        problem = make([[0], [0], [0]], [[0, 1, 2]], [1])
        more, none = compare(problem, solve(problem), [Change(seats={0: 2}), Change(seats={0: 0})])
        assert (more.better, more.worse, more.placed, more.first, more.fill) == (1, 0, 2, 2, 1.0)
        assert (none.better, none.worse, none.placed, none.fill) == (0, 1, 0, 0.0)

    def test_a_pool_that_is_not_there_is_refused(self):
        problem = make([[0]], [[0]], [1])
        with pytest.raises(Malformed, match="there are 1"):
            compare(problem, solve(problem), [Change(seats={4: 1})])


def plain_call_order(q_bursary, q_resident, kinds):
    """Kinds in the order of rank; places of the call, by the sentence of the public document."""
    left, called, b, r = list(range(len(kinds))), [], 0, 0
    while left:
        k = len(called) + 1
        wants = []
        need_b = b * 100 < q_bursary * k and any(kinds[i] & 1 for i in left)
        need_r = r * 100 < q_resident * k and any(kinds[i] & 2 for i in left)
        if need_b and need_r:
            wants = [i for i in left if kinds[i] == 3] or [i for i in left if kinds[i] & 1]
        elif need_b:
            wants = [i for i in left if kinds[i] & 1]
        elif need_r:
            wants = [i for i in left if kinds[i] & 2]
        chosen = min(wants or left)
        left.remove(chosen)
        called.append(chosen)
        b += kinds[chosen] & 1
        r += kinds[chosen] >> 1
    return [called.index(i) + 1 for i in range(len(kinds))]


class TestCallOrder:
    @pytest.mark.parametrize(
        ("rates", "kinds", "calls"),
        [
            ((0, 0), [0, 1, 2, 3], [1, 2, 3, 4]),
            ((50, 0), [0, 0, 0, 1], [2, 3, 4, 1]),
            ((0, 50), [0, 2, 0, 2], [2, 1, 4, 3]),
            ((100, 100), [0, 1, 2, 3], [4, 2, 3, 1]),
            ((20, 20), [0, 0, 0, 0], [1, 2, 3, 4]),
        ],
    )
    def test_drawn_by_hand(self, rates, kinds, calls):
        places = call_order([0, len(kinds)], [rates[0]], [rates[1]], np.arange(1, len(kinds) + 1), kinds)
        assert list(places) == calls

    @given(
        st.lists(st.lists(st.integers(0, 3), max_size=12), min_size=1, max_size=4),
        st.integers(0, 100),
        st.integers(0, 100),
        st.randoms(use_true_random=False),
    )
    @settings(max_examples=150, deadline=None)
    def test_it_is_the_sentence_word_for_word_in_any_order_of_rows(self, groups, q_b, q_r, random):
        start, ranks, kinds, wanted = [0], [], [], []
        for group in groups:
            order = list(range(len(group)))
            random.shuffle(order)
            places = plain_call_order(q_b, q_r, group)
            ranks += [i + 1 for i in order]
            kinds += [group[i] for i in order]
            wanted += [places[i] for i in order]
            start.append(len(ranks))
        computed = call_order(start, [q_b] * len(groups), [q_r] * len(groups), ranks, kinds)
        assert list(computed) == wanted

    @pytest.mark.parametrize(
        ("over", "message"),
        [
            ({"rank": [1, 1]}, "rank 2 is missing"),
            ({"rank": [1, 3]}, "ranks go from 1"),
            ({"kind": [0, 4]}, "0, 1, 2 or 3"),
            ({"q_bursary": [101]}, "not a percentage"),
        ],
    )
    def test_bad_input_is_refused(self, over, message):
        good = {"start": [0, 2], "q_bursary": [10], "q_resident": [10], "rank": [1, 2], "kind": [0, 1]}
        with pytest.raises(Malformed, match=message):
            call_order(**good | over)
