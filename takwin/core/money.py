"""Money is whole centimes: summing decimals on SQLite would be floating point."""

from decimal import Decimal, InvalidOperation

from django.db import models


class MoneyField(models.BigIntegerField):
    """Centimes of a dirham; validated as a whole number by its base."""


def centimes_from_mdh(text: str) -> int:
    """`82.7` million dirhams -> 8_270_000_000 centimes. Raises ValueError when it is no number."""
    try:
        value = Decimal(text) * 100_000_000
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None
    if value != value.to_integral_value():
        raise ValueError(f"finer than a centime: {text!r}")
    return int(value)


def mdh(centimes: int) -> Decimal:
    """Million dirhams of an amount in centimes."""
    return Decimal(centimes) / 100_000_000
