"""Taking statements from phones, correcting, excusing, warning. Nothing told is ever changed or lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from takwin.admissions.rules import check_file
from takwin.core.changes import change, create, journal
from takwin.core.dates import parse_day
from takwin.core.errors import Refused, RefusedCells
from takwin.core.refs import new_ref
from takwin.training.choices import ExcuseState, Presence, TrainingReason
from takwin.training.models import Course, Enrolment, Excuse, Member, Roll, SetAside, Statement
from takwin.training.rules.attendance import Said, believable, check_words, standing
from takwin.training.rules.lives import EXCUSE
from takwin.training.rules.weeks import HOURS, LONGEST
from takwin.training.services.alerts import warn

MOST = 2_000  # statements a batch
AHEAD = timedelta(days=1)  # a roll may be opened the evening before, in another time zone
LONG = 60  # days an excuse may last
OFFICE, TEACHER = 1, 0


def sync(batch: Any, *, by: Any, may: Any) -> dict[str, dict[str, str]]:
    """Take a batch of statements from a phone; what became of each, by its key.

    `batch` is a list of {key, course, on, hour, length, trainee, value, minutes?, told_at?, after?, device?}; `may`
    is a predicate (course, day) -> bool: whether `by` may call that roll. The answer says `kept`, `known` (told
    before) or `refused` with its reason; what is refused is set aside whole. The state after any order, repetition
    or splitting of batches is the same; a key names one statement for ever. Refused as a whole: what is not a list
    of at most 2,000 statements.
    """
    if not isinstance(batch, list) or not all(isinstance(one, dict) for one in batch):
        raise Refused(TrainingReason.BAD_BATCH, why="[{…}, …]")
    if len(batch) > MOST:
        raise Refused(TrainingReason.BAD_BATCH, why=f"> {MOST}")
    answers: dict[str, dict[str, str]] = {}
    with transaction.atomic():
        reader = _Reader(batch, may)
        good: dict[str, dict[str, Any]] = {}
        for told in batch:
            key = str(told.get("key", ""))[:60]
            try:
                good.setdefault(key, reader.read(told))
            except Refused as refusal:
                answers[key] = {"state": "refused", "why": str(refusal)}
                _set_aside(key, told, refusal, reader.centre(told), by)
        known = {str(key) for key in Statement.objects.filter(key__in=list(good)).values_list("key", flat=True)}
        fresh = {key: values for key, values in good.items() if key not in known}
        rolls = _rolls(fresh.values(), by)
        rows = [Statement(roll=rolls[values.pop("at")], by=_who(by), **values) for values in fresh.values()]
        _keep(rows)
        answers |= {key: {"state": "known" if key in known else "kept"} for key in good}
    return answers


def call_roll(batch: list[dict[str, Any]], refs: dict[str, str], *, by: Any, may: Any) -> None:
    """Keep one roll told as a plain form, all of it or nothing; `refs`: the trainee of each key.

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
                    f"value-{ref}": Refused(TrainingReason.IMPOSSIBLE, where=names.get(ref, ref), why=why.rstrip("."))
                    for ref, why in wrong.items()
                }
            )


