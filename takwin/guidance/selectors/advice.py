"""Advice for people: rows into arrays, arrays through the engine, places back into reasons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from takwin.admissions.rules import Candidate, eligibility
from takwin.core.crowd import comparable_count, public_count
from takwin.core.errors import Refused
from takwin.engines.advice import Offers, Parts, People, Ranking, parts, rank
from takwin.guidance.selectors.clients import Subject
from takwin.offer import selectors as offer
from takwin.offer.choices import Stream
from takwin.offer.models import Offering, Programme, Season
from takwin.offer.rules import BRIDGES, LADDER, Access
from takwin.people.rules import age_on
from takwin.territory.selectors import distances, provinces

NOBODY = 99  # a rung above every ladder: no access rule, nobody may apply
FRESH = 300  # seconds: pressure moves slowly, an advice may be five minutes old
STREAMS = {value: 1 << place for place, value in enumerate(Stream.values)}


@dataclass(frozen=True)
class Catalogue:
    """A season's open offerings as arrays; `ids` are their keys, `provinces` the rows of the distances."""

    ids: np.ndarray
    offers: Offers
    provinces: dict[str, int]
    modes: dict[str, int]
    access: dict[int, Access]
    season: Season


def catalogue(season: Season) -> Catalogue:
    """The arrays of a season, cached for `FRESH` seconds."""
    return _catalogue(season.pk, int(time.time() // FRESH))


def clear_cache() -> None:
    """Drop the cached arrays. Tests need it: each starts with an empty database."""
    _catalogue.cache_clear()


@lru_cache(maxsize=2)
def _catalogue(season_id: int, _turn: int) -> Catalogue:
    season = Season.objects.get(pk=season_id)
    fields = ("pk", "programme_id", "seats", "demand__requests", "centre__beds", "centre__area__path", "mode__code")
    rows = list(Offering.objects.filter(season=season).open().order_by("programme_id", "pk").values_list(*fields))
    ids, programme, seats, requests, beds, paths, modes = zip(*rows, strict=True) if rows else [()] * 7
    access = offer.access(Programme.objects.filter(pk__in=set(programme)), season)
    places = provinces()
    where = {place.path: at for at, place in enumerate(places)}
    bits = {mode: 1 << at for at, mode in enumerate(sorted(set(modes)))}
    rules = [access.get(pk) for pk in programme]
    asked = np.array([comparable_count(count or 0) for count in requests], float)
    offers = Offers(
        interests=_interests(programme),
        programme=np.array(programme, np.int64),
        pressure=np.divide(asked, seats, out=np.full(len(rows), np.inf), where=np.array(seats, float) > 0),
        beds=np.array([bool(count) for count in beds], bool),
        mode=np.array([bits[mode] for mode in modes], np.int64),
        site=np.array([where.get(path or "", -1) for path in paths], np.int64),
        km=distances(places),
        **_conditions(rules),
    )
    return Catalogue(np.array(ids, np.int64), offers, where, bits, access, season)


def _interests(programme: Sequence[int]) -> np.ndarray:
    """(m, 6): the mean profile of the occupations of each programme, NaN without one."""
    mean = offer.interests()
    blank = np.full(6, np.nan)
    return np.array([mean.get(pk, blank) for pk in programme]).reshape(-1, 6)


def _conditions(rules: list[Access | None]) -> dict[str, np.ndarray]:
    aged = [rule if rule and rule.ages_on else None for rule in rules]
    columns = {
        "rung": [LADDER[rule.schooling] if rule else NOBODY for rule in rules],
        "bridge": [BRIDGES[rule.bridge] if rule else 0 for rule in rules],
        "streams": [sum(STREAMS[stream] for stream in rule.streams) if rule else 0 for rule in rules],
        "age_min": [rule.age_min if rule and rule.age_min is not None else 0 for rule in aged],
        "age_max": [rule.age_max if rule and rule.age_max is not None else 999 for rule in aged],
    }
    return {name: np.array(column, np.int64) for name, column in columns.items()}


def people(subjects: Sequence[Subject], held: Catalogue) -> People:
    """Subjects as arrays. A mode that is not offered counts as none chosen."""
    day = held.season.ages_on
    blank = [np.nan] * 6
    return People(
        interests=np.array([list(subject.scores) or blank for subject in subjects], float).reshape(-1, 6),
        rung=np.array([LADDER[subject.schooling] if subject.schooling else 0 for subject in subjects], np.int64),
        bridge=np.array([BRIDGES[subject.diploma] for subject in subjects], np.int64),
        stream=np.array([STREAMS[subject.stream] for subject in subjects], np.int64),
        age=np.array(
            [age_on(subject.born_on, day) if subject.born_on and day else -1 for subject in subjects], np.int64
        ),
        place=np.array([_place(subject.commune, held.provinces) for subject in subjects], np.int64),
        max_km=np.array([subject.max_km or np.inf for subject in subjects], float),
        wants_bed=np.array([subject.wants_bed for subject in subjects], bool),
        modes=np.array([sum(held.modes.get(mode, 0) for mode in subject.modes) for subject in subjects], np.int64),
    )


def _place(commune: Any, where: dict[str, int]) -> int:
    if commune is None:
        return -1
    home = commune.parent if commune.kind == "commune" and commune.parent else commune
    return where.get(home.path, -1)


def advise(subjects: Sequence[Subject], held: Catalogue, k: int = 20) -> Ranking:
    """The k best programmes of many people in one call."""
    return rank(people(subjects, held), held.offers, k)


@dataclass(frozen=True)
class Suggestion:
    """One programme for one person, by its best offering, and everything that speaks for and against it."""

    offering: Offering
    place: int
    tier: int
    score: float
    fit: float | None
    km: float | None
    pressure: float | None  # of the public count; None without seats, or when too few asked to be counted
    few: bool  # too few asked to be counted in public
    beds: int
    barred: list[Refused]
    too_far: bool
    no_bed: bool
    other_mode: bool


def suggestions(subject: Subject, held: Catalogue, listed: Ranking, places: Sequence[int]) -> list[Suggestion]:
    """Suggestions at some places of a ranking of one person, with their reasons: one query."""
    score_parts = parts(people([subject], held), _only(held.offers, listed.offer[0, list(places)]))
    ids = [int(held.ids[listed.offer[0, place]]) for place in places]
    rows = {row.pk: row for row in Offering.objects.filter(pk__in=ids).with_names()}
    return [
        _suggestion(subject, held, score_parts, n, place, rows[pk])
        for n, (place, pk) in enumerate(zip(places, ids, strict=True))
        if pk in rows
    ]


def first_codes(held: Catalogue, listed: Ranking, count: int) -> list[str]:
    """The codes of the first programmes of a ranking of one person: one query."""
    keys = [int(held.offers.programme[at]) for at in listed.offer[0, :count]]
    codes = dict(Programme.objects.filter(pk__in=keys).values_list("pk", "code"))
    return [codes[key] for key in keys]


def _only(offers: Offers, at: np.ndarray) -> Offers:
    """The offers at positions `at`, in that order; programmes are renumbered from 0."""
    columns = {
        name: getattr(offers, name)[at] for name in Offers.__dataclass_fields__ if name not in {"km", "programme"}
    }
    return Offers(**columns, km=offers.km, programme=np.arange(len(at)))


def _suggestion(
    subject: Subject, held: Catalogue, score_parts: Parts, n: int, place: int, row: Offering
) -> Suggestion:
    rule, km = held.access.get(row.programme_id), float(score_parts.km[0, n])
    if rule is not None and subject.born_on is None:
        rule = replace(rule, ages_on=None)
    born_on: Any = subject.born_on or held.season.ages_on
    candidate = Candidate(born_on, subject.schooling, subject.diploma, subject.stream)
    at = int(np.flatnonzero(held.ids == row.pk)[0])
    pressure = float(held.offers.pressure[at])
    counted = not np.isinf(pressure) and row.seats > 0  # the catalogue may be five minutes older than the row
    asked = public_count(round(pressure * row.seats)) if counted else None
    return Suggestion(
        offering=row,
        place=place + 1,
        tier=int(score_parts.tier[0, n]),
        score=int(score_parts.score[0, n]) / 10_000,
        fit=float(score_parts.fit[0, n]) if subject.scores and not np.isnan(held.offers.interests[at]).any() else None,
        km=None if np.isnan(km) else km,
        pressure=None if asked is None else asked / row.seats,
        few=counted and asked is None,
        beds=row.centre.beds or 0,
        barred=eligibility(candidate, rule) if subject.schooling else [],
        too_far=bool(subject.max_km and km > subject.max_km and not row.centre.beds),
        no_bed=subject.wants_bed and not row.centre.beds,
        other_mode=bool(subject.modes) and row.mode.code not in subject.modes,
    )
