"""Starting, advancing, taking over and ending a job; the one module that knows the queue.

A running job has a lease of fifteen seconds that its worker renews from a thread with a connection of its own, for the
work may hold a transaction for minutes. When the lease ends, or its process is gone from this machine, any worker's
keeper (and whoever presses the button again) puts the job back in the queue.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, connections, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from takwin.core.choices import JobState, Reasons
from takwin.core.errors import Refused
from takwin.core.models import Job
from takwin.core.trouble import trouble_of


class JobReason(Reasons):
    WORKER_DIED = "worker_died", _("The worker stopped in the middle. Nothing was half-written: start it again.")
    ALREADY_RUNNING = "already_running", _("This work is already under way. Wait for it to end.")
    DISK_FULL = "disk_full", _("The disk is full. Nothing was half-written: make room, then start it again.")
    TAKEN_OVER = "taken_over", _("Another worker has taken this work over.")


LEASE, BEAT = timedelta(seconds=15), 4.0  # three beats may be missed
ATTEMPTS = 3  # a job that kills its workers must end
LOST = timedelta(minutes=1)  # queued, and nowhere in the queue: its process died between the two
END_TRIES, END_WAIT = 60, 5.0  # five minutes for a locked or full database to take the word that a job ended
QUEUE_KEPT = timedelta(days=14)
_MINE: set[int] = set()  # jobs that this process runs
log = structlog.get_logger("takwin.jobs")


def _begun(pid: int | str) -> str:
    """When a process began, in clock ticks since the machine did: a number may come again, the pair does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def holder() -> str:
    """This process: machine, number, beginning."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{_begun(os.getpid())}"


def _is_here(name: str) -> bool | None:
    """Whether a process of this machine lives; None for another machine's."""
    parts = name.rsplit(":", 2)
    if len(parts) != 3 or parts[0] != socket.gethostname()[:60] or not Path("/proc/self/stat").exists():
        return None
    return bool(parts[2]) and _begun(parts[1]) == parts[2]


def start(task: Any, kind: str, subject_ref: str, *, by: Any = None) -> Job:
    """Queue `task(job_ref)` in the transaction under way; Refused while a twin is alive. A twin whose worker died is
    put back in the queue and given: one press is enough."""
    try:
        with transaction.atomic():
            actor = by if getattr(by, "pk", None) else None
            path = getattr(task, "module_path", "")
            job = Job.objects.create(kind=kind, subject_ref=subject_ref, by=actor, task=path)
    except IntegrityError:
        twin = Job.objects.filter(
            kind=kind, subject_ref=subject_ref, state__in=[JobState.QUEUED, JobState.RUNNING]
        ).first()
        if twin is not None and recover(only=twin):
            twin.refresh_from_db()
            if twin.state == JobState.QUEUED:
                return twin
        raise Refused(JobReason.ALREADY_RUNNING) from None
    _enqueue(task, job.ref)
    return job


def _enqueue(task: Any, ref: str) -> None:
    """With our queue, which is in the same database, job and queue row are one transaction: none can be orphaned."""
    if hasattr(task, "get_backend") and isinstance(task.get_backend(), DatabaseBackend):
        task.enqueue(ref)
    else:
        transaction.on_commit(lambda: task.enqueue(ref))


class Heart(threading.Thread):
    """Renews the lease of a job and writes its progress, from a connection of its own."""

    def __init__(self, job: Job) -> None:
        super().__init__(name=f"heart-{job.ref}", daemon=True)
        self.job, self.stopped, self.lost = job, threading.Event(), False
        self.progress: tuple[int, str] | None = None

    def run(self) -> None:
        try:
            while not self.stopped.wait(BEAT):
                try:
                    self._beat()
                except DatabaseError as failure:  # locked by the work itself, or away: the next beat may pass
                    log.info("heart", job=self.job.ref, failure=type(failure).__name__)
                    connection.close()
        finally:
            connections.close_all()

    def _beat(self) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 1000")
        facts: dict[str, Any] = {"leased_until": Now() + LEASE, "heartbeat_at": timezone.now()}
        if self.progress:
            facts |= {"done": self.progress[0], "step": self.progress[1]}
        mine = Job.objects.filter(pk=self.job.pk, holder=self.job.holder, state=JobState.RUNNING)
        self.lost = self.lost or not mine.update(**facts)

    def stop(self) -> None:
        self.stopped.set()
        if self.is_alive():
            self.join()


