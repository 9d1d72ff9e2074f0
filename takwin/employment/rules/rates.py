"""Rates that carry their denominator: Wilson's interval, bounds under non-response, suppression of small cells.

Sources: E. B. Wilson (1927), the score interval, for k of n independent answers; bounds after C. F. Manski: what the
rate would be if nobody, or everybody, of those who did not answer were counted. Cells under 20 are not published
(the rule of France's InserJeunes), nor is a cell by which one of them could be reckoned from a total.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from takwin.employment.choices import INSERTED, Outcome

LEAST = 20
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Indicator:
    """A declared rate: `counted` over the answers whose outcome is in `among`."""

    code: str
    counted: tuple[str, ...]
    among: tuple[str, ...]


EVERYONE = tuple(str(outcome.value) for outcome in Outcome)
ACTIVE = tuple(outcome for outcome in EVERYONE if outcome not in {Outcome.STUDYING, Outcome.INACTIVE})
INDICATORS = {
    indicator.code: indicator
    for indicator in (
        Indicator("insertion", tuple(str(outcome.value) for outcome in INSERTED), EVERYONE),
        Indicator("insertion-active", tuple(str(outcome.value) for outcome in INSERTED), ACTIVE),
        Indicator("salaried", (Outcome.EMPLOYED.value,), EVERYONE),
        Indicator(
            "own-account",
            (Outcome.SELF_EMPLOYED.value, Outcome.OWN_PROJECT.value, Outcome.COOPERATIVE.value,
             Outcome.COOPERATIVE_MADE.value),
            EVERYONE,
        ),
        Indicator("studies", (Outcome.STUDYING.value,), EVERYONE),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """`counted` of `answered` (the denominator), of a frame of `frame` graduates. Shares are 0 to 1."""

    counted: int
    answered: int
    frame: int

    def __post_init__(self) -> None:
        if not 0 <= self.counted <= self.answered <= self.frame:
            raise ValueError(f"{self.counted} of {self.answered} of {self.frame} is not a rate")

    @property
    def share(self) -> float | None:
        """None without a denominator: there is no rate then."""
        return self.counted / self.answered if self.answered else None

    @property
    def response(self) -> float | None:
        return self.answered / self.frame if self.frame else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.counted, self.answered) if self.answered else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """If nobody, or everybody, of those who did not answer were counted."""
        if not self.frame:
            return None
        return self.counted / self.frame, (self.counted + self.frame - self.answered) / self.frame

    @property
    def publishable(self) -> bool:
        return self.answered >= LEAST


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of k of n, n at least one.

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    share, square = k / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / n + square / (4 * n))
    # At the ends the interval touches 0 and 1 exactly; rounding would leave it a hair away.
    return (0.0 if k == 0 else max(0.0, middle - half)), (1.0 if k == n else min(1.0, middle + half))


def rate(counts: Mapping[str, int], frame: int, indicator: Indicator) -> Rate:
    """`counts`: answers by outcome. Those outside `among` leave the frame as well: they are known not to belong."""
    answered = sum(counts.get(outcome, 0) for outcome in indicator.among)
    counted = sum(counts.get(outcome, 0) for outcome in indicator.counted)
    outside = sum(counts.values()) - answered
    return Rate(counted, answered, frame - outside)


def hidden(sizes: Sequence[int], least: int = LEAST) -> set[int]:
    """Which cells of one published total are not shown: the small ones, and when these could be reckoned from it (one
    alone, or fewer than `least` people in all), the next smallest, until they cannot."""
    found = {place for place, size in enumerate(sizes) if size < least}
    rest = sorted((size, place) for place, size in enumerate(sizes) if place not in found)
    while found and rest and (len(found) < 2 or sum(sizes[place] for place in found) < least):
        found.add(rest.pop(0)[1])
    return found
