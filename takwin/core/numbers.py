"""Numbers as Morocco writes them in Arabic and in French: 414 800 and 15,12, always by CLDR.

Read as they are typed: ١٥٫٥, ١٥,٥, 15.5 and ۱۵٫۵ are one number, and what is no number is None, never an exception.
"""

import re
import unicodedata
from decimal import Decimal

from babel.numbers import format_decimal

# CLDR's ar_MA groups with a dot, which French readers take for a decimal sign; one writing serves both.
LOCALES = {"ar": "fr", "fr": "fr", "en": "en"}


# More digits than any count, amount or reference of the house; Python itself refuses to read more than 4,300.
MOST_DIGITS = 20
MOST_SIGNS = 80
LARGEST_KEY = 2**63 - 1  # what a bigint column holds: a larger key breaks the query, it does not miss
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f\u066c'’]+")
_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_POINTS = str.maketrans({",": ".", "٫": ".", "،": ".", "٬": "", "−": "-"})


def western(text: str) -> str:
    """The text with every decimal digit (٠-٩, ۰-۹, full width…) as 0-9. `²` and `½` are no digits and stay."""
    return text if text.isascii() else "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text
    )  # fmt: skip


def _normalize(text: object) -> str:
    """Digits westernised; spaces that group, direction marks and quotes between thousands taken out."""
    if not isinstance(text, (str, int, float, Decimal)) or isinstance(text, bool):
        return ""
    typed = str(text)
    return "" if len(typed) > MOST_SIGNS else _SPACES.sub("", _MARKS.sub("", western(typed)))


def parse_int(text: object, *, least: int | None = None, most: int | None = None) -> int | None:
    """The whole number someone typed, in any decimal digits; None for anything else or out of the bounds.

    `²`, `1e3`, `12.5`, an empty text and more than 20 digits are None. Grouping spaces are allowed: `414 800`.
    """
    typed = _normalize(text).replace("−", "-")
    if not _INTEGER.fullmatch(typed) or len(typed.lstrip("+-")) > MOST_DIGITS:
        return None
    value = int(typed)
    return None if (least is not None and value < least) or (most is not None and value > most) else value


def parse_decimal(text: object, *, least: int | None = None, most: int | None = None) -> Decimal | None:
    """The number someone typed: `15.5`, `15,5`, `١٥٫٥` and `١٥,٥` are 15.5; None for anything else or out of bounds.

    One decimal sign at most; no exponent, no infinity, no NaN, no more than 20 digits.
    """
    typed = _normalize(text).translate(_POINTS)
    if not _DECIMAL.fullmatch(typed) or len(typed) > MOST_DIGITS + 2:
        return None
    value = Decimal(typed)
    return None if (least is not None and value < least) or (most is not None and value > most) else value


def number(value: int | float | Decimal | None, language: str, digits: int | None = None) -> str:
    """A number with grouped thousands; `digits` fixes the decimals."""
    if value is None:
        return ""
    pattern = "#,##0.###" if digits is None else "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, format=pattern, locale=LOCALES[language])


def percent(share: float | None, language: str, digits: int = 0) -> str:
    """A share of one as a percentage, the sign after the number in all three languages."""
    return "" if share is None else number(100 * share, language, digits) + "%"
