"""The ranking against its judge, on draws and on an example one can follow by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.matching import Graduates, Malformed, Matches, Vacancies, Weights, parts, rank
from takwin.engines.matching.check import faults, table


def draw(seed, n=7, m=12, p=3, o=4, k=3):
    rng = np.random.default_rng(seed)
    km = rng.integers(0, 300, (k, k)).astype(float)
    km[rng.random((k, k)) < 0.1] = np.nan
    graduates = Graduates(
        programme=rng.integers(0, p, n), place=rng.integers(-1, k, n),
        max_km=np.where(rng.random(n) < 0.3, np.inf, rng.integers(0, 300, n)),
        contracts=rng.integers(0, 4, n), least_pay=rng.choice([0, 3000, 5000], n),
    )  # fmt: skip
    vacancies = Vacancies(
        occupation=rng.integers(0, o, m), place=rng.integers(-1, k, m), contract=1 << rng.integers(0, 2, m),
        pay=rng.choice([0, 3000, 4000, 9000], m), fit=rng.choice([0, 30, 60, 100], (p, o)), km=km,
    )  # fmt: skip
    return graduates, vacancies


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 15), st.integers(1, 3))
def test_the_judge_finds_no_fault(seed, k, threads):
    graduates, vacancies = draw(seed)
    assert faults(graduates, vacancies, rank(graduates, vacancies, k, threads=threads)) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_parts_add_up_to_the_score(seed):
    graduates, vacancies = draw(seed)
    scores = table(graduates, vacancies)
    for g, v in np.argwhere(scores >= 0):
        assert parts(graduates, vacancies, g, v)["score"] == scores[g, v]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_stricter_wish_never_adds_a_vacancy(seed):
    graduates, vacancies = draw(seed)
    wide = rank(graduates, vacancies, 12).vacancy
    near = rank(replace(graduates, max_km=np.minimum(graduates.max_km, 50)), vacancies, 12).vacancy
    for before, after in zip(wide, near, strict=True):
        assert set(after) <= set(before) | {-1}


def test_an_example_by_hand():
    """One welder at place 0. A post of the trade 40 km away: 60 + 15 + 5 = 80.00; one of a near trade at home:
    36 + 30 + 5 = 71.00; a clerk's does not fit."""
    graduates = Graduates(*(np.array([x]) for x in (0, 0, 100.0, 0, 0)))
    vacancies = Vacancies(
        occupation=np.array([0, 1, 2]), place=np.array([1, 0, 0]), contract=np.array([1, 1, 1]),
        pay=np.array([0, 0, 0]), fit=np.array([[100, 60, 0]]), km=np.array([[0.0, 40.0], [40.0, 0.0]]),
    )  # fmt: skip
    found = rank(graduates, vacancies, 3)
    assert found.vacancy.tolist() == [[0, 1, -1]]
    assert found.score.tolist() == [[8000, 7100, 0]]


def test_equal_scores_go_by_the_order_of_the_vacancies():
    graduates = Graduates(*(np.array([x]) for x in (0, -1, np.inf, 0, 0)))
    five = np.zeros(5, np.int64)
    vacancies = Vacancies(five, five, five + 1, five, np.array([[50]]), np.array([[0.0]]))
    assert rank(graduates, vacancies, 3).vacancy.tolist() == [[0, 1, 2]]


def test_the_judge_sees_what_is_wrong():
    graduates, vacancies = draw(3)
    good = rank(graduates, vacancies, 4)
    swapped = Matches(good.vacancy[:, ::-1].copy(), good.score[:, ::-1].copy())
    assert faults(graduates, vacancies, swapped)
    assert faults(graduates, vacancies, Matches(good.vacancy, good.score + 1))


def test_nothing_of_nothing():
    graduates, vacancies = draw(1)
    none = Graduates(*(np.zeros(0, np.int64) for _ in range(5)))
    assert rank(none, vacancies, 5).vacancy.shape == (0, 5)
    assert (rank(graduates, replace(vacancies, fit=vacancies.fit * 0), 5).vacancy == -1).all()


@pytest.mark.parametrize(
    ("change", "names"),
    [({"fit": np.full((3, 4), 101)}, "fit"), ({"occupation": np.full(12, 9)}, "occupation"),
     ({"place": np.full(12, 9)}, "place"), ({"km": np.zeros((2, 3))}, "place|km")],
)  # fmt: skip
def test_arrays_that_cannot_be_are_named(change, names):
    _graduates, vacancies = draw(1)
    with pytest.raises(Malformed, match=names):
        replace(vacancies, **change)


def test_weights_add_up():
    with pytest.raises(Malformed):
        Weights(fit=50)
    graduates, vacancies = draw(1)
    with pytest.raises(Malformed):
        rank(replace(graduates, programme=graduates.programme + 9), vacancies)
