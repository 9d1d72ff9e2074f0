"""The competition's formats: an instance (.ctt) and a solution (`course room day period` a line)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from takwin.engines.timetabling.model import Malformed

COUNTS = ("Courses", "Rooms", "Days", "Periods_per_day", "Curricula", "Constraints")
# A week is one 64-bit number in the kernel, with room to shift.
MOST_PERIODS = 62
MOST_PERIODS_A_DAY = 16


@dataclass(frozen=True)
class Instance:
    """Courses: `teacher` (row), `lectures`, `least_days`, `students`; `barred` (courses, periods); `member` (courses,
    curricula)."""

    name: str
    days: int
    periods_a_day: int
    courses: tuple[str, ...]
    rooms: tuple[str, ...]
    teacher: np.ndarray
    lectures: np.ndarray
    least_days: np.ndarray
    students: np.ndarray
    seats: np.ndarray
    member: np.ndarray
    barred: np.ndarray

    @property
    def periods(self) -> int:
        return self.days * self.periods_a_day


class _Reader:
    """Lines with their numbers, blank ones passed over; every error names the line."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8", errors="replace")
        self.name = path.name
        self.rows: Iterator[tuple[int, list[str]]] = iter(
            [(place, line.split()) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
        )
        self.line = 0

    def fail(self, reason: str) -> Malformed:
        return Malformed(f"{self.name}, line {self.line}", reason)

    def next(self, wanted: str) -> list[str]:
        try:
            self.line, words = next(self.rows)
        except StopIteration:
            self.line += 1
            raise self.fail(f"the file ends where {wanted} should stand") from None
        return words

    def number(self, word: str, label: str, least: int = 0) -> int:
        try:
            value = int(word)
        except ValueError:
            raise self.fail(f"{label} “{word}” is not a whole number") from None
        if value < least:
            raise self.fail(f"{label} is {value}, less than {least}")
        return value

    def header(self, name: str) -> str:
        words = self.next(f"“{name}:”")
        if words[0] != f"{name}:" or len(words) != 2:
            raise self.fail(f"“{name}:” and one value should stand here, not “{' '.join(words)}”")
        return words[1]

    def section(self, name: str, count: int, fields: int, more: bool = False) -> Iterator[list[str]]:
        words = self.next(f"“{name}:”")
        if words != [f"{name}:"]:
            raise self.fail(f"“{name}:” should stand here, not “{' '.join(words)}”")
        for place in range(count):
            words = self.next(f"row {place + 1} of {count} of {name}")
            if len(words) != fields and not (more and len(words) > fields):
                raise self.fail(f"row {place + 1} of {count} of {name} has {len(words)} fields, not {fields}")
            yield words


def _courses(file: _Reader, count: int) -> dict[str, list[int]]:
    courses: dict[str, list[int]] = {}
    teachers: dict[str, int] = {}
    for name, teacher, lectures, least, students in file.section("COURSES", count, 5):
        if name in courses:
            raise file.fail(f"course “{name}” is told twice")
        courses[name] = [
            teachers.setdefault(teacher, len(teachers)),
            file.number(lectures, "number of lectures", 1),
            file.number(least, "least number of days"),
            file.number(students, "number of students"),
        ]
    return courses


def _rooms(file: _Reader, count: int) -> dict[str, int]:
    rooms: dict[str, int] = {}
    for name, seats in file.section("ROOMS", count, 2):
        if name in rooms:
            raise file.fail(f"room “{name}” is told twice")
        rooms[name] = file.number(seats, "number of seats")
    return rooms


def read(path: Path) -> Instance:
    """An instance. Raises Malformed with the line and the reason."""
    file = _Reader(path)
    title = file.header("Name")
    size = {name: file.number(file.header(name), name, least=int(name != "Constraints")) for name in COUNTS}
    days, a_day = size["Days"], size["Periods_per_day"]
    if days * a_day > MOST_PERIODS or a_day > MOST_PERIODS_A_DAY:
        raise file.fail(f"{days} days of {a_day} periods: at most {MOST_PERIODS} a week, {MOST_PERIODS_A_DAY} a day")
    courses, rooms = _courses(file, size["Courses"]), _rooms(file, size["Rooms"])
    place = {name: row for row, name in enumerate(courses)}
    member = np.zeros((len(courses), size["Curricula"]), bool)
    for column, (name, count, *who) in enumerate(file.section("CURRICULA", size["Curricula"], 2, more=True)):
        if len(who) != file.number(count, "number of courses"):
            raise file.fail(f"curriculum “{name}” announces {count} courses and tells {len(who)}")
        for course in who:
            if course not in place:
                raise file.fail(f"curriculum “{name}”: course “{course}” is not in COURSES")
            member[place[course], column] = True
    barred = np.zeros((len(courses), days * a_day), bool)
    for name, day, period in file.section("UNAVAILABILITY_CONSTRAINTS", size["Constraints"], 3):
        if name not in place:
            raise file.fail(f"course “{name}” is not in COURSES")
        d, p = file.number(day, "day"), file.number(period, "period")
        if d >= days or p >= a_day:
            raise file.fail(f"day {d}, period {p} is out of the week")
        barred[place[name], d * a_day + p] = True
    table = np.array(list(courses.values()), np.int64)
    return Instance(
        title, days, a_day, tuple(courses), tuple(rooms),
        table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), table[:, 3].copy(),
        np.array(list(rooms.values()), np.int64), member, barred,
    )  # fmt: skip


def write_solution(instance: Instance, rows: list[tuple[int, int, int]], path: Path) -> None:
    """Rows of course, room, period; written whole or not at all."""
    lines = [
        f"{instance.courses[course]} {instance.rooms[room]} {period // instance.periods_a_day} "
        f"{period % instance.periods_a_day}\n"
        for course, room, period in sorted(rows)
    ]
    aside = path.with_name(path.name + ".part")
    aside.write_text("".join(lines), encoding="utf-8")
    aside.replace(path)


def read_solution(instance: Instance, path: Path) -> list[tuple[int, int, int]]:
    """Rows of course, room, period. Raises Malformed with the line and the reason."""
    file = _Reader(path)
    course = {name: row for row, name in enumerate(instance.courses)}
    room = {name: row for row, name in enumerate(instance.rooms)}
    found = []
    for line, words in file.rows:
        file.line = line
        if len(words) != 4:
            raise file.fail(f"{len(words)} fields, not course, room, day, period")
        if words[0] not in course:
            raise file.fail(f"course “{words[0]}” is not in the instance")
        if words[1] not in room:
            raise file.fail(f"room “{words[1]}” is not in the instance")
        day, period = file.number(words[2], "day"), file.number(words[3], "period")
        if day >= instance.days or period >= instance.periods_a_day:
            raise file.fail(f"day {day}, period {period} is out of the week")
        found.append((course[words[0]], room[words[1]], day * instance.periods_a_day + period))
    return found
