"""The chart of four quarters: pressure against insertion, drawn as SVG attributes so that no inline style is needed.

Scales are linear; the lines that part the quarters are the medians: each programme is compared with the others.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from takwin.core import numbers

WIDE, HIGH, EDGE = 640, 360, 44


@dataclass(frozen=True)
class Dot:
    """`x`, `y`, `low`, `high` in units of the drawing; `words` for who points at it or listens."""

    x: float
    y: float
    low: float
    high: float
    size: float
    words: str


def quadrant(cells: list[Any], most: int = 80) -> dict[str, Any] | None:
    """Dots for the cells that have both, with the interval of the insertion; None when there are fewer than three."""
    plotted = [cell for cell in cells if cell.pressure is not None and cell.insertion and cell.insertion.publishable][
        :most
    ]
    if len(plotted) < 3:
        return None
    top = max(cell.pressure for cell in plotted) * 1.05 or 1

    language = (get_language() or "ar")[:2]

    # Bare text: markup of the page would end the drawing.
    def plain(value: float) -> str:
        return numbers.number(value, language, 1)

    def percent(share: float) -> str:
        return numbers.percent(share, language)

    def across(value: float) -> float:
        return round(EDGE + (WIDE - 2 * EDGE) * value / top, 1)

    def down(share: float) -> float:
        return round(HIGH - EDGE - (HIGH - 2 * EDGE) * share, 1)

    dots = [
        Dot(
            across(cell.pressure), down(cell.insertion.share), down(cell.insertion.interval[0]),
            down(cell.insertion.interval[1]), round(3 + min(6, cell.insertion.answered / 60), 1),
            f"{cell.programme.label} · {cell.region.label}: {percent(cell.insertion.share)} · {plain(cell.pressure)}",
        )
        for cell in plotted
    ]  # fmt: skip
    return {
        "dots": dots, "wide": WIDE, "high": HIGH, "edge": EDGE, "right": WIDE - EDGE, "bottom": HIGH - EDGE,
        "inner_wide": WIDE - 2 * EDGE, "inner_high": HIGH - 2 * EDGE,
        "middle_x": across(statistics.median(cell.pressure for cell in plotted)),
        "middle_y": down(statistics.median(cell.insertion.share for cell in plotted)),
        "ticks_x": [(across(top * n / 4), plain(top * n / 4)) for n in range(5)],
        "ticks_y": [(down(n / 4), percent(n / 4)) for n in range(5)],
    }  # fmt: skip
