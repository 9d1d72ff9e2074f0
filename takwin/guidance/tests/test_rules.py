"""Scoring, item statistics against an outside oracle, times of a day."""

from __future__ import annotations

from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from takwin.core.errors import Refused
from takwin.guidance.instrument import CURRENT, items
from takwin.guidance.rules import (
    Pattern,
    check_pattern,
    closed,
    fill,
    flat,
    item_figures,
    letters,
    overlap,
    scores,
    times,
)

whole = st.lists(st.sampled_from("012"), min_size=48, max_size=48).map("".join)


class TestInstrument:
    def test_it_is_balanced_and_whole_in_three_languages(self):
        rows = items(CURRENT)
        assert len(rows) == 48
        assert {scale: sum(row.scale == scale for row in rows) for scale in "RIASEC"} == dict.fromkeys("RIASEC", 8)
        for language in ("ar", "fr", "en"):
            words = [getattr(row, language) for row in rows]
            assert len(set(words)) == 48
            assert max(len(text.split()) for text in words) <= 10  # read aloud in one breath
        assert len({row.picture for row in rows}) == 48

    def test_every_picture_is_in_the_sprite(self, settings):
        sprite = (settings.BASE_DIR / "takwin/ui/static/ui/pictures.svg").read_text()
        assert [row.picture for row in items() if f'id="{row.picture}"' not in sprite] == []


class TestScoring:
    @given(whole)
    def test_each_scale_is_the_sum_of_its_eight(self, answers):
        found = scores(answers)
        for place, scale in enumerate("RIASEC"):
            assert found[place] == sum(int(answers[row.number - 1]) for row in items() if row.scale == scale)
        assert sum(found) == sum(map(int, answers))

    @given(whole, st.integers(0, 47))
    def test_half_a_test_is_never_scored(self, answers, gap):
        with pytest.raises(Refused) as refusal:
            scores(answers[:gap] + "-" + answers[gap + 1 :])
        assert (refusal.value.code, refusal.value.facts["missing"]) == ("unfinished", 1)
        with pytest.raises(Refused):
            scores(answers[:gap])

    def test_letters_and_flat_profiles(self):
        assert letters([3, 9, 9, 16, 0, 2]) == "SIA"
        assert letters([5, 5, 5, 5, 5, 5]) == "RIA"
        assert flat([5, 5, 6, 7, 8, 8])
        assert not flat([5, 5, 6, 7, 8, 9])

    def test_an_answer_is_one_of_three_to_one_of_48(self):
        assert fill("", {1: "2", 48: "0"}) == "2" + "-" * 46 + "0"
        for changes in ({0: "1"}, {49: "1"}, {3: "3"}, {3: ""}):
            with pytest.raises(Refused) as refusal:
                fill("", changes)
            assert refusal.value.code == "bad_answer"


class TestItemFigures:
    def test_no_figures_below_a_hundred_respondents(self):
        assert item_figures(["1" * 48] * 99) == (99, [], {})
        assert item_figures(["1" * 48] * 100)[2] == dict.fromkeys("RIASEC")

    def test_alpha_by_the_covariance_formula(self):
        """The oracle: k times the mean covariance over mean variance plus (k-1) mean covariance."""
        rng = np.random.default_rng(4)
        trait = rng.normal(size=(300, 6))
        noise = rng.normal(size=(300, 48))
        table = np.clip(np.rint(1 + np.tile(trait, 8) * 0.6 + noise * 0.6), 0, 2).astype(int)
        count, figures, alphas = item_figures("".join(map(str, row)) for row in table)
        assert (count, len(figures)) == (300, 48)
        for place, scale in enumerate("RIASEC"):
            cov = np.cov(table[:, place::6].T)
            mean_cov = (cov.sum() - np.trace(cov)) / 56
            assert alphas[scale] == pytest.approx(8 * mean_cov / (np.trace(cov) / 8 + 7 * mean_cov))
            assert 0.6 < alphas[scale] < 0.95
        eighth = figures[7]
        assert (eighth.item, eighth.scale) == (8, "I")
        rest = table[:, 1::6].sum(axis=1) - table[:, 7]
        assert eighth.rest == pytest.approx(np.corrcoef(table[:, 7], rest)[0, 1])
        assert eighth.no + eighth.unsure + eighth.yes == pytest.approx(1)
        assert eighth.mean == pytest.approx(table[:, 7].mean())


def pattern(**over):
    values = {"weekday": 0, "from_time": time(9), "to_time": time(11), "minutes": 30, "first_on": date(2026, 11, 2)}
    return Pattern(**values | over)


class TestHours:
    def test_a_morning_is_cut_into_times(self):
        found = list(times(pattern(minutes=45), date(2026, 11, 23), date(2026, 11, 30)))
        assert found == [
            (date(2026, 11, 23), time(9), time(9, 45)), (date(2026, 11, 23), time(9, 45), time(10, 30)),
            (date(2026, 11, 30), time(9), time(9, 45)), (date(2026, 11, 30), time(9, 45), time(10, 30)),
        ]  # fmt: skip

    @given(
        st.integers(0, 6), st.integers(0, 22), st.integers(1, 200), st.integers(5, 90), st.integers(0, 40),
        st.integers(0, 40),
    )  # fmt: skip
    def test_times_stay_inside_and_never_meet(self, weekday, hour, length, minutes, wait, last):
        first = date(2026, 11, 2) + timedelta(days=wait)
        end = min(60 * hour + length, 24 * 60 - 1)
        row = pattern(
            weekday=weekday, from_time=time(hour), to_time=time(end // 60, end % 60), minutes=minutes, first_on=first,
            last_on=first + timedelta(days=last),
        )  # fmt: skip
        found = list(times(row, date(2026, 11, 2), date(2026, 12, 31)))
        for day, begin, until in found:
            assert day.weekday() == weekday
            assert first <= day <= row.last_on
            assert row.from_time <= begin < until <= row.to_time
        assert len(set(found)) == len(found)
        for (day, _a, until), (other, begin, _b) in zip(found, found[1:], strict=False):
            assert day < other or until <= begin

    def test_what_cannot_be_is_refused(self):
        for bad in ({"to_time": time(9, 29)}, {"minutes": 4}, {"last_on": date(2026, 11, 1)}):
            with pytest.raises(Refused):
                check_pattern(pattern(**bad))
        check_pattern(pattern(last_on=date(2026, 11, 2)))

    def test_patterns_meet_only_on_the_same_day_and_hours(self):
        assert overlap(pattern(), pattern(from_time=time(10, 30), to_time=time(12)))
        assert not overlap(pattern(), pattern(from_time=time(11), to_time=time(12)))
        assert not overlap(pattern(), pattern(weekday=1))
        assert not overlap(pattern(last_on=date(2026, 11, 9)), pattern(first_on=date(2026, 11, 10)))

    def test_an_exception_that_touches_closes(self):
        from django.utils import timezone

        now = timezone.now()
        hour = timedelta(hours=1)
        assert closed(now, now + hour, [(now + hour / 2, now + 3 * hour)])
        assert not closed(now, now + hour, [(now + hour, now + 3 * hour)])
