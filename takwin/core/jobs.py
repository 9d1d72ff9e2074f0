"""Starting, advancing and ending a job; the one module that knows the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import JobState, Reasons
from takwin.core.errors import Refused
from takwin.core.models import Job


class JobReason(Reasons):
    ALREADY_RUNNING = "already_running", _("This work is already under way. Wait for it to end.")


def start(task: Any, kind: str, about: str, *, by: Any = None) -> Job:
    """Queue `task(job_ref)` once the transaction is committed; Refused while a twin is alive."""
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, about=about, by=by if getattr(by, "pk", None) else None)
    except IntegrityError:
        raise Refused(JobReason.ALREADY_RUNNING) from None
    transaction.on_commit(lambda: task.enqueue(job.ref))
    return job


def run(ref: str, work: Callable[[Job, Callable[[int, str], None]], None]) -> None:
    """Run the work of a job; progress is written outside the work's own transaction when it has one."""
    if not Job.objects.filter(ref=ref, state=JobState.QUEUED).update(state=JobState.RUNNING):
        return  # taken by another worker, or run before: tasks are idempotent
    job = Job.objects.get(ref=ref)

    def progress(percent: int, step: str) -> None:
        Job.objects.filter(pk=job.pk).update(done=percent, step=step)

    try:
        work(job, progress)
    except Exception as failure:
        end = {"state": JobState.FAILED, "error": str(failure)[:2000]}
        Job.objects.filter(pk=job.pk).update(**end, ended_at=timezone.now())
        if not isinstance(failure, Refused):
            raise
    else:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=100, ended_at=timezone.now())
