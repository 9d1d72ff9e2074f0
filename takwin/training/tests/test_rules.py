"""Spreading people, cutting hours, dates of sessions, and what stands of what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.core.errors import Refused
from takwin.training.rules.attendance import (
    StatementFacts,
    at_risk,
    check_words,
    level,
    offset,
    resolve_statements,
    true_time,
)
from takwin.training.rules.groups import Candidate, sizes, spread
from takwin.training.rules.weeks import Span, dates, fits_day, sessions, week_kind

MONDAY = date(2024, 9, 16)


class TestGroups:
    @given(st.integers(0, 200), st.integers(1, 30), st.lists(st.integers(0, 10), max_size=4))
    def test_everyone_has_a_place_and_no_group_is_overfull(self, people, capacity, free):
        found = sizes(people, capacity, free)
        assert sum(found) == people
        assert all(took <= room for took, room in zip(found, free, strict=False))
        new = found[len(free) :]
        assert all(size <= capacity for size in new)
        assert not new or max(new) - min(new) <= 1

    def test_fifty_make_three_groups_of_a_size(self):
        assert sizes(50, 24) == [17, 17, 16]
        assert sizes(10, 24, [4]) == [4, 6]

    @given(st.lists(st.tuples(st.sampled_from(["female", "male"]), st.integers(0, 2000)), min_size=1, max_size=80))
    @settings(max_examples=100)
    def test_each_sex_is_shared_out_and_nobody_is_lost(self, drawn):
        people = [Candidate(key, sex, average) for key, (sex, average) in enumerate(drawn)]
        places = sizes(len(people), 15)
        groups = spread(people, places)
        assert sorted(key for group in groups for key in group) == list(range(len(people)))
        assert [len(group) for group in groups] == places
        girls = {person.key for person in people if person.sex == "female"}
        for group in groups:
            exact = len(girls) * len(group) / len(people)
            assert abs(len(girls & set(group)) - exact) <= 1

    def test_the_strong_are_not_all_in_one_group(self):
        people = [Candidate(key, "male", 1000 + 100 * key) for key in range(8)]
        first, second = (sum(people[key].average for key in group) for group in spread(people, [4, 4]))
        assert abs(first - second) <= 200


class TestWeeks:
    def test_hours_are_cut_into_sessions(self):
        assert sessions(5, 2) == [2, 2, 1]
        assert sessions(4, 4) == [4]
        for hours, length in ((0, 2), (5, 0), (5, 5), (-1, 2), (41, 1)):
            with pytest.raises(Refused) as refusal:
                sessions(hours, length)
            assert refusal.value.code == "hours_split"

    def test_no_session_runs_over_noon(self):
        assert fits_day(2, 2)
        assert not fits_day(3, 2)
        assert fits_day(4, 4)
        assert not fits_day(7, 2)
        assert not fits_day(48, 1)

    def test_weeks_take_turns_from_the_first_monday(self):
        assert [week_kind(MONDAY + timedelta(days=days), MONDAY) for days in (0, 6, 7, 14)] == ["a", "a", "b", "a"]
        assert week_kind(MONDAY, MONDAY + timedelta(days=2)) == "a"

    def test_a_session_is_held_on_its_days_but_days_off(self):
        term = Span(MONDAY, MONDAY + timedelta(days=27))
        tuesdays = list(dates(8, "all", term, [Span(MONDAY + timedelta(days=8), MONDAY + timedelta(days=9))]))
        assert tuesdays == [MONDAY + timedelta(days=days) for days in (1, 15, 22)]
        assert list(dates(8, "b", term, [])) == [MONDAY + timedelta(days=days) for days in (8, 22)]


AT = datetime(2024, 10, 1, 9, tzinfo=UTC)


def said(key, value="present", minute=0, after=(), rank=0, minutes=0):
    return StatementFacts(key, value, minutes, AT + timedelta(minutes=minute), rank, frozenset(after))


@st.composite
def histories(draw):
    """Statements that see some of those before them, from several phones, some with a broken clock."""
    rows = []
    for place in range(draw(st.integers(1, 7))):
        seen = draw(st.lists(st.sampled_from([row.key for row in rows]), unique=True)) if rows else []
        value = draw(st.sampled_from(["present", "late", "absent", "excused"]))
        offset_minutes = draw(st.one_of(st.none(), st.integers(0, 300)))
        at = None if offset_minutes is None else AT + timedelta(minutes=offset_minutes)
        minutes = draw(st.integers(1, 60)) if value == "late" else 0
        rows.append(StatementFacts(f"k{place}", value, minutes, at, draw(st.integers(0, 1)), frozenset(seen)))
    return rows


class TestStanding:
    def test_the_later_one_in_sight_of_the_first_stands_alone(self):
        found = resolve_statements([said("a", "absent"), said("b", "late", -30, ["a"], minutes=5)])
        assert (found.current.key, found.against) == ("b", ())

    def test_two_phones_that_did_not_see_one_another_are_reported(self):
        found = resolve_statements([said("a", "absent", 1), said("b", "present", 2)])
        assert found.current.key == "b"
        assert [facts.key for facts in found.against] == ["a"]

    def test_who_says_the_same_does_not_contest(self):
        assert resolve_statements([said("a", "absent", 1), said("b", "absent", 2)]).against == ()

    def test_seeing_both_settles_it(self):
        found = resolve_statements(
            [said("a", "absent", 1), said("b", "present", 2), said("c", "absent", 0, ["a", "b"])]
        )
        assert (found.current.key, found.against) == ("c", ())

    def test_the_office_is_above_a_phone_that_was_offline(self):
        found = resolve_statements(
            [said("a", "absent"), said("o", "excused", 5, ["a"], rank=1), said("b", "absent", 99)]
        )
        assert (found.current.key, found.against) == ("o", ())

    def test_a_clock_that_is_years_wrong_is_put_right_by_its_own_time_of_sending(self):
        phone = AT.replace(year=2026)
        ahead = offset(phone + timedelta(hours=1), AT + timedelta(hours=1))
        assert true_time(phone, AT.date(), ahead, AT + timedelta(hours=1)) == AT
        assert true_time(AT, AT.date(), offset(None, AT), AT) == AT

    @pytest.mark.parametrize(
        ("stated_at", "on", "received_at"),
        [
            (AT.replace(year=2026), AT, AT), (AT, AT, AT - timedelta(minutes=11)), (AT, AT, AT + timedelta(days=15)),
            (AT - timedelta(days=2), AT, AT), (datetime.max.replace(tzinfo=UTC), AT, AT),
        ],
    )  # fmt: skip
    def test_a_time_that_cannot_be_is_refused(self, stated_at, on, received_at):
        with pytest.raises(Refused) as refusal:
            true_time(stated_at, on.date(), timedelta(minutes=1), received_at)
        assert refusal.value.code == "clock_wrong"

    def test_without_a_time_loses_against_one_that_is_known(self):
        assert true_time(None, AT.date(), timedelta(), AT) is None
        assert true_time(AT + timedelta(days=3), AT.date(), timedelta(), AT + timedelta(days=3)) is not None
        wrong = StatementFacts("z", "present", 0, None)
        assert resolve_statements([wrong, said("a", "absent", -500)]).current.key == "a"

    @given(histories(), st.randoms())
    def test_no_order_and_no_repetition_changes_it(self, rows, chance):
        again = rows + chance.sample(rows, len(rows) // 2)
        chance.shuffle(again)
        assert resolve_statements(again) == resolve_statements(rows)

    def test_every_order_of_four(self):
        late = said("c", "late", 2, ["a"], minutes=3)
        rows = [said("a", "absent"), said("b", "present", 1), late, said("d", after="b")]
        assert len({resolve_statements(order) for order in permutations(rows)}) == 1

    @given(histories())
    def test_what_contests_is_never_named_by_another_and_says_otherwise(self, rows):
        found = resolve_statements(rows)
        named = {key for row in rows for key in row.after}
        assert found.current.key not in named
        for facts in found.against:
            assert facts.key not in named
            assert facts.words != found.current.words


class TestWords:
    @pytest.mark.parametrize(("value", "minutes"), [("gone", 0), ("late", 0), ("late", 241), ("late", -5), ("", 0)])
    def test_unlawful_words_are_refused(self, value, minutes):
        with pytest.raises(Refused):
            check_words(value, minutes)

    def test_minutes_belong_to_the_late(self):
        assert check_words("present", 5) == 0
        assert check_words("late", 5) == 5

    @pytest.mark.parametrize(
        ("hours", "name"), [(9, None), (10, "first"), (19, "first"), (20, "second"), (99, "council")]
    )
    def test_thresholds(self, hours, name):
        assert level(hours) == name

    def test_a_tenth_is_a_risk_from_three_hours_on(self):
        assert not at_risk(2, 4)
        assert at_risk(3, 30)
        assert not at_risk(3, 31)
