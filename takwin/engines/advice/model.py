"""People and offers as arrays: n people, m offers of p programmes, six interests (RIASEC)."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np


class Malformed(ValueError):  # noqa: N818 - as in the other engines
    """An input that is refused: the name of the array and the reason."""


def need(holds: object, name: str, reason: str) -> None:
    if not holds:
        raise Malformed(f"{name}: {reason}")


@dataclass(frozen=True)
class People:
    """n people.

    interests : (n, 6) any non-negative numbers; a row of NaN has taken no test
    rung : (n,) step of schooling, 0 the lowest
    bridge : (n,) step of the diploma held, 0 none
    stream : (n,) bit of the stream
    age : (n,) years, -1 unknown: no rule on age then
    place : (n,) row of `Offers.km`, -1 unknown
    max_km : (n,) farthest offer in km, inf for no limit
    wants_bed : (n,) whether they cannot live at home
    modes : (n,) bits of the modes accepted, 0 for any
    """

    interests: np.ndarray
    rung: np.ndarray
    bridge: np.ndarray
    stream: np.ndarray
    age: np.ndarray
    place: np.ndarray
    max_km: np.ndarray
    wants_bed: np.ndarray
    modes: np.ndarray

    def __len__(self) -> int:
        return len(self.interests)

    def part(self, which: slice) -> People:
        """Some of them, in their order."""
        return People(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


@dataclass(frozen=True)
class Offers:
    """m offers.

    interests : (m, 6) of the occupations a programme leads to, NaN where unknown
    programme : (m,) sorted
    rung, bridge, streams, age_min, age_max : (m,) the access rule. bridge 0: none; streams: bits, 0 for all; ages 0
        and 999: no limit; a rung above every ladder lets nobody in
    pressure : (m,) requests a seat, inf without seats
    beds : (m,) whether there is a boarding house
    mode : (m,) bit
    site : (m,) column of `km`, -1 unknown
    km : (places, sites) kilometres, NaN unknown

    Raises
    ------
    Malformed
        A value is out of its range.
    """

    interests: np.ndarray
    programme: np.ndarray
    rung: np.ndarray
    bridge: np.ndarray
    streams: np.ndarray
    age_min: np.ndarray
    age_max: np.ndarray
    pressure: np.ndarray
    beds: np.ndarray
    mode: np.ndarray
    site: np.ndarray
    km: np.ndarray

    def __post_init__(self) -> None:
        need((np.diff(self.programme) >= 0).all(), "programme", "is not sorted")
        need((self.pressure >= 0).all(), "pressure", "is negative or not a number")
        need((self.site < self.km.shape[1]).all(), "site", "is not a column of the distances")
        need(len(self.programme) < 1 << 20, "programme", "more than a million offers")

    def __len__(self) -> int:
        return len(self.programme)


@dataclass(frozen=True)
class Weights:
    """Shares of the score, which add up to one.

    half_km : distance in km at which nearness is half; at twice that it is a fifth
    bed : the least nearness of an offer with a boarding house, 0 to 1
    half_pressure : requests a seat at which openness is half
    """

    interest: float = 0.4
    nearness: float = 0.4
    openness: float = 0.2
    half_km: float = 60.0
    bed: float = 0.6
    half_pressure: float = 4.0

    def __post_init__(self) -> None:
        need(abs(self.interest + self.nearness + self.openness - 1) < 1e-9, "weights", "do not add up to one")


PUBLISHED = Weights()


@dataclass(frozen=True)
class Parts:
    """The parts of the score of each pair; every array is (n, m).

    fit, near, open : 0 to 1, half where unknown
    km : NaN unknown
    open_to : whether the access rule lets the person in and there is a seat
    within : whether the offer is within the limits the person set
    score : ten-thousandths of a point, 0 to 1,000,000
    """

    fit: np.ndarray
    near: np.ndarray
    open: np.ndarray
    km: np.ndarray
    open_to: np.ndarray
    within: np.ndarray
    score: np.ndarray

    @property
    def tier(self) -> np.ndarray:
        """0: open to them and within the limits; 1: open, beyond a limit; 2: closed. Lower tiers come first."""
        return np.where(self.open_to, np.where(self.within, 0, 1), 2)


@dataclass(frozen=True)
class Ranking:
    """The best offer of each of the k best programmes, best first; every array is (n, k), -1 where there are fewer.

    offer : row of the offer; tier : as `Parts.tier`; score : ten-thousandths of a point
    """

    offer: np.ndarray
    tier: np.ndarray
    score: np.ndarray
