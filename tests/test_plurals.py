"""A sentence agrees with its count: six forms in Arabic, two in French; days and decimals are words."""

from datetime import date

import pytest
from django.utils.translation import override

from takwin.admissions.choices import AdmissionReason
from takwin.core.errors import Refused
from takwin.guidance.choices import GuidanceReason
from takwin.offer.choices import OfferReason


@pytest.mark.parametrize(
    "language, missing, sentence",
    [
        ("en", 1, "1 question has no answer yet. Your answers are kept."),
        ("en", 2, "2 questions have no answer yet. Your answers are kept."),
        ("fr", 1, "1 question reste sans réponse. Vos réponses sont gardées."),
        ("fr", 2, "2 questions restent sans réponse. Vos réponses sont gardées."),
        ("ar", 1, "بقي بلا جواب: سؤال واحد. أجوبتك محفوظة."),
        ("ar", 2, "بقي بلا جواب: سؤالان. أجوبتك محفوظة."),
        ("ar", 3, "بقي بلا جواب: 3 أسئلة. أجوبتك محفوظة."),
        ("ar", 11, "بقي بلا جواب: 11 سؤالا. أجوبتك محفوظة."),
        ("ar", 100, "بقي بلا جواب: 100 سؤال. أجوبتك محفوظة."),
        ("ar", 103, "بقي بلا جواب: 103 أسئلة. أجوبتك محفوظة."),
    ],
)
def test_a_refusal_agrees_with_its_count(language, missing, sentence):
    refusal = Refused(GuidanceReason.UNFINISHED, missing=missing)
    with override(language):
        assert str(refusal) == sentence


def test_one_refusal_speaks_to_each_reader_with_the_same_count():
    refusal = Refused(AdmissionReason.TOO_MANY_WISHES, limit=1)
    with override("fr"):
        assert str(refusal).startswith("Vous avez 1 vœu, ")
    with override("ar"):
        assert str(refusal).startswith("لك اختيار واحد، ")


def test_a_count_among_other_facts_chooses_the_form():
    with override("fr"):
        assert str(Refused(OfferReason.ABOVE_CAPACITY, seats=1, capacity=0)).startswith("1 place dépasse")
        assert str(Refused(OfferReason.ABOVE_CAPACITY, seats=9, capacity=8)).startswith("9 places dépassent")


@pytest.mark.parametrize(
    "language, words", [("ar", "يوم 31 دجنبر 2026"), ("fr", "le 31 décembre 2026"), ("en", "on 31 December 2026")]
)
def test_a_day_of_a_refusal_is_written_as_the_reader_writes_it(language, words):
    refusal = Refused(AdmissionReason.TOO_YOUNG, age=15, own=14, day=date(2026, 12, 31))
    with override(language):
        assert words in str(refusal)
        assert "2026-12-31" not in str(refusal)
