"""The independent judge of a solution: the rules and costs of the competition, word for word, on sets."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from takwin.engines.timetabling.curriculum.files import Instance


@dataclass(frozen=True)
class Verdict:
    """Hard rules broken, by name, and the four costs."""

    hard: dict[str, int]
    seats: int
    days: int
    compactness: int
    stability: int

    @property
    def broken(self) -> int:
        return sum(self.hard.values())

    @property
    def cost(self) -> int:
        return self.seats + self.days + self.compactness + self.stability


def judge(instance: Instance, rows: list[tuple[int, int, int]]) -> Verdict:
    """`rows`: course, room, period of each lecture."""
    hard: Counter[str] = Counter()
    held: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for course, room, period in rows:
        held[course].append((room, period))
        hard["unavailable"] += bool(instance.barred[course, period])
    for course, wanted in enumerate(instance.lectures):
        periods = {period for _, period in held[course]}
        hard["lectures"] += abs(int(wanted) - len(periods)) + len(held[course]) - len(periods)
    for count in Counter((room, period) for _, room, period in rows).values():
        hard["room_taken_twice"] += count - 1
    curricula = [frozenset(map(int, row.nonzero()[0])) for row in instance.member]
    at: dict[int, list[int]] = defaultdict(list)
    for course, _, period in rows:
        at[period].append(course)
    for together in at.values():
        for place, a in enumerate(together):
            for b in together[place + 1 :]:
                if a != b and (instance.teacher[a] == instance.teacher[b] or curricula[a] & curricula[b]):
                    hard["conflict"] += 1
    days = sum(
        5 * max(0, int(least) - len({period // instance.periods_a_day for _, period in held[course]}))
        for course, least in enumerate(instance.least_days)
    )
    return Verdict(
        hard={name: count for name, count in hard.items() if count},
        seats=sum(max(0, int(instance.students[course]) - int(instance.seats[room])) for course, room, _ in rows),
        days=days,
        compactness=2 * _alone(instance, held),
        stability=sum(len({room for room, _ in meetings}) - 1 for meetings in held.values() if meetings),
    )


def _alone(instance: Instance, held: dict[int, list[tuple[int, int]]]) -> int:
    """Lectures of a curriculum with none of the same curriculum just before or after on the day."""
    count = 0
    for column in range(instance.member.shape[1]):
        courses = instance.member[:, column].nonzero()[0]
        times = {divmod(period, instance.periods_a_day) for course in courses for _, period in held[int(course)]}
        for course in courses:
            for _, period in held[int(course)]:
                day, hour = divmod(period, instance.periods_a_day)
                count += (day, hour - 1) not in times and (day, hour + 1) not in times
    return count
