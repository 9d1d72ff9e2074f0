"""What a lawful identity is."""

import re
from datetime import date

from takwin.core.errors import Refused
from takwin.core.numbers import western
from takwin.core.text import clean
from takwin.people.choices import PeopleReason

CIN = re.compile(r"^[A-Z]{1,2}[0-9]{4,6}\Z")


def tidy_cin(text: str) -> str:
    """A national card number in one writing, whatever digits it was typed in; empty stays empty."""
    value = re.sub(r"[\s.-]", "", western(clean(text or ""))).upper()
    if value and not CIN.match(value):
        raise Refused(PeopleReason.BAD_CIN, "cin")
    return value


def check_birth(born_on: date, today: date) -> None:
    """Refuse a birth in the future or more than a century ago."""
    if born_on > today:
        raise Refused(PeopleReason.BORN_IN_FUTURE, "born_on")
    if born_on.year < today.year - 100:
        raise Refused(PeopleReason.TOO_OLD, "born_on")


def age_on(born_on: date, day: date) -> int:
    """Whole years; a person born on 29 February grows older on 1 March of common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
