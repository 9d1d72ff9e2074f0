"""The rule by example, against the judge, and its properties."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines import advice
from takwin.engines.advice import Malformed, Offers, People, Weights, parts, rank
from takwin.engines.advice.check import faults
from takwin.engines.advice.tests.make import make_offers, make_people, random_world

worlds = st.builds(
    random_world, st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 14), st.integers(1, 9)
)  # fmt: skip


@given(worlds, st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_the_judge_finds_nothing(world, k):
    people, offers = world
    assert faults(people, offers, rank(people, offers, k)) == []


@given(worlds)
@settings(max_examples=50, deadline=None)
def test_the_judge_sees_a_broken_ranking(world):
    people, offers = world
    result = rank(people, offers, 20)
    turned = dataclasses.replace(result, score=result.score + 100)
    assert faults(people, offers, turned)
    if result.offer.shape[1] > 1 and (result.score[:, 0] > result.score[:, -1] + 100).any():
        backwards = dataclasses.replace(
            result, offer=result.offer[:, ::-1], tier=result.tier[:, ::-1], score=result.score[:, ::-1]
        )
        assert faults(people, offers, backwards)


@given(worlds)
@settings(max_examples=60, deadline=None)
def test_one_person_alone_is_ranked_as_among_others(world):
    people, offers = world
    together = rank(people, offers, 9)
    for i in range(len(people)):
        assert (rank(people.part(slice(i, i + 1)), offers, 9).offer[0] == together.offer[i]).all()


def test_nothing_is_hidden_and_the_barred_come_last():
    people = make_people(1, rung=[4])
    offers = make_offers(3, rung=[8, 4, 4], beds=[True, False, False], pressure=[0.0, 100.0, 4.0])
    result = rank(people, offers)
    assert result.offer.tolist() == [[2, 1, 0]]
    assert result.tier.tolist() == [[0, 0, 2]]


def test_what_has_no_seat_is_listed_last():
    offers = make_offers(2, pressure=[np.inf, 90.0], interests=[[0, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]])
    result = rank(make_people(1, interests=[[0, 0, 0, 1, 0, 0]]), offers)
    assert (result.offer.tolist(), result.tier.tolist()) == ([[1, 0]], [[0, 2]])


def test_interest_nearness_and_openness_each_move_the_score():
    social = [0, 0, 0, 1, 0, 0]
    people = make_people(1, interests=[social])
    liked = make_offers(2, interests=[[1, 0, 0, 0, 0, 0], social])
    assert rank(people, liked).offer.tolist() == [[1, 0]]
    near = make_offers(2, site=[0, 1], km=[[150.0, 5.0]])
    assert rank(people, near).offer.tolist() == [[1, 0]]
    open_ = make_offers(2, pressure=[40.0, 1.0])
    assert rank(people, open_).offer.tolist() == [[1, 0]]
    whole = parts(people, make_offers(1, interests=[social], pressure=[0.0]))
    assert whole.score.tolist() == [[1_000_000]]


def test_a_bed_shortens_the_road_and_lifts_a_limit():
    people = make_people(2, max_km=[50.0, np.inf], wants_bed=[False, True])
    offers = make_offers(2, beds=[False, True], km=[[200.0]])
    judged = parts(people, offers)
    assert judged.within.tolist() == [[False, True], [False, True]]
    assert judged.near[0].tolist() == [pytest.approx(9 / 109), 0.6]
    assert judged.tier.tolist() == [[1, 0], [1, 0]]


def test_without_a_test_or_an_address_nothing_is_lost_or_won():
    people = make_people(1, interests=np.full((1, 6), np.nan), place=[-1])
    judged = parts(people, make_offers(1, interests=[[1, 0, 0, 0, 0, 0]]))
    assert (judged.fit.tolist(), judged.near.tolist()) == ([[0.5]], [[0.5]])
    assert np.isnan(judged.km).all()


def test_a_programme_is_listed_once_by_its_best_offer():
    offers = make_offers(3, programme=[0, 0, 1], site=[0, 1, 0], km=[[90.0, 3.0]])
    assert rank(make_people(1), offers).offer.tolist() == [[1, 2]]


def test_no_input_reveals_a_sex():
    words = {field.name for shape in (People, Offers, Weights) for field in dataclasses.fields(shape)}
    assert not words & {"sex", "female", "male", "gender", "girl", "name"}
    source = "".join(inspect.getsource(module) for module in (advice.model, advice.solve))
    assert "female" not in source


def test_what_cannot_be_is_refused():
    with pytest.raises(Malformed, match="programme: is not sorted"):
        make_offers(2, programme=[1, 0])
    with pytest.raises(Malformed, match="pressure"):
        make_offers(1, pressure=[np.nan])
    with pytest.raises(Malformed, match="site"):
        make_offers(1, site=[3])
    with pytest.raises(Malformed, match="add up"):
        Weights(interest=0.9)
    assert rank(make_people(2), make_offers(0)).offer.shape == (2, 0)
    assert rank(make_people(0), make_offers(2)).offer.shape == (0, 2)
