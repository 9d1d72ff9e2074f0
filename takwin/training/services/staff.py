"""Trainers, rooms, and when they are away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.training.choices import RoomKind, TrainerStatus, TrainingReason
from takwin.training.models import Absence, Posting, Room, Trainer, Unavailability
from takwin.training.rules.flows import POST
from takwin.training.rules.weeks import SLOTS
from takwin.training.services.courses import check_trainer


def add_trainer(
    *,
    centre: Centre,
    name: str,
    status: str = TrainerStatus.PERMANENT,
    weekly: int = 26,
    teaches: Iterable[Any] = (),
    account: Any = None,
    by: Any = None,
    simulated: bool = False,
) -> Trainer:
    """A trainer whose home is a centre."""
    with working(centre):
        row = Trainer(name=name, status=status, weekly=weekly, account=account, simulated=simulated)
        create(row, "add_trainer", by=by, centre=centre.code)
        Posting.objects.create(trainer=row, centre=centre, home=True)
        row.teaches.set(teaches)
    return row


def change_trainer(
    trainer: Trainer, *, name: str, status: str, weekly: int, teaches: Iterable[Any] | None = None, by: Any
) -> Trainer:
    with change(trainer, "correct", by=by) as row:
        row.name, row.status, row.weekly = name, status, weekly
        if teaches is not None:
            row.teaches.set(teaches)
    return row


def share(trainer: Trainer, *, centre: Centre, by: Any) -> Posting:
    """Let a trainer work at another centre too. Idempotent."""
    with working(centre):
        row, made = Posting.objects.get_or_create(trainer=trainer, centre=centre)
        if made:
            journal(trainer, "share", by=by, centre=centre.code)
    return row


def leave(trainer: Trainer, *, by: Any) -> Trainer:
    with change(trainer, "leave", by=by, flow=POST) as row:
        pass
    return row


def come_back(trainer: Trainer, *, by: Any) -> Trainer:
    """Someone who left, or was marked so by mistake, works here again."""
    with change(trainer, "come_back", by=by, flow=POST) as row:
        pass
    return row


def add_room(
    *,
    centre: Centre,
    name: str,
    kind: str = RoomKind.CLASSROOM,
    capacity: int = 25,
    equipment: str = "",
    site: int = 0,
    by: Any = None,
    simulated: bool = False,
) -> Room:
    row = Room(
        centre=centre, name=name, kind=kind, capacity=capacity, equipment=equipment, site=site, simulated=simulated
    )
    with working(centre):
        return create(row, "add_room", by=by)


def change_room(
    room: Room, *, name: str, kind: str, capacity: int, equipment: str = "", site: int = 0, by: Any
) -> Room:
    with change(room, "correct", by=by) as row:
        row.name, row.kind, row.capacity, row.equipment, row.site = name, kind, capacity, equipment, site
    return row


def close_slots(row: Trainer | Room, *, slots: Iterable[int], by: Any) -> None:
    """Replace the slots of the week when a trainer or a room is never there."""
    owner = {"trainer": row} if isinstance(row, Trainer) else {"room": row}
    with transaction.atomic():
        wanted = {slot for slot in slots if 0 <= slot < SLOTS}
        had = set(Unavailability.objects.filter(**owner).values_list("slot", flat=True))
        Unavailability.objects.filter(**owner, slot__in=had - wanted).delete()
        Unavailability.objects.bulk_create([Unavailability(slot=slot, **owner) for slot in sorted(wanted - had)])
        if wanted != had:
            journal(row, "close_slots", by=by, slots=sorted(wanted))


def announce_absence(
    trainer: Trainer, *, first_on: date, last_on: date, reason: str = "", substitute: Trainer | None = None, by: Any
) -> Absence:
    """Days away. A substitute may call the rolls of those days. Refused: the last day before the first, a substitute
    who left, works at none of the trainer's centres, or whose account may not teach there."""
    if last_on < first_on:
        raise Refused(TrainingReason.BAD_DATES, "last_on")
    if substitute and substitute.pk == trainer.pk:
        substitute = None
    if substitute:
        shared = trainer.centres.filter(pk__in=substitute.centres.values("pk")).select_related("area").first()
        home = shared or trainer.centres.select_related("area").first()
        check_trainer(substitute, home, "substitute")
    row = Absence(trainer=trainer, first_on=first_on, last_on=last_on, reason=reason, substitute=substitute)
    return create(row, "announce_absence", by=by, trainer=trainer.ref)


def end_absence(absence: Absence, *, last_on: date, by: Any) -> Absence:
    """The trainer is back sooner."""
    if last_on < absence.first_on:
        raise Refused(TrainingReason.BAD_DATES, "last_on")
    with change(absence, "end", by=by) as row:
        row.last_on = last_on
    return row
