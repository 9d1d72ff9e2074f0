"""The week of a centre: its grid, how hours are cut into sessions, and which dates a session falls on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from takwin.core.errors import Refused
from takwin.training.choices import TrainingReason, Weeks

DAYS = 6  # Monday to Saturday
HOURS = 8
NOON = 4  # hours 0 to 3 are the morning
LONGEST = 4
SLOTS = DAYS * HOURS
# Bits of the kinds of week in the engine: 1 for weeks A, 2 for weeks B.
MASKS = {Weeks.ALL: 3, Weeks.A: 1, Weeks.B: 2}


def slot(day: int, hour: int) -> int:
    return day * HOURS + hour


def sessions(hours: int, length: int) -> list[int]:
    """Weekly hours cut into sessions of a length, the rest in one shorter session.

    >>> sessions(5, 2)
    [2, 2, 1]

    Refused: lengths out of 1 to 4, hours out of 1 to 40.
    """
    if not 1 <= length <= LONGEST or not 1 <= hours <= 40:
        raise Refused(TrainingReason.HOURS_SPLIT, "length", hours=hours, length=length)
    return [length] * (hours // length) + ([hours % length] if hours % length else [])


def fits_day(start: int, length: int) -> bool:
    """Whether a session that begins at a slot ends before noon, or before the day does."""
    hour = start % HOURS
    return 0 <= start < SLOTS and hour + length <= (NOON if hour < NOON else HOURS)


def week_kind(on: date, first: date) -> str:
    """A or B: weeks take turns from the Monday of the term's first week, which is A."""
    weeks = (monday(on) - monday(first)).days // 7
    return Weeks.B if weeks % 2 else Weeks.A


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


@dataclass(frozen=True, slots=True)
class Span:
    """Days from one to another, both counted."""

    first: date
    last: date

    def __contains__(self, on: date) -> bool:
        return self.first <= on <= self.last


def dates(start: int, weeks: str, term: Span, off: Iterable[Span]) -> Iterator[date]:
    """The days on which a weekly session is held: its weekday, in its weeks, in the term, not on days off."""
    free = list(off)
    on = monday(term.first) + timedelta(days=start // HOURS)
    while on <= term.last:
        in_week = weeks == Weeks.ALL or week_kind(on, term.first) == weeks
        if on >= term.first and in_week and not any(on in span for span in free):
            yield on
        on += timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekPeriods:
    """When each hour of the day begins and ends, for each weekday; None where the centre is closed."""

    times: tuple[tuple[tuple[time, time] | None, ...], ...]

    def of(self, start: int, length: int) -> tuple[time, time] | None:
        """From when to when a session lasts."""
        day, hour = divmod(start, HOURS)
        rows = [self.times[day][at] for at in range(hour, hour + length)]
        first, last = rows[0], rows[-1]
        return (first[0], last[1]) if first and last else None

    @property
    def closed(self) -> frozenset[int]:
        """Slots when nobody is taught: Friday noon, Saturday afternoon."""
        return frozenset(
            slot(day, hour) for day, row in enumerate(self.times) for hour, times in enumerate(row) if times is None
        )
