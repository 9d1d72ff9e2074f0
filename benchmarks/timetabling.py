"""Timetables: the competition's instances, FET's own program on its own files, an institute, and six hundred of them.

`--ctt FOLDER`: instances of ITC-2007 (compNN.ctt), `--seconds` each on two threads; best known costs are those printed
with the competition's later literature. FET (one thread) runs on the same file in the same minute as ours (two).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from takwin.engines.timetabling import (
    Event,
    Grid,
    Kind,
    Limit,
    Link,
    MaxRuntime,
    Need,
    Party,
    Problem,
    Relation,
    Room,
    Rule,
    curriculum,
    fet,
    solve,
)

BEST_KNOWN = (5, 24, 64, 35, 284, 27, 6, 37, 96, 4, 0, 294, 59, 51, 62, 18, 56, 61, 57, 4, 74)
SCHOOLS = (
    "FET-6-mornings-afternoons/Morocco/1/sample-morocco.fet",
    "FET-5-official/Morocco/Hadkourt/lycee-Farabi.fet",
    "FET-5-official/Morocco/Goulmima/Lycee-Goulmima.fet",
)
GROUPS, TRAINERS, CLASSROOMS, WORKSHOPS, HOURS = 40, 60, 20, 25, 30


def institute(seed):
    """40 groups of 30 hours a week, 60 trainers away one day a week, 20 classrooms and five kinds of five workshops on
    two sites, five days and Saturday morning, Friday noon free: 1,200 hours in sessions of one to four."""
    rng = np.random.default_rng(seed)
    grid = Grid(tuple(f"day {day}" for day in range(6)), tuple(f"hour {hour}" for hour in range(8)), noon=4)
    shut = {grid.slot(4, 4), *(grid.slot(5, hour) for hour in range(4, 8))}
    parties = [Party(f"group {place}", Kind.GROUP, frozenset(shut)) for place in range(GROUPS)]
    for place in range(TRAINERS):
        away = int(rng.integers(6))
        closed = frozenset(shut | {grid.slot(away, hour) for hour in range(8)})
        parties.append(Party(f"trainer {place}", Kind.TRAINER, closed))
    rooms = tuple(Room(f"room {place}", site=int(place >= 35)) for place in range(CLASSROOMS + WORKSHOPS))
    kinds = [tuple(range(CLASSROOMS + 5 * kind, CLASSROOMS + 5 * kind + 5)) for kind in range(5)]
    load, events, apart = np.zeros(TRAINERS), [], []
    for group in range(GROUPS):
        left = HOURS
        while left:
            hours = min(left, int(rng.choice([2, 3, 4, 4, 6])))
            trainer = int(rng.choice(np.argsort(load + rng.random(TRAINERS) * 6)[:3]))
            load[trainer] += hours
            need = Need(kinds[group % 5] if rng.random() < 0.4 else tuple(range(CLASSROOMS)))
            rows = []
            left -= hours
            while hours:
                length = min(hours, int(rng.choice([2, 2, 3, 4])))
                rows.append(len(events))
                events.append(Event(f"{group}", length, (group, GROUPS + trainer), (need,)))
                hours -= length
            if len(rows) > 1:
                apart.append(Relation(Link.APART, tuple(rows), 1, 6))
    groups, trainers = tuple(range(GROUPS)), tuple(range(GROUPS, GROUPS + TRAINERS))
    limits = (
        Limit(Rule.HOURS_A_DAY, groups, 8),
        Limit(Rule.HOURS_A_DAY, trainers, 6),
        Limit(Rule.TRAVEL, groups + trainers, 0),
        Limit(Rule.GAPS_A_HALF, groups, 0, 4),
        Limit(Rule.GAPS_A_DAY, groups, 0, 3),
        Limit(Rule.GAPS_A_DAY, trainers, 1, 1),
        Limit(Rule.DAYS_A_WEEK, trainers, 4, 2),
        Limit(Rule.LAST_HOUR, groups, 7, 1),
    )
    return Problem(grid, tuple(parties), rooms, tuple(events), limits, tuple(apart))


def competition(folder, seconds, seed):
    found = []
    for path in sorted(folder.glob("comp*.ctt")):
        instance = curriculum.read(path)
        begun = time.perf_counter()
        solution = curriculum.solve(instance, MaxRuntime(seconds), seed=seed, threads=2)
        spent = time.perf_counter() - begun
        verdict = curriculum.judge(instance, solution.rows)
        best = BEST_KNOWN[int(path.stem[4:]) - 1]
        speed = solution.steps / spent / 2e6
        found.append((verdict.cost, best))
        print(
            f"  {path.stem}: {verdict.cost:4d} (best known {best:3d}), broken {verdict.broken}, "
            f"{speed:.1f} M proposals a second and core"
        )
    if found:
        ours, best = map(sum, zip(*found, strict=True))
        print(f"  sum of {len(found)}: {ours}, best known {best}, ratio {ours / best:.3f}")


def _fet(path, folder):
    begun = time.perf_counter()
    words = ["fet-cl", f"--inputfile={path}", f"--outputdir={folder}", "--htmllevel=0"]
    try:
        ran = subprocess.run(words, capture_output=True, timeout=600)
    except subprocess.TimeoutExpired:
        return None
    return time.perf_counter() - begun if b"Simulation successful" in ran.stdout else None


def schools(seeds):
    root = Path("/usr/share/doc/fet-data/examples")
    for name in SCHOOLS:
        if not (root / name).exists():
            print(f"  {name}: fet-data is not installed")
            continue
        school = fet.read(root / name)
        with tempfile.TemporaryDirectory() as folder:
            theirs = _fet(root / name, folder)
        limit = (theirs or 600) * 0.25
        ours = [
            solve(school.problem, MaxRuntime(limit), seed=seed, threads=2, feasible=True).first
            for seed in range(1, seeds + 1)
        ]
        held = [spent for spent in ours if spent is not None]
        fet_time = "not in 600 s" if theirs is None else f"{theirs:.1f} s"
        median = f"median {statistics.median(held):.2f} s" if held else "never"
        print(
            f"  {Path(name).stem}, {len(school.ids)} activities: FET {fet_time}; ours within a quarter of that for "
            f"{len(held)} of {seeds} seeds, {median} ({', '.join('-' if s is None else f'{s:.2f}' for s in ours)})"
        )


def one_institute():
    problem = institute(1)
    hours = sum(event.length for event in problem.events)
    print(f"  {len(problem.events)} sessions, {hours} hours")
    for seconds in (10, 60):
        found = solve(problem, MaxRuntime(seconds))
        first = "never" if found.first is None else f"{found.first:.2f} s"
        print(f"  {seconds} s: first feasible {first}, unplaced {len(found.unplaced)}, wishes {found.faults.soft}")
    ratios = []
    for trainer in range(GROUPS, GROUPS + 5):
        grid, start = problem.grid, found.timetable.start
        days = [grid.day(s) for s, e in zip(start, problem.events, strict=True) if trainer in e.parties]
        day = max(set(days), key=days.count)
        ill = problem.parties[trainer]
        ill = replace(ill, closed=ill.closed | {grid.slot(day, hour) for hour in range(8)})
        changed = replace(problem, parties=(*problem.parties[:trainer], ill, *problem.parties[trainer + 1 :]))
        begun = time.perf_counter()
        after = solve(changed, MaxRuntime(3), start=found.timetable, stay=30)
        spent = time.perf_counter() - begun
        moved = sum(a != b for a, b in zip(start, after.timetable.start, strict=True))
        ratios.append(moved / len(start))
        print(
            f"  a trainer away on a day: {days.count(day)} sessions struck, {moved} moved ({ratios[-1]:.1%}), "
            f"unplaced {len(after.unplaced)}, {spent:.1f} s"
        )


def many(count, seconds):
    """A sample of independent institutes, two at a time; six hundred cost in proportion."""
    from concurrent.futures import ProcessPoolExecutor

    begun = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(_institute_of, [(seed, seconds) for seed in range(100, 100 + count)]))
    spent = time.perf_counter() - begun
    print(
        f"  {count} institutes of {seconds} s: {sum(not left for left, _ in results)} whole, wishes "
        f"{statistics.median(cost for _, cost in results):.0f} in the median, {spent:.0f} s on two cores; "
        f"600 of them: {spent / count * 600 / 60:.0f} min"
    )


def _institute_of(asked):
    seed, seconds = asked
    found = solve(institute(seed), MaxRuntime(seconds))
    return len(found.unplaced), found.faults.cost


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ctt", type=Path, help="folder of ITC-2007 instances")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--institutes", type=int, default=12)
    asked = parser.parse_args()
    if asked.ctt:
        print(f"ITC-2007, UD2, {asked.seconds:.0f} s, two threads, seed {asked.seed}")
        competition(asked.ctt, asked.seconds, asked.seed)
    print("real Moroccan schools: FET beside us, what must hold")
    schools(asked.seeds)
    print("an institute")
    one_institute()
    many(asked.institutes, 10)


if __name__ == "__main__":
    main()
