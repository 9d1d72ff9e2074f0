"""Scores and ranks. One programme is listed once, by its best offer; equal scores go by the order of the offers."""

from __future__ import annotations

import numpy as np

from takwin.engines.advice.model import PUBLISHED, Offers, Parts, People, Ranking, Weights

BLOCK = 128  # people at a time: a block of 3,000 offers fits a processor's cache
POINT = 10_000  # a score is kept in whole ten-thousandths, so that every machine ranks alike
PLACE = 20  # bits of the offer in a key, below the score


def unit(profiles: np.ndarray) -> np.ndarray:
    """Profiles as unit vectors around their own mean: the product of two is Pearson's correlation.

    A flat or missing profile becomes zero: it fits everything by half.
    """
    centred = np.nan_to_num(profiles.astype(float)) - np.nan_to_num(profiles.astype(float)).mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12)


def parts(people: People, offers: Offers, weights: Weights = PUBLISHED) -> Parts:
    """Every part of the score of every pair: n x m values an array, so for few people or few offers.

    Parameters
    ----------
    people : People
    offers : Offers
    weights : Weights
    """
    return _parts(people, offers, weights, unit(offers.interests))


def _parts(people: People, offers: Offers, w: Weights, wanted: np.ndarray) -> Parts:
    fit = 0.5 + 0.5 * unit(people.interests) @ wanted.T
    km = offers.km[people.place][:, offers.site]
    blind = (people.place < 0)[:, None] | (offers.site < 0)[None, :]
    if blind.any():
        km = np.where(blind, np.nan, km)
    near = 1 / (1 + (km / w.half_km) ** 2)
    near = np.where(np.isnan(km), 0.5, near)
    near = np.where(offers.beds, np.maximum(near, w.bed), near)
    opened = w.half_pressure / (w.half_pressure + offers.pressure)
    total = w.interest * fit + w.nearness * near + w.openness * opened
    return Parts(
        fit=fit,
        near=near,
        open=np.broadcast_to(opened, fit.shape),
        km=km,
        open_to=eligible(people, offers) & np.isfinite(offers.pressure),
        within=within(people, offers, km),
        score=np.rint(100 * POINT * total).astype(np.int64),
    )


def eligible(people: People, offers: Offers) -> np.ndarray:
    """Whom the access rule of each offer lets in: schooling or a bridge, stream, age.

    Returns
    -------
    ndarray of bool, shape (n, m)
    """
    reached = people.rung[:, None] >= offers.rung
    bridged = (people.bridge[:, None] >= offers.bridge) & (offers.bridge > 0)
    stream = ((people.stream[:, None] & offers.streams) > 0) | (offers.streams == 0)
    age = people.age[:, None]
    return (reached | bridged) & stream & ((age < 0) | ((age >= offers.age_min) & (age <= offers.age_max)))


def within(people: People, offers: Offers, km: np.ndarray) -> np.ndarray:
    """Which offers are within the limits a person set.

    With a boarding house any distance is; an unknown distance is not beyond a limit.

    Returns
    -------
    ndarray of bool, shape (n, m)
    """
    far = (km > people.max_km[:, None]) & ~offers.beds
    unhoused = people.wants_bed[:, None] & ~offers.beds
    refused = (people.modes[:, None] & offers.mode == 0) & (people.modes[:, None] > 0)
    return ~(far | unhoused | refused)


def rank(people: People, offers: Offers, k: int = 20, weights: Weights = PUBLISHED) -> Ranking:
    """The k best programmes of each person, each by its best offer.

    Memory is a block of people by all offers, however many people there are.

    Parameters
    ----------
    people : People
    offers : Offers
    k : int
        Programmes wanted for each person.
    weights : Weights

    Returns
    -------
    Ranking
        Arrays of shape (n, min(k, programmes)).
    """
    starts = np.flatnonzero(np.r_[True, np.diff(offers.programme) > 0]) if len(offers) else np.zeros(0, np.int64)
    k, wanted = min(k, len(starts)), unit(offers.interests)
    last = (1 << PLACE) - 1
    place = last - np.arange(len(offers))
    top = np.full((len(people), k), -1, dtype=np.int64)
    for begin in range(0, len(people) if k else 0, BLOCK):
        block = slice(begin, begin + BLOCK)
        part = _parts(people.part(block), offers, weights, wanted)
        key = ((((2 - part.tier) << PLACE) + part.score) << PLACE) | place
        best = np.maximum.reduceat(key, starts, axis=1)
        if k < best.shape[1]:
            best = np.partition(best, best.shape[1] - k, axis=1)[:, -k:]
        top[block] = -np.sort(-best, axis=1)
    return Ranking(
        offer=np.where(top < 0, -1, last - (top & last)).astype(np.int32),
        tier=np.where(top < 0, -1, 2 - (top >> 2 * PLACE)).astype(np.int8),
        score=np.where(top < 0, 0, (top >> PLACE) & last).astype(np.int32),
    )
