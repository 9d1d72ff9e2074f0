"""Statements of attendance: read from phones, stored, corrected. A stored statement is never changed or deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from takwin.core.changes import journal
from takwin.core.dates import parse_day
from takwin.core.errors import Refused, RefusedCells
from takwin.training.choices import ExcuseState, Presence, TrainingReason
from takwin.training.models import Course, Enrolment, Excuse, Group, Member, RejectedStatement, Roll, Statement
from takwin.training.rules.attendance import (
    StatementFacts,
    check_day,
    check_words,
    offset,
    resolve_statements,
    true_time,
)
from takwin.training.rules.weeks import HOURS, LONGEST
from takwin.training.selectors.weeks import held
from takwin.training.services import items
from takwin.training.services.alerts import warn
from takwin.training.services.items import MOST

OFFICE, TEACHER = 1, 0
SEEN = 50  # statements of one trainee at one roll that another names
May = Callable[[Any, date], bool]
Holds = Callable[[Course, date, int, int], bool]
Answers = dict[str, dict[str, str]]


def sync(
    batch: Any, *, by: Any, may: May, now: str | None = None, holds: Holds | None = None, late: bool = False
) -> Answers:
    """Store a batch of statements from a phone; the outcome of each, by its key.

    `batch` is a list of {key, course, on, hour, length, trainee, value, minutes?, told_at?, after?, device?}; `may`
    is a predicate (course, day) -> bool: whether `by` may call that roll; `now` is the phone's own time of sending,
    against which its times are put right; `holds` says whether a course has a session at an hour of a day (by
    default: by the timetable in force on that day); `late` lets days of any age in (archives, simulations). The
    answer says `kept`, `known` (stored before) or `refused` with its reason; what is refused is set aside whole, by
    itself: a bad statement does not keep the rest from being stored. The state after any order, repetition or
    splitting of batches is the same; a key names one statement for ever. Refused as a whole: what is no list, or a
    list of more than 2,000.
    """
    return {
        answer["key"]: answer["outcome"]
        for answer in sync_each(batch, by=by, may=may, now=now, holds=holds, late=late)
    }


def sync_each(
    batch: Any, *, by: Any, may: May, now: str | None = None, holds: Holds | None = None, late: bool = False
) -> list[dict[str, Any]]:
    """The outcome of each statement of a batch, in its order: {key, outcome: {state, why?}}."""
    if not isinstance(batch, list):
        raise Refused(TrainingReason.BAD_BATCH, why="[{…}, …]")
    if len(batch) > MOST:
        raise Refused(TrainingReason.BAD_BATCH, why=f"> {MOST}")
    received_at = timezone.now()
    door = _Intake(by, may, offset(_moment(now), received_at), received_at, holds, late)
    answers: list[dict[str, Any]] = [{"key": items.key_of(item), "outcome": {}} for item in batch]
    clean = []
    for place, item in enumerate(batch):
        try:
            items.check_item(item)
            clean.append(place)
        except Refused as refusal:
            answers[place]["outcome"] = _reject(door, item, refusal, None)
    _take(door, batch, clean, answers)
    return answers


@dataclass(frozen=True)
class _Intake:
    """What all statements of a batch share: the author, whose rolls they may call, the offset of the phone's clock,
    the time of receipt, the predicate of held hours, and whether days of any age are accepted."""

    by: Any
    may: May
    ahead: timedelta
    received_at: datetime
    holds: Holds | None
    late: bool


def _take(door: _Intake, batch: list[Any], places: list[int], answers: list[dict[str, Any]]) -> None:
    """Keep these statements in one transaction; where the database refuses, each half alone, down to the one."""
    if not places:
        return
    try:
        with transaction.atomic():
            found = _keep_batch(door, [batch[place] for place in places])
    except (DataError, IntegrityError, ValueError) as fault:
        if len(places) == 1:
            refusal = Refused(TrainingReason.UNREADABLE, why=type(fault).__name__)
            answers[places[0]]["outcome"] = _reject(door, batch[places[0]], refusal, None)
            return
        half = len(places) // 2
        _take(door, batch, places[:half], answers)
        _take(door, batch, places[half:], answers)
        return
    for place, answer in zip(places, found, strict=True):
        answers[place]["outcome"] = answer


def _reject(door: _Intake, item: Any, refusal: Refused, centre: Any) -> dict[str, str]:
    """Store a rejected statement with its reason, once for each key (a new key where it has none); its outcome."""
    error_text = items.printable(str(refusal))
    facts = {"payload": items.storable(item), "reason": error_text[:300], "centre": centre, "by": _actor(door.by)}
    RejectedStatement.objects.get_or_create(key=items.key_of(item) or str(uuid4()), defaults=facts)
    return {"state": "refused", "why": error_text}


def _keep_batch(door: _Intake, batch: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The outcome of each of some readable statements, in their order."""
    reader = _Reader(batch, door)
    out: list[dict[str, str]] = []
    good: dict[UUID, dict[str, Any]] = {}
    keys: list[UUID | None] = []
    for item in batch:
        try:
            values = reader.read(item)
            good.setdefault(values["key"], values)
            keys.append(values["key"])
            out.append({"state": "kept"})
        except Refused as refusal:
            keys.append(None)
            out.append(_reject(door, item, refusal, reader.centre(item)))
    known = set(Statement.objects.filter(key__in=list(good)).values_list("key", flat=True))
    fresh = {key: values for key, values in good.items() if key not in known}
    excuses = _lock_excuses({values["enrolment_id"] for values in fresh.values()})
    rolls = _rolls(fresh.values(), door.by)
    rows = [Statement(roll=rolls[values.pop("at")], by=_actor(door.by), **values) for values in fresh.values()]
    _keep(rows, excuses)
    return [{"state": "known"} if key in known else answer for key, answer in zip(keys, out, strict=True)]