def run(ref: str, work: Callable[[Job, Callable[[int, str], None]], object]) -> None:
    """Run the work of a job under a lease. `progress` raises Refused when another worker has taken the job over."""
    mine = {
        "state": JobState.RUNNING,
        "heartbeat_at": timezone.now(),
        "leased_until": Now() + LEASE,
        "holder": holder(),
    }
    if not Job.objects.filter(ref=ref, state=JobState.QUEUED).update(**mine, attempts=F("attempts") + 1):
        return  # taken by another worker, or run before: tasks are idempotent
    job = Job.objects.get(ref=ref)
    heart = Heart(job)

    def progress(percent: int, step: str) -> None:
        if heart.lost:
            raise Refused(JobReason.TAKEN_OVER)
        heart.progress = percent, step
        if not connection.in_atomic_block or not heart.is_alive():
            # Inside the work's transaction it would lock the row against the heart, and show nothing until the end.
            Job.objects.filter(pk=job.pk, holder=job.holder).update(
                done=percent, step=step, heartbeat_at=timezone.now()
            )

    _MINE.add(job.pk)
    if not connection.in_atomic_block:  # else nobody else sees the job yet
        heart.start()
    try:
        work(job, progress)
    except Exception as failure:
        full = trouble_of(failure) == "full"
        _end(job, heart, state=JobState.FAILED, error=JobReason.DISK_FULL.value if full else str(failure)[:2000])
        if not isinstance(failure, Refused):
            raise
    else:
        _end(job, heart, state=JobState.DONE, done=100)
    finally:
        heart.stop()
        _MINE.discard(job.pk)


def _end(job: Job, heart: Heart, **facts: Any) -> None:
    """Write that a job ended. A database that is locked, away or full is asked again for five minutes; the rollback
    of the work has made the room that one small row needs."""
    for attempt in range(END_TRIES):
        try:
            heart.stop()
            Job.objects.filter(pk=job.pk, holder=job.holder).update(**facts, ended_at=timezone.now())
            return
        except DatabaseError as failure:
            if attempt == END_TRIES - 1 or connection.in_atomic_block or trouble_of(failure) is None:
                raise
            log.warning("job_end", job=job.ref, failure=str(failure)[:200])
            connection.close()
            time.sleep(END_WAIT)


def latest(kind: str, subject_ref: str) -> Job | None:
    """The newest job of a kind about one subject, running or ended."""
    return Job.objects.filter(kind=kind, subject_ref=subject_ref).order_by("-pk").first()


def recover(only: Job | None = None) -> int:
    """Put the jobs whose worker died back in the queue, and end those that killed three; how many were found.

    Safe from any number of processes at once: each job is taken under its row's lock.
    """
    found = 0
    alive = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    for pk in alive.filter(**({"pk": only.pk} if only else {})).values_list("pk", flat=True)[:1000]:
        with transaction.atomic():
            row = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if row is None or not _is_dead(row):
                continue
            found += 1
            _put_back(row)
    return found


def _is_dead(row: Job) -> bool:
    queue = DBTaskResult.objects.filter(args_kwargs__args__0=row.ref)
    if row.state == JobState.QUEUED:
        old = Job.objects.filter(pk=row.pk, created_at__lt=Now() - LOST).exists()
        return old and bool(row.task) and not queue.exclude(Q(status="FAILED") | Q(status="SUCCESSFUL")).exists()
    if row.state != JobState.RUNNING or row.pk in _MINE:
        return False
    here = _is_here(row.holder)
    if here is not None:
        return not here or row.holder == holder()  # ours, and we do not run it: we failed to write its end
    return Job.objects.filter(Q(leased_until__lt=Now()) | Q(leased_until__isnull=True), pk=row.pk).exists()


def _put_back(row: Job) -> None:
    queue = DBTaskResult.objects.filter(args_kwargs__args__0=row.ref, status="RUNNING")
    if row.state == JobState.RUNNING and (row.attempts >= ATTEMPTS or not row.task):
        end = {"state": JobState.FAILED, "error": JobReason.WORKER_DIED.value, "ended_at": timezone.now()}
        Job.objects.filter(pk=row.pk).update(**end)
        queue.update(status="FAILED", finished_at=timezone.now())
    else:
        Job.objects.filter(pk=row.pk).update(state=JobState.QUEUED, holder="", leased_until=None)
        if not queue.update(status="READY", started_at=None):
            _enqueue(import_string(row.task), row.ref)
    log.warning("job_taken_over", job=row.ref, kind=row.kind, attempts=row.attempts)


def sweep_queue() -> int:
    """Close queue rows that run for a job that has ended, and drop those of two weeks ago; how many."""
    swept = 0
    for row in DBTaskResult.objects.filter(status="RUNNING").order_by("started_at")[:1000]:
        ref = next(iter(row.args_kwargs.get("args", [])), "")
        job = Job.objects.filter(ref=str(ref)).first()
        if job is not None and job.state in {JobState.DONE, JobState.FAILED}:
            status = "SUCCESSFUL" if job.state == JobState.DONE else "FAILED"
            swept += DBTaskResult.objects.filter(pk=row.pk, status="RUNNING").update(
                status=status, finished_at=timezone.now()
            )
    return swept + DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - QUEUE_KEPT).delete()[0]


def keep(stopped: threading.Event, every: float = 5.0) -> None:
    """A worker's keeper: takes over what others left, and says that this worker lives. Runs until `stopped`."""
    from takwin.core.pulse import beat

    name = f"worker:{holder()}"[:120]
    while True:
        try:
            close_old_connections()
            beat(name)
            recover()
        except Exception as failure:  # the database may be away for a while; the keeper outlives it
            log.warning("keeper", failure=type(failure).__name__)
            connection.close()
        if stopped.wait(every):
            connections.close_all()
            return
