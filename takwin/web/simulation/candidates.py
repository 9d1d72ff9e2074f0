"""Draws candidates from the census by province, sex and schooling, and their wishes by distance, level, popularity."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.utils import timezone

from takwin.admissions.models import Application, Wish
from takwin.core.refs import make_ref
from takwin.engines.advice.solve import unit
from takwin.offer.models import Offering, Season
from takwin.offer.selectors import access, interests
from takwin.people.models import Person
from takwin.territory.models import Area, CensusFigure
from takwin.territory.rules import distance_km
from takwin.web.simulation import guidance
from takwin.web.simulation.words import FAMILY, GIVEN, pairs

# Schooling of those who apply, ages (years on the season's day), and how the levels draw them.
SCHOOLING = {
    "primary": (0.10, 16, 20, {"s": 1.0, "fq": 0.5, "pcp": 0.2}),
    "lower-3": (0.22, 16, 21, {"q": 1.0, "s": 0.15, "fq": 0.3, "bp": 0.3}),
    "core": (0.08, 16, 21, {"q": 1.0, "fq": 0.3, "bp": 0.2}),
    "bac-2": (0.20, 18, 23, {"t": 1.0, "q": 0.2, "fq": 0.2}),
    "bac": (0.40, 18, 25, {"ts": 1.0, "t": 0.25, "fq": 0.1}),
}
STREAMS = ("life-sciences", "physics", "mathematics", "technology", "economics", "letters", "arts")
STREAM_SHARES = (0.30, 0.22, 0.06, 0.07, 0.12, 0.21, 0.02)
# Requests a seat relative to the rest (press on the seasons 2023-2025: up to 130 in health, 70 in digital).
POPULARITY = {"health-social-work": 14.0, "health": 10.0, "digital-ai": 4.5, "management-commerce": 2.0,
              "tourism-hospitality-catering": 2.0, "audiovisual": 2.5}  # fmt: skip
WISHES_MEAN = 5.5
LIKING = 0.9  # how much a likeness of one (Pearson) multiplies the odds, in logarithm: a wish follows interest too
DISTANCE_KM = 90.0
CHUNK = 500


@dataclass
class Pools:
    """Offerings with seats, as arrays: places for the draw."""

    rows: list[Offering]
    attraction: np.ndarray  # (p,) seats times popularity
    level: np.ndarray  # (p,) level code
    province: np.ndarray  # (p,) index of the province
    interests: np.ndarray  # (p, 6) unit profiles of what a programme leads to
    streams: list[tuple[str, ...]]
    ages: list[tuple[int, int]]


def write_candidates(season: Season, number: int, rng: np.random.Generator, submitted_at: datetime) -> tuple[int, int]:
    """Persons, applications, wishes and interest tests; returns the numbers of wishes and of tests."""
    provinces = list(Area.objects.provinces().exclude(longitude=None).order_by("path"))
    pools, distance = _pools(season, provinces), _distances(provinces)
    people = _people(season, number, provinces, rng)
    interests = rng.normal(size=(number, 6))
    Person.objects.bulk_create([row["person"] for row in people], batch_size=500)
    applications = [_application(season, row, submitted_at) for row in people]
    Application.objects.bulk_create(applications, batch_size=500)
    wishes = 0
    for begin in range(0, number, CHUNK):
        part = slice(begin, begin + CHUNK)
        liking = LIKING * unit(interests[part]) @ pools.interests.T
        rows = _wishes(people[part], applications[part], pools, distance, liking, rng)
        Wish.objects.bulk_create(rows, batch_size=2000)
        wishes += len(rows)
        _keep_drafts(applications[part], rows)
    tests = guidance.write_sittings(people, interests, rng, submitted_at)
    return wishes, tests


def _keep_drafts(applications: list[Application], wishes: list[Wish]) -> None:
    """Who found no programme open to them handed nothing in: the service refuses an application without a wish."""
    wishing = {wish.application_id for wish in wishes}
    without = [row.pk for row in applications if row.pk not in wishing]
    Application.objects.filter(pk__in=without).update(state="draft", submitted_at=None)


def _pools(season: Season, provinces: list[Area]) -> Pools:
    rows = list(Offering.objects.filter(season=season, seats__gt=0).with_names().order_by("pk"))
    index = {province.path: at for at, province in enumerate(provinces)}
    rules = access({row.programme for row in rows}, season)
    found = [rules.get(row.programme_id) for row in rows]
    popularity = [POPULARITY.get(row.programme.sector.code if row.programme.sector else "", 1.0) for row in rows]
    home = [next((index[p] for p in _prefixes(row.centre.area.path) if p in index), -1) for row in rows]
    return Pools(
        rows,
        np.array([row.seats for row in rows]) * np.array(popularity),
        np.array([row.programme.level.code if row.programme.level else "" for row in rows]),
        np.array(home),
        unit(_interests(rows)),
        [rule.streams if rule else () for rule in found],
        [(rule.age_min or 0, rule.age_max or 99) if rule else (0, 99) for rule in found],
    )


def _interests(rows: list[Offering]) -> np.ndarray:
    """(p, 6) mean profiles of the occupations each programme leads to."""
    found = interests()
    return np.array([found.get(row.programme_id, [1.0] * 6) for row in rows])


def _prefixes(path: str) -> list[str]:
    """The path and those above it: a centre known by its region only has no province."""
    parts = path.rstrip(".").split(".")
    return [".".join(parts[:n]) + "." for n in range(len(parts), 0, -1)]


def _distances(provinces: list[Area]) -> np.ndarray:
    """(k, k + 1) weight by distance between provinces; the last column is for centres without a province."""
    k = len(provinces)
    out = np.full((k, k + 1), 0.1)
    for i, a in enumerate(provinces):
        for j, b in enumerate(provinces):
            km = distance_km(a.longitude or 0, a.latitude or 0, b.longitude or 0, b.latitude or 0)
            out[i, j] = np.exp(-km / DISTANCE_KM) + 0.002
    return out


def _people(season: Season, number: int, provinces: list[Area], rng: np.random.Generator) -> list[dict]:
    weights = _census(provinces)
    homes = rng.choice(len(provinces), size=number, p=weights / weights.sum())
    communes = _communes(provinces)
    shares = np.array([row[0] for row in SCHOOLING.values()])
    schooling = rng.choice(len(SCHOOLING), size=number, p=shares / shares.sum())
    female = rng.random(number) < 0.52
    average = np.clip(rng.normal(1220, 230, number), 600, 1950).astype(int)
    stream = rng.choice(len(STREAMS), size=number, p=np.array(STREAM_SHARES) / sum(STREAM_SHARES))
    draws = rng.random((number, 4))
    given = {sex: pairs(text, " ") for sex, text in GIVEN.items()}
    family = pairs(FAMILY, " ")
    keys = list(SCHOOLING)
    day = season.ages_on or date(2024, 9, 1)
    out = []
    for n in range(number):
        key, sex = keys[schooling[n]], "female" if female[n] else "male"
        _share, low, high, _levels = SCHOOLING[key]
        age_days = int((low + draws[n, 0] * (high - low)) * 365.25) + 40
        first = given[sex][int(draws[n, 1] * len(given[sex]))]
        last = family[int(draws[n, 2] * len(family))]
        towns, odds = communes[homes[n]]
        person = Person(
            ref=_ref("PER", season.code, n), given_name=first[0], family_name=last[0], given_name_latin=first[1],
            family_name_latin=last[1], sex=sex, born_on=day - timedelta(days=age_days), simulated=True,
            frozen_at=timezone.now(),
            commune_id=towns[int(np.searchsorted(odds, draws[n, 3]))] if towns else None,
        )  # fmt: skip
        out.append(
            {"person": person, "n": n, "schooling": key, "home": int(homes[n]), "average": int(average[n]),
             "stream": STREAMS[stream[n]] if key in {"bac", "bac-2"} else "none"}
        )  # fmt: skip
    return out


def _census(provinces: list[Area]) -> np.ndarray:
    """Inhabitants of 15 to 24 by province. The prefectures of Casablanca share what the census gives their city."""
    young = dict.fromkeys((province.pk for province in provinces), 0.0)
    rows = CensusFigure.objects.filter(area__in=provinces, sex="all", indicator__in=("age_15_19", "age_20_24"))
    for area, value in rows.values_list("area_id", "value"):
        young[area] += value
    return np.array([young[p.pk] / 100 * (p.population or 0) for p in provinces])


def _communes(provinces: list[Area]) -> list[tuple[list[int], np.ndarray]]:
    """(ids, cumulated odds by population) of the communes of each province."""
    by_parent: dict[int, list[tuple[int, int]]] = {province.pk: [] for province in provinces}
    for pk, parent, population in (
        Area.objects.communes().order_by("path").values_list("pk", "parent_id", "population")
    ):
        by_parent.setdefault(parent, []).append((pk, population or 1))
    out = []
    for province in provinces:
        rows = by_parent[province.pk]
        odds = np.cumsum([population for _pk, population in rows]) / max(sum(p for _pk, p in rows), 1)
        out.append(([pk for pk, _population in rows], odds))
    return out


def _application(season: Season, row: dict, submitted_at: datetime) -> Application:
    return Application(
        ref=_ref("ADM", season.code, row["n"]), person=row["person"], season=season, state="submitted",
        schooling=row["schooling"], stream=row["stream"], average=row["average"], submitted_at=submitted_at,
        simulated=True,
    )  # fmt: skip


def _wishes(
    people: list[dict],
    applications: list[Application],
    pools: Pools,
    distance: np.ndarray,
    liking: np.ndarray,
    rng: np.random.Generator,
) -> list[Wish]:
    """Wishes without repetition, by the Gumbel trick: the k largest of log weight + noise."""
    ages = [(row["person"].born_on, row) for row in people]
    weights = np.stack([_weights(row, pools, distance) for _born, row in ages])
    count = np.clip(rng.poisson(WISHES_MEAN - 1, len(people)) + 1, 1, 10)
    with np.errstate(divide="ignore"):
        keys = np.log(weights) + liking + rng.gumbel(size=weights.shape)
    top = np.argsort(-keys, axis=1)[:, :10]
    beds = rng.random((len(people), 10))
    out = []
    for n, application in enumerate(applications):
        for rank, at in enumerate(top[n, : count[n]]):
            if not np.isfinite(keys[n, at]):
                break
            offering = pools.rows[at]
            far = pools.province[at] != people[n]["home"]
            with_bed = bool(offering.centre.beds) and far and beds[n, rank] < 0.6
            out.append(Wish(application=application, offering=offering, rank=rank + 1, with_bed=with_bed))
    return out


def _weights(row: dict, pools: Pools, distance: np.ndarray) -> np.ndarray:
    _share, _low, _high, levels = SCHOOLING[row["schooling"]]
    liking = np.zeros(len(pools.rows))
    for level, weight in levels.items():
        liking[pools.level == level] = weight
    age = (date(2024, 9, 1) - row["person"].born_on).days / 365.25
    if row["stream"] not in ("life-sciences", "physics", "mathematics") or age < 16:
        lawful = np.array(
            [
                (not s or row["stream"] in s) and low <= age < high + 1
                for s, (low, high) in zip(pools.streams, pools.ages, strict=True)
            ]
        )
        liking = liking * lawful
    else:
        lawful = np.array([low <= age < high + 1 for low, high in pools.ages])
        liking = liking * lawful
    return liking * pools.attraction * distance[row["home"]][pools.province]


def _ref(prefix: str, season: str, n: int) -> str:
    """A reference that looks drawn, yet is the same each time."""
    digest = hashlib.blake2b(f"{prefix}:{season}:{n}".encode(), digest_size=8).digest()
    return make_ref(prefix, int.from_bytes(digest, "big") % 31**8)
