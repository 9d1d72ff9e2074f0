"""What an apprenticeship contract must hold, and its life cycle.

Law 12-00 on apprenticeship, article 3: at least 80 % of the time in the company, and at least 10 % of complementary
training. The minimum age, the length, the number of apprentices a tutor follows and the delays are house values, after
common practice; a country sets its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.core.numbers import western
from takwin.people.rules import age_on
from takwin.training.choices.companies import CompanyReason as R
from takwin.training.choices.companies import ContractState as C
from takwin.training.choices.companies import ConventionState as V
from takwin.training.choices.companies import PlacementState as P

YOUNGEST = 15
SHARES = (80, 90)
MONTHS = (6, 36)
TUTOR_MOST = 3
REPLACE_WITHIN = timedelta(days=60)

CONVENTION = Flow(V, sign=({V.DRAFT}, V.SIGNED), end=({V.DRAFT, V.SIGNED}, V.ENDED))
PLACEMENT = Flow(
    P,
    begin=({P.PLANNED}, P.RUNNING),
    interrupt=({P.RUNNING}, P.INTERRUPTED),
    resume=({P.INTERRUPTED}, P.RUNNING),
    evaluate=({P.RUNNING, P.INTERRUPTED}, P.DONE),
    cancel=({P.PLANNED}, P.CANCELLED),
)
CONTRACT = Flow(
    C,
    sign=({C.DRAFT}, C.SIGNED),
    register=({C.SIGNED}, C.REGISTERED),
    amend=({C.SIGNED, C.REGISTERED}, C.REGISTERED),
    suspend=({C.REGISTERED}, C.SUSPENDED),
    resume=({C.SUSPENDED}, C.REGISTERED),
    give_up=({C.DRAFT, C.SIGNED, C.REGISTERED}, C.CANCELLED),
    terminate=({C.SIGNED, C.REGISTERED, C.SUSPENDED}, C.BROKEN),
    replace=({C.BROKEN}, C.REPLACED),
    lapse=({C.BROKEN}, C.LAPSED),
    restore_contract=({C.LAPSED}, C.BROKEN),
    complete_contract=({C.REGISTERED}, C.COMPLETED),
)
# What takes a place in a company and a tutor's time.
OPEN = (C.DRAFT, C.SIGNED, C.REGISTERED, C.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is checked before a contract is signed."""

    born_on: date
    first_on: date
    last_on: date
    share: int
    tutor: str


def months(first: date, last: date) -> int:
    """Whole months of a contract, the last day counted.

    >>> months(date(2024, 9, 16), date(2025, 3, 15))
    6
    """
    after = last + timedelta(days=1)
    return (after.year - first.year) * 12 + after.month - first.month - (after.day < first.day)


def faults(terms: Terms) -> list[Refused]:
    """Everything that forbids these terms, each with its reason; empty when they are lawful."""
    found = []
    if terms.last_on < terms.first_on:
        found.append(Refused(R.BAD_DATES, "last_on"))
    elif not MONTHS[0] <= months(terms.first_on, terms.last_on) <= MONTHS[1]:
        length = months(terms.first_on, terms.last_on)
        found.append(Refused(R.TOO_SHORT, "last_on", least=MONTHS[0], most=MONTHS[1], months=length))
    if (age := age_on(terms.born_on, terms.first_on)) < YOUNGEST:
        found.append(Refused(R.TOO_YOUNG, "first_on", least=YOUNGEST, age=age))
    if not SHARES[0] <= terms.share <= SHARES[1]:
        found.append(Refused(R.SHARE, "share", least=SHARES[0], most=SHARES[1], share=terms.share))
    if not terms.tutor.strip():
        found.append(Refused(R.NO_TUTOR, "tutor"))
    return found


def normalize_ice(text: str) -> str:
    """A company number without its spaces. Refused: anything but 15 digits; empty stays empty."""
    digits = western("".join(text.split()))
    if digits and not (len(digits) == 15 and digits.isascii() and digits.isdecimal()):
        raise Refused(R.BAD_ICE, "ice", value=text)
    return digits
