"""Spreading people over groups evenly by sex and by mark at admission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone to be put into a group: key, sex, mark at admission in hundredths (0 unknown)."""

    key: int
    sex: str
    average: int


def sizes(people: int, capacity: int, free: Sequence[int] = ()) -> list[int]:
    """How many newcomers each group takes: places `free` in groups there are first, then new groups, evenly.

    >>> sizes(50, 24)
    [17, 17, 16]
    >>> sizes(10, 24, free=[4])
    [4, 6]
    """
    first = []
    for room in free:
        first.append(min(room, people))
        people -= first[-1]
    new = -(-people // capacity)
    return first + [people // new + (place < people % new) for place in range(new)]


def spread(people: Sequence[Candidate], places: Sequence[int]) -> list[list[int]]:
    """Keys for each group. Each sex is dealt from the highest mark to the lowest, always to the group that has the
    fewest of that sex for its size; between equals, to the one with the lowest sum of marks so far.

    Numbers of a sex differ by at most one from a group's exact share, and every place of `places` is filled.
    """
    groups: list[list[int]] = [[] for _ in places]
    marks = [0] * len(places)
    left = list(places)
    for sex in sorted({person.sex for person in people}):
        mine = sorted(
            (person for person in people if person.sex == sex), key=lambda person: (-person.average, person.key)
        )
        for place, count in enumerate(_shares(len(mine), left)):
            left[place] -= count
            groups[place] += [-1] * count  # places kept for this sex
        for person in mine:
            waiting = [place for place, group in enumerate(groups) if -1 in group]
            place = min(waiting, key=lambda row: (marks[row], row))
            groups[place][groups[place].index(-1)] = person.key
            marks[place] += person.average
    return groups


def _shares(people: int, room: Sequence[int]) -> list[int]:
    """Whole shares proportional to room (largest remainder), never above it."""
    whole = sum(room)
    if not whole:
        return [0] * len(room)
    out = [people * places // whole for places in room]
    rest = sorted(range(len(room)), key=lambda row: (-(people * room[row] % whole), row))
    for row in [row for row in rest if out[row] < room[row]][: people - sum(out)]:
        out[row] += 1
    return out
