"""Eligibility, deadlines, files and beds as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takwin.admissions import rules
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import ApplicationState
from takwin.core.errors import Refused
from takwin.offer.choices import Schooling
from takwin.offer.rules import Access

DAY = date(2024, 9, 1)
S = Access("primary", age_min=15, age_max=30, ages_on=DAY)
Q = Access("lower-3", bridge="s", age_min=15, age_max=30, ages_on=DAY)
T = Access("bac-2", bridge="q", age_min=15, age_max=30, ages_on=DAY)
TS = Access("bac", age_min=15, age_max=30, ages_on=DAY)
RADIOLOGY = Access("bac", streams=("life-sciences", "physics"), ages_on=DAY)
BORN = date(2004, 9, 1)


def reasons(access, born=BORN, **who):
    return [refusal.reason for refusal in rules.eligibility(rules.Candidate(born, **who), access)]


class TestLadder:
    @pytest.mark.parametrize(
        ("access", "who", "expected"),
        [
            (S, {"schooling": "primary"}, []),
            (S, {"schooling": "none"}, [R.LEVEL_TOO_LOW]),
            (Q, {"schooling": "lower-3"}, []),
            (Q, {"schooling": "lower-2"}, [R.LEVEL_OR_BRIDGE]),
            (Q, {"schooling": "lower-2", "diploma": "s"}, []),
            (T, {"schooling": "bac-2"}, []),
            (T, {"schooling": "bac-1"}, [R.LEVEL_OR_BRIDGE]),
            (T, {"schooling": "bac-1", "diploma": "s"}, [R.LEVEL_OR_BRIDGE]),
            (T, {"schooling": "bac-1", "diploma": "q"}, []),
            (T, {"schooling": "lower-3", "diploma": "t"}, []),
            (TS, {"schooling": "bac"}, []),
            (TS, {"schooling": "bac-2"}, [R.LEVEL_TOO_LOW]),
            (TS, {"schooling": "bac-2", "diploma": "t"}, [R.LEVEL_TOO_LOW]),
            (RADIOLOGY, {"schooling": "bac", "stream": "physics"}, []),
            (RADIOLOGY, {"schooling": "bac", "stream": "letters"}, [R.STREAM_NOT_ACCEPTED]),
            (RADIOLOGY, {"schooling": "core", "stream": "letters"}, [R.LEVEL_TOO_LOW, R.STREAM_NOT_ACCEPTED]),
            (None, {"schooling": "bac"}, [R.NO_RULE]),
        ],
    )
    def test_each_case(self, access, who, expected):
        assert reasons(access, **who) == expected

    @given(st.sampled_from(Schooling.values), st.sampled_from(Schooling.values))
    def test_more_schooling_never_closes_a_door(self, low, high):
        if rules.LADDER[low] <= rules.LADDER[high] and not reasons(Q, schooling=low):
            assert not reasons(Q, schooling=high)

    @pytest.mark.parametrize(
        ("born", "expected"),
        [
            (date(2009, 9, 1), []),  # 15 on the day itself
            (date(2009, 9, 2), [R.TOO_YOUNG]),
            (date(1993, 9, 2), []),  # 30, 31 tomorrow
            (date(1993, 9, 1), [R.TOO_OLD]),
        ],
    )
    def test_ages_at_their_boundaries(self, born, expected):
        assert reasons(TS, born, schooling="bac") == expected

    @pytest.mark.parametrize("language", ["ar", "fr", "en"])
    def test_every_refusal_is_a_whole_sentence_in_each_language(self, language):
        from django.utils.translation import override

        with override(language):
            for access, who in (
                (T, {"schooling": "core"}),
                (RADIOLOGY, {"schooling": "bac"}),
                (TS, {"schooling": "core"}),
            ):
                for refusal in rules.eligibility(rules.Candidate(BORN, **who), access):
                    assert "%(" not in str(refusal)
                    assert str(refusal).endswith(".")


class TestDeadline:
    opens = datetime(2024, 9, 1, tzinfo=UTC)
    closes = datetime(2024, 9, 30, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Casablanca

    @pytest.mark.parametrize(
        ("shift", "expected"),
        [(timedelta(0), R.DEADLINE_PASSED), (timedelta(seconds=-1), None), (timedelta(days=-40), R.NOT_OPEN_YET)],
    )
    def test_to_the_second(self, shift, expected):
        if expected is None:
            rules.check_open(self.closes + shift, self.opens, self.closes, "x")
        else:
            with pytest.raises(Refused) as refusal:
                rules.check_open(self.closes + shift, self.opens, self.closes, "x")
            assert refusal.value.reason == expected


class TestFiles:
    @pytest.mark.parametrize(
        ("size", "head", "expected"),
        [
            (10, b"%PDF-1.7", None),
            (10, b"\x89PNG\r\n\x1a\n", None),
            (0, b"", R.FILE_EMPTY),
            (6 * 1024 * 1024, b"%PDF-", R.FILE_TOO_BIG),
            (10, b"MZ\x90", R.FILE_KIND),
            (10, b"<svg", R.FILE_KIND),
        ],
    )
    def test_content_decides_not_the_name(self, size, head, expected):
        if expected is None:
            assert rules.check_file("x.pdf", size, head)
        else:
            with pytest.raises(Refused) as refusal:
                rules.check_file("x.pdf", size, head)
            assert refusal.value.reason == expected


class TestBeds:
    def test_the_share_for_girls_parts_the_house(self):
        assert rules.bed_groups(120, 50) == [("girls", 60), ("others", 60)]
        assert rules.bed_groups(5, 50) == [("girls", 3), ("others", 2)]
        assert rules.bed_groups(448, None) == [("all", 448)]
        assert rules.bed_groups(None, None) == []

    def test_nobody_is_sent_to_the_others_beds(self):
        assert rules.bed_group("female", ["girls", "others"]) == "girls"
        assert rules.bed_group("male", ["girls", "others"]) == "others"
        assert rules.bed_group("male", ["all"]) == "all"
        assert rules.bed_group("male", ["girls"]) is None


class TestFlow:
    def test_every_state_can_be_reached(self):
        ends = {end for _starts, end in rules.APPLICATION.moves.values()} | {ApplicationState.DRAFT}
        assert ends == set(ApplicationState)

    def test_nothing_leaves_a_published_run(self):
        assert rules.RUN.verbs("published") == []
