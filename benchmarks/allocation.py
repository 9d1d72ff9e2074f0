"""The allocation engine: time of a solve and of its judge as the season grows. Prints, asserts nothing."""

import os
import statistics
import time

import numpy as np

from takwin.engines.allocation import NO_HOUSE, Problem, faults, solve

WISHES, PER_POOL = 6, 50
SIZES = [int(size) for size in os.environ.get("SIZES", "20000,50000,100000,200000").split(",")]


def draw(n, seed=1):
    """n candidates, six wishes each; pools of 15 seats a hundred asked; priorities half common, half own."""
    rng = np.random.default_rng(seed)
    pools = max(10, n // PER_POOL)
    keys = rng.random((n, WISHES)) ** 2 * pools
    pool = np.sort(keys.astype(np.int64), axis=1)
    for column in range(1, WISHES):  # no wish twice
        pool[:, column] = np.maximum(pool[:, column], pool[:, column - 1] + 1) % (pools + WISHES)
    order = np.argsort(rng.random((n, WISHES)), axis=1)
    pool = np.take_along_axis(pool, order, axis=1).ravel()
    merit = np.repeat(rng.integers(0, 1 << 20, n), WISHES)
    priority = (merit << 40) | rng.permutation(n * WISHES)
    none = np.full(n * WISHES, NO_HOUSE)
    capacity = np.full(pools + WISHES, 15)
    return Problem(
        np.arange(0, n * WISHES + 1, WISHES), pool, priority, none, np.zeros(n * WISHES), capacity, np.zeros(0)
    )


def main():
    solve(draw(1000))  # compile
    print(f"{'candidates':>11} {'solve ms':>9} {'judge ms':>9} {'ns a wish':>10} {'faults':>7}")
    for n in SIZES:
        problem = draw(n)
        spent = []
        for _ in range(5):
            begun = time.perf_counter()
            result = solve(problem)
            spent.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        found = sum(faults(problem, result).values())
        judged = time.perf_counter() - begun
        median = statistics.median(spent)
        print(f"{n:11,} {1000 * median:9.1f} {1000 * judged:9.1f} {1e9 * median / (n * WISHES):10.0f} {found:7}")


main()
