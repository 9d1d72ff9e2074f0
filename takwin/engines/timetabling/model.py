"""A week to fill: who must meet, for how long, where, and what must or should hold.

A week has days, a day has slots; slot = day x hours + hour. Parties (groups, trainers) and rooms can be in one place
at a time. What alternates (weeks at the centre, weeks in a company) is one week for each kind of week, side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

# Kinds of week are bits of a mask; a timetable alternates among at most this many.
MOST_KINDS = 4
# A day's occupation is one number, a bit a slot, looked up in a table.
MOST_HOURS = 16
UNPLACED = -1


class Malformed(ValueError):  # noqa: N818 - as in the other engines
    """An input that is refused: the place in it and the reason."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where, self.reason = where, reason


def need(holds: object, where: str, reason: str) -> None:
    if not holds:
        raise Malformed(where, reason)


@dataclass(frozen=True)
class Grid:
    """The slots of a week.

    days, hours : names
    noon : the first slot of the afternoon, 0 where a day is not parted; no session runs over noon
    kinds : how many kinds of week alternate
    """

    days: tuple[str, ...]
    hours: tuple[str, ...]
    noon: int = 0
    kinds: int = 1

    def __post_init__(self) -> None:
        need(self.days, "days", "there is none")
        need(0 < len(self.hours) <= MOST_HOURS, "hours", f"{len(self.hours)} a day, from 1 to {MOST_HOURS} are read")
        need(0 <= self.noon < len(self.hours), "noon", "is not an hour of the day")
        need(1 <= self.kinds <= MOST_KINDS, "kinds", f"{self.kinds} kinds of week, from 1 to {MOST_KINDS} are read")

    @property
    def slots(self) -> int:
        return len(self.days) * len(self.hours)

    def slot(self, day: int, hour: int) -> int:
        return day * len(self.hours) + hour

    def day(self, slot: int) -> int:
        return slot // len(self.hours)

    def hour(self, slot: int) -> int:
        return slot % len(self.hours)

    def half(self, slot: int) -> tuple[int, bool]:
        return self.day(slot), bool(self.noon) and self.hour(slot) >= self.noon

    def label(self, slot: int) -> str:
        return f"{self.days[self.day(slot)]} {self.hours[self.hour(slot)]}"


class Kind(StrEnum):
    GROUP = "group"
    TRAINER = "trainer"


@dataclass(frozen=True)
class Party:
    """A group or a trainer.

    closed : slots when they are not there
    away : kinds of week (bits) spent elsewhere
    """

    name: str
    kind: Kind
    closed: frozenset[int] = frozenset()
    away: int = 0


@dataclass(frozen=True)
class Room:
    """A room.

    closed : slots when it cannot be used
    site : number of the site; a party needs a slot to go from one site to another
    """

    name: str
    closed: frozenset[int] = frozenset()
    site: int = 0


@dataclass(frozen=True)
class Need:
    """One room out of several.

    rooms : those that would do
    costs : of each of them (a preference); empty: none costs anything
    """

    rooms: tuple[int, ...]
    costs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Event:
    """A session a week.

    length : slots, all on one day
    parties : who must all be there
    needs : rooms
    starts : slots where it may start, None: any
    start_costs : of each of `starts`; empty: none costs anything
    kinds : kinds of week (bits) when it is held
    """

    name: str
    length: int
    parties: tuple[int, ...]
    needs: tuple[Need, ...] = ()
    starts: tuple[int, ...] | None = None
    start_costs: tuple[int, ...] = ()
    kinds: int = 1


class Rule(StrEnum):
    """What is counted for a party in a day or in a week; `Limit.limit` is the most (the least, for LEAST).

    ONE_HALF_A_DAY counts the hours of the shorter half of a day spent both in the morning and in the afternoon,
    TRAVEL counts sessions on two sites without a slot between, SITES_A_DAY changes of site; the rest says its name.
    """

    HOURS_A_DAY = "hours_a_day"
    HOURS_A_HALF = "hours_a_half"
    IN_A_ROW = "in_a_row"
    IN_A_ROW_HALF = "in_a_row_half"
    LEAST_A_DAY = "least_a_day"
    LEAST_A_HALF = "least_a_half"
    GAPS_A_DAY = "gaps_a_day"
    GAPS_A_HALF = "gaps_a_half"
    GAPS_A_WEEK = "gaps_a_week"
    GAPS_A_WEEK_HALVES = "gaps_a_week_halves"
    DAYS_A_WEEK = "days_a_week"
    HALVES_A_WEEK = "halves_a_week"
    MORNINGS_A_WEEK = "mornings_a_week"
    AFTERNOONS_A_WEEK = "afternoons_a_week"
    WHOLE_DAYS_A_WEEK = "whole_days_a_week"
    ONE_HALF_A_DAY = "one_half_a_day"
    LAST_HOUR = "last_hour"
    TRAVEL = "travel"
    SITES_A_DAY = "sites_a_day"


