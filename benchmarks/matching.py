"""Vacancies for graduates: 100,000 by 20,000, twenty each; beside a plain product of sparse matrices, in one run.

The yardstick knows the trade and the province as columns of two sparse matrices (scikit-learn, SciPy): it multiplies
them a block at a time and takes the twenty largest of each row. It has no distances and no limits; ours has both.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

import numpy as np
from scipy import sparse
from sklearn.preprocessing import OneHotEncoder

from takwin.engines.matching import Graduates, Vacancies, rank
from takwin.engines.matching.check import faults

N, M, PROGRAMMES, OCCUPATIONS, PLACES, K = 100_000, 20_000, 400, 436, 75, 20


def world(seed: int, n: int, m: int):
    rng = np.random.default_rng(seed)
    fit = np.zeros((PROGRAMMES, OCCUPATIONS), np.int64)
    for programme in range(PROGRAMMES):
        own = rng.choice(OCCUPATIONS, 2, replace=False)
        for occupation in own:  # the same minor group, and the same sub-major one
            fit[programme, max(0, occupation - 20) : occupation + 20] = np.maximum(
                fit[programme, max(0, occupation - 20) : occupation + 20], 30
            )
            fit[programme, max(0, occupation - 4) : occupation + 4] = np.maximum(
                fit[programme, max(0, occupation - 4) : occupation + 4], 60
            )
        fit[programme, own] = 100
    spots = rng.random((PLACES, 2)) * 900
    km = np.linalg.norm(spots[:, None] - spots[None], axis=2)
    share = rng.pareto(1.2, PLACES) + 0.1
    where = lambda size: rng.choice(PLACES, size, p=share / share.sum())  # noqa: E731
    graduates = Graduates(
        rng.integers(0, PROGRAMMES, n), where(n), rng.choice([30.0, 60.0, 120.0, np.inf], n),
        rng.integers(0, 16, n), rng.choice([0, 3000, 4000], n),
    )  # fmt: skip
    vacancies = Vacancies(
        rng.integers(0, OCCUPATIONS, m), where(m), 1 << rng.integers(0, 4, m), rng.choice([0, 3500, 5000], m), fit, km
    )
    return graduates, vacancies


def plain(graduates: Graduates, vacancies: Vacancies, block: int = 500):
    """Trade and province as columns, one product, the twenty largest of each row."""
    places = OneHotEncoder(categories=[np.arange(PLACES)])
    theirs = places.fit_transform(vacancies.place[:, None]) * 0.3
    ours = places.transform(graduates.place[:, None])
    trades = OneHotEncoder(categories=[np.arange(OCCUPATIONS)]).fit_transform(vacancies.occupation[:, None])
    left = sparse.hstack([sparse.csr_matrix(vacancies.fit[graduates.programme] * 0.006), ours]).tocsr()
    right = sparse.hstack([trades, theirs]).T.tocsr()
    out = np.full((len(graduates), K), -1, np.int32)
    for begin in range(0, len(graduates), block):
        product = (left[begin : begin + block] @ right).tocsr()
        for row in range(product.shape[0]):
            values = product.data[product.indptr[row] : product.indptr[row + 1]]
            columns = product.indices[product.indptr[row] : product.indptr[row + 1]]
            best = np.argpartition(-values, K)[:K] if len(values) > K else np.arange(len(values))
            out[begin + row, : len(best)] = columns[best[np.argsort(-values[best], kind="stable")]]
    return out


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    small = world(1, 60, 300)
    print(f"matching: the judge finds {len(faults(*small, rank(*small, K)))} faults on 60 x 300")
    graduates, vacancies = world(2, N, M)
    before = memory()
    spent = []
    for _turn in range(5):
        begun = time.perf_counter()
        found = rank(graduates, vacancies, K)
        spent.append(time.perf_counter() - begun)
    listed = (found.vacancy >= 0).sum() / N
    print(
        f"  {N:,} x {M:,}, {K} each, two threads: median {statistics.median(spent):.2f} s "
        f"({min(spent):.2f} to {max(spent):.2f}), {memory():.0f} MB at the peak ({before:.0f} before), "
        f"{listed:.1f} vacancies listed a graduate"
    )
    before = memory()
    begun = time.perf_counter()
    plain(graduates, vacancies)
    theirs = time.perf_counter() - begun
    print(
        f"  plain sparse product, one run: {theirs:.1f} s, {memory():.0f} MB at the peak ({before:.0f} before); "
        f"{theirs / statistics.median(spent):.0f} times as long"
    )


if __name__ == "__main__":
    sys.exit(main())
