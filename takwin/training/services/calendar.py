"""Hours of the day from a table, holidays and Ramadan from well-kept libraries, terms of a season."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import holidays
from django.db import transaction
from django.utils import timezone
from hijridate import Gregorian, Hijri

from takwin.core.csv_loader import Counts, Row, Upsert, read
from takwin.offer.models import Season
from takwin.training.choices import DayKind
from takwin.training.models import CalendarDay, Period, Term
from takwin.training.rules.weeks import DAYS, HOURS

LANGUAGES = ("ar", "fr", "en_US")
# First and last Monday-to-Sunday weeks of the two terms, in weeks from the first day; a house value.
TERM_WEEKS = ((0, 19), (20, 38))


def load_periods(path: Path) -> Counts:
    """Hours of the day from a table `plan,weekday,hour,from,to`. Raises TableError with the line."""
    key = ("plan", "weekday", "hour")
    rows = Upsert(Period, key=key)
    for row in read(path, (*key, "from", "to"), key):
        rows.add(
            plan=row.needed("plan"), weekday=row.integer("weekday", 0, DAYS - 1),
            hour=row.integer("hour", 0, HOURS - 1), from_time=_time(row, "from"), to_time=_time(row, "to"),
        )  # fmt: skip
    return rows.write("periods")


def _time(row: Row, column: str) -> time:
    try:
        return time.fromisoformat(row.needed(column))
    except ValueError:
        raise row.fail(column, f"{row.text(column)!r} is not a time such as 08:30") from None


def load_calendar(year: int) -> int:
    """Public holidays of a year and its Ramadan; returns how many periods were added. Idempotent.

    Lunar days are computed (Umm al-Qura), a day sooner or later than what is seen: they are marked as not sure, and
    the support desk corrects them.
    """
    found = {code: holidays.country_holidays("MA", years=year, language=code) for code in LANGUAGES}
    made = 0
    with transaction.atomic():
        for on, name in found["ar"].items():
            sure = "estimated" not in found["en_US"][on]
            names = [text.split(" (")[0] for text in (name, found["fr"][on], found["en_US"][on])]
            made += _period(DayKind.HOLIDAY, on, on, names, sure)
        for first in _ramadans(year):
            last = first + timedelta(days=ramadan_days(first) - 1)
            made += _period(DayKind.RAMADAN, first, last, ["رمضان", "Ramadan", "Ramadan"], False)
    return made


def _period(kind: str, first: date, last: date, names: list[str], sure: bool) -> bool:
    words = dict(zip(("name_ar", "name_fr", "name_en"), names, strict=True))
    facts = {"last_on": last, "sure": sure, "note": "computed", **words}
    return CalendarDay.objects.get_or_create(kind=kind, first_on=first, defaults=facts)[1]


def _ramadans(year: int) -> list[date]:
    """First days of the Ramadans that begin in a year: one, rarely two."""
    hijri = year - 579
    days = [Hijri(hijri_year, 9, 1).to_gregorian() for hijri_year in (hijri - 1, hijri, hijri + 1)]
    return [date(on.year, on.month, on.day) for on in days if on.year == year]


def ramadan_days(first: date) -> int:
    """29 or 30: the days of the Ramadan that begins on a day, by the Umm al-Qura calendar."""
    return int(Gregorian.fromdate(first).to_hijri().month_length())


def ensure_calendar(today: date | None = None) -> int:
    """Load the holidays of this year and the next where they were not; called by the clock."""
    year = (today or timezone.localdate()).year
    made = 0
    for calendar_year in (year, year + 1):
        if not CalendarDay.objects.filter(kind=DayKind.HOLIDAY, first_on__year=calendar_year).exists():
            made += load_calendar(calendar_year)
    return made


def make_terms(season: Season) -> list[Term]:
    """The two terms of a season, from the day its training begins. Idempotent."""
    first = season.first_year_starts_on or season.starts_on or date(int(season.code[:4]), 9, 15)
    out = []
    for number, (begin, end) in enumerate(TERM_WEEKS, 1):
        monday = first - timedelta(days=first.weekday())
        dates = {
            "starts_on": first if number == 1 else monday + timedelta(weeks=begin),
            "ends_on": monday + timedelta(weeks=end, days=5),
        }
        out.append(Term.objects.get_or_create(season=season, number=number, defaults=dates)[0])
    return out
