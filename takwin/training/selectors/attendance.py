"""Rolls to call, months of a centre, what a trainee missed, what waits for the office."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Greatest

from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.training.choices import ExcuseState, Presence
from takwin.training.models import Alert, Enrolment, Excuse, Group, Member, RejectedStatement, Roll, Statement, Term
from takwin.training.rules.attendance import at_risk
from takwin.training.selectors.weeks import Sitting

BACK = 6  # days a trainer may still call a roll of


@dataclass
class Row:
    """One trainee on a roll: the current statement, and the keys of every statement made so far."""

    enrolment: Enrolment
    value: str = ""
    minutes: int = 0
    contested: bool = False
    keys: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.value or Presence.PRESENT


@dataclass
class Sheet:
    """A sitting with the people to call."""

    sitting: Sitting
    rows: list[Row]

    @property
    def called(self) -> bool:
        return any(row.keys for row in self.rows)

    @property
    def missing(self) -> int:
        return sum(row.value == Presence.ABSENT for row in self.rows)

    @property
    def contested(self) -> int:
        return sum(row.contested for row in self.rows)


def sheets(sittings: list[Sitting]) -> list[Sheet]:
    """People and statements of some sittings, in three queries however many they are."""
    groups = {sitting.session.course.group_id for sitting in sittings}
    stays: dict[int, list[Member]] = defaultdict(list)
    for member in Member.objects.filter(group__in=groups).select_related("enrolment__person"):
        stays[member.group_id].append(member)
    said: dict[tuple[int, date, int, int], Row] = {}
    courses, days = {sitting.session.course_id for sitting in sittings}, {sitting.on for sitting in sittings}
    statements = Statement.objects.filter(roll__course__in=courses, on__in=days).select_related("roll")
    for row in statements.order_by("pk"):
        mark = (row.roll.course_id, row.on, row.roll.hour, row.enrolment_id)
        found = said.setdefault(mark, Row(row.enrolment_id))  # type: ignore[arg-type]
        found.keys.append(str(row.key))
        if row.is_current:
            found.value, found.minutes, found.contested = row.value, row.minutes, row.contested
    out = []
    for sitting in sittings:
        rows: list[Row] = []
        for member in stays[sitting.session.course.group_id]:
            if member.since_on <= sitting.on and (member.until_on is None or sitting.on <= member.until_on):
                mark = (sitting.session.course_id, sitting.on, sitting.hour, member.enrolment_id)
                line = said.get(mark) or Row(member.enrolment)
                line.enrolment = member.enrolment
                rows.append(line)
        rows.sort(key=_by_name)
        out.append(Sheet(sitting, rows))
    return out


def _by_name(row: Row) -> tuple[str, str, int]:
    return row.enrolment.person.family_name, row.enrolment.person.given_name, row.enrolment.pk


HOURS = Coalesce(Sum("roll__length"), 0)


def _hours(value: str) -> Any:
    return Coalesce(Sum("roll__length", filter=Q(value=value)), 0)


def month(centre: Centre, first: date, last: date) -> list[dict[str, Any]]:
    """Each group of a centre between two days: hours stated, missed without excuse, excused, and times late."""
    rows = (
        Statement.objects.filter(is_current=True, roll__course__group__centre=centre, roll__on__range=(first, last))
        .values("roll__course__group__ref", "roll__course__group__name")
        .annotate(held=HOURS, missed=_hours(Presence.ABSENT), excused=_hours(Presence.EXCUSED),
                  late=Count("pk", filter=Q(value=Presence.LATE)))
        .order_by("roll__course__group__name")
    )  # fmt: skip
    return [
        {"ref": row["roll__course__group__ref"], "name": row["roll__course__group__name"],
         "rate": row["missed"] / row["held"] if row["held"] else 0.0,
         **{key: row[key] for key in ("held", "missed", "excused", "late")}}
        for row in rows
    ]  # fmt: skip


def risks(centre: Centre, term: Term | None, most: int = 30) -> list[dict[str, Any]]:
    """Trainees who missed a tenth of the hours of a term, those who missed most first."""
    if term is None:
        return []
    rows = (
        Statement.objects.filter(
            is_current=True, roll__course__group__centre=centre, roll__on__range=(term.starts_on, term.ends_on)
        )
        .values("enrolment")
        .annotate(held=HOURS, missed=_hours(Presence.ABSENT))
        .filter(missed__gte=Greatest(3, F("held") / 10))
        .order_by("-missed", "enrolment")[:most]
    )
    found = [row for row in rows if at_risk(row["missed"], row["held"])]
    people = Enrolment.objects.select_related("person").in_bulk([row["enrolment"] for row in found])
    return [row | {"row": people[row["enrolment"]]} for row in found]


def of_trainee(row: Enrolment, first: date, last: date) -> dict[str, int]:
    """Hours held, missed, excused, and times late, of one trainee."""
    statements = Statement.objects.filter(enrolment=row, is_current=True, on__range=(first, last))
    return statements.aggregate(
        held=HOURS, missed=_hours(Presence.ABSENT), excused=_hours(Presence.EXCUSED),
        late=Count("pk", filter=Q(value=Presence.LATE)),
    )  # fmt: skip


def missed(row: Enrolment, most: int = 50) -> list[Statement]:
    """Everything but presence, newest first."""
    rows = Statement.objects.filter(enrolment=row, is_current=True).exclude(value=Presence.PRESENT)
    return list(rows.select_related("roll__course__module").order_by("-on", "-pk")[:most])


def alerts(row: Enrolment) -> list[Alert]:
    return list(row.alerts.select_related("term__season"))


def excuses(centre: Centre) -> list[Excuse]:
    """Requests of a centre's trainees that wait for an answer, the oldest first."""
    rows = Excuse.objects.filter(enrolment__centre=centre, state=ExcuseState.ASKED)
    return list(rows.select_related("enrolment__person").order_by("pk")[:50])


