"""Numbers as Morocco writes them in Arabic and in French: 414 800 and 15,12, always by CLDR."""

from decimal import Decimal

from babel.numbers import format_decimal

# CLDR's ar_MA groups with a dot, which French readers take for a decimal sign; one writing serves both.
LOCALES = {"ar": "fr", "fr": "fr", "en": "en"}


def number(value: int | float | Decimal | None, language: str, digits: int | None = None) -> str:
    """A number with grouped thousands; `digits` fixes the decimals."""
    if value is None:
        return ""
    pattern = "#,##0.###" if digits is None else "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, format=pattern, locale=LOCALES[language])


def percent(share: float | None, language: str, digits: int = 0) -> str:
    """A share of one as a percentage, the sign after the number in all three languages."""
    return "" if share is None else number(100 * share, language, digits) + "%"
