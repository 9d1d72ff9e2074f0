"""Enrolling those who accepted a seat; pausing, leaving, coming back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from takwin.admissions.choices import ApplicationState
from takwin.admissions.models import SEATED, Application
from takwin.centres.choices import CentreStatus
from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season
from takwin.people import services as people
from takwin.people.models import Person
from takwin.training.choices import OPEN_STATES, EnrolmentState, Leaving, TrainingReason, VersionState
from takwin.training.models import Enrolment, Group, Member, Stay, Version
from takwin.training.rules.flows import ENROLMENT

CHUNK = 2_000
WHY = "training"


def in_force(programme: Any) -> Version:
    """The version newcomers are enrolled on; Refused when there is none."""
    row = Version.objects.filter(programme=programme, state=VersionState.CURRENT).first()
    if row is None:
        raise Refused(TrainingReason.NO_VERSION, programme=programme)
    return row


def enrol_accepted(season: Season, *, centre: Centre | None = None, by: Any = None) -> dict[str, Any]:
    """Enrol everyone who confirmed a seat and is not enrolled yet: of a centre, or of the nation.

    Pulled in chunks, each its own transaction: a second call, or two at once, enrol nobody twice. Returns how many
    were `made`, and the programmes `without` a curriculum in force, whose people wait.
    """
    versions = dict(Version.objects.filter(state=VersionState.CURRENT).values_list("programme_id", "pk"))
    waiting = Application.objects.filter(season=season, state=ApplicationState.CONFIRMED, enrolment__isnull=True)
    if centre is not None:
        waiting = waiting.filter(seat__offering__centre=centre)
    waiting = waiting.exclude(seat__offering__centre__status=CentreStatus.CLOSED)
    without = set(
        waiting.exclude(seat__offering__programme__in=versions).values_list(
            "seat__offering__programme__code", flat=True
        )
    )
    waiting = waiting.filter(seat__offering__programme__in=versions).exclude(person__enrolments__state__in=OPEN_STATES)
    made = 0
    while (enrolled := _chunk(waiting, versions)) is not None:
        made += enrolled
    if made:
        journal(centre or season, "enrol_accepted", by=by, made=made, season=season.code)
    return {"made": made, "without": sorted(without)}


def _chunk(waiting: Any, versions: dict[int, int]) -> int | None:
    """Enrol the next ones; how many, or None when nobody waits."""
    today = timezone.localdate()
    with transaction.atomic():
        # The applications are locked. Of two registrars who press together the second waits here, then must look
        # again: what it read before the lock is what was true before.
        locked = list(waiting.select_for_update(of=("self",)).select_related("seat__offering").order_by("pk")[:CHUNK])
        if not locked:
            return None
        still = set(waiting.filter(pk__in=[row.pk for row in locked]).values_list("pk", flat=True))
        rows = [row for row in locked if row.pk in still]
        Enrolment.objects.bulk_create([_newcomer(row, versions, today) for row in rows])
        people.freeze(row.person_id for row in rows)
        people.follow_all(((row.person_id, row.seat.offering.centre_id) for row in rows), WHY)
    return len(rows)


def _newcomer(row: Application, versions: dict[int, int], today: date) -> Enrolment:
    assert row.seat is not None  # a confirmed application has its seat: the database says so
    offering = row.seat.offering
    return Enrolment(
        person_id=row.person_id, version_id=versions[offering.programme_id], centre_id=offering.centre_id,
        mode_id=offering.mode_id, season_id=row.season_id, application=row, since_on=today,
        with_bed=row.seat.with_bed, simulated=row.simulated,
    )  # fmt: skip


def enrol(
    person: Person, *, programme: Any, centre: Centre, mode: Any, season: Season, year: int = 1, by: Any = None
) -> Enrolment:
    """Enrol one person who came another way: prison, contracted centre, evening, continuing training."""
    row = Enrolment(
        person=person, version=in_force(programme), centre=centre, mode=mode, season=season, year=year,
        since_on=timezone.localdate(), simulated=person.simulated,
    )  # fmt: skip
    try:
        with working(centre):
            create(row, "enrol", by=by)
            people.follow(person, centre, WHY)
            people.freeze([person.pk])
    except IntegrityError:
        open_one = person.enrolments.filter(state__in=OPEN_STATES).first()
        raise Refused(TrainingReason.ENROLLED_ELSEWHERE, ref=open_one.ref if open_one else "") from None
    return row


def _mover(verb: str, leaves: bool) -> Callable[..., Enrolment]:
    def move(
        enrolment: Enrolment, *, on: date | None = None, leaving: str = Leaving.NONE, words: str = "", by: Any
    ) -> Enrolment:
        on = on or timezone.localdate()
        there = () if leaves or verb == "complete" else (enrolment.centre_id,)
        with working(*there), change(enrolment, verb, by=by, flow=ENROLMENT, on=str(on)) as row:
            check_day(row, on)
            if leaves and not leaving:
                raise Refused(TrainingReason.WHY_MISSING, "leaving")
            row.leaving, row.words, row.since_on = (leaving, words, on) if leaves else (Leaving.NONE, "", on)
            if ENROLMENT.target(verb, row.state) != EnrolmentState.ENROLLED:
                leave_group(row, on)
                Stay.objects.filter(enrolment=row, until_on__isnull=True).update(
                    until_on=Greatest("since_on", Value(on))
                )
        return row

    return move


def check_day(row: Enrolment, on: date) -> None:
    """A move is dated: not in the future, not before the one before it."""
    if on > timezone.localdate():
        raise Refused(TrainingReason.FUTURE, "on", on=on)
    if on < row.since_on:
        raise Refused(TrainingReason.BEFORE_LAST, "on", day=row.since_on)


def leave_group(row: Enrolment, on: date) -> None:
    """End the present membership and give its place back."""
    for member in Member.objects.filter(enrolment=row, until_on__isnull=True):
        group = Group.objects.select_for_update(of=("self",)).get(pk=member.group_id)
        member.until_on = max(on, member.since_on)
        member.save(update_fields=["until_on"])
        group.taken -= 1
        group.save(update_fields=["taken"])


defer = _mover("defer", leaves=True)
interrupt = _mover("interrupt", leaves=True)
abandon = _mover("abandon", leaves=True)
return_ = _mover("return_", leaves=False)
complete = _mover("complete", leaves=False)
reopen = _mover("reopen", leaves=False)


def finish_all(enrolments: Iterable[Enrolment], *, on: date, by: Any = None) -> int:
    """Many finish at once, by a jury: those still in training leave group and bed on a day; how many.

    A day before somebody's last move becomes the day of that move.
    """
    with transaction.atomic():
        rows = Enrolment.objects.select_for_update(of=("self",)).filter(
            pk__in=[row.pk for row in enrolments], state=EnrolmentState.ENROLLED
        )
        people = list(rows)
        members = Member.objects.filter(enrolment__in=people, until_on__isnull=True)
        groups = Counter(members.values_list("group_id", flat=True))
        for group in Group.objects.select_for_update(of=("self",)).filter(pk__in=groups).order_by("pk"):
            Group.objects.filter(pk=group.pk).update(taken=F("taken") - groups[group.pk])
        members.update(until_on=Greatest("since_on", Value(on)))
        Stay.objects.filter(enrolment__in=people, until_on__isnull=True).update(
            until_on=Greatest("since_on", Value(on))
        )
        Enrolment.objects.filter(pk__in=[row.pk for row in people]).update(
            state=EnrolmentState.FINISHED, since_on=Greatest("since_on", Value(on))
        )
        for row in people:
            journal(row, "complete", by=by, on=str(on))
    return len(people)


def set_guardian(enrolment: Enrolment, *, guardian_name: str, guardian_phone: str, by: Any) -> Enrolment:
    """Whom to warn about a minor."""
    with change(enrolment, "set_guardian", by=by) as row:
        row.guardian_name, row.guardian_phone = guardian_name, guardian_phone
    return row


def centre_closes(*, centre: Centre, **_named: Any) -> None:
    """Refused while somebody is in training there, or has a seat of this season and is to come: they finish, leave,
    decline or are transferred first."""
    present = Enrolment.objects.filter(centre=centre, state__in=OPEN_STATES).count()
    if present:
        raise Refused(TrainingReason.CENTRE_HAS_TRAINEES, "status", count=present)
    seated = Application.objects.filter(
        season__state=SeasonState.ALLOCATED, state__in=SEATED, seat__offering__centre=centre, enrolment__isnull=True
    ).count()
    if seated:
        raise Refused(TrainingReason.CENTRE_HAS_SEATS, "status", count=seated)
