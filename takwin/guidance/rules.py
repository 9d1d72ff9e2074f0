"""Scoring of the test, item statistics, slots of a day, life cycles: no query, no clock, no request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.guidance.choices import AppointmentState as A
from takwin.guidance.choices import CaseState as C
from takwin.guidance.choices import GuidanceReason as R
from takwin.guidance.choices import HandOverState as H
from takwin.guidance.choices import Liking
from takwin.guidance.choices import OpenDayState as D
from takwin.guidance.choices import RegistrationState as G

APPOINTMENT = Flow(
    A,
    confirm_hold=({A.HELD}, A.BOOKED),
    expire_hold=({A.HELD}, A.CANCELLED),
    promote=({A.WAITING}, A.BOOKED),
    attend=({A.BOOKED, A.MISSED}, A.ATTENDED),
    miss=({A.BOOKED, A.ATTENDED}, A.MISSED),
    cancel=({A.WAITING, A.BOOKED, A.HELD}, A.CANCELLED),
)
CASE = Flow(C, end=({C.OPEN}, C.CLOSED), reopen_case=({C.CLOSED}, C.OPEN))
HAND_OVER = Flow(H, take=({H.OFFERED}, H.TAKEN), turn_down=({H.OFFERED}, H.DECLINED), recall=({H.OFFERED}, H.RECALLED))
OPEN_DAY = Flow(
    D, hold=({D.PLANNED}, D.HELD), call_off=({D.PLANNED}, D.CANCELLED), reopen_day=({D.HELD, D.CANCELLED}, D.PLANNED)
)
REGISTRATION = Flow(
    G, mark_came=({G.REGISTERED}, G.CAME), unmark=({G.CAME}, G.REGISTERED), unregister=({G.REGISTERED}, G.CANCELLED)
)

SCALES = "RIASEC"
PER_SCALE = 8
ITEMS = len(SCALES) * PER_SCALE
HIGHEST = 2 * PER_SCALE
BLANK = "-"
RESPONDENTS = 100  # item statistics say nothing below this number
WEEKS_AHEAD = 6
LEAD = timedelta(hours=1)  # nobody is promoted into a time that begins sooner
REMIND = timedelta(hours=24)
DAYS_MEASURED = 30
HOLD = timedelta(minutes=10)  # a place is kept so long while its number is confirmed
MOST_HELD = 40  # places kept at a centre at once: a class behind one address; beyond, nothing is kept before the code
MOST_A_NUMBER = 6  # appointments to come for one number: a mother books for her children
NUMBER_STAYS = timedelta(minutes=30)  # a confirmed number in a session: a browser may be shared
CODE_SIGNS = 6
CODE_TRIES = 5


def fill(answers: str, changes: dict[int, str]) -> str:
    """Answers with some items (1 to 48) changed. Refuses an unknown item or answer."""
    signs = list(answers or BLANK * ITEMS)
    for item, value in changes.items():
        if not 1 <= item <= ITEMS or value not in Liking.values:
            raise Refused(R.BAD_ANSWER, value=value, item=item)
        signs[item - 1] = value
    return "".join(signs)


def scores(answers: str) -> list[int]:
    """The published rule: items come in turn R I A S E C; each gives 0, 1 or 2; a scale is the sum of its eight.

    Six numbers from 0 to 16. Refuses answers with a gap: a half-finished test is never scored.
    """
    if missing := answers.count(BLANK) + ITEMS - len(answers):
        raise Refused(R.UNFINISHED, missing=missing)
    return [sum(int(sign) for sign in answers[place :: len(SCALES)]) for place in range(len(SCALES))]


def letters(found: Sequence[float], count: int = 3) -> str:
    """The strongest types, strongest first, ties in the order R I A S E C: “SIA”."""
    order = sorted(range(len(SCALES)), key=lambda place: (-found[place], place))
    return "".join(SCALES[place] for place in order[:count])


def flat(found: Sequence[float]) -> bool:
    """Whether a profile is flat: less than a quarter of a scale between its highest and its lowest score."""
    return max(found) - min(found) < HIGHEST / 4


@dataclass(frozen=True, slots=True)
class ItemFigure:
    """One item: share of each answer, mean, standard deviation, and its correlation with the rest of its scale."""

    item: int
    scale: str
    no: float
    unsure: float
    yes: float
    mean: float
    deviation: float
    rest: float | None


def item_figures(answers: Iterable[str]) -> tuple[int, list[ItemFigure], dict[str, float | None]]:
    """(respondents, a figure an item, Cronbach's alpha a scale); nothing below 100 respondents.

    Alpha = k/(k-1) (1 - sum of item variances / variance of the sum), sample variances; None when nobody differs.
    """
    signs = np.frombuffer("".join(answers).encode(), dtype=np.uint8)
    table = (signs.reshape(-1, ITEMS) - ord("0")).astype(float)
    if len(table) < RESPONDENTS:
        return len(table), [], {}
    figures, alphas = [], {}
    for place, scale in enumerate(SCALES):
        part = table[:, place :: len(SCALES)]
        total = part.sum(axis=1)
        spread = total.var(ddof=1)
        own = part.var(axis=0, ddof=1).sum()
        alphas[scale] = float(PER_SCALE / (PER_SCALE - 1) * (1 - own / spread)) if spread else None
    for n in range(ITEMS):
        values = table[:, n]
        rest = table[:, n % len(SCALES) :: len(SCALES)].sum(axis=1) - values
        known = values.std() > 0 and rest.std() > 0
        no, unsure, yes = (float((values == sign).mean()) for sign in (0, 1, 2))
        link = float(np.corrcoef(values, rest)[0, 1]) if known else None
        deviation = float(values.std(ddof=1))
        figures.append(ItemFigure(n + 1, SCALES[n % 6], no, unsure, yes, float(values.mean()), deviation, link))
    return len(table), figures, alphas


@dataclass(frozen=True, slots=True)
class Pattern:
    """When someone receives: a weekday (0 Monday), from and to, minutes a slot, between two days."""

    weekday: int
    from_time: time
    to_time: time
    minutes: int
    first_on: date
    last_on: date | None = None


def check_pattern(pattern: Pattern) -> None:
    """Refuse hours without room for one slot, or whose last day comes first."""
    if _minutes(pattern.to_time) - _minutes(pattern.from_time) < pattern.minutes or pattern.minutes < 5:
        raise Refused(R.BAD_HOURS, "to_time")
    if pattern.last_on is not None and pattern.last_on < pattern.first_on:
        raise Refused(R.BAD_DATES, "last_on")


def _minutes(moment: time) -> int:
    return 60 * moment.hour + moment.minute


def overlap(a: Pattern, b: Pattern) -> bool:
    """Whether two patterns meet on some day."""
    days = (a.last_on is None or a.last_on >= b.first_on) and (b.last_on is None or b.last_on >= a.first_on)
    return days and a.weekday == b.weekday and a.from_time < b.to_time and b.from_time < a.to_time


def times(pattern: Pattern, begin: date, end: date) -> Iterator[tuple[date, time, time]]:
    """(day, from, to) of each slot from `begin` to `end`, both included; a slot that would pass the end is left."""
    day = max(begin, pattern.first_on)
    day += timedelta(days=(pattern.weekday - day.weekday()) % 7)
    last = min(end, pattern.last_on) if pattern.last_on else end
    while day <= last:
        at = _minutes(pattern.from_time)
        while at + pattern.minutes <= _minutes(pattern.to_time):
            until = at + pattern.minutes
            yield day, time(at // 60, at % 60), time(until // 60 % 24, until % 60)
            at = until
        day += timedelta(days=7)


def closed(starts_at: datetime, ends_at: datetime, closures: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether an exception covers part of a slot."""
    return any(begin < ends_at and starts_at < end for begin, end in closures)