class _Reader:
    """Checks the statements of a batch with a constant number of queries."""

    def __init__(self, batch: list[dict[str, Any]], may: Any) -> None:
        self.may, self.today = may, timezone.localdate()
        self.courses = {
            row.ref: row
            for row in Course.objects.filter(ref__in={str(one.get("course")) for one in batch}).select_related(
                "group__centre", "group__season", "module", "trainer"
            )
        }
        people = {str(one.get("trainee")) for one in batch}
        self.people = dict(Enrolment.objects.filter(ref__in=people).values_list("ref", "pk"))
        self.stays: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
        for row in Member.objects.filter(enrolment__in=self.people.values()):
            self.stays[row.enrolment_id, row.group_id].append((row.since_on, row.until_on))

    def centre(self, told: dict[str, Any]) -> Any:
        course = self.courses.get(str(told.get("course")))
        return course.group.centre if course else None

    def read(self, told: dict[str, Any]) -> dict[str, Any]:
        """The fields of a statement. Refused with the first thing that cannot be."""
        key = _uuid(told.get("key"))
        course = self.courses.get(str(told.get("course")))
        if course is None:
            raise Refused(TrainingReason.UNKNOWN_COURSE, value=told.get("course"))
        on = _day(told.get("on"))
        group = course.group
        if on < group.starts_on:
            raise Refused(TrainingReason.BEFORE_GROUP, group=group, day=group.starts_on, on=on)
        if on > group.ends_on:
            raise Refused(TrainingReason.AFTER_GROUP, group=group, day=group.ends_on, on=on)
        if on > self.today + AHEAD:
            raise Refused(TrainingReason.FUTURE, on=on)
        hour, length = _whole(told.get("hour"), 0, HOURS - 1), _whole(told.get("length"), 1, LONGEST)
        person = self.people.get(str(told.get("trainee")))
        stays = self.stays.get((person, group.pk), []) if person else []
        if not any(since <= on and (until is None or on <= until) for since, until in stays):
            raise Refused(TrainingReason.NOT_IN_GROUP, group=group, on=on)
        if not self.may(course, on):
            raise Refused(TrainingReason.NOT_YOUR_ROLL)
        value = str(told.get("value"))
        minutes = check_words(value, _whole(told.get("minutes") or 0, 0, 100_000))
        after = told.get("after") or []
        if not isinstance(after, list):
            raise Refused(TrainingReason.BAD_BATCH, why="after")
        return {
            "key": key, "at": (course.pk, on, hour, length), "enrolment_id": person, "on": on, "value": value,
            "minutes": minutes, "told_at": believable(_moment(told.get("told_at")), on), "rank": TEACHER,
            "after": sorted({str(_uuid(one)) for one in after}), "device": str(told.get("device", ""))[:40],
        }  # fmt: skip


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
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _whole(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refused(TrainingReason.BAD_BATCH, why=f"“{str(value)[:20]}”: {low}–{high}")
    return value


def _who(by: Any) -> Any:
    return by if getattr(by, "pk", None) else None


def _set_aside(key: str, told: dict[str, Any], refusal: Refused, centre: Any, by: Any) -> None:
    """Once for each key; one without a key keeps a new one."""
    facts = {"payload": told, "reason": str(refusal)[:300], "centre": centre, "by": _who(by)}
    SetAside.objects.get_or_create(key=key or str(uuid4()), defaults=facts)


def _rolls(values: Iterable[dict[str, Any]], by: Any) -> dict[tuple[Any, ...], Roll]:
    """The rolls that statements speak of, made where they are not there yet. Keyed by (course, day, hour, length)."""
    wanted = {one["at"] for one in values}
    if not wanted:
        return {}
    Roll.objects.bulk_create(
        [
            Roll(course_id=course, on=on, hour=hour, length=length, taken_by=_who(by))
            for course, on, hour, length in sorted(wanted)
        ],
        ignore_conflicts=True,
    )
    where = Q(course__in={one[0] for one in wanted}, on__in={one[1] for one in wanted})
    # Locked in one order: two phones that tell of the same rolls wait for each other instead of deadlocking.
    rows = Roll.objects.select_for_update(of=("self",)).filter(where).order_by("pk")
    found = {(row.course_id, row.on, row.hour): row for row in rows}
    longer = []
    for one in wanted:
        row = found[one[:3]]
        # Two phones that tell two lengths: the longer counts, whichever came first.
        if one[3] > row.length:
            row.length = one[3]
            longer.append(row)
    Roll.objects.bulk_update(longer, ["length"])
    return {one: found[one[:3]] for one in wanted}


def _keep(rows: list[Statement]) -> None:
    """Insert statements, decide anew what stands where they speak, and warn those who reached a threshold."""
    if not rows:
        return
    Statement.objects.bulk_create(rows, batch_size=1_000)
    touched = {(row.roll_id, row.enrolment_id) for row in rows}
    all_of: dict[tuple[int, int], list[Statement]] = defaultdict(list)
    for row in Statement.objects.filter(roll__in={one[0] for one in touched}):
        if (row.roll_id, row.enrolment_id) in touched:
            all_of[row.roll_id, row.enrolment_id].append(row)
    falls: list[Statement] = []
    rises: list[Statement] = []
    for told in all_of.values():
        now = standing(
            Said(str(row.key), row.value, row.minutes, row.told_at, row.rank, frozenset(row.after)) for row in told
        )
        for row in told:
            stands = now is not None and str(row.key) == now.stands.key
            contested = stands and now is not None and bool(now.against)
            if (row.stands, row.contested) != (stands, contested):
                (rises if stands else falls).append(row)
                row.stands, row.contested = stands, contested
    # First those that fall: at no moment do two stand.
    for moved in (falls, rises):
        Statement.objects.bulk_update(moved, ["stands", "contested"], batch_size=500)
    warn({row.enrolment_id for row in rows})


def correct(
    statement: Statement, *, value: str, minutes: int = 0, why: str = "", by: Any, rank: int = OFFICE
) -> Statement:
    """Say otherwise, in sight of everything said so far: a new statement, which settles a contested one."""
    if not why.strip():
        raise Refused(TrainingReason.WHY_MISSING, "why")
    minutes = check_words(value, minutes or 0)
    with transaction.atomic():
        Roll.objects.select_for_update(of=("self",)).get(pk=statement.roll_id)
        seen = Statement.objects.filter(roll=statement.roll_id, enrolment=statement.enrolment_id)
        row = Statement(
            key=uuid4(), roll_id=statement.roll_id, enrolment_id=statement.enrolment_id, on=statement.on, value=value,
            minutes=minutes, rank=rank, told_at=timezone.now(), why=why, by=_who(by),
            after=sorted(str(key) for key in seen.values_list("key", flat=True)),
        )  # fmt: skip
        _keep([row])
        journal(statement.enrolment, "correct_roll", by=by, on=str(row.on), value=value, why=why)
    return row


def ask_excuse(
    enrolment: Enrolment, *, first_on: date, last_on: date, kind: str, words: str = "", proof: Any = None, by: Any
) -> Excuse:
    """Ask to be excused, with a photo or a PDF of the proof."""
    if last_on < first_on:
        raise Refused(TrainingReason.BAD_DATES, "last_on")
    if (last_on - first_on).days >= LONG:
        raise Refused(TrainingReason.LONG_EXCUSE, "last_on", limit=LONG)
    if not proof:
        raise Refused(TrainingReason.PROOF_MISSING, "proof")
    proof.name = _safe_name(proof)
    row = Excuse(enrolment=enrolment, first_on=first_on, last_on=last_on, kind=kind, words=words, proof=proof)
    return create(row, "ask_excuse", by=by)


def _safe_name(proof: Any) -> str:
    """The stored name is ours; the content must be what the kind says."""
    try:
        kind = check_file(proof.name, proof.size, proof.read(16))
    except Refused as refusal:
        raise Refused(refusal.reason, "proof", **refusal.facts) from None
    proof.seek(0)
    return f"{new_ref('EXC')}.{kind.rpartition('/')[2]}"


def read_proof(excuse: Excuse, *, by: Any) -> None:
    """Note that someone read a proof: it may tell of an illness."""
    journal(excuse, "read_document", by=by)


def answer_excuse(excuse: Excuse, *, accept: bool, answer: str = "", by: Any) -> Excuse:
    """Accept (absences of those days become excused, each by a statement of its own) or refuse, with a reason."""
    if not accept and not answer.strip():
        raise Refused(TrainingReason.WHY_MISSING, "answer")
    with transaction.atomic():
        with change(excuse, "accept_excuse" if accept else "refuse_excuse", by=by, flow=EXCUSE) as row:
            row.answer = answer
        if row.state == ExcuseState.ACCEPTED:
            missed = Statement.objects.filter(
                enrolment=row.enrolment_id, stands=True, value=Presence.ABSENT, on__range=(row.first_on, row.last_on)
            )
            for one in missed.select_related("enrolment"):
                correct(one, value=Presence.EXCUSED, why=f"{row.get_kind_display()} {row.ref}", by=by)
    return row
