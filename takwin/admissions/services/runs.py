"""Preparing, calculating, signing, publishing a run."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language

from takwin.admissions.choices import AdmissionReason, RunKind, RunState
from takwin.admissions.models import Application, PoolResult, Run, Signature, Wish, WishResult
from takwin.admissions.rules import RUN, SIGNATURES
from takwin.admissions.services import archive, arrays, draws, lines, public_files, publication, results, shown
from takwin.admissions.services.demand import count_demand
from takwin.admissions.services.review import review
from takwin.admissions.services.rounds import round_to_run
from takwin.core.bulk import analyze
from takwin.core.changes import change, create, journal
from takwin.core.choices import JobState
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.jobs import JobReason
from takwin.core.models import Job
from takwin.engines.allocation import Result, solve
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season

PREPARED_KEPT = timedelta(days=1)  # a run prepared by hand, with no job
Progress = Callable[[int, str], None]


def _silent(_percent: int, _step: str) -> None:
    return None


def prepare(season: Season, *, trial: bool = False, by: Any) -> Run:
    """A run of the round under way. The lots of a run to publish come from the season's revealed draw; a trial run
    draws its own, so that it shows nothing of them."""
    with transaction.atomic():
        # A season opened again in another window waits here, or discards this run.
        return _prepare(Season.objects.select_for_update().get(pk=season.pk), trial, by)


def _prepare(season: Season, trial: bool, by: Any) -> Run:
    if season.state == SeasonState.ENDED:
        raise Refused(AdmissionReason.PUBLISHED_ALREADY)
    if season.state == SeasonState.OPEN:
        deadline_text = moment(season.closes_at, (get_language() or "ar")[:2]) if season.closes_at else "–"
        raise Refused(AdmissionReason.STILL_OPEN, moment=deadline_text)
    if not Application.objects.filter(season=season, state__in=arrays.IN_PLAY).exists():
        raise Refused(AdmissionReason.NO_APPLICATION)
    draw = None if trial else draws.for_run(season)
    row = Run(
        season=season,
        round=round_to_run(season, by=by),
        kind=RunKind.FINAL if draw else RunKind.TRIAL,
        draw=draw,
        seed=draw.seed if draw and draw.seed else f"trial-{secrets.token_hex(16)}",
        prepared_by=by if getattr(by, "pk", None) else None,
    )
    return create(row, "prepare", by=by)


def allocate(run: Run, *, by: Any = None, progress: Progress = _silent) -> Run:
    """Calculate a prepared run: read, solve, judge, write. All results or none."""
    RUN.target("finish", run.state)
    progress(5, "read")
    season = arrays.read(run.season, run.seed)
    progress(30, "solve")
    result = solve(season.problem)
    progress(40, "check")
    kept, certificate = archive.keep(run, season, result)
    progress(50, "write")
    with change(run, "finish", by=by, flow=RUN) as row:
        facts = results.facts(season, result)
        row.counts = results.write(row, season, result, facts)
        analyze(Application, Wish, WishResult, PoolResult)
        row.checks = {name: report["held"] for name, report in certificate["properties"].items()}
        row.certificate, row.review = certificate, review(row, season, result)
        row.problem_digest, row.result_digest = certificate["problem"], certificate["result"]
        row.inputs_digest = season.digest()
        if row.kind == RunKind.FINAL:
            _prove(row, season, result, facts, kept)
        row.archive.save(f"{row.ref}.zip", kept, save=False)
        progress(90, "write")
    count_demand(run.season)
    progress(95, "done")
    return row


def _prove(row: Run, season: arrays.SeasonArrays, result: Result, facts: results.Facts, kept: ContentFile) -> None:
    """Build the published files, trees and lines of a run, before anybody signs it."""
    row.trees, apart = lines.keep(row, season, result)
    row.trees["files"] = hashlib.sha256(kept.read()).hexdigest()
    kept.seek(0)
    row.checks["lines"] = apart == 0
    shown.write(row, season, facts)
    row.public_files.save(f"{row.ref}-public.zip", ContentFile(public_files.public_zip(row)), save=False)


def read_full_files(run: Run, *, by: Any) -> None:
    """Note that an auditor took the files that have a row a candidate."""
    journal(run, "read_full_files", by=by, candidates=run.counts.get("applications", 0), sha256=run.trees.get("files"))


def discard(run: Run, *, reason: str, by: Any) -> Run:
    """Put a run aside; its results stay readable on the desk. No row names its files any more: the clock sweeps them
    (`core.files.sweep_files`), as it does those of a transaction that was rolled back."""
    with change(run, "discard", by=by, flow=RUN, reason=reason) as row:
        row.archive, row.public_files = "", ""
        row.signatures.all().delete()
        row.leaves.all().delete()  # its lines prove nothing any more
    return row


def sign(run: Run, *, by: Any) -> Signature:
    """Sign that a run was reviewed. Refused for a second signature of the same person."""
    with transaction.atomic():
        row = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        RUN.target("publish", row.state)
        _publishable(row)
        _check_inputs(row)
        try:
            with transaction.atomic():
                signature = Signature.objects.create(run=row, by=by)
        except IntegrityError:
            raise Refused(AdmissionReason.SIGNED_ALREADY) from None
        journal(row, "sign", by=by, result_digest=row.result_digest)
    return signature


def _publishable(row: Run) -> None:
    if row.kind == RunKind.TRIAL:
        raise Refused(AdmissionReason.TRIAL_RUN)
    if not row.sound:
        raise Refused(AdmissionReason.CHECKS_FAILED)
    fault = draws.seal_fault(row)
    if fault is not None:
        raise Refused(fault)


def _check_inputs(row: Run) -> None:
    """Refuse a run when seats, reserves, beds, scores, wishes or people are no longer those it was calculated from,
    whichever door changed them: the whole problem is read again (seconds for a nation) and its digest compared."""
    if not row.inputs_digest or arrays.read(row.season, row.seed).digest() != row.inputs_digest:
        raise Refused(AdmissionReason.INPUTS_MOVED)


def check_publishable(row: Run) -> None:
    """Refuse a run that is not under review, not sound, a trial, not signed by two people, or calculated from what has
    changed since."""
    RUN.target("publish", row.state)
    _publishable(row)
    signed = row.signatures.count()
    if signed < SIGNATURES:
        raise Refused(AdmissionReason.TWO_SIGNATURES, count=signed)
    _check_inputs(row)


def publish(run: Run, *, by: Any, progress: Progress = _silent) -> Run:
    """Make a signed run the result of its round: states, seats and messages of everyone, all or none.

    One transaction: a worker that dies anywhere in it leaves the run under review.
    """
    with transaction.atomic():
        # The season before the run, as opening applications again locks them.
        season = Season.objects.select_for_update().get(pk=run.season_id)
        with change(run, "publish", by=by, flow=RUN, result_digest=run.result_digest) as row:
            progress(5, "lock")
            check_publishable(row)
            draws.use(draws.for_run(season), by=by)
            row.published_at = timezone.now()
            publication.answer(row, season, by=by, progress=progress)
            progress(95, "journal")
    return row


def discard_pending(season: Season, *, reason: str, by: Any) -> int:
    """Discard the runs under review of a season whose inputs have changed."""
    pending = Run.objects.filter(season=season, state__in=[RunState.PREPARED, RunState.REVIEW])
    for run in pending:
        discard(run, reason=reason, by=by)
    return len(pending)


def sweep_prepared() -> int:
    """Discard the runs that no worker will finish: their job has failed for good, or they are a day old and have none;
    how many. Called by the clock."""
    jobs = Job.objects.filter(subject_ref=OuterRef("ref"))
    alive = jobs.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    failed = jobs.filter(state=JobState.FAILED)
    orphans = Run.objects.filter(~Exists(alive), state=RunState.PREPARED)
    orphans = orphans.filter(Exists(failed) | Q(created_at__lt=timezone.now() - PREPARED_KEPT))
    count = 0
    for run in orphans[:100]:
        try:
            discard(run, reason=JobReason.WORKER_DIED.value, by=None)
            count += 1
        except Refused:  # finished or discarded by somebody since it was read
            continue
    return count


def scores_are_read(season: Season) -> bool:
    """Whether a run has read the scores: from then on they change by amendment only."""
    return Run.objects.filter(season=season).exclude(state=RunState.DISCARDED).exists()
