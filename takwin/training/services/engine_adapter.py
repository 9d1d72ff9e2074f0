"""Rows to the engine's problem and its result back to rows: the only module that knows both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from takwin.engines import timetabling as engine
from takwin.engines.timetabling.conflicts import Demand
from takwin.training.choices import PostState, Weeks
from takwin.training.models import Absence, Room, Session, SlotReservation, Timetable, Unavailability
from takwin.training.rules.weeks import DAYS, HOURS, MASKS, NOON
from takwin.training.selectors.calendar import week_periods

# Soft constraints of a week and the cost of a unit of each; the report lists them one by one.
GROUP_GAP, TRAINER_GAP, GROUP_DAY, APART, ROOM_TOO_LARGE = 4, 1, 2, 3, 1
GROUP_HOURS, TRAINER_HOURS = 7, 6
WEEK_SIGNS = (Weeks.A, Weeks.B)


@dataclass
class Board:
    """A timetable as the engine sees it. `events`: the session of each event; `left`: sessions no room can hold."""

    row: Timetable
    events: list[Session]
    rooms: list[Room]
    problem: engine.Problem
    table: engine.Timetable
    left: list[Session]

    def event(self, session: Session) -> int | None:
        return next((place for place, row in enumerate(self.events) if row.pk == session.pk), None)

    def describe(self, demand: Demand) -> dict[str, Any]:
        """A demand with names instead of numbers, fit for JSON; the sentence is made when it is read."""
        return {
            "cause": str(demand.cause),
            "parties": [self.problem.parties[row].name for row in demand.parties],
            "rooms": [self.problem.rooms[row].name for row in demand.rooms],
            "sessions": [self.problem.events[row].name for row in demand.events],
            "wanted": demand.wanted,
            "there": demand.there,
        }


def sessions_of(timetable: Timetable) -> list[Session]:
    rows = timetable.sessions.select_related(
        "course__module", "course__trainer", "course__group__version__programme", "room"
    )
    return list(rows.order_by("course__group__name", "course__module__order", "part"))


def board(
    timetable: Timetable,
    around: Iterable[Absence] = (),
    places: dict[tuple[int, int], tuple[int | None, int | None]] | None = None,
) -> Board:
    """Read everything a week needs in a constant number of queries. `around`: absences to make the week around;
    `places`: slot and room of each (course, part) of a published week, instead of the week that is being made."""
    sessions = sessions_of(timetable)
    if places is not None:
        sessions = [row for row in sessions if (row.course_id, row.part) in places]
        for row in sessions:
            row.slot, row.room_id = places[row.course_id, row.part]
    rooms = list(Room.objects.filter(centre=timetable.centre_id, state=PostState.ACTIVE).order_by("pk"))
    kinds = 1 if all(row.course.group.weeks == Weeks.ALL for row in sessions) else len(WEEK_SIGNS)
    closed = _ClosedSlots(timetable, sessions, rooms, list(around))
    parties, place = _parties(sessions, closed, kinds)
    fitting, events, left = [], [], []
    for row in sessions:
        need = _need(row, rooms)
        if need is None:
            left.append(row)
            continue
        group, trainer = row.course.group, row.course.trainer
        who = (place["group", group.pk], *([place["trainer", trainer.pk]] if trainer else []))
        pinned = row.pinned and row.slot is not None
        fitting.append(row)
        events.append(
            engine.Event(
                f"{row.course.module.label} · {group.name}", row.length, who,
                (_only(need, rooms, row) if pinned else need,), (row.slot or 0,) if pinned else None,
                kinds=MASKS[Weeks(group.weeks)] & (1 << kinds) - 1,
            )
        )  # fmt: skip
    problem = engine.Problem(
        engine.Grid(tuple(map(str, range(DAYS))), tuple(map(str, range(HOURS))), NOON, kinds), tuple(parties),
        tuple(engine.Room(row.name, closed.rooms[row.pk], row.site) for row in rooms), tuple(events),
        _limits(parties, rooms), _relations(fitting),
    )  # fmt: skip
    return Board(timetable, fitting, rooms, problem, present(fitting, rooms), left)


def present(sessions: list[Session], rooms: list[Room]) -> engine.Timetable:
    """Where the sessions are now."""
    number = {row.pk: place for place, row in enumerate(rooms)}
    at = [(row.slot, number[row.room_id]) if row.room_id in number else None for row in sessions]
    return engine.Timetable(
        tuple(engine.UNPLACED if spot is None or spot[0] is None else spot[0] for spot in at),
        tuple((spot[1],) if spot else () for spot in at),
    )


class _ClosedSlots:
    """Closed slots of each trainer and room: outside opening hours, their own, and those taken in other centres."""

    def __init__(
        self, timetable: Timetable, sessions: list[Session], rooms: list[Room], around: list[Absence]
    ) -> None:
        self.everyone = week_periods().closed
        self.rooms: dict[int, frozenset[int]] = defaultdict(lambda: self.everyone)
        self.trainers: dict[int, frozenset[int]] = defaultdict(lambda: self.everyone)
        trainers = {row.course.trainer_id for row in sessions if row.course.trainer_id}
        for row in Unavailability.objects.filter(trainer__in=trainers):
            self.trainers[row.trainer_id] |= {row.slot}  # type: ignore[index]
        for row in Unavailability.objects.filter(room__in=[room.pk for room in rooms]):
            self.rooms[row.room_id] |= {row.slot}  # type: ignore[index]
        for resource, slot in SlotReservation.objects.filter(
            term=timetable.term_id, resource__in=[f"trainer:{key}" for key in trainers]
        ).exclude(session__timetable=timetable).values_list("resource", "slot"):  # fmt: skip
            self.trainers[int(resource.partition(":")[2])] |= {slot}
        for away in around:
            days = {away.first_on.weekday() + later for later in range((away.last_on - away.first_on).days + 1)}
            gone = {day % 7 * HOURS + hour for day in days if day % 7 < DAYS for hour in range(HOURS)}
            self.trainers[away.trainer_id] |= gone


def _parties(
    sessions: list[Session], closed: _ClosedSlots, kinds: int
) -> tuple[list[engine.Party], dict[tuple[str, int], int]]:
    parties: list[engine.Party] = []
    place: dict[tuple[str, int], int] = {}
    for row in sessions:
        group, trainer = row.course.group, row.course.trainer
        if ("group", group.pk) not in place:
            place["group", group.pk] = len(parties)
            away = (1 << kinds) - 1 & ~MASKS[Weeks(group.weeks)]
            parties.append(engine.Party(group.name, engine.Kind.GROUP, closed.everyone, away))
        if trainer and ("trainer", trainer.pk) not in place:
            place["trainer", trainer.pk] = len(parties)
            parties.append(engine.Party(trainer.name, engine.Kind.TRAINER, closed.trainers[trainer.pk]))
    return parties, place


def _need(session: Session, rooms: list[Room]) -> engine.Need | None:
    """The rooms of the right kind that hold the group; those far too large cost a little."""
    module, group = session.course.module, session.course.group
    size = group.taken or group.capacity
    fit = [place for place, room in enumerate(rooms) if room.kind == module.room_kind and room.capacity >= size]
    if not fit:
        return None
    return engine.Need(tuple(fit), tuple(ROOM_TOO_LARGE * (rooms[place].capacity > 2 * size) for place in fit))


def _only(need: engine.Need, rooms: list[Room], session: Session) -> engine.Need:
    """A pinned session stays in its room, as long as the room is there and fits."""
    here = tuple(place for place in need.rooms if rooms[place].pk == session.room_id)
    return engine.Need(here) if here else need


def _limits(parties: list[engine.Party], rooms: list[Room]) -> tuple[engine.Limit, ...]:
    groups = tuple(row for row, party in enumerate(parties) if party.kind == engine.Kind.GROUP)
    trainers = tuple(row for row, party in enumerate(parties) if party.kind == engine.Kind.TRAINER)
    rule = engine.Rule
    limits = [
        engine.Limit(rule.HOURS_A_DAY, groups, GROUP_HOURS, GROUP_DAY),
        engine.Limit(rule.HOURS_A_DAY, trainers, TRAINER_HOURS),
        engine.Limit(rule.GAPS_A_DAY, groups, 0, GROUP_GAP),
        engine.Limit(rule.GAPS_A_DAY, trainers, 1, TRAINER_GAP),
    ]
    if len({room.site for room in rooms}) > 1:
        limits.append(engine.Limit(rule.TRAVEL, (*groups, *trainers), 0))
    return tuple(row for row in limits if row.parties)


def _relations(sessions: list[Session]) -> tuple[engine.Relation, ...]:
    """The sessions of a course on different days, as a wish."""
    of: dict[int, list[int]] = defaultdict(list)
    for event, row in enumerate(sessions):
        of[row.course_id].append(event)
    return tuple(
        engine.Relation(engine.Link.APART, tuple(events), 1, APART) for events in of.values() if len(events) > 1
    )


def write(board: Board, table: engine.Timetable) -> int:
    """Put what was found into the rows, and their slot reservations; how many sessions changed hour or room.

    Call it inside a transaction that holds the timetable. The database refuses two at once, in this centre and in
    another that shares a trainer.
    """
    moved = []
    for event, row in enumerate(board.events):
        slot = table.start[event] if table.start[event] >= 0 else None
        room = board.rooms[table.rooms[event][0]] if slot is not None else None
        if (slot, room and room.pk) != (row.slot, row.room_id):
            row.slot, row.room = slot, room
            row.pinned = row.pinned and slot is not None
            moved.append(row)
    Session.objects.bulk_update(moved, ["slot", "room", "pinned"], batch_size=500)
    reserve_slots(board.row, moved)
    return len(moved)


def reserve_slots(timetable: Timetable, sessions: list[Session]) -> None:
    """Replace the reserved slots of these sessions by those of their present hours."""
    SlotReservation.objects.filter(session__in=[row.pk for row in sessions]).delete()
    SlotReservation.objects.bulk_create(
        [
            SlotReservation(term_id=timetable.term_id, session=row, week=week, slot=row.slot + hour, resource=resource)
            for row in sessions
            if row.slot is not None
            for hour in range(row.length)
            for bit, week in enumerate(WEEK_SIGNS)
            if MASKS[Weeks(row.course.group.weeks)] >> bit & 1
            for resource in _resources(row)
        ],
        batch_size=1_000,
    )


def _resources(row: Session) -> list[str]:
    trainer = [f"trainer:{row.course.trainer_id}"] if row.course.trainer_id else []
    return [f"group:{row.course.group_id}", f"room:{row.room_id}", *trainer]


def without(table: engine.Timetable, *events: int) -> engine.Timetable:
    """A timetable with some events taken off."""
    start, rooms = list(table.start), list(table.rooms)
    for event in events:
        start[event], rooms[event] = engine.UNPLACED, ()
    return replace(table, start=tuple(start), rooms=tuple(rooms))


def with_event(table: engine.Timetable, event: int, slot: int, room: int) -> engine.Timetable:
    """A timetable with one event put at a slot in a room."""
    start, rooms = list(table.start), list(table.rooms)
    start[event], rooms[event] = slot, (room,)
    return replace(table, start=tuple(start), rooms=tuple(rooms))


def free_room(board: Board, table: engine.Timetable, event: int, slot: int) -> int | None:
    """The room an event would get at a slot: its own when free, else the cheapest free one."""
    row, problem = board.problem.events[event], board.problem
    span = set(range(slot, slot + row.length))
    taken = {
        room
        for other, start in enumerate(table.start)
        if other != event and start >= 0 and problem.events[other].kinds & row.kinds
        and span.intersection(range(start, start + problem.events[other].length))
        for room in table.rooms[other]
    }  # fmt: skip
    need = row.needs[0]
    free = [room for room in need.rooms if room not in taken and not problem.rooms[room].closed & span]
    own = board.table.rooms[event]
    costs = dict(zip(need.rooms, need.costs or (0,) * len(need.rooms), strict=True))
    return min(free, key=lambda room: (room not in own, costs[room], room), default=None)
