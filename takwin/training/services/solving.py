"""Calculating a week: outside any transaction, watched, stoppable; then written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.engines import timetabling as engine
from takwin.engines.timetabling.conflicts import explain
from takwin.training.choices import TrainingReason
from takwin.training.models import Absence, Timetable
from takwin.training.services import engine_adapter
from takwin.training.services.editions import has_edition, placed_on, propose_change
from takwin.training.services.timetables import draft_only, refresh

Progress = Callable[[int, str], None]
POLL = 0.5  # seconds between two looks
POINTS = 60  # of the trace that is kept
STAY = 8  # what leaving an hour costs in a repair, against the wishes
EXPLAIN_SECONDS = 15.0


def solve_timetable(
    timetable: Timetable,
    *,
    seconds: float | None = None,
    steps: int | None = None,
    threads: int = 1,
    around: Iterable[Absence] = (),
    repair: bool = False,
    by: Any = None,
    progress: Progress = lambda _percent, _step: None,
) -> Timetable:
    """Fill the week, or repair it around absences moving little; writes what was found and why the rest has no place.

    A full calculation wants a draft. A repair of a week that was published changes nothing: it proposes a week for the
    days of the absence, which waits to be confirmed. With `steps` the same rows give the same week. Refused: nothing
    to teach; a session or a slot reservation changed meanwhile; a repair around an absence that is over.
    """
    timetable = Timetable.objects.select_related("term__season").get(pk=timetable.pk)
    if not repair:
        draft_only(timetable)
    Timetable.objects.filter(pk=timetable.pk).update(stopping=False)
    refresh(timetable)
    around = list(around)
    proposes = repair and bool(around) and has_edition(timetable)
    places = placed_on(timetable, max(around[0].first_on, timezone.localdate())) if proposes else None
    board = engine_adapter.board(timetable, around, places)
    if not board.events and not board.left:
        raise Refused(TrainingReason.NOTHING_TO_TEACH)
    budget = engine.MaxRuntime(seconds) if seconds is not None else engine.MaxSteps(steps or 0)
    options: dict[str, Any] = {"seed": timetable.seed, "threads": threads}
    if repair:
        options |= {"start": board.table, "stay": STAY}
    outcome, trace = _solve_watched(timetable, board.problem, budget, options, progress)
    progress(95, "explain")
    conflicts = _explain(board, outcome)
    if proposes:
        return _propose(board, around[0], outcome, conflicts, by)
    return _write(board, outcome, conflicts, trace, repair, by)


def _propose(
    board: engine_adapter.Board, absence: Absence, outcome: engine.Outcome, conflicts: list[Any], by: Any
) -> Timetable:
    """Keep what was found as a change of the days of an absence; the week itself stays as it is."""
    with transaction.atomic():
        row = Timetable.objects.select_for_update(of=("self",)).get(pk=board.row.pk)
        report = _report(board, board.table, outcome)
        for event, session in enumerate(board.events):
            start = outcome.timetable.start[event]
            session.slot = start if start >= 0 else None
            session.room = board.rooms[outcome.timetable.rooms[event][0]] if start >= 0 else None
        propose_change(row, absence, [*board.events, *board.left], by=by)
        row.report, row.conflicts, row.stopping = report, conflicts, False
        row.save(update_fields=["report", "conflicts", "stopping"])
        journal(row, "solve", by=by, **{name: report[name] for name in ("placed", "unplaced", "moved", "cost")})
    return row


def _write(
    board: engine_adapter.Board, outcome: engine.Outcome, conflicts: list[Any], trace: list[Any], repair: bool, by: Any
) -> Timetable:
    """Everything in one transaction. Refused when sessions, or reservations of another centre, changed meanwhile."""
    with transaction.atomic():
        row = Timetable.objects.select_for_update(of=("self",)).get(pk=board.row.pk)
        if not repair:
            draft_only(row)
        same = list(row.sessions.order_by("pk").values_list("pk", flat=True))
        if same != sorted(session.pk for session in (*board.events, *board.left)):
            raise Refused(TrainingReason.BUSY)
        before = board.table
        try:
            with transaction.atomic():
                engine_adapter.write(board, outcome.timetable)
        except IntegrityError:
            raise Refused(TrainingReason.BUSY) from None
        row.report = _report(board, before, outcome)
        row.conflicts, row.trace, row.solved_at, row.stopping = conflicts, trace, timezone.now(), False
        row.save()
        journal(row, "solve", by=by, **{name: row.report[name] for name in ("placed", "unplaced", "moved", "cost")})
    return row


def _solve_watched(
    timetable: Timetable,
    problem: engine.Problem,
    budget: engine.StoppingRule,
    options: dict[str, Any],
    progress: Progress,
) -> tuple[engine.Outcome, list[list[float]]]:
    """Run the engine in a thread of its own: it never waits for the database, and the database is asked here alone."""
    last: list[engine.Progress] = []
    asked = Event()

    def hear(now: engine.Progress) -> bool:
        last[:] = [now]
        return asked.is_set()

    trace: list[list[float]] = []
    with ThreadPoolExecutor(1) as pool:
        future: Future[engine.Outcome] = pool.submit(engine.solve, problem, engine.FirstOf(budget, hear), **options)
        while not wait([future], POLL).done:
            if Timetable.objects.filter(pk=timetable.pk, stopping=True).exists():
                asked.set()
            if last:
                now = last[0]
                trace.append([round(now.seconds, 1), now.broken, max(now.cost, 0)])
                progress(int(now.share * 90), f"{now.broken} {max(now.cost, 0)}")
        outcome = future.result()
    trace.append([round(outcome.seconds, 1), len(outcome.unplaced), outcome.faults.cost])
    return outcome, trace[:: -(-len(trace) // POINTS)]


def _explain(board: engine_adapter.Board, outcome: engine.Outcome) -> list[dict[str, Any]]:
    """Causes of sessions without a place: rooms that do not exist, then a smallest contradiction among the rest."""
    causes: list[dict[str, Any]] = [
        {
            "cause": "no_room", "parties": [row.course.group.name], "rooms": [row.course.module.room_kind],
            "sessions": [f"{row.course.module.label} · {row.course.group.name}"],
            "wanted": row.course.group.taken, "there": 0,
        }
        for row in board.left
    ]  # fmt: skip
    if outcome.unplaced:
        demands = explain(board.problem, outcome.unplaced, EXPLAIN_SECONDS)
        if demands:
            causes += [board.describe(row) for row in demands]
        else:
            causes.append({"cause": "fits" if demands == [] else "unknown"})
    return causes


def _report(board: engine_adapter.Board, before: engine.Timetable, outcome: engine.Outcome) -> dict[str, Any]:
    after = outcome.timetable
    stood = [event for event, slot in enumerate(before.start) if slot >= 0]
    return {
        "placed": len(board.events) - len(outcome.unplaced),
        "unplaced": len(outcome.unplaced) + len(board.left),
        "hours": sum(row.length for row in board.events),
        "moved": sum(after.start[event] != before.start[event] for event in stood),
        "rooms": sum(
            after.start[event] == before.start[event] and after.rooms[event] != before.rooms[event] for event in stood
        ),
        "stood": len(stood),
        "cost": outcome.faults.cost,
        "soft": {name: cost for name, cost in sorted(outcome.faults.soft.items()) if cost},
        "seconds": round(outcome.seconds, 1),
        "first": round(outcome.first, 2) if outcome.first is not None else None,
        "steps": outcome.steps,
    }
