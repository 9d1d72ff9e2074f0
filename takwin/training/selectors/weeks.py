"""Timetables as people read them: by group, by trainer, by room; today; free hours; exchanges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from takwin.centres.models import Centre
from takwin.core import jobs
from takwin.core.models import Job
from takwin.core.scope import Scope
from takwin.training.choices import EditionState, Weeks
from takwin.training.models import Absence, Edition, Group, Placed, Session, Timetable, TimetableFeed, Trainer
from takwin.training.rules.weeks import DAYS, HOURS, Span, WeekPeriods, dates, monday, week_kind
from takwin.training.selectors import calendar

NAMES = ("course__module", "course__trainer", "course__group__centre", "room", "timetable__term")
PLACED_NAMES = ("course__module", "course__trainer", "course__group__centre", "room", "edition__timetable__term")
SOLVE = "timetable"


def timetables(centre: Centre) -> list[Timetable]:
    return list(Timetable.objects.filter(centre=centre).select_related("term__season").order_by("-term__starts_on"))


def timetable(scope: Scope, ref: str) -> Timetable:
    return Timetable.objects.within(scope).select_related("centre", "term__season").get(ref=ref)


def session(scope: Scope, ref: str) -> Session:
    mine = Timetable.objects.within(scope)
    return Session.objects.select_related(*NAMES, "timetable__centre").get(ref=ref, timetable__in=mine)


def sessions(timetable: Timetable) -> list[Session]:
    return list(timetable.sessions.select_related(*NAMES).order_by("slot", "course__group__name", "part"))


def unplaced(rows: Iterable[Session]) -> list[Session]:
    return [row for row in rows if row.slot is None]


@dataclass
class Cell:
    """One hour of a day: what begins there. `span` hours long; `covered`: a longer session began above."""

    day: int
    hour: int
    rows: list[Session] = field(default_factory=list)
    covered: bool = False
    closed: bool = False

    @property
    def slot(self) -> int:
        return self.day * HOURS + self.hour

    @property
    def span(self) -> int:
        return max((row.length for row in self.rows), default=1)


def grid(rows: Iterable[Session], periods: WeekPeriods) -> list[tuple[str, list[Cell]]]:
    """Lines of hours (when they begin on Monday), each with a cell a day. Two sessions share a cell when they take
    turns, one week each."""
    cells = {
        (day, hour): Cell(day, hour, closed=periods.times[day][hour] is None)
        for day in range(DAYS)
        for hour in range(HOURS)
    }
    for row in rows:
        if row.slot is None:
            continue
        day, hour = divmod(row.slot, HOURS)
        cells[day, hour].rows.append(row)
        for later in range(hour + 1, hour + row.length):
            cells[day, later].covered = True
    out = []
    for hour in range(HOURS):
        times = periods.times[0][hour]
        out.append((f"{times[0]:%H:%M}" if times else "", [cells[day, hour] for day in range(DAYS)]))
    return out


@dataclass(frozen=True)
class Choice:
    """A group, a trainer or a room one may look at."""

    key: str
    name: str


def choices(rows: Iterable[Session]) -> dict[str, list[Choice]]:
    """Everyone and every room of a timetable, by kind, each once."""
    found: dict[str, dict[str, str]] = {"group": {}, "trainer": {}, "room": {}}
    for row in rows:
        found["group"][row.course.group.ref] = row.course.group.name
        if row.course.trainer:
            found["trainer"][row.course.trainer.ref] = row.course.trainer.name
        if row.room:
            found["room"][row.room.ref] = row.room.name
    return {
        kind: sorted((Choice(key, name) for key, name in names.items()), key=lambda choice: (choice.name, choice.key))
        for kind, names in found.items()
    }


def of(rows: Iterable[Session], kind: str, key: str) -> list[Session]:
    """The sessions of a group, a trainer or a room, by its reference."""
    owner = {
        "group": lambda row: row.course.group.ref,
        "trainer": lambda row: row.course.trainer.ref if row.course.trainer else "",
        "room": lambda row: row.room.ref if row.room else "",
    }[kind]
    return [row for row in rows if owner(row) == key]


def job(row: Timetable) -> Job | None:
    """The calculation under way, else the last one."""
    return jobs.latest(SOLVE, row.ref)


def published(**who: Any) -> QuerySet[Placed]:
    """Sessions with a place in weeks that were published, filtered by `who`; `sittings` gives the days of each."""
    rows = Placed.objects.exclude(edition__state=EditionState.PROPOSED).filter(slot__isnull=False, **who)
    return rows.select_related(*PLACED_NAMES)


def changes_of(timetables: Iterable[int]) -> dict[int, int]:
    """How often each timetable was published or taken back: it only grows, as calendars of phones need (RFC 5545)."""
    rows = Edition.objects.filter(timetable__in=timetables).order_by().values("timetable_id")
    undone = Count("pk", filter=Q(state=EditionState.UNDONE))
    return {row["timetable_id"]: row["made"] + row["undone"] for row in rows.annotate(made=Count("pk"), undone=undone)}


def in_force(timetables: Iterable[int]) -> Callable[[int, date], int | None]:
    """(timetable, day) -> the edition in force on it: of those whose days hold it the newest. By keys, one query."""
    editions: dict[int, list[tuple[date, date, int]]] = defaultdict(list)
    rows = Edition.objects.filter(timetable__in=set(timetables)).exclude(state=EditionState.PROPOSED)
    for row in rows.order_by("-number"):
        editions[row.timetable_id].append((row.starts_on, row.ends_on or date.max, row.pk))

    def ruling(timetable: int, on: date) -> int | None:
        return next((pk for first, last, pk in editions[timetable] if first <= on <= last), None)

    return ruling


def editions(row: Timetable) -> list[Edition]:
    """Everything published of a timetable, and changes that wait to be confirmed; the newest first."""
    return list(row.editions.select_related("absence__trainer").order_by("-number"))


def edition(scope: Scope, ref: str) -> Edition:
    names = ("timetable__centre", "timetable__term__season", "absence__trainer")
    return Edition.objects.within(scope).select_related(*names).get(ref=ref)


@dataclass(frozen=True)
class Sitting:
    """A session on one day. `instead`: whom the trainer stands in for."""

    session: Placed
    on: date
    times: tuple[time, time] | None
    instead: Trainer | None = None

    @property
    def hour(self) -> int:
        return (self.session.slot or 0) % HOURS


def sittings(rows: Iterable[Placed], first: date, last: date) -> list[Sitting]:
    """The sessions held between two days, day by day, by the week in force on each: terms, weeks A and B, days off and
    Ramadan counted in."""
    rows = list(rows)
    ruling = in_force(row.edition.timetable_id for row in rows)
    off, plans = calendar.days_off(first, last), calendar.periods_between(first, last)
    out = []
    for row in rows:
        term = row.timetable.term
        begin, end = (
            max(first, term.starts_on, row.course.group.starts_on),
            min(last, term.ends_on, row.course.group.ends_on),
        )
        for on in dates(row.slot or 0, row.course.group.weeks, Span(term.starts_on, term.ends_on), off):
            if begin <= on <= end and ruling(row.edition.timetable_id, on) == row.edition_id:
                out.append(Sitting(row, on, calendar.periods_on(plans, on).of(row.slot or 0, row.length)))
    return sorted(out, key=lambda sitting: (sitting.on, sitting.hour, sitting.session.pk))


def held(courses: Iterable[Any], days: Iterable[date]) -> Callable[[Any, date, int, int], bool]:
    """(course, day, hour, length) -> whether a session of the course covers these hours of that day, by the timetable
    in force on it; for some courses and days, in a constant number of queries."""
    wanted, keys = list(days), [course.pk for course in courses]
    spans: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    if wanted and keys:
        for sitting in sittings(published(course__in=keys), min(wanted), max(wanted)):
            spans[sitting.session.course_id, sitting.on].append((sitting.hour, sitting.hour + sitting.session.length))

    def holds(course: Any, on: date, hour: int, length: int) -> bool:
        return any(first <= hour and hour + length <= last for first, last in spans[course.pk, on])

    return holds


def of_group(group: Group, first: date, last: date) -> list[Sitting]:
    return sittings(published(course__group=group), first, last)


def sittings_of_trainer(trainer: Trainer, first: date, last: date) -> list[Sitting]:
    """A trainer's own sessions, without the days away, and those of colleagues the trainer stands in for."""
    absences = list(
        Absence.objects.filter(
            Q(trainer=trainer) | Q(substitute=trainer), first_on__lte=last, last_on__gte=first
        ).select_related("trainer")
    )
    away = [Span(row.first_on, row.last_on) for row in absences if row.trainer_id == trainer.pk]
    mine = [
        sitting
        for sitting in sittings(published(course__trainer=trainer), first, last)
        if not any(sitting.on in span for span in away)
    ]
    for row in absences:
        if row.substitute_id == trainer.pk:
            begin, end = max(first, row.first_on), min(last, row.last_on)
            mine += [
                Sitting(sitting.session, sitting.on, sitting.times, row.trainer)
                for sitting in sittings(published(course__trainer=row.trainer), begin, end)
            ]
    return sorted(mine, key=lambda sitting: (sitting.on, sitting.hour))