# Counted over the week; the others within a day.
WEEKLY = {
    Rule.GAPS_A_WEEK,
    Rule.GAPS_A_WEEK_HALVES,
    Rule.DAYS_A_WEEK,
    Rule.HALVES_A_WEEK,
    Rule.MORNINGS_A_WEEK,
    Rule.AFTERNOONS_A_WEEK,
    Rule.WHOLE_DAYS_A_WEEK,
}


@dataclass(frozen=True)
class Limit:
    """A rule for some parties.

    limit : the bound, in the unit of the rule
    weight : what each unit beyond it costs; 0: it must hold
    """

    rule: Rule
    parties: tuple[int, ...]
    limit: int
    weight: int = 0


class Link(StrEnum):
    """What binds events: on days at least `value` apart, at one start, one right after the other, the first before
    the second, side by side, never together, at least `value` slots apart on one day, on one day; at most `value`
    of some slots used by all."""

    APART = "apart"
    SAME_START = "same_start"
    CONSECUTIVE = "consecutive"
    ORDERED = "ordered"
    GROUPED = "grouped"
    NOT_TOGETHER = "not_together"
    SAME_DAY = "same_day"
    SLOTS_USED = "slots_used"


@dataclass(frozen=True)
class Relation:
    """A link between events.

    value : see Link; weight : what each unit beyond it costs; 0: it must hold
    adjacent : sessions that fall on one day all the same must follow each other (APART)
    slots : those counted by SLOTS_USED
    """

    link: Link
    events: tuple[int, ...]
    value: int = 0
    weight: int = 0
    adjacent: bool = False
    slots: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Problem:
    """A week to fill. Parties, rooms and events are named by their place in these tuples.

    Raises
    ------
    Malformed
        A value is out of its range, or names what is not there.
    """

    grid: Grid
    parties: tuple[Party, ...]
    rooms: tuple[Room, ...]
    events: tuple[Event, ...]
    limits: tuple[Limit, ...] = ()
    relations: tuple[Relation, ...] = ()

    def __post_init__(self) -> None:
        for place, event in enumerate(self.events):
            where = f"event {place} ({event.name})"
            need(1 <= event.length <= len(self.grid.hours), where, f"{event.length} slots long, longer than a day")
            need(all(0 <= row < len(self.parties) for row in event.parties), where, "names a party that is not there")
            need(len(set(event.parties)) == len(event.parties), where, "names a party twice")
            need(0 < event.kinds < 1 << self.grid.kinds, where, "is held in no week there is")
            gone = [self.parties[row].name for row in event.parties if self.parties[row].away & event.kinds]
            need(not gone, where, f"is held in a week when {', '.join(gone)} is elsewhere")
            for choice in event.needs:
                need(choice.rooms, where, "needs a room, and no room can hold it")
                need(all(0 <= row < len(self.rooms) for row in choice.rooms), where, "names a room that is not there")
                need(len(choice.costs) in (0, len(choice.rooms)), where, "has costs for some of its rooms only")
            if event.starts is not None:
                need(all(0 <= slot < self.grid.slots for slot in event.starts), where, "may start out of the week")
                need(len(event.start_costs) in (0, len(event.starts)), where, "has costs for some of its starts only")
        for limit in self.limits:
            need(limit.limit >= 0, f"limit {limit.rule}", "is negative")
            need(limit.weight >= 0, f"limit {limit.rule}", "has a negative weight")
        for relation in self.relations:
            where = f"relation {relation.link}"
            need(all(0 <= row < len(self.events) for row in relation.events), where, "names an event not there")


@dataclass(frozen=True)
class Timetable:
    """A timetable.

    start : slot of each event, UNPLACED where it has none
    rooms : of each event, the rooms of its needs in their order
    """

    start: tuple[int, ...]
    rooms: tuple[tuple[int, ...], ...]

    @property
    def unplaced(self) -> list[int]:
        return [event for event, slot in enumerate(self.start) if slot == UNPLACED]


@dataclass(frozen=True)
class Faults:
    """The faults of a timetable.

    hard : rules that must hold -> units broken; empty in a lawful timetable
    soft : wishes -> cost
    """

    hard: dict[str, int] = field(default_factory=dict)
    soft: dict[str, int] = field(default_factory=dict)

    @property
    def broken(self) -> int:
        return sum(self.hard.values())

    @property
    def cost(self) -> int:
        return sum(self.soft.values())
