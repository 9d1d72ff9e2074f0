"""Dates the Moroccan way, by CLDR: «4 شتنبر 2024», never «4 سبتمبر»."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

CASABLANCA = ZoneInfo("Africa/Casablanca")
LOCALES = {"ar": "ar_MA", "fr": "fr", "en": "en_GB"}


def told_day(text: str) -> date | None:
    """A date someone typed as 2026-11-24, or None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


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
    return format_date(value, pattern, locale=LOCALES[language])


def moment(value: datetime | None, language: str, pattern: str = "EEEE d MMMM y، HH:mm") -> str:
    """An instant, told in Casablanca time."""
    if value is None:
        return ""
    if language != "ar":
        pattern = pattern.replace("،", ",")
    return format_datetime(value.astimezone(CASABLANCA), pattern, locale=LOCALES[language])
