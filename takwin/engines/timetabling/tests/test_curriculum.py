"""The standard benchmark: formats, costs by hand, the judge, and what the solver promises."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.engines.timetabling import Malformed, MaxSteps
from takwin.engines.timetabling.__main__ import main
from takwin.engines.timetabling.curriculum import judge, read, read_solution, solve, write_solution

# The example of the competition's own description, by its shape: three courses of one curriculum, one beside it.
TOY = """Name: Toy
Courses: 4
Rooms: 2
Days: 2
Periods_per_day: 3
Curricula: 2
Constraints: 2

COURSES:
Arabic Amal 3 2 30
French Basma 2 2 42
Welding Amal 1 1 40
Wiring Driss 2 1 18

ROOMS:
A 32
B 50

CURRICULA:
Cur1 3 Arabic French Welding
Cur2 2 Welding Wiring

UNAVAILABILITY_CONSTRAINTS:
Welding 1 0
Wiring 0 2

END.
"""


@pytest.fixture
def toy(tmp_path):
    path = tmp_path / "toy.ctt"
    path.write_text(TOY)
    return path


def random_instance(seed):
    rng = np.random.default_rng(seed)
    courses, rooms, days, a_day = (int(rng.integers(low, high)) for low, high in ((3, 7), (2, 4), (3, 5), (3, 5)))
    lectures = rng.integers(1, 4, courses)
    lines = [
        "Name: random", f"Courses: {courses}", f"Rooms: {rooms}", f"Days: {days}", f"Periods_per_day: {a_day}",
        "Curricula: 3", f"Constraints: {courses}", "", "COURSES:",
        *(f"c{c} t{rng.integers(4)} {lectures[c]} {rng.integers(1, 4)} {rng.integers(5, 40)}" for c in range(courses)),
        "", "ROOMS:", *(f"r{r} {rng.integers(10, 45)}" for r in range(rooms)), "", "CURRICULA:",
    ]  # fmt: skip
    for q in range(3):
        who = sorted(int(c) for c in rng.choice(courses, 2, replace=False))
        lines.append(f"q{q} 2 " + " ".join(f"c{c}" for c in who))
    lines += ["", "UNAVAILABILITY_CONSTRAINTS:"]
    lines += [f"c{c} {rng.integers(days)} {rng.integers(a_day)}" for c in range(courses)]
    return "\n".join([*lines, "", "END.", ""])


class TestJudge:
    def test_costs_by_hand(self, toy):
        """Arabic in B, A, A and French in A, B: a room more each; French lacks ten seats in A."""
        instance = read(toy)
        rows = [(0, 1, 0), (0, 0, 1), (0, 0, 5), (1, 0, 2), (1, 1, 3), (2, 1, 4), (3, 0, 3), (3, 0, 0)]
        verdict = judge(instance, rows)
        assert not verdict.broken
        assert (verdict.seats, verdict.days, verdict.stability) == (10, 0, 2)
        # Cur1 fills every period; Cur2: Wiring at 0 is alone, Wiring at 3 stands beside Welding at 4.
        assert verdict.compactness == 2
        assert verdict.cost == 14

    @pytest.mark.parametrize(
        "change, rule",
        [
            ((5, (2, 1, 3)), "unavailable"),
            ((5, (2, 1, 1)), "conflict"),  # Amal teaches Arabic then
            ((4, (1, 0, 3)), "room_taken_twice"),
            ((4, (1, 1, 2)), "lectures"),
        ],
    )
    def test_each_hard_rule_is_seen(self, toy, change, rule):
        rows = [(0, 1, 0), (0, 0, 1), (0, 0, 5), (1, 0, 2), (1, 1, 3), (2, 1, 4), (3, 0, 3), (3, 0, 0)]
        rows[change[0]] = change[1]
        assert rule in judge(read(toy), rows).hard

    def test_a_missing_lecture_is_seen(self, toy):
        rows = [(0, 1, 0), (0, 0, 1), (1, 0, 2), (1, 1, 3), (2, 1, 4), (3, 0, 3), (3, 0, 0)]
        assert judge(read(toy), rows).hard == {"lectures": 1}


class TestSolve:
    @given(st.integers(0, 10**6))
    @settings(max_examples=40, deadline=None)
    def test_always_feasible_and_the_judge_agrees_on_the_cost(self, tmp_path_factory, seed):
        path = tmp_path_factory.mktemp("ctt") / "random.ctt"
        path.write_text(random_instance(seed))
        instance = read(path)
        try:
            found = solve(instance, MaxSteps(20_000), seed=seed % 7)
        except Malformed:
            return  # more lectures than open periods, or no timetable without a conflict
        verdict = judge(instance, found.rows)
        assert verdict.broken == 0
        assert verdict.cost == found.cost

    def test_the_optimum_of_a_toy(self, toy):
        """Every timetable of two courses tried, the others held: the solver is never worse than the best of them."""
        instance = read(toy)
        found = solve(instance, MaxSteps(300_000))
        assert judge(instance, found.rows).cost == found.cost
        others = [row for row in found.rows if row[0] not in (1, 3)]
        places = list(itertools.product(range(2), range(6)))
        best = min(
            verdict.cost
            for french in itertools.combinations(places, 2)
            for wiring in itertools.combinations(places, 2)
            if not (verdict := judge(instance, others + [(1, *p) for p in french] + [(3, *p) for p in wiring])).broken
        )
        assert found.cost <= best

    def test_steps_seed_and_threads_decide_the_result(self, toy):
        instance = read(toy)
        first, again = (solve(instance, MaxSteps(9000), seed=5, threads=2) for _ in range(2))
        assert first == again

    def test_more_lectures_than_open_periods(self, toy):
        toy.write_text(TOY.replace("Arabic Amal 3 2 30", "Arabic Amal 7 2 30"))
        with pytest.raises(Malformed, match="Arabic: 7 lectures in 6 open periods"):
            solve(read(toy), MaxSteps(10))


BROKEN = [
    ("Days: 2\n", "", r"line 4: “Days:” and one value should stand here, not “Periods_per_day: 3”"),
    ("Rooms: 2", "Rooms: two", "Rooms “two” is not a whole number"),
    ("Rooms: 2", "Rooms: -2", "line 3: Rooms is -2, less than 1"),
    ("Arabic Amal 3 2 30", "Arabic Amal -3 2 30", r"line 10: number of lectures is -3, less than 1"),
    ("Arabic Amal 3 2 30", "Arabic Amal 3 2", r"line 10: row 1 of 4 of COURSES has 4 fields, not 5"),
    ("Wiring Driss 2 1 18\n", "", "row 4 of 4 of COURSES has 1 fields, not 5"),
    ("French Basma", "Arabic Basma", "course “Arabic” is told twice"),
    ("B 50", "A 50", "room “A” is told twice"),
    ("Cur2 2 Welding Wiring", "Cur2 3 Welding Wiring", "announces 3 courses and tells 2"),
    ("Cur2 2 Welding Wiring", "Cur2 2 Welding Sewing", "course “Sewing” is not in COURSES"),
    ("Welding 1 0", "Welding 2 0", "day 2, period 0 is out of the week"),
    ("Welding 1 0", "Sewing 1 0", "course “Sewing” is not in COURSES"),
    ("Wiring 0 2\n\nEND.\n", "", "the file ends where row 2 of 2 of UNAVAILABILITY_CONSTRAINTS should stand"),
    ("Periods_per_day: 3", "Periods_per_day: 40", "at most 62 a week"),
]


class TestFiles:
    @pytest.mark.parametrize("old, new, reason", BROKEN)
    def test_a_broken_file_is_refused_with_line_and_reason(self, toy, old, new, reason):
        assert old in TOY
        toy.write_text(TOY.replace(old, new, 1))
        with pytest.raises(Malformed, match=reason):
            read(toy)

    def test_a_solution_comes_back(self, toy, tmp_path):
        instance = read(toy)
        rows = sorted(solve(instance, MaxSteps(3000)).rows)
        write_solution(instance, rows, tmp_path / "toy.sol")
        assert read_solution(instance, tmp_path / "toy.sol") == rows
        assert (tmp_path / "toy.sol").read_text().splitlines()[0].split()[0] == "Arabic"

    @pytest.mark.parametrize(
        "line, reason",
        [
            ("Arabic C 0 0", "room “C” is not in the instance"),
            ("Sewing A 0 0", "course “Sewing”"),
            ("Arabic A 0", "3 fields"),
            ("Arabic A 5 0", "day 5, period 0 is out of the week"),
            ("Arabic A x 0", "day “x” is not a whole number"),
        ],
    )
    def test_a_broken_solution_is_refused(self, toy, tmp_path, line, reason):
        path = tmp_path / "toy.sol"
        path.write_text(f"Arabic A 0 0\n{line}\n")
        with pytest.raises(Malformed, match=f"line 2: .*{reason}"):
            read_solution(read(toy), path)


class TestCommand:
    def test_solve_then_check(self, toy, tmp_path, capsys):
        out = tmp_path / "toy.sol"
        assert main(["solve", str(toy), "--steps", "5000", "--threads", "2", "-o", str(out)]) == 0
        printed = capsys.readouterr().out
        assert main(["check", str(toy), str(out)]) == 0
        assert capsys.readouterr().out.strip() in printed
        assert "hard rules broken: none" in printed

    def test_as_the_competition_calls_it(self, toy, tmp_path):
        out = tmp_path / "toy.sol"
        words = ["solve", toy, "--seconds", "1", "--seed", "3", "--threads", "2", "-o", out]
        ran = subprocess.run(
            [sys.executable, "-m", "takwin.engines.timetabling", *map(str, words)], capture_output=True, timeout=240
        )
        assert ran.returncode == 0, ran.stderr
        assert len(out.read_text().splitlines()) == 8

    def test_a_broken_file_writes_nothing_and_says_why(self, toy, tmp_path, capsys):
        toy.write_text(TOY.replace("Rooms: 2", "Rooms: 0"))
        out = tmp_path / "toy.sol"
        assert main(["solve", str(toy), "--steps", "100", "-o", str(out)]) == 2
        assert "line 3: Rooms is 0" in capsys.readouterr().err
        assert not out.exists()
        assert main(["solve", str(tmp_path / "absent.ctt"), "--steps", "100", "-o", str(out)]) == 2
        assert "absent.ctt" in capsys.readouterr().err

    def test_a_wrong_solution_sets_the_exit_code(self, toy, tmp_path, capsys):
        path = tmp_path / "toy.sol"
        path.write_text("Arabic A 0 0\n")
        assert main(["check", str(toy), str(path)]) == 1
        assert "lectures" in capsys.readouterr().out
