"""Files of FET: real schools, what is not supported, and FET itself as the judge of what is written back."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from takwin.engines.timetabling import Malformed, MaxRuntime, Rule, Timetable, judge, solve
from takwin.engines.timetabling.__main__ import main
from takwin.engines.timetabling.fet import read, write

EXAMPLES = Path("/usr/share/doc/fet-data/examples")
HIGH_SCHOOL = EXAMPLES / "FET-5-official/Morocco/Hadkourt/lycee-Farabi.fet"
BIG_SCHOOL = EXAMPLES / "FET-5-official/Morocco/Goulmima/Lycee-Goulmima.fet"
HALF_DAYS = EXAMPLES / "FET-6-mornings-afternoons/Morocco/1/sample-morocco.fet"

JOINT = Path(__file__).with_name("joint.fet")

SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<fet version="6.8.5"><Mode>Official</Mode>
<Days_List><Number_of_Days>2</Number_of_Days><Day><Name>Mon</Name></Day><Day><Name>Tue</Name></Day></Days_List>
<Hours_List><Number_of_Hours>3</Number_of_Hours>
<Hour><Name>8</Name></Hour><Hour><Name>9</Name></Hour><Hour><Name>10</Name></Hour></Hours_List>
<Subjects_List><Subject><Name>maths</Name></Subject></Subjects_List>
<Activity_Tags_List></Activity_Tags_List>
<Teachers_List><Teacher><Name>Amal</Name></Teacher></Teachers_List>
<Students_List><Year><Name>Y</Name><Group><Name>G</Name>
<Subgroup><Name>G1</Name></Subgroup><Subgroup><Name>G2</Name></Subgroup></Group></Year></Students_List>
<Activities_List>
<Activity><Teacher>Amal</Teacher><Subject>maths</Subject><Students>G</Students><Duration>2</Duration><Id>1</Id>
<Activity_Group_Id>1</Activity_Group_Id><Active>true</Active></Activity>
<Activity><Teacher>Amal</Teacher><Subject>maths</Subject><Students>G1</Students><Duration>1</Duration><Id>2</Id>
<Activity_Group_Id>1</Activity_Group_Id><Active>true</Active></Activity>
</Activities_List>
<Buildings_List></Buildings_List><Rooms_List><Room><Name>R</Name></Room></Rooms_List>
<Time_Constraints_List>
<ConstraintMinDaysBetweenActivities><Weight_Percentage>95</Weight_Percentage>
<Consecutive_If_Same_Day>true</Consecutive_If_Same_Day><Number_of_Activities>2</Number_of_Activities>
<Activity_Id>1</Activity_Id><Activity_Id>2</Activity_Id><MinDays>1</MinDays><Active>true</Active>
</ConstraintMinDaysBetweenActivities>
<ConstraintStudentsAfternoonsEarlyMaxBeginningsAtSecondHour><Weight_Percentage>100</Weight_Percentage>
<Active>true</Active></ConstraintStudentsAfternoonsEarlyMaxBeginningsAtSecondHour>
</Time_Constraints_List>
<Space_Constraints_List>
<ConstraintSubjectPreferredRoom><Weight_Percentage>100</Weight_Percentage><Subject>maths</Subject><Room>R</Room>
<Active>true</Active></ConstraintSubjectPreferredRoom>
</Space_Constraints_List></fet>
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.fet"
    path.write_text(SMALL)
    return path


class TestRead:
    def test_a_small_school(self, small):
        school = read(small)
        first, second = school.problem.events
        assert [party.name for party in school.problem.parties] == ["G1", "G2", "Amal"]
        assert (first.parties, second.parties) == ((0, 1, 2), (0, 2))
        assert school.ids == (1, 2)
        assert first.starts == (0, 1, 2, 3, 4, 5)
        assert school.problem.relations[0].weight == 10

    def test_what_is_not_supported_is_listed_by_name_and_count(self, small):
        assert read(small).unsupported == {"ConstraintStudentsAfternoonsEarlyMaxBeginningsAtSecondHour": 1}

    @pytest.mark.parametrize(
        "old, new, reason",
        [
            (
                "<Teacher>Amal</Teacher>",
                "<Teacher>Nobody</Teacher>",
                "activity 1: teacher “Nobody” is not in the file",
            ),
            ("<Students>G1</Students>", "<Students>H</Students>", "activity 2: students “H” are not in the file"),
            ("<fet ", "<feet ", "line 29: is not XML"),
            ("</fet>", "", "is not XML"),
            ("<Duration>2</Duration>", "<Duration>7</Duration>", "longer than a day"),
        ],
    )
    def test_a_broken_file_is_refused(self, small, old, new, reason):
        small.write_text(SMALL.replace(old, new, 1))
        with pytest.raises(Malformed, match=reason):
            read(small)

    def test_a_real_school_of_half_days(self):
        """435 activities on twelve half-days: six days of the grid, parted at noon."""
        school = read(HALF_DAYS)
        assert len(school.problem.events) == 435
        assert (len(school.problem.grid.days), school.problem.grid.noon) == (6, 4)
        assert not school.unsupported
        assert Rule.ONE_HALF_A_DAY in {limit.rule for limit in school.problem.limits}
        assert school.when(school.problem.grid.slot(2, 5)) == (5, 1)

    def test_real_schools_are_read_whole(self):
        big = read(BIG_SCHOOL)
        assert (len(big.problem.events), big.unsupported) == (1386, {})
        assert read(HIGH_SCHOOL).unsupported == {}


def _only_what_must_hold(path):
    """The same file without its constraints under 100 %, which FET respects by chance."""
    tree = ElementTree.parse(path)
    for group in ("Time_Constraints_List", "Space_Constraints_List"):
        for row in tree.getroot().findall(f"{group}/*"):
            if float(row.findtext("Weight_Percentage", "100")) < 100:
                row.find("Active").text = "false"
    tree.write(path, encoding="UTF-8", xml_declaration=True)


def _fet(path, folder):
    """What FET itself makes of a file, in at most two minutes."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        ["fet-cl", f"--inputfile={path}", f"--outputdir={folder}", "--htmllevel=0"],
        capture_output=True, timeout=120, env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)},
    ).stdout.decode(errors="replace")  # fmt: skip


