"""Phone numbers as people type them, in one form."""

from __future__ import annotations

from typing import Any

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
)

# What an SMS reaches. A landline, a premium or a toll-free number is refused where a code must arrive.
REACHED_BY_SMS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
LONGEST_NUMBER = 40  # signs someone may type, blanks and brackets included


def normalize_phone(text: str) -> str | None:
    """A number as +212612345678; numbers without a country are Moroccan. None when it is no number."""
    number = _parsed(text)
    return format_number(number, PhoneNumberFormat.E164) if number else None


def reached_by_sms(text: str) -> bool:
    """Whether a number can receive an SMS, by its country's plan."""
    number = _parsed(text)
    return number is not None and number_type(number) in REACHED_BY_SMS


def _parsed(text: str) -> Any:
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        number = parse(text, "MA")
    except NumberParseException:
        return None
    return number if is_valid_number(number) else None
