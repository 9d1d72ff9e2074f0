"""The allocation engine on a nation, beside what others publish. Prints figures, medians and ratios; asserts nothing.

Sections may be named: kernel, rules, files, growth, others, calls, whatif. SIZE=1000000 sets the nation.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from nation import nation

from takwin.engines.allocation import solve
from takwin.engines.allocation.call_order import call_order
from takwin.engines.allocation.certificate import certify
from takwin.engines.allocation.check import faults
from takwin.engines.allocation.kernel import sweep
from takwin.engines.allocation.solve import prepare
from takwin.engines.allocation.waiting import waiting
from takwin.engines.allocation.whatif import Change, compare

SIZE = int(os.environ.get("SIZE", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "9"))
RULES = {
    "plain": {},
    "reserves in 5 % of pools": {"reserves": 0.05},
    "and 600 houses, 60,000 beds": {"reserves": 0.05, "houses": max(2, SIZE * 6 // 10_000), "beds": SIZE * 6 // 100},
}


THROUGH = """
import resource, sys, time
from pathlib import Path
from takwin.engines.allocation import parquet_io, solve
spent = []
for n in range(4):
    out = Path(sys.argv[2] + str(n))
    out.mkdir()
    begun = time.perf_counter()
    named = parquet_io.read(Path(sys.argv[1]))
    parquet_io.write_result(out, named.problem, solve(named.problem))
    spent.append(time.perf_counter() - begun)
    del named
