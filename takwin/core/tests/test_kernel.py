"""The kernel keeps its promises without a database."""

from datetime import UTC, datetime

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from takwin.core import dates, messages, money, refs, text
from takwin.core.choices import States
from takwin.core.errors import Refused
from takwin.core.fields import matching
from takwin.core.flow import Flow
from takwin.core.numbers import number, percent


class Light(States):
    RED = "red", "bad", "Red"
    GREEN = "green", "good", "Green"


LIGHT = Flow(Light, go=({Light.RED}, Light.GREEN), stop=({Light.GREEN}, Light.RED))


class TestFlow:
    def test_a_state_carries_its_value_label_and_tone(self):
        assert Light.values == ["red", "green"]
        assert (Light("red").tone, Light.RED.label) == ("bad", "Red")

    def test_a_move_outside_the_table_is_refused_with_the_state(self):
        assert LIGHT.target("go", "red") == "green"
        assert LIGHT.verbs("green") == ["stop"]
        with pytest.raises(Refused) as refusal:
            LIGHT.target("go", "green")
        assert "Green" in str(refusal.value)


class TestReferences:
    @given(st.integers(0, 31**8 - 1))
    def test_every_reference_is_well_formed(self, n):
        assert refs.is_ref(refs.make_ref("ADM", n), "ADM")

    @given(st.integers(0, 31**8 - 1), st.integers(0, 7), st.sampled_from(refs.SIGNS))
    def test_one_wrong_sign_is_always_caught(self, n, at, sign):
        ref = refs.make_ref("ADM", n)
        body = ref[4:12]
        wrong = body[:at] + sign + body[at + 1 :]
        assert refs.is_ref(f"ADM-{wrong}-{ref[-1]}") == (wrong == body)

    @given(st.integers(0, 31**8 - 1), st.integers(0, 6))
    def test_two_neighbours_swapped_are_always_caught(self, n, at):
        ref = refs.make_ref("ADM", n)
        body = ref[4:12]
        wrong = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
        assert refs.is_ref(f"ADM-{wrong}-{ref[-1]}") == (wrong == body)

    def test_what_was_dictated_is_tidied(self):
        ref = refs.make_ref("ADM", 10**9)
        assert refs.normalize_ref(" " + ref.lower().replace("1", "l") + " ") == ref
        arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
        assert refs.normalize_ref(ref.translate(arabic).replace("-", "–") + "\u200f") == ref


