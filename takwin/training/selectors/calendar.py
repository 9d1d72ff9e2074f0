"""Hours of the day, terms and days off."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.utils import timezone

from takwin.offer.models import Season
from takwin.training.choices import DayKind
from takwin.training.models import CalendarDay, Period, Term
from takwin.training.rules.weeks import DAYS, HOURS, Span, WeekPeriods

USUAL = "usual"


def week_periods(plan: str = USUAL) -> WeekPeriods:
    """When the hours of a plan of the day begin and end; the whole week from 8 where no table was loaded."""
    rows = {(row.weekday, row.hour): (row.from_time, row.to_time) for row in Period.objects.filter(plan=plan)}
    if not rows:
        rows = {(day, hour): (time(8 + hour), time(9 + hour)) for day in range(DAYS) for hour in range(HOURS)}
    return WeekPeriods(tuple(tuple(rows.get((day, hour)) for hour in range(HOURS)) for day in range(DAYS)))


def periods_between(first: date, last: date) -> list[tuple[Span, WeekPeriods]]:
    """The hours of the day for each span of days between two: Ramadan's in Ramadan, the usual ones otherwise."""
    usual, special = week_periods(), week_periods(DayKind.RAMADAN)
    out = [
        (Span(row.first_on, row.last_on), special)
        for row in CalendarDay.objects.filter(kind=DayKind.RAMADAN, first_on__lte=last, last_on__gte=first)
    ]
    return [*out, (Span(first, last), usual)]


def periods_on(plans: list[tuple[Span, WeekPeriods]], on: date) -> WeekPeriods:
    return next(periods for span, periods in plans if on in span)


def days_off(first: date, last: date) -> list[Span]:
    """Holidays that touch the days between two."""
    rows = CalendarDay.objects.exclude(kind=DayKind.RAMADAN).filter(first_on__lte=last, last_on__gte=first)
    return [Span(row.first_on, row.last_on) for row in rows]


def holiday_between(first: date, last: date) -> CalendarDay | None:
    """The public holiday of the days between two, if any."""
    return CalendarDay.objects.filter(kind=DayKind.HOLIDAY, first_on__lte=last, last_on__gte=first).first()


def term_now(season: Season | None, today: date | None = None) -> Term | None:
    """The term of a season that is running, else the next one, else the last."""
    if season is None:
        return None
    today = today or timezone.localdate()
    terms = list(Term.objects.filter(season=season).order_by("number"))
    return next((row for row in terms if row.ends_on >= today), terms[-1] if terms else None)


def terms(season: Season) -> list[Term]:
    return list(Term.objects.filter(season=season).order_by("number"))


def working_day(today: date, off: list[Span]) -> date:
    """Today, or the next day of training."""
    while today.weekday() >= DAYS or any(today in span for span in off):
        today += timedelta(days=1)
    return today
