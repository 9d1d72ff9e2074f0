"""Starting, advancing and ending a job; the one module that knows the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import JobState, Reasons
from takwin.core.errors import Refused
from takwin.core.models import Job


class JobReason(Reasons):
    WORKER_DIED = "worker_died", _("The worker stopped in the middle. Nothing was half-written: start it again.")
    ALREADY_RUNNING = "already_running", _("This work is already under way. Wait for it to end.")


SILENT = timedelta(minutes=30)  # no step of ours is longer without a word


def start(task: Any, kind: str, about: str, *, by: Any = None) -> Job:
    """Queue `task(job_ref)` once the transaction is committed; Refused while a twin is alive."""
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, about=about, by=by if getattr(by, "pk", None) else None)
    except IntegrityError:
        raise Refused(JobReason.ALREADY_RUNNING) from None
    transaction.on_commit(lambda: task.enqueue(job.ref))
    return job


def run(ref: str, work: Callable[[Job, Callable[[int, str], None]], object]) -> None:
    """Run the work of a job; progress is written outside the work's own transaction when it has one."""
    if not Job.objects.filter(ref=ref, state=JobState.QUEUED).update(state=JobState.RUNNING, heard_at=timezone.now()):
        return  # taken by another worker, or run before: tasks are idempotent
    job = Job.objects.get(ref=ref)

    def progress(percent: int, step: str) -> None:
        Job.objects.filter(pk=job.pk).update(done=percent, step=step, heard_at=timezone.now())

    try:
        work(job, progress)
    except Exception as failure:
        end = {"state": JobState.FAILED, "error": str(failure)[:2000]}
        Job.objects.filter(pk=job.pk).update(**end, ended_at=timezone.now())
        if not isinstance(failure, Refused):
            raise
    else:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=100, ended_at=timezone.now())


def latest(kind: str, about: str) -> Job | None:
    """The newest work of a kind about something, under way or ended."""
    return Job.objects.filter(kind=kind, about=about).order_by("-pk").first()


def end_dead(silent: timedelta = SILENT) -> int:
    """End the jobs whose worker died, so that they can be started again; called by the tick."""
    dead = Job.objects.filter(state=JobState.RUNNING, heard_at__lt=timezone.now() - silent)
    return dead.update(state=JobState.FAILED, error=str(JobReason.WORKER_DIED.label), ended_at=timezone.now())
