"""The best vacancies of each graduate: only those whose occupation fits the programme are looked at."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from takwin.engines.matching.model import PUBLISHED, Graduates, Matches, Vacancies, Weights, need

BLOCK = 4096  # graduates a thread takes at a time


@njit(cache=True, nogil=True)
def _near(km, half):
    """0 to 10,000."""
    return 5000 if math.isnan(km) else int(10_000 / (1 + (km / half) ** 2))


@njit(cache=True, nogil=True)
def _paid(pay, least):
    """0 to 10,000: half where unknown; full from one and a half times the least on."""
    if pay == 0 or least == 0:
        return 5000
    return min(10_000, 5000 + int(10_000 * (pay - least) / least))


@njit(cache=True, nogil=True)
def _rank(first, last, at, listed, fits, where, contract, pay, programme, place, max_km, accepts, least, km, nears,
          weights, top, score):  # fmt: skip
    """Vacancies of a programme come best fit first: once no later one can win, the rest is not looked at."""
    k = top.shape[1]
    unknown = nears.shape[1] - 1
    for g in range(first, last):
        held = 0
        home, wants, low, far = place[g], accepts[g], least[g], max_km[g]
        for j in range(at[programme[g]], at[programme[g] + 1]):
            fit = weights[0] * 100 * fits[j]
            if held == k and (fit + (weights[1] + weights[2]) * 10_000) // 100 < score[g, k - 1]:
                break
            if wants and not wants & contract[j]:
                continue
            if low and pay[j] and pay[j] < low:
                continue
            there = where[j]
            if home < 0 or there < 0:
                near = nears[unknown, unknown]
            else:
                if km[home, there] > far:
                    continue
                near = nears[home, there]
            found = (fit + weights[1] * near + weights[2] * _paid(pay[j], low)) // 100
            v = listed[j]
            if held == k and (found < score[g, k - 1] or (found == score[g, k - 1] and v > top[g, k - 1])):
                continue
            spot = min(held, k - 1)
            while spot > 0 and (score[g, spot - 1] < found or (score[g, spot - 1] == found and top[g, spot - 1] > v)):
                top[g, spot] = top[g, spot - 1]
                score[g, spot] = score[g, spot - 1]
                spot -= 1
            top[g, spot] = v
            score[g, spot] = found
            held = min(held + 1, k)


@njit(cache=True, nogil=True)
def _nears(km, half):
    """(k + 1, k + 1) nearness of each pair of places; the last one stands for what is not known."""
    k = len(km)
    out = np.full((k + 1, k + 1), 5000, np.int64)
    for i in range(k):
        for j in range(k):
            out[i, j] = _near(km[i, j], half)
    return out


def _listed(vacancies: Vacancies) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each programme (CSR) the vacancies that fit it, best fit first and in their order, and the fit of each."""
    order = np.argsort(vacancies.occupation, kind="stable")
    bounds = np.searchsorted(vacancies.occupation[order], np.arange(vacancies.fit.shape[1] + 1))
    rows, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    sizes = [0]
    for fits in vacancies.fit:
        found = np.concatenate([order[bounds[o] : bounds[o + 1]] for o in np.flatnonzero(fits)] or rows[:1])
        scores = fits[vacancies.occupation[found]]
        by_score = np.lexsort((found, -scores))
        rows.append(found[by_score])
        values.append(scores[by_score])
        sizes.append(len(found))
    return np.cumsum(sizes).astype(np.int64), np.concatenate(rows), np.concatenate(values)


def rank(
    graduates: Graduates, vacancies: Vacancies, k: int = 20, weights: Weights = PUBLISHED, threads: int = 2
) -> Matches:
    """The k best vacancies of each graduate. Equal scores go by the order of the vacancies.

    Time grows with the vacancies that fit best, memory with n x k; the result does not depend on `threads`.

    Parameters
    ----------
    graduates : Graduates
    vacancies : Vacancies
    k : int
        Vacancies wanted for each graduate.
    weights : Weights
    threads : int

    Returns
    -------
    Matches
        Arrays of shape (n, k).

    Raises
    ------
    Malformed
        A graduate has a programme or a place that is not there.
    """
    need((graduates.programme < len(vacancies.fit)).all(), "programme", "is not a row of the fit")
    need((graduates.place < len(vacancies.km)).all(), "place", "is not a row of the distances")
    n = len(graduates)
    top, score = np.full((n, k), -1, np.int32), np.full((n, k), -1, np.int32)
    if not n or not len(vacancies) or not k:
        return Matches(top, np.maximum(score, 0))
    at, listed, fits = _listed(vacancies)
    km = vacancies.km.astype(np.float64)
    rest: tuple[Any, ...] = (
        at, listed, fits, *(column[listed].astype(np.int64) for column in (
            vacancies.place, vacancies.contract, vacancies.pay)),
        graduates.programme.astype(np.int64), graduates.place.astype(np.int64), graduates.max_km.astype(np.float64),
        graduates.contracts.astype(np.int64), graduates.least_pay.astype(np.int64), km,
        _nears(km, float(weights.half_km)), np.array([weights.fit, weights.nearness, weights.pay], np.int64), top,
        score,
    )  # fmt: skip
    blocks = [(begin, min(begin + BLOCK, n)) for begin in range(0, n, BLOCK)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda ends: _rank(*ends, *rest), blocks))
    return Matches(top, np.maximum(score, 0))


def parts(graduates: Graduates, vacancies: Vacancies, g: int, v: int, weights: Weights = PUBLISHED) -> dict[str, Any]:
    """The parts of the score of graduate g and vacancy v.

    Returns
    -------
    dict
        `fit`, `near` and `paid` 0 to 100, `km` (None unknown), `score` 0 to 10,000.
    """
    place, where = int(graduates.place[g]), int(vacancies.place[v])
    km = math.nan if place < 0 or where < 0 else float(vacancies.km[place, where])
    fit = int(vacancies.fit[graduates.programme[g], vacancies.occupation[v]])
    near = int(_near(km, float(weights.half_km)))
    paid = int(_paid(int(vacancies.pay[v]), int(graduates.least_pay[g])))
    score = (weights.fit * 100 * fit + weights.nearness * near + weights.pay * paid) // 100
    return {
        "fit": fit, "km": None if math.isnan(km) else km, "near": near // 100, "paid": paid // 100, "score": score,
    }  # fmt: skip
