"""Small worlds of people and offers."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.advice import Offers, People


def make_people(n: int, **over: Any) -> People:
    """Bachelors of 18 with a flat profile, at place 0, without limits."""
    plain: dict[str, Any] = {
        "interests": np.ones((n, 6)), "rung": np.full(n, 8), "bridge": np.zeros(n, int), "stream": np.full(n, 1),
        "age": np.full(n, 18), "place": np.zeros(n, int), "max_km": np.full(n, np.inf),
        "wants_bed": np.zeros(n, bool), "modes": np.zeros(n, int),
    }  # fmt: skip
    return People(**plain | {name: np.asarray(value) for name, value in over.items()})


def make_offers(m: int, **over: Any) -> Offers:
    """Offers of as many programmes, open to a bachelor, at site 0 without beds, four requests a seat."""
    plain: dict[str, Any] = {
        "interests": np.ones((m, 6)), "programme": np.arange(m), "rung": np.full(m, 8), "bridge": np.zeros(m, int),
        "streams": np.zeros(m, int), "age_min": np.zeros(m, int), "age_max": np.full(m, 999),
        "pressure": np.full(m, 4.0), "beds": np.zeros(m, bool), "mode": np.full(m, 1), "site": np.zeros(m, int),
        "km": np.zeros((1, 1)),
    }  # fmt: skip
    return Offers(**plain | {name: np.asarray(value) for name, value in over.items()})


def random_world(seed: int, n: int, m: int, p: int) -> tuple[People, Offers]:
    """Anything lawful, gaps included."""
    rng = np.random.default_rng(seed)
    places, sites = 4, 5
    taken = rng.random((n, 6)).round(2)
    taken[rng.random(n) < 0.2] = np.nan
    km = (300 * rng.random((places, sites))).round(1)
    km[rng.random(km.shape) < 0.1] = np.nan
    people = People(
        taken, rng.integers(0, 10, n), rng.integers(0, 4, n), 1 << rng.integers(0, 9, n), rng.integers(-1, 40, n),
        rng.integers(-1, places, n), rng.choice([np.inf, 30, 120], n), rng.random(n) < 0.3, rng.integers(0, 4, n),
    )  # fmt: skip
    wanted = rng.random((m, 6)).round(2)
    wanted[rng.random(m) < 0.1] = np.nan
    pressure = rng.choice([0.0, 0.5, 4.0, 130.0, np.inf], m)
    offers = Offers(
        wanted, np.sort(rng.integers(0, p, m)), rng.integers(0, 11, m), rng.integers(0, 4, m),
        rng.choice([0, 3, 508], m), rng.choice([0, 15], m), rng.choice([999, 30], m), pressure, rng.random(m) < 0.4,
        1 << rng.integers(0, 3, m), rng.integers(-1, sites, m), km,
    )  # fmt: skip
    return people, offers
