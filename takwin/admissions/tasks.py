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

KIND = "allocate"


def start_allocation(season: Season, *, by: Any) -> Job:
    """Prepare a run and queue its calculation; the job's `about` is the run."""
    with transaction.atomic():
        run = services.prepare(season, by=by)
        return jobs.start(allocate_run, KIND, run.ref, by=by)


@task()
def allocate_run(job_ref: str) -> None:
    """Calculate the run a job is about. Safe to run twice: a finished run is refused."""

    def work(job: Job, progress: Any) -> None:
        services.allocate(Run.objects.select_related("season").get(ref=job.about), by=job.by, progress=progress)

    jobs.run(job_ref, work)
