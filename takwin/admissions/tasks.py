"""Long work of admissions, run by the worker."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django_tasks import task

from takwin.admissions import services
from takwin.admissions.models import Run
from takwin.core import jobs
from takwin.core.models import Job
from takwin.offer.models import Season

ALLOCATE, PUBLISH = "allocate", "publish"


def start_allocation(season: Season, *, trial: bool = False, by: Any) -> Job:
    """Prepare a run and queue its calculation; the job's `about` is the run."""
    with transaction.atomic():
        run = services.prepare(season, trial=trial, by=by)
        return jobs.start(allocate_run, ALLOCATE, run.ref, by=by)


def start_publication(run: Run, *, by: Any) -> Job:
    """Queue the publication of a signed run; what would be refused is refused now."""
    services.check_publishable(run)
    return jobs.start(publish_run, PUBLISH, run.ref, by=by)


def _run(job: Job) -> Run:
    return Run.objects.select_related("season").get(ref=job.subject_ref)


@task()
def allocate_run(job_ref: str) -> None:
    """Calculate the run a job is about. Safe to run twice: a finished run is refused."""
    jobs.run(job_ref, lambda job, progress: services.allocate(_run(job), by=job.by, progress=progress))


@task()
def publish_run(job_ref: str) -> None:
    """Publish the run a job is about: one transaction, so a worker that dies leaves it under review."""
    jobs.run(job_ref, lambda job, progress: services.publish(_run(job), by=job.by, progress=progress))
