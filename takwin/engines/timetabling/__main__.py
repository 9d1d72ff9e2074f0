"""The engine without a database: solve and check .ctt (ITC-2007) and .fet files. See docs/timetabling.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from takwin.engines.timetabling.model import Malformed
from takwin.engines.timetabling.stop import MaxRuntime, MaxSteps, StoppingRule


def main(argv: list[str] | None = None) -> int:
    """0: done, nothing broken; 1: something that must hold is broken or unplaced; 2: malformed, nothing written."""
    parser = argparse.ArgumentParser(prog="python -m takwin.engines.timetabling", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    solve = verbs.add_parser("solve", help="find a timetable: FILE.ctt or FILE.fet")
    solve.add_argument("problem", type=Path)
    solve.add_argument("-o", dest="result", type=Path, required=True)
    solve.add_argument("--seconds", type=float, help="wall time; default 30")
    solve.add_argument("--steps", type=int, help="proposals instead of time: the same result whatever the machine")
    solve.add_argument("--seed", type=int, default=1)
    solve.add_argument("--threads", type=int, default=1, help="independent searches, the best is kept")
    solve.add_argument("--feasible", action="store_true", help="stop when all that must hold holds (.fet)")
    check = verbs.add_parser("check", help="count what a solution breaks and costs: FILE.ctt SOLUTION")
    check.add_argument("problem", type=Path)
    check.add_argument("result", type=Path)
    asked = parser.parse_args(argv)
    try:
        if asked.verb == "check":
            return _check(asked)
        if (asked.seconds is None) == (asked.steps is None):
            if asked.steps is not None:
                parser.error("give --seconds or --steps, not both")
            asked.seconds = 30.0
        if (asked.seconds or asked.steps or 0) <= 0 or asked.threads < 1:
            parser.error("a budget and a number of threads are above zero")
        return _fet(asked) if asked.problem.suffix == ".fet" else _ctt(asked)
    except Malformed as wrong:
        print(wrong, file=sys.stderr)
    except OSError as wrong:
        print(f"{wrong.filename}: {wrong.strerror}", file=sys.stderr)
    return 2


def _budget(asked: argparse.Namespace) -> StoppingRule:
    return MaxRuntime(asked.seconds) if asked.steps is None else MaxSteps(asked.steps)


def _ctt(asked: argparse.Namespace) -> int:
    from takwin.engines.timetabling import curriculum

    instance = curriculum.read(asked.problem)
    found = curriculum.solve(instance, _budget(asked), seed=asked.seed, threads=asked.threads)
    curriculum.write_solution(instance, found.rows, asked.result)
    verdict = curriculum.judge(instance, found.rows)
    print(_summary(verdict), f"· {found.steps / 1e6:.1f} M proposals")
    return int(verdict.broken > 0)


def _check(asked: argparse.Namespace) -> int:
    from takwin.engines.timetabling import curriculum

    instance = curriculum.read(asked.problem)
    verdict = curriculum.judge(instance, curriculum.read_solution(instance, asked.result))
    print(_summary(verdict))
    return int(verdict.broken > 0)


def _summary(verdict: object) -> str:
    from takwin.engines.timetabling.curriculum.check import Verdict

    assert isinstance(verdict, Verdict)
    broken = ", ".join(f"{name} {count}" for name, count in verdict.hard.items()) or "none"
    return (
        f"cost {verdict.cost} (seats {verdict.seats}, days {verdict.days}, compactness {verdict.compactness}, "
        f"stability {verdict.stability}) · hard rules broken: {broken}"
    )


def _fet(asked: argparse.Namespace) -> int:
    from takwin.engines.timetabling import fet
    from takwin.engines.timetabling.solve import solve

    school = fet.read(asked.problem)
    for name, count in school.unsupported.items():
        print(f"not respected: {name}, {count} of them", file=sys.stderr)
    found = solve(
        school.problem,
        _budget(asked),
        seed=asked.seed,
        threads=asked.threads,
        feasible=asked.feasible,
    )
    fet.write(school, found.timetable, asked.problem, asked.result)
    first = "never" if found.first is None else f"after {found.first:.2f} s"
    print(
        f"{len(school.ids) - len(found.unplaced)} of {len(school.ids)} activities placed, all rules held {first}; "
        f"wishes cost {found.faults.cost}: {found.faults.soft}"
    )
    return int(bool(found.unplaced))


if __name__ == "__main__":
    sys.exit(main())
