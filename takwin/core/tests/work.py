"""Work for the queue's tests: some of it kills its own worker, really."""

import errno
import os
import signal

from django_tasks import task

from takwin.core import jobs
from takwin.core.models import Entry


def _note(job, word):
    Entry.objects.create(ref=job.subject_ref, verb=word)


@task()
def die_once(ref):
    """Writes that it began, is killed at its first attempt, and ends at its second."""

    def work(job, progress):
        progress(10, "begun")
        if job.attempts == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        _note(job, "ended")

    jobs.run(ref, work)


@task()
def die_always(ref):
    """Kills every worker that takes it."""
    jobs.run(ref, lambda _job, _progress: os.kill(os.getpid(), signal.SIGKILL))


@task()
def fill_disk(ref):
    """Meets a full disk, as a write of its own or of the database would."""

    def work(_job, _progress):
        raise OSError(errno.ENOSPC, "No space left on device")

    jobs.run(ref, work)
