"""Identity."""

from datetime import date

import pytest

from takwin.core.errors import Refused
from takwin.people.choices import PeopleReason as R
from takwin.people.rules import age_on, check_birth, tidy_cin


@pytest.mark.parametrize(
    ("typed", "kept"), [("ab 123456", "AB123456"), ("D-1234", "D1234"), ("ab ١٢٣٤٥٦", "AB123456"), ("", "")]
)
def test_a_card_number_has_one_writing(typed, kept):
    assert tidy_cin(typed) == kept


@pytest.mark.parametrize("typed", ["123456", "ABC123456", "AB123", "AB1234567", "أب123456"])
def test_a_wrong_card_number_is_refused(typed):
    with pytest.raises(Refused) as refusal:
        tidy_cin(typed)
    assert refusal.value.reason == R.BAD_CIN


@pytest.mark.parametrize(("born", "reason"), [(date(2030, 1, 1), R.BORN_IN_FUTURE), (date(1900, 1, 1), R.TOO_OLD)])
def test_an_impossible_birth_is_refused(born, reason):
    with pytest.raises(Refused) as refusal:
        check_birth(born, date(2024, 9, 1))
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2004, 9, 1), date(2024, 9, 1), 20),
        (date(2004, 9, 2), date(2024, 9, 1), 19),
        (date(2004, 2, 29), date(2023, 2, 28), 18),
        (date(2004, 2, 29), date(2023, 3, 1), 19),
    ],
)
def test_ages_are_whole_years(born, day, age):
    assert age_on(born, day) == age
