"""Dates the Moroccan way, by CLDR: «4 شتنبر 2024», never «4 سبتمبر»."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from takwin.core.numbers import western

CASABLANCA = ZoneInfo("Africa/Casablanca")
LOCALES = {"ar": "ar_MA", "fr": "fr", "en": "en_GB"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


# Days the house reckons with. Outside them a week before, a month after or a lunar calendar would overflow.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)


def in_window(value: date) -> bool:
    """Whether the house reckons with a day: 1900 to 2200."""
    return FIRST_DAY <= value <= LAST_DAY


def parse_day(text: object) -> date | None:
    """The day someone typed as 2026-11-24, in any digits; None for anything else and outside 1900-2200."""
    typed = western(text.strip()) if isinstance(text, str) and len(text) <= 20 else ""
    if not _DAY.fullmatch(typed):
        return None
    try:
        value = date.fromisoformat(typed)
    except ValueError:
        return None
    return value if in_window(value) else None


def parse_month(text: object) -> date | None:
    """The first day of the month someone typed as 2026-11; None for anything else and outside 1900-2200."""
    return parse_day(f"{text.strip()}-01") if isinstance(text, str) else None


def _first_day(pattern: str, value: date, language: str) -> str:
    """French says «1er septembre», which CLDR's patterns leave out."""
    return pattern.replace("d MMMM", "d'er' MMMM") if language == "fr" and value.day == 1 else pattern


def day(value: date | str | None, language: str, pattern: str = "d MMMM y") -> str:
    """A date, or a partial ISO date such as 2024-09 or 2024, in words."""
    if not value:
        return ""
    if isinstance(value, str):
        parts = value.split("-")
        if len(parts) == 1:
            return value
        value = date(*(int(part) for part in (parts + ["1"])[:3]))
        pattern = "MMMM y" if len(parts) == 2 else pattern
    return format_date(value, _first_day(pattern, value, language), locale=LOCALES[language])


def moment(value: datetime | None, language: str, pattern: str = "EEEE d MMMM y، HH:mm") -> str:
    """An instant in words, in Casablanca time."""
    if value is None:
        return ""
    if language != "ar":
        pattern = pattern.replace("،", ",")
    value = value.astimezone(CASABLANCA)
    return format_datetime(value, _first_day(pattern, value, language), locale=LOCALES[language])