print(sorted(spent[1:])[1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def clock(work, times=1):
    spent, value = [], None
    for _ in range(times):
        begun = time.perf_counter()
        value = work()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent), value


def spread(spent):
    return f"{statistics.median(spent):7.3f} s ({min(spent):.3f} to {max(spent):.3f})"


def kernel():
    """Arrays in memory to result, alternated with one np.sort of as many float32."""
    problem = nation(SIZE)
    floats = problem.priority.astype(np.float32)
    sorts, kernels, solves = [], [], []
    for _ in range(ROUNDS):
        sorts.append(clock(lambda: np.sort(floats))[0])
        tables, working_priority, state = prepare(problem)
        state.kept[:] = -2 - problem.start[:-1]
        kernels.append(clock(lambda: sweep(tables, working_priority, state))[0])  # noqa: B023 - called at once
        solves.append(clock(lambda: solve(problem))[0])
    ratio = statistics.median(kernels) / statistics.median(sorts)
    print(f"np.sort of {len(floats):,} float32, with this processor's vectors  {spread(sorts)}")
    print(f"kernel                                                   {spread(kernels)}  ratio {ratio:.2f}")
    print(f"solve, tables made each time                             {spread(solves)}")
    code = "import numpy as np, time; f = np.random.default_rng(1).permutation(10 ** 7).astype(np.float32); s = []\n"
    code += "for _ in range(5):\n t = time.perf_counter(); np.sort(f); s.append(time.perf_counter() - t)\n"
    code += "print(sorted(s)[2])"
    plain = dict(os.environ, NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=plain, capture_output=True, text=True)
    if done.returncode == 0:
        slow = float(done.stdout)
        ratio = statistics.median(kernels) / slow
        print(f"np.sort without vectors (its own process)                {slow:7.3f} s  ratio {ratio:.2f}")


def rules():
    """What reserves and houses cost, and what the proof costs beside the solve."""
    first = 0.0
    heads = ("solve s", "x plain", "proof s", "x solve", "faults", "rounds", "placed")
    print(f"{'':32}" + "".join(f" {head:>8}" for head in heads))
    for name, over in RULES.items():
        problem = nation(SIZE, **over)
        solve(problem)
        spent, result = clock(lambda: solve(problem), 5)  # noqa: B023
        first = first or spent
        proof, found = clock(lambda: faults(problem, result))  # noqa: B023
        print(
            f"{name:32} {spent:8.3f} {spent / first:8.2f} {proof:8.2f} {proof / spent:8.1f} {sum(found.values()):8} "
            f"{result.rounds:8} {int((result.wish >= 0).sum()):8,}"
        )


def files():
    """Parquet in, Parquet out with the waiting rank of every candidacy, beside a full scan of the same files."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    problem = nation(SIZE)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room, "problem")
        folder.mkdir()
        write = {"compression": "snappy", "use_dictionary": False}
        owner, ids = problem.candidate, [f"C{i:07d}" for i in range(problem.candidates)]
        pq.write_table(pa.table({"id": ids}), folder / "candidates.parquet", **write)
        wishes = {"candidate": owner, "pool": problem.pool, "priority": problem.priority}
        pq.write_table(pa.table(wishes), folder / "wishes.parquet", **write)
        pools = {"id": [f"P{p:05d}" for p in range(len(problem.capacity))], "capacity": problem.capacity}
        pq.write_table(pa.table(pools), folder / "pools.parquet", **write)
        del problem, owner, ids, wishes
        scan = f"SELECT sum(candidate), sum(pool), sum(priority), count(*) FROM '{folder}/wishes.parquet'"
        names = f"SELECT max(id) FROM '{folder}/candidates.parquet'"

        def both():
            return duckdb.sql(scan).fetchall(), duckdb.sql(names).fetchall()

        both()
        scanned, _ = clock(both, 7)
        done = subprocess.run(
            [sys.executable, "-c", THROUGH, folder, f"{room}/out"], capture_output=True, text=True, check=True
        )
        spent, memory = done.stdout.split()
        print(f"DuckDB full scan of the same files      {scanned:7.3f} s")
        print(f"in, solved, waiting ranks, out          {float(spent):7.3f} s  ratio {float(spent) / scanned:.1f}")
        print(f"most memory                             {int(memory) / 1e6:7.2f} GB")


def growth():
    """Time against size, and the slope in logarithms: 1 is linear."""
    rows = []
    for n in (250_000, 500_000, 1_000_000, 2_000_000):
        problem = nation(n)
        spent, result = clock(lambda: solve(problem), 5)  # noqa: B023
        bad = faults(problem, result)
        rows.append((n, spent))
        print(f"{n:10,} candidates {spent:7.3f} s {1e9 * spent / (10 * n):6.1f} ns a wish, faults {sum(bad.values())}")
    slope = np.polyfit(np.log([n for n, _s in rows]), np.log([s for _n, s in rows]), 1)[0]
    print(f"slope {slope:.3f}")


def others():
    """The same game by two libraries, at sizes they survive."""
    from algmatch import HospitalResidentsProblem
    from matching.games import HospitalResident

    for n in (500, 1000, 2000):
        problem = nation(n, pools=20)
        lists = [problem.pool[problem.start[i] : problem.start[i + 1]].tolist() for i in range(n)]
        order = np.lexsort((-problem.priority, problem.pool))
        ranks = {p: problem.candidate[order[problem.pool[order] == p]].tolist() for p in range(20)}
        mine, result = clock(lambda: solve(problem), 3)  # noqa: B023
        seats = {p: int(problem.capacity[p]) for p in range(20)}
        ours = {i: int(problem.pool[w]) for i, w in enumerate(result.wish) if w >= 0}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = HospitalResident.create_from_dictionaries(dict(enumerate(lists)), ranks, seats)
            spent, solved = clock(lambda: game.solve(optimal="resident"))  # noqa: B023
        theirs = {resident.name: hospital.name for hospital, held in solved.items() for resident in held}
        data = {
            "residents": {i + 1: [p + 1 for p in wishes] for i, wishes in enumerate(lists)},
            "hospitals": {p + 1: {"capacity": seats[p], "preferences": [i + 1 for i in ranks[p]]} for p in seats},
        }
        other, matching = clock(  # noqa: B023
            lambda: HospitalResidentsProblem(dictionary=data, optimised_side="residents").get_stable_matching()  # noqa: B023
        )
        third = {int(str(r)[1:]) - 1: int(str(h)[1:]) - 1 for r, h in matching["resident_sided"].items() if h}
        print(
            f"{n:6,} candidates: ours {mine:8.4f} s; matching {spent:7.2f} s, same {theirs == ours}; "
            f"algmatch {other:7.2f} s, same {third == ours}"
        )


def calls():
    """The call order with two rates, over ten million candidacies."""
    groups, size = SIZE // 50, 500
    rng = np.random.default_rng(1)
    rank = (np.argsort(rng.random((groups, size)), axis=1).astype(np.int32) + 1).ravel()
    kind = rng.integers(0, 4, groups * size).astype(np.int8)
    start = np.arange(0, groups * size + 1, size)
    rates = rng.integers(0, 60, groups), rng.integers(0, 60, groups)
    call_order(start, *rates, rank, kind)
    spent = [clock(lambda: call_order(start, *rates, rank, kind))[0] for _ in range(ROUNDS)]
    print(f"call_order, {groups * size:,} candidacies, input checked   {spread(spent)}")


def whatif():
    """Twenty scenarios of one pool each, in one call; waiting ranks; the certificate."""
    problem = nation(SIZE)
    result = solve(problem)
    changes = [Change(seats={p: int(problem.capacity[p]) + 24}) for p in range(10)]
    changes += [Change(seats={p: 0}) for p in range(10, 20)]
    girls = problem.member(np.arange(problem.candidates), 0)
    compare(problem, result, changes[:1])
    spent, effects = clock(lambda: compare(problem, result, changes, groups={"girls": girls}))
    print(f"20 scenarios in one call {spent:7.2f} s; the first: {effects[0].better} better, {effects[0].worse} worse")
    print(f"waiting ranks            {clock(lambda: waiting(problem, result), 3)[0]:7.2f} s")
    print(f"certificate, all proofs  {clock(lambda: certify(problem, result))[0]:7.2f} s")


def main():
    sections = {f.__name__: f for f in (kernel, rules, files, growth, others, calls, whatif)}
    solve(nation(2000, **{**RULES["and 600 houses, 60,000 beds"], "houses": 4, "beds": 120}))  # compiled before
    solve(nation(2000))
    for name in sys.argv[1:] or sections:
        print(f"- {name}: {sections[name].__doc__.splitlines()[0]}")
        sections[name]()
        sys.stdout.flush()
    print(f"most memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


main()
