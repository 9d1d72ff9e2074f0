"""Long work of certification, run by the worker."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django_tasks import task

from takwin.accounts.models import User
from takwin.certification import services
from takwin.certification.models import Jury
from takwin.core import jobs
from takwin.core.models import Job
from takwin.core.scope import EVERYWHERE, NOWHERE

ISSUE = "issue-diplomas"
ALL = "all"


def start_issue(user: User, jury: Jury | None = None) -> Job:
    """Queue the signing of what is due: of one jury, or of everything its asker may issue."""
    scope = EVERYWHERE if jury else user.scope("certification.run")
    services.check_due(scope, jury)
    with transaction.atomic():
        return jobs.start(issue_diplomas, ISSUE, jury.ref if jury else f"{ALL}:{user.ref}", by=user)


@task()
def issue_diplomas(job_ref: str) -> None:
    """Prepare and sign; started again after a death, it goes on with what is not signed."""

    def work(job: Job, progress: Any) -> None:
        if job.subject_ref.startswith(ALL):
            scope = job.by.scope("certification.run") if job.by else NOWHERE
            services.issue(scope, progress=progress, by=job.by)
        else:
            services.issue(EVERYWHERE, Jury.objects.get(ref=job.subject_ref), progress=progress, by=job.by)

    jobs.run(job_ref, work)