class TestText:
    @pytest.mark.parametrize(
        ("typed", "folded"),
        [
            ("مُسَاعِد صَيْدَلِيّ", "مساعد صيدلي"),
            ("الإقامة", "الاقامه"),
            ("مؤسســـة", "موسسه"),
            ("مستشفى", "مستشفي"),
            ("کتاب فارسی", "كتاب فارسي"),
            ("٢٠٢٤", "2024"),
            ("Béni  Mellal", "beni mellal"),
            ("Fès‎", "fes"),
            ("أڭادير", "اكادير"),
            ("ݣلميم", "كلميم"),
        ],
    )
    def test_spellings_fold_together(self, typed, folded):
        assert text.fold(typed) == folded

    @given(st.text())
    def test_folding_twice_is_folding_once(self, raw):
        assert text.fold(text.fold(raw)) == text.fold(raw)

    @pytest.mark.parametrize(
        ("stored", "query"),
        [
            ("تقني مساعد صيدلي", "مساعد صيدلي"),
            ("المطعمة والفندقة", "فندقة"),
            ("الصناعة التقليدية", "صناعه تقليديه"),
            ("Technicien en pharmacie", "techniciens pharmacie"),
            ("المتدربون", "متدربين"),
            ("Hôtellerie", "hotel"),
            ("عبد الرحمان العلوي", "عبدالرحمان"),
            ("عبدالرحمان العلوي", "عبد الرحمان"),
            ("عبد الرحمان", "عبد الرحمن"),
            ("عبدالرحمن", "عبد الرحمان"),
            ("زكرياء", "زكريا"),
            ("عائشة", "عايشة"),
            ("رؤوف", "رءوف"),
            ("أيت لحسن", "ايتلحسن"),
            ("بن علي", "بنعلي"),
            ("بنعلي", "بن علي"),
            ("علي حجي", "علي"),
            ("أكادير", "أڭادير"),
            ("ڭلميم", "كلميم"),
            ("القنيطرة", "الڭنيطرة"),
            ("Mohammed", "Mohamed"),
            ("Youssef", "Yousef"),
            ("Abderrahmane", "abd errahmane"),
            ("El Idrissi", "elidrissi"),
            ("Benali", "Ben Ali"),
            ("Langage C", "c"),
            ("الوحدة ٣", "3"),
        ],
    )
    def test_a_query_finds_its_word(self, stored, query):
        assert text.terms(query)
        assert all(any(form in text.index_text(stored) for form in forms) for forms in text.terms(query))

    @pytest.mark.parametrize(("stored", "query"), [("Coiffure", "c"), ("صيدلي", "ص"), ("Section 30", "3")])
    def test_one_sign_is_a_whole_word(self, stored, query):
        assert not any(form in text.index_text(stored) for forms in text.terms(query) for form in forms)

    @pytest.mark.parametrize("query", ["😀😀", "!!", "de la", "في"])
    def test_a_query_without_a_word_finds_nothing(self, query):
        assert text.terms(query) == []
        assert matching("search_text", query) == Q(pk__in=())
        assert matching("search_text", " ") == Q()

    def test_a_long_query_is_bounded(self):
        assert len(text.terms(" ".join(f"mot{n}" for n in range(50)))) == text.MOST_TERMS

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
    def test_a_cell_that_would_run_is_neutralised(self, cell):
        assert text.csv_safe(cell) == "'" + cell


class TestFigures:
    def test_numbers_are_written_alike_in_arabic_and_french(self):
        assert number(414800, "ar") == number(414800, "fr") == "414\u202f800"
        assert number(15.12, "ar", 2) == "15,12"
        assert number(414800, "en") == "414,800"
        assert percent(0.634, "ar", 1) == "63,4%"

    def test_months_have_their_moroccan_names(self):
        assert dates.day("2024-09-04", "ar") == "4 شتنبر 2024"
        assert dates.day("2024-09", "ar") == "شتنبر 2024"
        assert dates.day("2024-09-04", "fr") == "4 septembre 2024"

    def test_the_first_of_a_month_is_an_ordinal_in_french_alone(self):
        assert dates.day("2027-09-01", "fr") == "1er septembre 2027"
        assert dates.day("2027-09-01", "fr", "EEEE d MMMM y") == "mercredi 1er septembre 2027"
        assert dates.day("2027-09-11", "fr") == "11 septembre 2027"
        assert dates.day("2027-09", "fr") == "septembre 2027"
        assert dates.day("2027-09-01", "ar") == "1 شتنبر 2027"
        evening = datetime(2027, 8, 31, 23, 30, tzinfo=UTC)  # half past midnight on the first, in Casablanca
        assert dates.moment(evening, "fr") == "mercredi 1er septembre 2027, 00:30"

    def test_amounts_are_whole_centimes(self):
        assert money.centimes_from_mdh("82.7") == 8_270_000_000
        assert money.mdh(8_270_000_000) == money.Decimal("82.7")
        for bad in ("x", "0.000000001"):
            with pytest.raises(ValueError, match="amount|centime"):
                money.centimes_from_mdh(bad)

    def test_an_arabic_sms_has_seventy_signs_a_segment(self):
        assert messages.segments("ا" * 70) == 1
        assert messages.segments("ا" * 71) == 2
        assert messages.segments("a" * 160) == 1
        assert messages.segments("ا" * 135) == 3
