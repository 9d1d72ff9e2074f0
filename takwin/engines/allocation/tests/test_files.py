"""Files in, files out: the same bytes whatever the order of rows and the threads, and errors with their place."""

import json
import random
import subprocess
import sys
from copy import deepcopy

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from takwin.engines.allocation.__main__ import main
from takwin.engines.allocation.documents import named
from takwin.engines.allocation.model import lottery

DOCUMENT = {
    "seed": "s",
    "pools": [
        {"id": "weld", "capacity": 1, "house": "north"},
        {"id": "nurse", "capacity": 2, "reserves": [{"group": "rural", "seats": 1}]},
    ],
    "houses": [{"id": "north", "beds": [{"group": "girls", "beds": 1}, {"beds": 0}]}],
    "candidates": [
        {
            "id": "amal", "groups": ["girls"], "bed_priority": {"north": 3},
            "wishes": [{"pool": "weld", "with_bed": True, "priority": 10}, {"pool": "nurse", "priority": 8}],
        },
        {"id": "badr", "groups": ["rural"], "wishes": [{"pool": "nurse", "priority": 1}]},
        {"id": "dina", "wishes": [{"pool": "nurse", "priority": 9}, {"pool": "weld", "priority": 11}]},
        {"id": "omar", "wishes": [{"pool": "nurse", "priority": 9}]},
    ],
}  # fmt: skip


def write(path, document=DOCUMENT):
    path.write_text(json.dumps(document))
    return path


def run(*words):
    return main([str(word) for word in words])


