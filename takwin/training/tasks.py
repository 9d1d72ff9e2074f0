"""Long work of training, run by the worker."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django_tasks import task

from takwin.core import jobs
from takwin.core.models import Job
from takwin.training import services
from takwin.training.models import Absence, Timetable
from takwin.training.selectors.weeks import SOLVE

SECONDS, REPAIR_SECONDS, THREADS = 60.0, 5.0, 2


def start_solving(timetable: Timetable, *, by: Any) -> Job:
    """Queue a calculation; what would be refused is refused now."""
    services.check_solvable(timetable)
    with transaction.atomic():
        return jobs.start(solve_week, SOLVE, timetable.ref, by=by)


def start_repair(absence: Absence, timetable: Timetable, *, by: Any) -> Job:
    """Queue a repair around an absence."""
    with transaction.atomic():
        Timetable.objects.filter(pk=timetable.pk).update(around=absence)
        return jobs.start(repair_week, SOLVE, timetable.ref, by=by)


@task()
def solve_week(job_ref: str) -> None:
    """Fill a week for a minute, or until it is stopped."""

    def work(job: Job, progress: Any) -> None:
        row = Timetable.objects.get(ref=job.subject_ref)
        services.solve_timetable(row, seconds=SECONDS, threads=THREADS, by=job.by, progress=progress)

    jobs.run(job_ref, work)


@task()
def repair_week(job_ref: str) -> None:
    """Calculate a week again around an absence, moving little."""

    def work(job: Job, progress: Any) -> None:
        row = Timetable.objects.select_related("around").get(ref=job.subject_ref)
        around = [row.around] if row.around else []
        services.solve_timetable(
            row, seconds=REPAIR_SECONDS, threads=THREADS, around=around, repair=True, by=job.by, progress=progress
        )

    jobs.run(job_ref, work)