class TestHomeRooms:
    """FET is the judge: it is an outside program that finds, or does not find, a room for the same file."""

    @pytest.fixture
    def joint(self):
        return JOINT

    def test_two_groups_that_meet_stay_in_neither_home(self, joint):
        both, alone = read(joint).problem.events
        assert both.needs == ()
        assert [need.rooms for need in alone.needs] == [(0,)]
        assert read(joint).unsupported == {}

    def test_two_teachers_who_meet_stay_in_neither_home(self, tmp_path):
        text = JOINT.read_text().replace("<Students>A</Students><Students>B</Students>", "<Students>A</Students>")
        text = text.replace("<Teacher>T1</Teacher>", "<Teacher>T1</Teacher><Teacher>T2</Teacher>", 1)
        text = text.replace("</Teachers_List>", "<Teacher><Name>T2</Name></Teacher></Teachers_List>")
        for name, room in (("T1", "S1"), ("T2", "S2")):
            home = f"<ConstraintTeacherHomeRoom><Weight_Percentage>100</Weight_Percentage><Teacher>{name}</Teacher>"
            home += f"<Room>{room}</Room><Active>true</Active></ConstraintTeacherHomeRoom></Space_Constraints_List>"
            text = text.replace("</Space_Constraints_List>", home)
        text = re.sub("<ConstraintStudentsSetHomeRoom>.*?</ConstraintStudentsSetHomeRoom>", "", text, flags=re.DOTALL)
        (tmp_path / "two.fet").write_text(text)
        both, alone = read(tmp_path / "two.fet").problem.events
        assert both.needs == ()
        assert [need.rooms for need in alone.needs] == [(0,)]

    def test_fet_solves_what_we_solve_and_believes_ours(self, joint, tmp_path):
        assert "Simulation successful" in _fet(joint, tmp_path / "theirs")
        school = read(joint)
        found = solve(school.problem, MaxRuntime(5), feasible=True)
        assert not found.unplaced
        write(school, found.timetable, joint, tmp_path / "ours.fet")
        assert "Simulation successful" in _fet(tmp_path / "ours.fet", tmp_path)


class TestOracle:
    def test_fet_accepts_our_timetable(self, tmp_path):
        """Every session locked where we put it: FET finds nothing that its own hard constraints forbid."""
        assert shutil.which("fet-cl"), "bin/test installs fet"
        school = read(HALF_DAYS)
        found = solve(school.problem, MaxRuntime(60), feasible=True)
        assert not found.unplaced
        write(school, found.timetable, HALF_DAYS, tmp_path / "ours.fet")
        _only_what_must_hold(tmp_path / "ours.fet")
        assert "Simulation successful" in _fet(tmp_path / "ours.fet", tmp_path)

    def test_we_accept_the_timetable_of_fet(self, tmp_path):
        """The other way round: our judge breaks nothing over what FET found."""
        assert "Simulation successful" in _fet(HALF_DAYS, tmp_path)
        (solved,) = tmp_path.rglob("*_data_and_timetable.fet")
        problem = read(solved).problem
        theirs = Timetable(
            tuple(event.starts[0] for event in problem.events),
            tuple(tuple(need.rooms[0] for need in event.needs) for event in problem.events),
        )
        assert all(len(event.starts) == 1 for event in problem.events)
        assert judge(problem, theirs).hard == {}

    def test_fet_refuses_what_we_would_refuse(self, tmp_path):
        """A timetable with a trainer in two places is no oracle's friend: the test above could fail."""
        school = read(HALF_DAYS)
        found = solve(school.problem, MaxRuntime(60), feasible=True).timetable
        trainer = school.problem.events[0].parties[-1]
        first, second = [row for row, event in enumerate(school.problem.events) if trainer in event.parties][:2]
        start = list(found.start)
        start[second] = start[first]
        broken = replace(found, start=tuple(start))
        assert judge(school.problem, broken).broken
        write(school, broken, HALF_DAYS, tmp_path / "ours.fet")
        _only_what_must_hold(tmp_path / "ours.fet")
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run(
                ["fet-cl", f"--inputfile={tmp_path / 'ours.fet'}", f"--outputdir={tmp_path}", "--htmllevel=0"],
                capture_output=True, timeout=5, env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
            )  # fmt: skip


def test_the_command_reads_solves_and_writes(small, tmp_path, capsys):
    out = tmp_path / "out.fet"
    assert main(["solve", str(small), "--steps", "2000", "-o", str(out)]) == 0
    printed = capsys.readouterr()
    assert "2 of 2 activities placed" in printed.out
    assert "not respected: ConstraintStudentsAfternoons" in printed.err
    locked = read(out)
    assert all(len(event.starts) == 1 for event in locked.problem.events)