def call_roll(batch: list[dict[str, Any]], refs: dict[str, str], *, by: Any, may: Any) -> None:
    """Store one roll sent as a plain form, all of it or nothing; `refs`: the trainee of each key.

    Refused with each fault by its cell, “value-REF”: who filled the form still has it, nothing is set aside.
    """
    with transaction.atomic():
        answers = sync(batch, by=by, may=may)
        wrong = {refs[key]: answer["why"] for key, answer in answers.items() if answer["state"] == "refused"}
        if wrong:
            people = Enrolment.objects.filter(ref__in=wrong).select_related("person")
            names = {row.ref: row.person.name for row in people}
            raise RefusedCells(
                {
                    f"value-{ref}": Refused(
                        TrainingReason.IMPOSSIBLE, where=names.get(ref, ref), why=error_text.rstrip(".")
                    )
                    for ref, error_text in wrong.items()
                }
            )


class _Reader:
    """Checks the statements of a batch with a constant number of queries."""

    def __init__(self, batch: list[dict[str, Any]], door: _Intake) -> None:
        self.door, self.today = door, timezone.localdate(door.received_at)
        refs = {str(item.get("course"))[:40] for item in batch}
        self.courses = {
            row.ref: row
            for row in Course.objects.filter(ref__in=refs).select_related(
                "group__centre", "group__season", "module", "trainer"
            )
        }
        people = {str(item.get("trainee"))[:40] for item in batch}
        self.people = dict(Enrolment.objects.filter(ref__in=people).values_list("ref", "pk"))
        self.stays: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
        for row in Member.objects.filter(enrolment__in=self.people.values()):
            self.stays[row.enrolment_id, row.group_id].append((row.since_on, row.until_on))
        days = [
            found for item in batch if (found := parse_day(str(item.get("on")))) is not None and found <= self.today
        ]
        self.holds = door.holds or held(self.courses.values(), days)

    def centre(self, item: dict[str, Any]) -> Any:
        course = self.courses.get(str(item.get("course")))
        return course.group.centre if course else None

    def read(self, item: dict[str, Any]) -> dict[str, Any]:
        """The fields of a statement. Refused with the first thing that cannot be."""
        key = _uuid(item.get("key"))
        course = self.courses.get(str(item.get("course")))
        if course is None:
            raise Refused(TrainingReason.UNKNOWN_COURSE, value=item.get("course"))
        on = _day(item.get("on"))
        person = self.people.get(str(item.get("trainee")))
        self._check_day(course.group, person, on)
        hour, length = _whole(item.get("hour"), 0, HOURS - 1), _whole(item.get("length"), 1, LONGEST)
        if not self.holds(course, on, hour, length):
            raise Refused(TrainingReason.NO_SESSION, group=course.group, on=on)
        if not self.door.may(course, on):
            raise Refused(TrainingReason.NOT_YOUR_ROLL)
        value = str(item.get("value"))
        minutes = check_words(value, _whole(item.get("minutes") or 0, 0, 100_000))
        after = item.get("after") or []
        if not isinstance(after, list) or len(after) > SEEN:
            raise Refused(TrainingReason.BAD_BATCH, why="after")
        return {
            "key": key, "at": (course.pk, on, hour, length), "enrolment_id": person, "on": on, "value": value,
            "minutes": minutes, "stated_at": self._time(item, on), "rank": TEACHER,
            "after": sorted({str(_uuid(seen)) for seen in after}), "device": str(item.get("device", ""))[:40],
        }  # fmt: skip

    def _check_day(self, group: Group, person: int | None, on: date) -> None:
        """Refused: a day outside the group, to come or too long ago, or when the trainee was not in it."""
        if on < group.starts_on:
            raise Refused(TrainingReason.BEFORE_GROUP, group=group, day=group.starts_on, on=on)
        if on > group.ends_on:
            raise Refused(TrainingReason.AFTER_GROUP, group=group, day=group.ends_on, on=on)
        if not self.door.late:
            check_day(on, self.today)
        stays = self.stays.get((person, group.pk), []) if person else []
        if not any(since <= on and (until is None or on <= until) for since, until in stays):
            raise Refused(TrainingReason.NOT_IN_GROUP, group=group, on=on)

    def _time(self, item: dict[str, Any], on: date) -> datetime | None:
        at = _moment(item.get("told_at"))
        return at if self.door.late else true_time(at, on, self.door.ahead, self.door.received_at)


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Refused(TrainingReason.BAD_BATCH, why=f"key “{str(value)[:60]}”") from None


