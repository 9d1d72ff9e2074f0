"""Graduates and vacancies as arrays: n graduates, m vacancies, p programmes, o occupations, k places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


class Malformed(ValueError):  # noqa: N818 - as in the other engines
    """An input that is refused: the name of the array and the reason."""


def need(holds: object, name: str, reason: str) -> None:
    if not holds:
        raise Malformed(f"{name}: {reason}")


@dataclass(frozen=True)
class Graduates:
    """n graduates.

    programme : (n,) row of `Vacancies.fit`
    place : (n,) row of `Vacancies.km`, -1 unknown
    max_km : (n,) farthest vacancy in km, inf for no limit
    contracts : (n,) bits of the contracts accepted, 0 for any
    least_pay : (n,) dirhams a month, 0 for any
    """

    programme: np.ndarray
    place: np.ndarray
    max_km: np.ndarray
    contracts: np.ndarray
    least_pay: np.ndarray

    def __len__(self) -> int:
        return len(self.programme)


@dataclass(frozen=True)
class Vacancies:
    """m vacancies, in the order that breaks ties: newest first.

    occupation : (m,) column of `fit`
    place : (m,) column of `km`, -1 unknown
    contract : (m,) one bit
    pay : (m,) the most that is offered, dirhams a month, 0 unknown
    fit : (p, o) 0 to 100, 0 does not fit
    km : (k, k) kilometres, NaN unknown

    Raises
    ------
    Malformed
        A value is out of its range.
    """

    occupation: np.ndarray
    place: np.ndarray
    contract: np.ndarray
    pay: np.ndarray
    fit: np.ndarray
    km: np.ndarray

    def __post_init__(self) -> None:
        need((self.fit >= 0).all() and (self.fit <= 100).all(), "fit", "is not within 0 and 100")
        need((self.occupation >= 0).all(), "occupation", "is not a column of the fit")
        need((self.occupation < self.fit.shape[1]).all(), "occupation", "is not a column of the fit")
        need((self.place < self.km.shape[1]).all(), "place", "is not a column of the distances")
        need(self.km.shape[0] == self.km.shape[1], "km", "is not square")

    def __len__(self) -> int:
        return len(self.occupation)


@dataclass(frozen=True)
class Weights:
    """Shares of the score in hundredths, which add up to 100. An unknown distance or pay counts half.

    half_km : distance in km at which nearness is half
    """

    fit: int = 60
    nearness: int = 30
    pay: int = 10
    half_km: float = 40.0

    def __post_init__(self) -> None:
        need(self.fit + self.nearness + self.pay == 100, "weights", "do not add up to 100")
        need(min(self.fit, self.nearness, self.pay) >= 0 and self.half_km > 0, "weights", "are negative")


PUBLISHED = Weights()


@dataclass(frozen=True)
class Matches:
    """The k best vacancies of n graduates, best first.

    vacancy : (n, k) int32, -1 where there are fewer
    score : (n, k) int32, 0 to 10,000
    """

    vacancy: np.ndarray
    score: np.ndarray
