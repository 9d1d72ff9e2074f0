"""The arithmetic of identities: pure, so that anyone can redo it by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an identity gives. `gap` = computed - expected where both are numbers, else None."""

    computed: Any
    holds: bool
    gap: Decimal | None = None


def verify(kind: str, terms: list[Any], expected: Any, tolerance: float = 0) -> Verdict:
    """Recompute one identity. Raises KeyError for a kind that is not in the table."""
    return _KINDS[kind](terms, expected, Decimal(str(tolerance)))


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _compare(computed: Decimal, expected: Any, holds: bool) -> Verdict:
    return Verdict(_plain(computed), holds, computed - _number(expected))


def _sum(terms: list[Any], expected: Any, tolerance: Decimal) -> Verdict:
    total = sum(map(_number, terms), Decimal(0))
    return _compare(total, expected, abs(total - _number(expected)) <= tolerance)


def _product(terms: list[Any]) -> Decimal:
    total = Decimal(1)
    for term in terms:
        total *= _number(term)
    return total


def _equal(terms: list[Any], expected: Any, _tolerance: Decimal) -> Verdict:
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        return _compare(_number(terms[0]), expected, terms[0] == expected)
    return Verdict(terms[0], terms[0] == expected)


def _weekday(terms: list[Any], expected: Any, _tolerance: Decimal) -> Verdict:
    name = WEEKDAYS[date.fromisoformat(terms[0]).weekday()]
    return Verdict(name, name == expected)


def _span(terms: list[Any], expected: Any, _tolerance: Decimal) -> Verdict:
    days = (date.fromisoformat(terms[1]) - date.fromisoformat(terms[0])).days + 1
    return _compare(Decimal(days), expected, days == expected)


def _subset(terms: list[Any], expected: Any, _tolerance: Decimal) -> Verdict:
    outside = sorted(set(terms) - set(expected))
    return Verdict(outside, not outside)


_KINDS = {
    "sum": _sum,
    "equal": _equal,
    "count": lambda t, e, _: _compare(Decimal(len(t)), e, len(t) == e),
    "at-most": lambda t, e, _: _compare(_number(t[0]), e, _number(t[0]) <= _number(e)),
    "product": lambda t, e, _: _compare(_product(t), e, _product(t) == _number(e)),
    "product-at-most": lambda t, e, _: _compare(_product(t), e, _product(t) <= _number(e)),
    "product-at-least": lambda t, e, _: _compare(_product(t), e, _product(t) >= _number(e)),
    "weekday": _weekday,
    "date-span": _span,
    "subset": _subset,
}
KINDS = tuple(_KINDS)
