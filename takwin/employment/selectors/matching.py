"""Converts rows into arrays for the matching, and its positions back into vacancies with reasons."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from takwin.employment.choices import ContractKind
from takwin.employment.models import Vacancy, WorkWish
from takwin.employment.selectors.work import open_vacancies
from takwin.engines.matching import Graduates, Vacancies, parts, rank
from takwin.occupations.models import Occupation
from takwin.offer.models import ProgrammeOccupation
from takwin.people.models import Person
from takwin.territory.selectors import distances, provinces

BITS = {value: 1 << place for place, value in enumerate(ContractKind.values)}
# How near two occupations of ISCO-08 are: the same unit group, minor group, sub-major group.
FIT = {4: 100, 3: 60, 2: 30}
FRESH = 120  # seconds


@dataclass(frozen=True)
class Market:
    """Open vacancies as arrays; `programmes` and `provinces` are rows."""

    ids: list[int]
    vacancies: Vacancies
    programmes: dict[int, int]
    provinces: dict[str, int]


def market() -> Market:
    """The open vacancies, cached for two minutes."""
    return _market(int(time.time() // FRESH))


def clear_cache() -> None:
    """Empty the cache: after a write, and for tests."""
    _market.cache_clear()


@lru_cache(maxsize=1)
def _market(_turn: int) -> Market:
    names = ("pk", "occupation__code", "area__path", "contract", "pay_to", "pay_from")
    rows = list(open_vacancies().order_by("-pk").values_list(*names))
    codes = sorted({row[1] for row in rows})
    where = {code: place for place, code in enumerate(codes)}
    places = provinces()
    at = {place.path: n for n, place in enumerate(places)}
    programmes, fit = _fit(codes)
    columns = {
        "occupation": [where[row[1]] for row in rows], "place": [_place(row[2], at) for row in rows],
        "contract": [BITS[row[3]] for row in rows], "pay": [row[4] or row[5] or 0 for row in rows],
    }  # fmt: skip
    arrays = {name: np.array(column, np.int64) for name, column in columns.items()}
    return Market([row[0] for row in rows], Vacancies(**arrays, fit=fit, km=distances(places)), programmes, at)


def _place(path: str | None, at: dict[str, int]) -> int:
    """The province of a path of codes such as "03.141.01.": its first two."""
    if not path:
        return -1
    return at.get(".".join(path.split(".")[:2]) + ".", -1)


def _fit(codes: list[str]) -> tuple[dict[int, int], np.ndarray]:
    """Rows by programme, columns by code: the nearest of a programme's occupations."""
    leads: dict[int, list[str]] = {}
    for programme, code in ProgrammeOccupation.objects.values_list("programme_id", "occupation__code"):
        leads.setdefault(programme, []).append(code)
    rows = {programme: n for n, programme in enumerate(leads)}
    fit = np.zeros((max(len(rows), 1), max(len(codes), 1)), np.int64)
    for programme, own in leads.items():
        for column, code in enumerate(codes):
            fit[rows[programme], column] = max(near(own_code, code) for own_code in own)
    return rows, fit


def near(code: str, other_code: str) -> int:
    """0 to 100: how many digits of ISCO-08 two occupations share.

    >>> near("7212", "7212"), near("7212", "7213"), near("7212", "7233"), near("72", "7212"), near("7212", "4110")
    (100, 60, 30, 30, 0)
    """
    shared = 0
    for a, b in zip(code, other_code, strict=False):
        if a != b:
            break
        shared += 1
    return FIT.get(shared, 0)


@dataclass(frozen=True)
class Match:
    """A vacancy and why it is shown: `fit` 0 to 100, `km` None where it is not known."""

    vacancy: Vacancy
    fit: int
    km: float | None
    score: float


def matches(person: Person, programme: int, wish: WorkWish | None, k: int = 20) -> list[Match]:
    """The best open vacancies of one graduate, with their reasons: two queries beside the market's."""
    held = market()
    if programme not in held.programmes or not held.ids:
        return []
    home = wish.area if wish and wish.area else person.commune
    graduate = Graduates(
        programme=np.array([held.programmes[programme]]),
        place=np.array([_place(home.path if home else None, held.provinces)]),
        max_km=np.array([wish.max_km if wish and wish.max_km else np.inf]),
        contracts=np.array([wish.contracts if wish else 0]),
        least_pay=np.array([wish.least_pay if wish and wish.least_pay else 0]),
    )
    found = rank(graduate, held.vacancies, k, threads=1).vacancy[0]
    rows = open_vacancies().in_bulk([held.ids[place] for place in found if place >= 0])
    out = []
    for place in found:
        row = rows.get(held.ids[place]) if place >= 0 else None
        if row is not None:  # closed since the market was read
            details = parts(graduate, held.vacancies, 0, int(place))
            out.append(Match(row, details["fit"], details["km"], details["score"] / 100))
    return out


def in_field(programme: int, occupation: Occupation) -> bool:
    """Whether a post is of the trade: the same minor group as one of the programme's occupations."""
    own = ProgrammeOccupation.objects.filter(programme=programme).values_list("occupation__code", flat=True)
    return any(near(code, occupation.code) >= FIT[3] for code in own)
