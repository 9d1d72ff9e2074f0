"""What the clock took away, row by row, and how two people give it back: the clock or a date may have been wrong.

A step notes the rows it changes in a batch (`take_rows`, `note_rows`). Its `Undo` says which of them still stand as
the step left them, which of them the clock of now would take again at once, and the move that gives one back. Whoever
may act on the clock asks, somebody else accepts; rows are then tried one by one, in chunks, and those that moved on
since are left alone and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from takwin.core import clock
from takwin.core.changes import change, create, journal
from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.core.models import ClockBatch, ClockRow, Entry, GivingBack
from takwin.core.second_person import RequestState, SecondPersonReason, request_flow

log = structlog.get_logger("takwin.clock")
CAPABILITY = "running.act"
CHUNK = 500  # rows tried by one press or one run of the clock: some seconds
GIVING_BACK = request_flow("give_back")


class UndoReason(Reasons):
    """Why what the clock took is not given back."""

    LATE = "undo_late", _("The time to give this back is over.")
    NOTHING = "undo_nothing", _("Nothing of this can be given back: it moved on, or would be taken again at once.")
    ASKED = "undo_asked", _("Giving this back is asked for already.")


@dataclass(frozen=True, slots=True)
class Undo:
    """How the rows of a step are given back. `still`: those that stand as the step left them. `due`: those that the
    clock of now would take again. `give_back(row, before=…, reason=…, by=…)`: the move; it refuses what moved on.
    `within`: after the time the step believed. `words`: what follows, in a sentence."""

    model: type[models.Model]
    still: Callable[[QuerySet[Any]], QuerySet[Any]]
    due: Callable[[], Q]
    give_back: Callable[..., Any]
    words: Promise
    within: timedelta = timedelta(days=14)

    def ready(self, keys: Any) -> QuerySet[Any]:
        """Of these keys, the rows that can be given back now."""
        return self.still(self.model._default_manager.filter(pk__in=keys)).exclude(self.due())


def note_rows(step: str, rows: Iterable[tuple[int, str]], *, about: str = "") -> None:
    """Keep (key, state before) of each row that a step changed, in the transaction that changed them."""
    found = list(rows)
    if found:
        batch = _open_batch(step, about)
        ClockRow.objects.bulk_create(
            [ClockRow(batch=batch, row=key, before=was) for key, was in found], batch_size=500
        )
        ClockBatch.objects.filter(pk=batch.pk).update(count=len(found))


def note_count(step: str, count: int, *, about: str) -> None:
    """Keep only how many a step took, where another page keeps the rows and gives them back."""
    if count:
        ClockBatch.objects.filter(pk=_open_batch(step, about).pk).update(count=count)


def _open_batch(step: str, about: str = "") -> ClockBatch:
    now, database = timezone.now(), clock.database_now()
    return ClockBatch.objects.create(step=step, about=about, believed_at=now, database_at=database)


def take_rows(step: str, due: QuerySet[Any], verb: str, flow: Flow) -> int:
    """Move every row that is due, each in its own transaction, and note it; how many. A row that somebody moved
    meanwhile, or that is refused, is left and stops no other."""
    batch, count = None, 0
    for key in list(due.order_by("pk").values_list("pk", flat=True)):
        batch = batch or _open_batch(step)
        try:
            with transaction.atomic():
                row = due.select_for_update(of=("self",)).filter(pk=key).first()
                if row is None:
                    continue
                before = getattr(row, flow.field)
                with change(row, verb, by=None, flow=flow, batch=batch.ref):
                    ClockRow.objects.create(batch=batch, row=key, before=before)
                ClockBatch.objects.filter(pk=batch.pk).update(count=models.F("count") + 1)
                count += 1
        except Refused:
            continue
        except ValidationError as failure:  # a row of before that would be refused today: it stops no other
            log.warning("row not taken", step=step, key=key, fields=sorted(getattr(failure, "error_dict", ())))
    return count


@dataclass(frozen=True, slots=True)
class Plan:
    """What giving a batch back would do now, in rows. `due`: the clock of now would take them again at once."""

    ready: int
    due: int
    moved: int
    given: int
    until: datetime

    @property
    def left(self) -> int:
        return self.due + self.moved


def last_by_clock(rows: QuerySet[Any], verb: str, ref: Any = None) -> QuerySet[Any]:
    """Of these rows those whose last `verb` in the journal is nobody's. Somebody may have undone what the clock did,
    and have done the same since: that is theirs, and stays. `ref`: the reference in the journal, when no column."""
    moves = Entry.objects.filter(ref=OuterRef("ref") if ref is None else ref, verb=verb)
    return rows.annotate(hand=Subquery(moves.order_by("-pk").values("by")[:1])).filter(hand__isnull=True)


def until(batch: ClockBatch, undo: Undo) -> datetime:
    """The end of the time in which a batch can be given back, by the later of the two clocks it was taken by."""
    return max(batch.believed_at, batch.database_at) + undo.within


def _taken(batch: ClockBatch) -> QuerySet[ClockRow]:
    """The rows of a batch that are neither given back nor taken again by a later run."""
    later = ClockRow.objects.filter(row=OuterRef("row"), batch__step=batch.step, pk__gt=OuterRef("pk"))
    return batch.rows.filter(~Exists(later), given_back=False)


def plan_undo(batch: ClockBatch, undo: Undo) -> Plan:
    """Counts for the page; three queries, however many rows."""
    keys = _taken(batch).values("row")
    still = undo.still(undo.model._default_manager.filter(pk__in=keys))
    ready, standing = still.exclude(undo.due()).count(), still.count()
    given = batch.rows.filter(given_back=True).count()
    return Plan(ready, standing - ready, batch.count - standing - given, given, until(batch, undo))


def _check(batch: ClockBatch, undo: Undo) -> Plan:
    plan = plan_undo(batch, undo)
    if timezone.now() > plan.until:
        raise Refused(UndoReason.LATE)
    if not plan.ready:
        raise Refused(UndoReason.NOTHING)
    return plan


def ask_give_back(batch: ClockBatch, *, undo: Undo, reason: str, by: Any) -> GivingBack:
    """The first person asks. Refused: late, nothing to give back, asked already."""
    with transaction.atomic():
        locked = ClockBatch.objects.select_for_update().get(pk=batch.pk)
        plan = _check(locked, undo)
        row = GivingBack(batch=locked, reason=reason, asked_by=by)
        try:
            with transaction.atomic():
                return create(row, "ask_give_back", by=by, batch=locked.ref, rows=plan.ready, reason=reason)
        except IntegrityError:
            raise Refused(UndoReason.ASKED) from None


def accept_give_back(request: GivingBack, *, undo: Undo, by: Any) -> GivingBack:
    """The second person: a first chunk is given back at once, the rest by the clock, some hundred a run."""
    with change(request, "accept_give_back", by=by, flow=GIVING_BACK) as fresh:
        batch = ClockBatch.objects.select_for_update().get(pk=fresh.batch_id)
        if not fresh.asked_by.scope(CAPABILITY).everywhere:
            raise Refused(SecondPersonReason.ASKED_LOST_RIGHT)
        fresh.decide(by)
        _check(batch, undo)
    give_chunk(fresh, undo)
    return GivingBack.objects.get(pk=fresh.pk)


def refuse_give_back(request: GivingBack, *, by: Any) -> GivingBack:
    """The second person: nothing is given back."""
    with change(request, "refuse_give_back", by=by, flow=GIVING_BACK) as fresh:
        fresh.decide(by)
    return fresh


def recall_give_back(request: GivingBack, *, by: Any) -> GivingBack:
    """Whoever asked takes it back."""
    with change(request, "recall_give_back", by=by, flow=GIVING_BACK) as fresh:
        if fresh.asked_by_id != by.pk:
            raise Refused(SecondPersonReason.NOT_YOURS)
    return fresh


def give_chunk(request: GivingBack, undo: Undo, limit: int = CHUNK) -> int:
    """Try the next rows of an accepted request, each in its own transaction; how many were given back. Ends the
    request after the last."""
    waiting = request.batch.rows.filter(given_back=False).exclude(tried=request.pk).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[: limit + 1])
    given = sum(_give_row(key, request, undo) for key in keys[:limit])
    if len(keys) <= limit:
        _finish(request)
    return given


def _give_row(key: int, request: GivingBack, undo: Undo) -> int:
    """One row, locked: given back once, however many processes try."""
    with transaction.atomic():
        kept = ClockRow.objects.select_for_update().get(pk=key)
        if kept.given_back or kept.tried_id == request.pk:
            return 0
        kept.tried = request
        row = undo.ready(_taken(request.batch).filter(pk=key).values("row")).first()
        if row is not None:
            try:
                with transaction.atomic():
                    undo.give_back(row, before=kept.before, reason=request.reason, by=request.decided_by)
                kept.given_back = True
            except (Refused, ValidationError, IntegrityError):
                pass  # it moved on meanwhile, or would be refused today: left alone, counted
        kept.save(update_fields=["tried", "given_back"])
    return int(kept.given_back)


def _finish(request: GivingBack) -> None:
    with transaction.atomic():
        fresh = GivingBack.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if fresh.ended_at is not None:
            return
        tried = ClockRow.objects.filter(tried=fresh)
        fresh.restored, fresh.left_alone = (
            tried.filter(given_back=True).count(),
            tried.filter(given_back=False).count(),
        )
        fresh.ended_at = timezone.now()
        fresh.save(update_fields=["restored", "left_alone", "ended_at"])
        journal(fresh, "finish_give_back", by=fresh.decided_by, restored=fresh.restored, left=fresh.left_alone)


def go_on(undos: dict[str, Undo]) -> int:
    """Give back more of what two people decided; how many rows. Called by the clock."""
    accepted = GivingBack.objects.filter(state=RequestState.ACCEPTED, ended_at__isnull=True).order_by("pk")
    rows = accepted.filter(batch__step__in=undos).select_related("batch", "decided_by")
    return sum(give_chunk(row, undos[row.batch.step]) for row in rows)
