"""What a lawful identity is."""

import re
import unicodedata
from datetime import date

from takwin.core.errors import Refused
from takwin.core.numbers import western
from takwin.core.text import clean
from takwin.people.choices import PeopleReason

CIN = re.compile(r"^[A-Z]{1,2}[0-9]{4,6}\Z")
YOUNGEST = 12  # years: the lowest age any access rule asks for (data/reference/access.csv)
OLDEST = 100  # years
SCRIPTS = ("ARABIC LETTER", "LATIN ", "TIFINAGH LETTER")
MARKS = ("ARABIC ", "COMBINING ", "TIFINAGH ")
JOINTS = " -'"
MOST_MARKS = 3  # on one letter: shadda, a vowel and one more; a name under a heap of marks is nobody's
# Tatweel, joiners and direction marks are typed by keyboards and seen by nobody.
ONE_WRITING = str.maketrans(
    dict.fromkeys("’ʼ‘ʿʾ`´", "'") | dict.fromkeys("‐‑–", "-") | dict.fromkeys("ـ\u200c\u200d\u200e\u200f", "")
)


def normalize_cin(text: str) -> str:
    """A national card number in one writing, whatever digits it was typed in; empty stays empty."""
    value = re.sub(r"[\s.-]", "", western(clean(text or ""))).upper()
    if value and not CIN.match(value):
        raise Refused(PeopleReason.BAD_CIN, "cin")
    return value


def normalize_name(text: str, field: str) -> str:
    """A name in one writing: composed signs, single spaces, plain apostrophes and hyphens, no tatweel.

    Refused: anything but Arabic, Latin and Tifinagh letters with their marks, and fewer than two letters.
    """
    value = " ".join(unicodedata.normalize("NFC", text or "").translate(ONE_WRITING).split())
    letters = marks = 0
    for place, sign in enumerate(value):
        kind, name = unicodedata.category(sign), unicodedata.name(sign, "")
        if kind[0] == "L" and name.startswith(SCRIPTS):
            letters, marks = letters + 1, 0
        elif kind == "Mn" and name.startswith(MARKS) and letters and marks < MOST_MARKS:
            marks += 1
        elif sign not in JOINTS or place in {0, len(value) - 1} or value[place - 1] in JOINTS:
            raise Refused(PeopleReason.BAD_NAME, field)
    if letters < 2:
        raise Refused(PeopleReason.BAD_NAME, field)
    return value


def check_birth(born_on: date, today: date) -> None:
    """Refuse a birth in the future, more than a century ago, or too recent for any programme."""
    if born_on > today:
        raise Refused(PeopleReason.BORN_IN_FUTURE, "born_on")
    if born_on.year < today.year - OLDEST:
        raise Refused(PeopleReason.TOO_OLD, "born_on")
    if age_on(born_on, today) < YOUNGEST:
        raise Refused(PeopleReason.TOO_YOUNG, "born_on", age=YOUNGEST)


def age_on(born_on: date, day: date) -> int:
    """Whole years; a person born on 29 February grows older on 1 March of common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