def may_call(trainer: Trainer | None, scope: Scope) -> Any:
    """(course, day) -> whether a trainer may call that roll: one's own, or a colleague's one stands in for; of a group
    where the role is held now. One query a group."""
    reached: dict[int, bool] = {}
    if trainer is None:
        return lambda _course, _on: False
    stands = [(row.trainer_id, Span(row.first_on, row.last_on)) for row in Absence.objects.filter(substitute=trainer)]

    def may(course: Any, on: date) -> bool:
        if course.group_id not in reached:
            reached[course.group_id] = scope.reaches(course.group)
        if not reached[course.group_id]:
            return False
        if course.trainer_id == trainer.pk:
            return True
        return any(course.trainer_id == other and on in span for other, span in stands)

    return may


def week_of(group: Group, on: date) -> dict[str, Any]:
    """Which week a day is in for a group: A or B, at the centre or in companies."""
    term = calendar.term_now(group.season, on)
    if term is None or group.weeks == Weeks.ALL:
        return {"kind": "", "away": False}
    kind = week_kind(on, term.starts_on)
    return {"kind": kind, "away": kind != group.weeks}


def by_day(found: Iterable[Sitting], on: date) -> list[tuple[date, list[Sitting]]]:
    """The six days of the week of a day, each with its sittings."""
    days: dict[date, list[Sitting]] = {monday(on) + timedelta(days=day): [] for day in range(DAYS)}
    for sitting in found:
        days[sitting.on].append(sitting)
    return list(days.items())


def feed(ref: str | None) -> TimetableFeed:
    return TimetableFeed.objects.select_related("user").get(ref=ref)


def feed_of(user: Any) -> TimetableFeed | None:
    return TimetableFeed.objects.filter(user=user).first()
