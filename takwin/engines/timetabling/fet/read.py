"""A .fet file as a problem. What it asks that is not supported is listed by name and count, never dropped silently.

In the mornings-afternoons mode the days of the file are half-days; two of them are one day of the grid here. A weight
of 100 % must hold; a lower one is a cost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from takwin.engines.timetabling.fet.constraints import RULES, Draft, Unsupported
from takwin.engines.timetabling.model import (
    Event,
    Grid,
    Kind,
    Limit,
    Malformed,
    Need,
    Party,
    Problem,
    Room,
    Rule,
    need,
)

Element = ElementTree.Element
WHOLE_DAYS = {"Exclusive": 0, "One day exception": 1, "Two days exception": 2, "Three days exception": 3}


@dataclass(frozen=True)
class School:
    """`ids`: the file's number of each event. `unsupported`: constraint -> how many of them are not respected."""

    problem: Problem
    ids: tuple[int, ...]
    half_days: bool
    unsupported: dict[str, int] = field(default_factory=dict)

    def when(self, slot: int) -> tuple[int, int]:
        """The file's day and hour of a slot."""
        grid = self.problem.grid
        if not self.half_days:
            return grid.day(slot), grid.hour(slot)
        return grid.day(slot) * 2 + (grid.hour(slot) >= grid.noon), grid.hour(slot) % grid.noon


def parse(path: Path) -> Element:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as wrong:
        raise Malformed(f"{path.name}, line {wrong.position[0]}", "is not XML") from wrong
    need(root.tag == "fet", path.name, "is not a file of FET")
    return root


def _names(root: Element, group: str, tag: str) -> list[str]:
    return [row.findtext("Name", "") for row in root.findall(f"{group}/{tag}")]


def _atoms(root: Element) -> tuple[list[str], dict[str, list[str]]]:
    """The smallest sets of students, and those each name stands for."""
    order: dict[str, None] = {}
    of: dict[str, dict[str, None]] = defaultdict(dict)
    for year in root.findall("Students_List/Year"):
        groups = year.findall("Group")
        for group in groups:
            small = [row.findtext("Name", "") for row in group.findall("Subgroup")] or [group.findtext("Name", "")]
            for atom in small:
                for name in (atom, group.findtext("Name", ""), year.findtext("Name", "")):
                    of[name][atom] = None
                order[atom] = None
        if not groups:
            name = year.findtext("Name", "")
            order[name] = None
            of[name][name] = None
    return list(order), {name: list(atoms) for name, atoms in of.items()}


def read(path: Path) -> School:
    """The problem of a .fet file. Raises Malformed with the element and the reason."""
    root = parse(path)
    days, hours = _names(root, "Days_List", "Day"), _names(root, "Hours_List", "Hour")
    if not days:  # older files
        days = [row.text or "" for row in root.findall("Days_List/Name")]
        hours = [row.text or "" for row in root.findall("Hours_List/Name")]
    half_days = "mornings" in root.findtext("Mode", "").lower() or "-ma" in root.get("version", "")
    half_days = half_days or "morocco" in root.get("version", "")
    if half_days:
        need(len(days) % 2 == 0, "Days_List", "mornings and afternoons do not pair")
        grid = Grid(tuple(days[::2]), tuple(hours) * 2, noon=len(hours))
    else:
        grid = Grid(tuple(days), tuple(hours))
    draft = Draft(grid, half_days, days, hours)
    atoms, draft.students = _atoms(root)
    teachers = _names(root, "Teachers_List", "Teacher")
    draft.parties = {("group", name): place for place, name in enumerate(atoms)}
    draft.parties |= {("trainer", name): len(atoms) + place for place, name in enumerate(teachers)}
    for row in root.findall("Rooms_List/Room"):
        draft.rooms[row.findtext("Name", "")] = len(draft.rooms)
        draft.sites.append(draft.site(row.findtext("Building") or ""))
    for row in root.findall("Activities_List/Activity"):
        if row.findtext("Active", "true") == "true":
            draft.add(row)
    unsupported: Counter[str] = Counter()
    if half_days:
        _half_days(root, draft, unsupported)
    for group in ("Time_Constraints_List", "Space_Constraints_List"):
        for row in root.findall(f"{group}/*"):
            weight = float(row.findtext("Weight_Percentage", "100"))
            if row.findtext("Active", "true") != "true" or weight == 0:
                continue
            try:
                RULES[row.tag](draft, row, weight)
            except (KeyError, Unsupported):
                unsupported[row.tag] += 1
    return _school(draft, atoms + teachers, len(atoms), dict(unsupported))


def _half_days(root: Element, draft: Draft, unsupported: Counter[str]) -> None:
    """How many days a week a teacher may work both in the morning and in the afternoon."""
    for row in root.findall("Teachers_List/Teacher"):
        behaviour = row.findtext("Mornings_Afternoons_Behavior") or "Unrestricted"
        if behaviour in WHOLE_DAYS:
            party = draft.parties["trainer", row.findtext("Name", "")]
            rule = Rule.WHOLE_DAYS_A_WEEK if WHOLE_DAYS[behaviour] else Rule.ONE_HALF_A_DAY
            draft.limits.append((rule, party, WHOLE_DAYS[behaviour], 0))
        elif behaviour != "Unrestricted":
            unsupported[f"Mornings_Afternoons_Behavior {behaviour}"] += 1


def _school(draft: Draft, names: list[str], groups: int, unsupported: dict[str, int]) -> School:
    parties = tuple(
        Party(name, Kind.GROUP if place < groups else Kind.TRAINER, frozenset(draft.closed[place]))
        for place, name in enumerate(names)
    )
    rooms = tuple(
        Room(name, frozenset(draft.room_closed[place]), draft.sites[place]) for name, place in draft.rooms.items()
    )
    events = []
    for activity in draft.activities:
        starts = draft.starts(activity)
        candidates = draft.candidates(activity)
        events.append(
            Event(
                name=f"{activity.subject} {' + '.join(activity.students)}".strip(),
                length=activity.length,
                parties=tuple(draft.there(activity)),
                needs=() if candidates is None else (Need(tuple(candidates), tuple(candidates.values())),),
                starts=tuple(starts),
                start_costs=tuple(starts.values()),
            )
        )
    limits = tuple(
        Limit(rule, tuple(sorted(who)), most, weight) for (rule, most, weight), who in _gathered(draft).items()
    )
    problem = Problem(draft.grid, parties, rooms, tuple(events), limits, tuple(draft.relations))
    return School(problem, tuple(row.id for row in draft.activities), draft.half_days, unsupported)


def _gathered(draft: Draft) -> dict[tuple[Rule, int, int], set[int]]:
    found: dict[tuple[Rule, int, int], set[int]] = defaultdict(set)
    for rule, party, most, weight in draft.limits:
        found[rule, most, weight].add(party)
    return found