def _day(value: Any) -> date:
    found = parse_day(str(value))
    if found is None:
        raise Refused(TrainingReason.BAD_BATCH, why=f"on “{str(value)[:40]}”")
    return found


def _moment(value: Any) -> datetime | None:
    try:
        found = parse_datetime(str(value)) if value else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _whole(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refused(TrainingReason.BAD_BATCH, why=f"“{str(value)[:20]}”: {low}–{high}")
    return value


def _actor(by: Any) -> Any:
    return by if getattr(by, "pk", None) else None


def _lock_excuses(enrolments: Collection[int]) -> list[Excuse]:
    """Requests of these people that are accepted, or may be while we look: whoever answers one waits for us.

    Locked before any roll, here and where an excuse is answered, so that the two never wait for each other.
    """
    rows = Excuse.objects.select_for_update(of=("self",)).filter(enrolment__in=enrolments)
    return [row for row in rows.exclude(state=ExcuseState.REFUSED).order_by("pk") if row.state == ExcuseState.ACCEPTED]


def _rolls(values: Iterable[dict[str, Any]], by: Any) -> dict[tuple[Any, ...], Roll]:
    """The rolls that statements speak of, made where they are not there yet. Keyed by (course, day, hour, length)."""
    wanted = {sitting["at"] for sitting in values}
    if not wanted:
        return {}
    Roll.objects.bulk_create(
        [
            Roll(course_id=course, on=on, hour=hour, length=length, taken_by=_actor(by))
            for course, on, hour, length in sorted(wanted)
        ],
        ignore_conflicts=True,
    )
    where = Q(course__in={sitting[0] for sitting in wanted}, on__in={sitting[1] for sitting in wanted})
    # Locked in one order: two phones that send the same rolls wait for each other instead of deadlocking.
    rows = Roll.objects.select_for_update(of=("self",)).filter(where).order_by("pk")
    found = {(row.course_id, row.on, row.hour): row for row in rows}
    longer = []
    for sitting in wanted:
        row = found[sitting[:3]]
        # Two phones that send two lengths: the longer counts, whichever came first.
        if sitting[3] > row.length:
            row.length = sitting[3]
            longer.append(row)
    Roll.objects.bulk_update(longer, ["length"])
    return {sitting: found[sitting[:3]] for sitting in wanted}


def _keep(rows: list[Statement], excuses: list[Excuse]) -> None:
    """Insert statements, resolve again their trainees at their rolls, and warn those who reached a threshold."""
    if not rows:
        return
    Statement.objects.bulk_create(rows, batch_size=1_000)
    settle({(row.roll_id, row.enrolment_id) for row in rows}, excuses)
    warn({row.enrolment_id for row in rows})


def settle(touched: Collection[tuple[int, int]], excuses: Collection[Excuse]) -> None:
    """Resolve again which statement is current for each (roll, enrolment) of `touched`, and store it.

    The result depends on the set of statements and of accepted excuses alone, not on what came first.
    """
    all_of: dict[tuple[int, int], list[Statement]] = defaultdict(list)
    for row in Statement.objects.filter(roll__in={key[0] for key in touched}):
        if (row.roll_id, row.enrolment_id) in touched:
            all_of[row.roll_id, row.enrolment_id].append(row)
    made: list[Statement] = []
    falls: list[Statement] = []
    rises: list[Statement] = []
    for statements in all_of.values():
        current, against, fresh = _resolve(statements, excuses)
        if fresh is not None:
            made.append(fresh)
        for row in statements:
            state = (row is current, row is current and against)
            if (row.is_current, row.contested) != state:
                (rises if row is current else falls).append(row)
                row.is_current, row.contested = state
    # First those that are current no more: the database refuses two at once.
    Statement.objects.bulk_update(falls, ["is_current", "contested"], batch_size=500)
    Statement.objects.bulk_update(rises, ["is_current", "contested"], batch_size=500)
    Statement.objects.bulk_create(made, batch_size=500)


def _resolve(
    statements: list[Statement], excuses: Collection[Excuse]
) -> tuple[Statement | None, bool, Statement | None]:
    """Of the statements of one trainee at one roll: the current one, whether it is contested, and the statement that
    an excuse adds when it is not among them yet."""
    by_key = {str(row.key): row for row in statements if row.excuse_id is None}
    resolution = resolve_statements(
        StatementFacts(key, row.value, row.minutes, row.stated_at, row.rank, frozenset(row.after))
        for key, row in by_key.items()
    )
    if resolution is None:
        return None, False, None
    current, against = by_key[resolution.current.key], bool(resolution.against)
    if current.value != Presence.ABSENT:
        return current, against, None
    for excuse in excuses:
        if excuse.enrolment_id == current.enrolment_id and excuse.first_on <= current.on <= excuse.last_on:
            key = uuid5(NAMESPACE_OID, f"{excuse.ref} {current.roll_id}")
            if current.rank == OFFICE and str(key) in current.after:
                continue  # the office saw the excuse and stated otherwise
            there = next((row for row in statements if row.key == key), None)
            fresh = None if there else _excused(current, excuse, key)
            if fresh is not None:
                fresh.contested = against
            return there or fresh, against, fresh
    return current, against, None


def _excused(absent: Statement, excuse: Excuse, key: UUID) -> Statement:
    return Statement(
        key=key, roll_id=absent.roll_id, enrolment_id=absent.enrolment_id, on=absent.on, value=Presence.EXCUSED,
        rank=OFFICE, stated_at=timezone.now(), reason=f"{excuse.get_kind_display()} {excuse.ref}", excuse=excuse,
        is_current=True,
    )  # fmt: skip


def correct(
    statement: Statement, *, value: str, minutes: int = 0, reason: str = "", by: Any, rank: int = OFFICE
) -> Statement:
    """A new statement that names all stored before as seen (`after`), which settles a contested roll. Refused: no
    reason; minutes that no late arrival has."""
    if not reason.strip():
        raise Refused(TrainingReason.WHY_MISSING, "reason")
    minutes = check_words(value, minutes or 0)
    with transaction.atomic():
        excuses = _lock_excuses([statement.enrolment_id])
        Roll.objects.select_for_update(of=("self",)).get(pk=statement.roll_id)
        seen = Statement.objects.filter(roll=statement.roll_id, enrolment=statement.enrolment_id)
        row = Statement(
            key=uuid4(), roll_id=statement.roll_id, enrolment_id=statement.enrolment_id, on=statement.on, value=value,
            minutes=minutes, rank=rank, stated_at=timezone.now(), reason=reason, by=_actor(by),
            after=sorted(str(key) for key in seen.values_list("key", flat=True)),
        )  # fmt: skip
        _keep([row], excuses)
        journal(statement.enrolment, "correct_roll", by=by, on=str(row.on), value=value, reason=reason)
    return row
