"""A count of people as the public reads it: nobody is found in it, and one person more does not show.

Fewer than `LEAST` people who share a fact are not counted in public, as in the published files of an allocation; above
that a count is rounded to `STEP`. Exact live counts would say which seat a neighbour asked for: look before and after.
"""

from __future__ import annotations

LEAST = 20
STEP = 10


def public_count(count: int) -> int | None:
    """The count to the nearest ten; 0 for nobody, None for fewer than twenty people."""
    if count <= 0:
        return 0
    return None if count < LEAST else (count + STEP // 2) // STEP * STEP
