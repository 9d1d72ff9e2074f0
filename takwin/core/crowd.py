"""A count of people as the public reads it: nobody is found in it, and one person more does not show.

Fewer than `LEAST` people who share a fact are not counted in public, as in the published files of an allocation; above
that a count is rounded to `STEP`. Exact live counts would say which seat a neighbour asked for: look before and after.
Nobody and a few look the same: else the first request for a seat would show, and it is somebody's.
"""

from __future__ import annotations

from django.db.models import Case, F, IntegerField, Value, When

LEAST = 20
STEP = 10
HIDDEN = LEAST - 1  # what a hidden count is compared and ordered as: there may be so many, never more


def public_count(count: int) -> int | None:
    """The count to the nearest ten; None for fewer than twenty people, be they none."""
    return None if count < LEAST else (count + STEP // 2) // STEP * STEP


def comparable_count(count: int) -> int:
    """The public count to compare and order by: `HIDDEN` for fewer than twenty people."""
    shown = public_count(count)
    return HIDDEN if shown is None else shown


def comparable(column: str) -> Case:
    """`comparable_count` of a column or annotation, in the database: what a public list filters, orders and exports by
    may say no more than what it shows."""
    half = F(column) + STEP // 2
    return Case(
        When(**{f"{column}__gte": LEAST}, then=half - half % STEP), default=Value(HIDDEN), output_field=IntegerField()
    )