def answered_excuses(centre: Centre) -> list[Excuse]:
    """The last requests that were answered, the newest first: an answer given by mistake is opened again."""
    rows = Excuse.objects.filter(enrolment__centre=centre).exclude(state=ExcuseState.ASKED)
    return list(rows.select_related("enrolment__person").order_by("-pk")[:20])


def excuse(scope: Scope, ref: str) -> Excuse:
    return Excuse.objects.within(scope).select_related("enrolment__person").get(ref=ref)


def own_excuses(row: Enrolment) -> list[Excuse]:
    return list(row.excuses.all()[:20])


def contested(centre: Centre) -> list[Statement]:
    """Where two phones say two things."""
    rows = Statement.objects.filter(contested=True, roll__course__group__centre=centre)
    names = ("roll__course__module", "roll__course__group", "enrolment__person")
    return list(rows.select_related(*names).order_by("on")[:50])


def rejected_statements(centre: Centre) -> list[RejectedStatement]:
    return list(RejectedStatement.objects.filter(centre=centre).select_related("by")[:50])


def rolls(group: Group, most: int = 60) -> list[Roll]:
    """The last rolls of a group, with how many were missing."""
    rows = Roll.objects.filter(course__group=group).select_related("course__module", "taken_by")
    rows = rows.annotate(
        trainees=Count("statements", filter=Q(statements__is_current=True)),
        missing=Count("statements", filter=Q(statements__is_current=True, statements__value=Presence.ABSENT)),
        doubtful=Count("statements", filter=Q(statements__contested=True)),
    )
    return list(rows.order_by("-on", "hour")[:most])


def roll(scope: Scope, ref: str) -> Roll:
    return (
        Roll.objects.within(scope)
        .select_related("course__module", "course__group__centre", "course__trainer", "taken_by")
        .get(ref=ref)
    )


def statements(row: Roll) -> list[list[Statement]]:
    """The statements of a roll by trainee, the current one first."""
    of: dict[int, list[Statement]] = defaultdict(list)
    found = row.statements.select_related("enrolment__person", "by").order_by("-is_current", "pk")
    for statement in found:
        of[statement.enrolment_id].append(statement)
    return sorted(of.values(), key=lambda rows: (rows[0].enrolment.person.family_name, rows[0].enrolment_id))


def statement(row: Roll, pk: str) -> Statement:
    return row.statements.select_related("enrolment").get(key=pk, is_current=True)


def back(today: date) -> tuple[date, date]:
    return today - timedelta(days=BACK), today
