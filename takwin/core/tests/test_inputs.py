"""What people type: numbers in any digits, days within a window, texts cleaned of what no name holds."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takwin.core import tokens
from takwin.core.dates import parse_day, parse_month
from takwin.core.numbers import parse_decimal, parse_int, western
from takwin.core.refs import make_ref, normalize_ref
from takwin.core.text import clean, clean_deep, csv_safe, is_hostile

ANYTHING = st.text(alphabet=st.characters(), max_size=40)  # lone surrogates included


class TestWholeNumbers:
    @pytest.mark.parametrize(
        ("typed", "value"),
        [("15", 15), ("١٥", 15), ("۱۵", 15), ("１５", 15), (" 414 800 ", 414800), ("٤١٤٬٨٠٠", 414800), ("-3", -3),
         ("−3", -3), ("+7", 7), ("007", 7), ("1\u202f000", 1000), ("\u200f١٢\u200e", 12), (12, 12), ("0", 0)],
    )  # fmt: skip
    def test_any_digits_are_read(self, typed, value):
        assert parse_int(typed) == value

    @pytest.mark.parametrize(
        "typed",
        ["", " ", "²", "1²", "½", "Ⅻ", "五", "1e3", "1.5", "0x10", "1_000", "--1", "9" * 21, "9" * 5000, "٩" * 5000,
         "a", "\x00", "1\x00", "\ud800", None, True, [], "NaN", "∞", "=1"],
    )  # fmt: skip
    def test_anything_else_is_no_number(self, typed):
        assert parse_int(typed) is None

    def test_bounds_are_kept(self):
        assert [parse_int(text, least=1, most=10) for text in ("0", "1", "10", "11", "-1")] == [
            None,
            1,
            10,
            None,
            None,
        ]

    @given(ANYTHING)
    def test_nothing_breaks_it(self, typed):
        for parse in (parse_int, parse_decimal, parse_day, parse_month):
            parse(typed)


class TestDecimals:
    @pytest.mark.parametrize("typed", ["15.5", "15,5", "١٥٫٥", "١٥,٥", "١٥.٥", "١٥،٥", "۱۵٫۵", " 15,50 ", "+15.5"])
    def test_each_writing_of_a_mark(self, typed):
        assert parse_decimal(typed) == Decimal("15.5")

    @pytest.mark.parametrize(
        "typed", ["", ".", ",", "15.", "1,5,5", "1.5,5", "1e2", "NaN", "Infinity", "-inf", "²", "1/2", "9" * 40, None]
    )
    def test_anything_else_is_no_number(self, typed):
        assert parse_decimal(typed) is None

    def test_bounds_are_kept(self):
        assert parse_decimal("20.01", most=20) is None
        assert parse_decimal("-0,01", least=0) is None


class TestDays:
    @pytest.mark.parametrize("typed", ["2026-11-24", "٢٠٢٦-١١-٢٤", " 2026-11-24 "])
    def test_a_day_in_any_digits(self, typed):
        assert parse_day(typed) == date(2026, 11, 24)

    @pytest.mark.parametrize(
        "typed",
        ["9999-12-31", "0001-01-01", "1899-12-31", "2201-01-01", "2026-02-30", "2026-W10-1", "20261124", "2026-11",
         "", "x" * 10, "2026-11-24T00:00", None, "٠٠٠١-٠١-٠١", "²026-11-24"],
    )  # fmt: skip
    def test_what_would_overflow_or_is_no_day(self, typed):
        assert parse_day(typed) is None

    def test_months(self):
        assert parse_month("2026-11") == parse_month("٢٠٢٦-١١") == date(2026, 11, 1)
        assert [parse_month(text) for text in ("9999-12", "2026-13", "", "0001-01", None)] == [None] * 5


class TestText:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [("A\x01B", "AB"), ("A\x00B", "AB"), ("\u202eمحمد", "محمد"), ("a\u2066b\u2069", "ab"), ("e\u0301", "é"),
         ("\ud800x", "x"), ("x\ufffe\uffff\U0001fffe", "x"), ("a\r\nb\rc\u2028d", "a\nb\nc\nd"), ("a\tb", "a\tb"),
         ("a\u200bb\ufeff", "ab"), ("نیم\u200cفاصله", "نیم\u200cفاصله"), ("\u200fأ", "\u200fأ"), ("a\x85b", "a\nb")],
    )  # fmt: skip
    def test_what_no_name_holds_is_removed(self, given, kept):
        assert clean(given) == kept

    def test_one_line(self):
        assert clean("a\r\nb\tc", lines=False) == "a b c"

    @given(ANYTHING)
    def test_a_clean_text_can_be_kept_and_written_anywhere(self, given):
        kept = clean(given)
        assert clean(kept) == kept == unicodedata.normalize("NFC", kept)
        assert kept.encode().decode() == kept
        assert not is_hostile(kept)
        assert not any(unicodedata.category(sign) == "Cc" for sign in kept if sign not in "\n\t")

    def test_a_whole_document(self):
        assert clean_deep({"a\x00": ["b\x01", 1, None, {"c": "d\ud800"}]}) == {"a": ["b", 1, None, {"c": "d"}]}
        nested: list = []
        for _level in range(200):
            nested = [nested]
        with pytest.raises(ValueError, match="deep"):
            clean_deep(nested)

    @pytest.mark.parametrize("cell", [" =1+1", "\t=1", "\n=1", "\x01=1", "\u202e=1", "＝1", "\u00a0@x", "\u200b=1"])
    def test_a_formula_behind_a_sign_nobody_sees(self, cell):
        assert csv_safe(cell).startswith("'")


def test_digits_of_any_script_in_references():
    ref = make_ref("DIP", 123456)
    arabic = ref.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert normalize_ref(f" {arabic.lower()}\u200f") == ref
    assert western("A٣ب²") == "A3ب²"


@pytest.mark.parametrize("address", ["é" * 21, "٣" * 21, "", "\x00" * 21, "a\ud800" * 12, "x" * 5000])
def test_a_signed_address_of_any_text_is_no_address(address):
    assert tokens.read(address, "APT", "appointment") is None