class TestDocument:
    def test_solve_then_verify(self, tmp_path, capsys):
        problem, result = write(tmp_path / "p.json"), tmp_path / "r.json"
        assert run("solve", problem, "-o", result) == 0
        document = json.loads(result.read_text())
        # Dina and Omar tie in nurse, whose other seat is reserved to Badr: the lot decides.
        winner = max("dina", "omar", key=lambda who: lottery("s", who, "nurse"))
        got = {row["candidate"]: (row["pool"], row["with_bed"], row["wish"]) for row in document["assignments"]}
        assert got["badr"] == ("nurse", False, 1)
        assert got[winner] == ("nurse", False, 1)
        assert document["certificate"]["properties"]["bars"] == {"held": True, "faults": 0}
        assert run("verify", problem, result) == 0
        assert "envy" in capsys.readouterr().out

    def test_a_changed_result_is_refused(self, tmp_path):
        problem, result = write(tmp_path / "p.json"), tmp_path / "r.json"
        run("solve", problem, "-o", result)
        document = json.loads(result.read_text())
        for row in document["assignments"]:
            if row["candidate"] == "badr":
                row |= {"pool": None, "with_bed": None, "wish": None}
        write(result, document)
        assert run("verify", problem, result) == 1

    def test_a_seed_of_the_command_line_is_in_the_certificate(self, tmp_path):
        document = {key: value for key, value in DOCUMENT.items() if key != "seed"}
        problem, result = write(tmp_path / "p.json", document), tmp_path / "r.json"
        assert run("solve", problem, "-o", result) == 2
        assert not result.exists()
        assert run("solve", problem, "-o", result, "--seed", "other") == 0
        assert run("verify", problem, result) == 0

    def test_the_order_of_rows_and_the_threads_change_no_byte(self, tmp_path):
        first = tmp_path / "1.json"
        run("solve", write(tmp_path / "p.json"), "-o", first)
        turned = deepcopy(DOCUMENT)
        for key in ("pools", "candidates"):
            random.Random(3).shuffle(turned[key])
        second = tmp_path / "2.json"
        command = [sys.executable, "-m", "takwin.engines.allocation", "solve", write(tmp_path / "q.json", turned)]
        done = subprocess.run([*command, "-o", second, "--threads", "2"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert first.read_bytes() == second.read_bytes()

    @pytest.mark.parametrize(
        ("place", "value", "message"),
        [
            (("candidates", 1, "wishes", 0, "pool"), "nowhere", "wishes, row badr, wish 1, pool"),
            (("candidates", 1, "wishes", 0, "priority"), 1.5, "candidates, row 1, wishes.0.priority"),
            (("candidates", 1, "id"), "amal", "candidates, row 1, id: “amal” stands on row 0"),
            (("pools", 0, "capacity"), -1, "pools, row 0, capacity"),
            (("pools", 0, "house"), "south", "pools, row weld, house"),
            (("pools", 0, "seats"), 3, "pools, row 0, seats"),
            (("candidates", 0, "bed_priority"), {}, "candidates, row amal, bed_priority"),
            (("candidates", 1, "wishes", 0, "with_bed"), True, "wishes, row badr, with_bed"),
        ],
    )
    def test_malformed_input_is_reported_with_its_place_and_nothing_is_written(
        self, tmp_path, capsys, place, value, message
    ):
        document = deepcopy(DOCUMENT)
        at = document
        for step in place[:-1]:
            at = at[step]
        at[place[-1]] = value
        result = tmp_path / "r.json"
        assert run("solve", write(tmp_path / "p.json", document), "-o", result) == 2
        assert message in capsys.readouterr().err
        assert not result.exists()

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", '{"pools": [], "pools": [], "candidates": []}', "\ufeff{}", "nul"]
    )
    def test_what_is_no_document(self, tmp_path, text):
        (tmp_path / "p.json").write_text(text)
        assert run("solve", tmp_path / "p.json", "-o", tmp_path / "r.json") == 2

    def test_no_candidate_at_all(self, tmp_path):
        problem = write(tmp_path / "p.json", {"pools": [], "candidates": []})
        assert run("solve", problem, "-o", tmp_path / "r.json") == 0
        assert run("verify", problem, tmp_path / "r.json") == 0

    def test_priorities_of_ties_follow_the_lots(self):
        people = [{"id": f"c{n}", "wishes": [{"pool": "p", "priority": n // 3}]} for n in range(9)]
        names = named({"seed": "x", "pools": [{"id": "p", "capacity": 1}], "candidates": people})
        order = np.argsort(names.problem.priority)
        assert [names.candidates[i] for i in order] == sorted(
            (row["id"] for row in people), key=lambda who: (int(who[1:]) // 3, lottery("x", who, "p"))
        )


@pytest.fixture
def folder(tmp_path):
    """The document's problem as tables."""
    path = tmp_path / "tables"
    path.mkdir()
    tables = {
        "candidates": {"id": ["amal", "badr", "dina", "omar"]},
        "pools": {"id": ["nurse", "weld"], "capacity": [2, 1], "house": pa.array([None, 0], pa.int32())},
        "wishes": {
            "candidate": [0, 0, 1, 2, 2, 3], "pool": [1, 0, 0, 0, 1, 0],
            "with_bed": [True, False, False, False, False, False], "priority": [10, 8, 1, 9, 11, 9],
        },
        "houses": {"id": ["north"]},
        "beds": {"house": [0, 0], "group": ["girls", None], "beds": [1, 0]},
        "reserves": {"pool": [0], "group": ["rural"], "seats": [1]},
        "members": {"candidate": [0, 1], "group": ["girls", "rural"]},
        "bed_priorities": {"candidate": [0], "house": [0], "priority": [3]},
    }  # fmt: skip
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), path / f"{name}.parquet")
    (path / "problem.json").write_text('{"seed": "s"}')
    return path


def change(folder, table, **columns):
    path = folder / f"{table}.parquet"
    have = pq.read_table(path).to_pydict()
    pq.write_table(pa.table(have | columns), path)


class TestTables:
    def test_tables_and_document_are_one_problem(self, folder, tmp_path):
        from_document, from_tables = tmp_path / "r.json", tmp_path / "r"
        assert run("solve", write(tmp_path / "p.json"), "-o", from_document) == 0
        assert run("solve", folder, "-o", from_tables) == 0
        mine = json.loads(from_document.read_text())["certificate"]
        theirs = json.loads((from_tables / "certificate.json").read_text())
        assert mine == theirs
        assert run("verify", folder, from_tables) == 0

    def test_a_result_is_not_written_over(self, folder, tmp_path):
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "mine.txt").write_text("kept")
        assert run("solve", folder, "-o", tmp_path / "r") == 2
        assert (tmp_path / "r" / "mine.txt").exists()

    @pytest.mark.parametrize(
        ("table", "columns", "message"),
        [
            ("wishes", {"pool": [1, 0, 0, 0, 7, 0]}, "wishes, row 4, pool: 7 is not from 0 to 1"),
            ("wishes", {"candidate": [0, 0, 1, 2, 1, 3]}, "wishes, row 4, candidate: rows must stand"),
            ("wishes", {"priority": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}, "wishes, priority: whole numbers"),
            ("wishes", {"priority": [1, 2, None, 4, 5, 6]}, "wishes, row 2, priority: is empty"),
            ("candidates", {"id": ["amal", "badr", "amal", "omar"]}, "candidates, row 2, id: “amal” stands twice"),
            ("pools", {"capacity": [2, -1]}, "pools, row 1, capacity"),
            ("bed_priorities", {"candidate": [1]}, "wishes, row 0, with_bed: no priority"),
        ],
    )
    def test_malformed_tables_are_refused(self, folder, tmp_path, capsys, table, columns, message):
        change(folder, table, **columns)
        assert run("solve", folder, "-o", tmp_path / "r") == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "r").exists()

    def test_a_missing_table_and_a_missing_column(self, folder, tmp_path, capsys):
        (folder / "pools.parquet").unlink()
        assert run("solve", folder, "-o", tmp_path / "r") == 2
        pq.write_table(pa.table({"id": ["nurse", "weld"]}), folder / "pools.parquet")
        assert run("solve", folder, "-o", tmp_path / "r") == 2
        assert "pools, capacity: this column is missing" in capsys.readouterr().err


class TestCallOrderFile:
    HEAD = "group_id,q_bursary,q_resident,rank,type,name\n"

    def test_a_column_is_added_and_rows_keep_their_order(self, tmp_path):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(self.HEAD + "b,0,0,1,0,x\na,50,0,2,1,y\na,50,0,1,0,z\n", encoding="utf-8")
        assert run("call-order", source, "-o", target) == 0
        assert [line.split(",")[-2:] for line in target.read_text().splitlines()[1:]] == [
            ["x", "1"],
            ["y", "1"],
            ["z", "2"],
        ]

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ("a,50,0,one,1,y\n", "row 2, rank: “one” is not a whole number"),
            ("a,50,0,1,1,y\na,40,0,2,1,y\n", "row 3, q_bursary"),
            ("a,50,0,1,1,y\na,50,0,1,1,y\n", "row 3, rank: 1 stands on line 2"),
            ("a,50,0,1,9,y\n", "row 2, type: 9 is not from 0 to 3"),
        ],
    )
    def test_malformed_rows_are_refused(self, tmp_path, capsys, rows, message):
        (tmp_path / "in.csv").write_text(self.HEAD + rows)
        assert run("call-order", tmp_path / "in.csv", "-o", tmp_path / "out.csv") == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "out.csv").exists()
