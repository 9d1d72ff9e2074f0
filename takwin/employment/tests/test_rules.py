"""Rates, suppression, leavings at their boundaries, company numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takwin.core.tests.refusals import refused
from takwin.employment.choices import Outcome
from takwin.employment.rules.ice import normalize_ice
from takwin.employment.rules.leaving import Course, status
from takwin.employment.rules.rates import INDICATORS, LEAST, Rate, hidden, rate, wilson

DAY = date(2026, 1, 1)


class TestRates:
    @pytest.mark.parametrize(
        ("k", "n", "low", "high"),
        # Newcombe (1998), table I: the score method without continuity correction.
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_the_interval_is_wilsons(self, k, n, low, high):
        assert [round(end, 4) for end in wilson(k, n)] == [low, high]

    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_the_interval_holds_the_share_and_lies_within_0_and_1(self, fraction):
        low, high = wilson(*fraction)
        assert 0 <= low <= fraction[0] / fraction[1] <= high <= 1
        assert (low == 0) == (fraction[0] == 0)
        assert (high == 1) == (fraction[0] == fraction[1])

    @given(st.integers(0, 200).flatmap(lambda f: st.tuples(st.just(f), st.integers(0, f))).flatmap(
        lambda t: st.tuples(st.just(t[0]), st.just(t[1]), st.integers(0, t[1]))))  # fmt: skip
    def test_the_bounds_hold_whatever_the_silent_would_have_said(self, sizes):
        frame, answered, counted = sizes
        found = Rate(counted, answered, frame)
        if frame == 0:
            assert found.bounds is None
            return
        low, high = found.bounds
        for silent in {0, (frame - answered) // 2, frame - answered}:
            assert low <= (counted + silent) / frame <= high
        assert found.share is None or low <= found.share <= high

    def test_without_a_denominator_there_is_no_rate(self):
        found = Rate(0, 0, 50)
        assert (found.share, found.interval, found.publishable) == (None, None, False)
        assert found.bounds == (0.0, 1.0)
        with pytest.raises(ValueError, match="is not a rate"):
            Rate(5, 4, 10)

    def test_who_studies_leaves_the_denominator_of_the_active_and_its_frame(self):
        counts = {"employed": 30, "seeking": 10, "studying": 20}
        found = rate(counts, 100, INDICATORS["insertion-active"])
        assert (found.counted, found.answered, found.frame) == (30, 40, 80)
        assert rate(counts, 100, INDICATORS["insertion"]) == Rate(30, 60, 100)

    def test_nineteen_answers_are_not_published_twenty_are(self):
        assert not Rate(10, LEAST - 1, 40).publishable
        assert Rate(10, LEAST, 40).publishable

    @pytest.mark.parametrize(
        ("sizes", "away"),
        [([50, 40], set()), ([50, 19], {0, 1}), ([50, 40, 19], {1, 2}), ([50, 40, 5, 6], {1, 2, 3}),
         ([50, 19, 19], {1, 2}), ([5], {0}), ([], set()), ([30, 0], {0, 1})],
    )  # fmt: skip
    def test_a_small_cell_takes_a_neighbour_with_it(self, sizes, away):
        assert hidden(sizes) == away

    @given(st.lists(st.integers(0, 60), max_size=8))
    def test_no_small_cell_is_shown_nor_can_be_reckoned(self, sizes):
        away = hidden(sizes)
        assert all(size >= LEAST for place, size in enumerate(sizes) if place not in away)
        if away and len(away) < len(sizes):
            assert len(away) >= 2
            assert sum(sizes[place] for place in away) >= LEAST


class TestLeaving:
    @pytest.mark.parametrize(
        ("days", "says"), [(0, "break"), (179, "break"), (180, "break"), (181, "drop-out"), (400, "drop-out")]
    )
    def test_a_hundred_and_eighty_days_after_a_break(self, days, says):
        course = Course("enrolled", True, DAY - timedelta(days=300), broken_on=DAY)
        assert status(course, DAY + timedelta(days=days)) == says

    @pytest.mark.parametrize(("days", "says"), [(0, "in"), (89, "in"), (90, "in"), (91, "drop-out")])
    def test_ninety_days_without_any_contract(self, days, says):
        assert status(Course("enrolled", True, DAY), DAY + timedelta(days=days)) == says

    def test_a_new_contract_a_finished_or_an_abandoned_training(self):
        later = DAY + timedelta(days=999)
        assert status(Course("enrolled", True, DAY, contract=True, broken_on=DAY), later) == "in"
        assert status(Course("enrolled", False, DAY), later) == "in"
        assert status(Course("abandoned", True, DAY, broken_on=DAY), DAY) == "abandoned"
        assert status(Course("finished", True, DAY, broken_on=DAY), later) == "finished"


class TestIce:
    def test_check_digits(self):
        assert normalize_ice("00 21 36 09 30 00 040") == "002136093000040"
        for wrong in ("001561191000065", "12345", "", "00156119100006x"):
            with refused("bad_ice"):
                normalize_ice(wrong)

    @given(st.integers(0, 14), st.integers(1, 9))
    def test_any_single_wrong_digit_is_seen(self, place, shift):
        digits = list("001561191000066")
        digits[place] = str((int(digits[place]) + shift) % 10)
        with refused("bad_ice"):
            normalize_ice("".join(digits))


def test_every_outcome_is_counted_by_exactly_one_of_inserted_and_not():
    counted = set(INDICATORS["insertion"].counted)
    rest = {str(outcome.value) for outcome in Outcome} - counted
    assert rest == {"studying", "seeking", "inactive"}
