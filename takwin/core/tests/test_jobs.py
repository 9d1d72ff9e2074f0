"""Jobs: a worker that dies is taken over, by another or by one press; nothing of it stays."""

import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from takwin.core import jobs, pulse
from takwin.core.errors import Refused
from takwin.core.models import Entry, Job, Pulse
from takwin.core.tests import work
from takwin.core.tests.threads import environment, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]


@pytest.fixture
def queue(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def work_off(*options):
    """A worker in a process of its own, until the queue is empty or it is killed."""
    command = [sys.executable, "manage.py", "db_worker", "--batch", "--interval", "0.1", "--no-startup-delay", "-v0"]
    return subprocess.run(
        [*command, *options], cwd=site.BASE_DIR, env=environment(), capture_output=True, timeout=120
    ).returncode


def statuses():
    return list(DBTaskResult.objects.values_list("status", flat=True))


def test_a_killed_workers_job_is_taken_over_by_the_next_and_leaves_no_orphan():
    job = jobs.start(work.die_once, "test", "THING-1")
    assert work_off() == -signal.SIGKILL
    job.refresh_from_db()
    assert (job.state, statuses()) == ("running", ["RUNNING"])
    assert work_off() == 0  # at once: its process is gone from this machine, no lease is waited for
    job.refresh_from_db()
    assert (job.state, job.attempts, statuses()) == ("done", 2, ["SUCCESSFUL"])
    assert Entry.objects.filter(ref="THING-1", verb="ended").count() == 1


def test_one_press_takes_a_dead_workers_job_over():
    job = jobs.start(work.die_once, "test", "THING-1")
    dead = f"{jobs.holder().split(':')[0]}:1:0"  # the machine's first process began at another time
    Job.objects.update(state="running", attempts=1, holder=dead, leased_until=Now() + timedelta(minutes=1))
    DBTaskResult.objects.update(status="RUNNING")
    assert jobs.start(work.die_once, "test", "THING-1").pk == job.pk
    with pytest.raises(Refused):
        jobs.start(work.die_once, "test", "THING-1")  # a second press finds it queued
    work.die_once.call(job.ref)
    assert jobs.latest("test", "THING-1").state == "done"


def test_a_job_that_kills_every_worker_ends_and_says_so_in_the_readers_language():
    job = jobs.start(work.die_always, "test", "THING-1")
    Job.objects.update(attempts=jobs.ATTEMPTS - 1)
    assert work_off() == -signal.SIGKILL
    jobs.recover()
    job.refresh_from_db()
    assert (job.state, job.error, statuses()) == ("failed", "worker_died", ["FAILED"])
    with override("fr"):
        french = job.error_words
    assert french != job.error_words != job.error
    assert jobs.start(work.die_once, "test", "THING-1").state == "queued"


def test_a_job_in_a_full_disk_ends_and_says_so():
    job = jobs.start(work.fill_disk, "test", "THING-1")
    with pytest.raises(OSError, match="No space"):
        work.fill_disk.call(job.ref)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "disk_full")
    assert job.ended_at is not None


class TestLease:
    def make_running(self, holder, seconds):
        job = jobs.start(work.die_once, "test", "THING-1")
        DBTaskResult.objects.update(status="RUNNING")
        Job.objects.update(
            state="running", attempts=1, holder=holder, leased_until=Now() + timedelta(seconds=seconds)
        )  # fmt: skip
        return job

    def test_another_machines_job_is_left_alone_until_its_lease_ends(self):
        self.make_running("elsewhere:1:1", 10)
        assert jobs.recover() == 0
        Job.objects.update(leased_until=Now() - timedelta(seconds=1))
        assert jobs.recover() == 1
        assert (Job.objects.get().state, statuses()) == ("queued", ["READY"])

    def test_a_living_process_keeps_its_job_though_a_long_transaction_stopped_its_beats(self):
        alive = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        try:
            here = jobs.holder().split(":")[0]
            self.make_running(f"{here}:{alive.pid}:{jobs._begun(alive.pid)}", -600)
            assert jobs.recover() == 0
        finally:
            alive.kill()
            alive.wait()
        assert jobs.recover() == 1

    def test_of_ten_keepers_one_takes_it_over(self):
        self.make_running("elsewhere:1:1", -1)
        assert sum(together(10, lambda _n: jobs.recover())) == 1

    def test_the_lease_is_renewed_while_the_work_holds_a_transaction(self, monkeypatch):
        monkeypatch.setattr(jobs, "BEAT", 0.05)
        job = jobs.start(work.die_once, "test", "THING-1")
        Job.objects.update(state="running", holder=jobs.holder(), leased_until=Now() - timedelta(seconds=1))
        job.refresh_from_db()
        heart = jobs.Heart(job)
        heart.progress = 40, "written inside"
        heart.start()
        heart.stopped.wait(1)
        heart.stop()
        assert Job.objects.filter(leased_until__gt=Now(), done=40, step="written inside").exists()

    def test_who_lost_the_lease_stops(self):
        job, seen = jobs.start(work.die_once, "test", "THING-1"), []

        def slow(job, progress):
            Job.objects.filter(pk=job.pk).update(holder="elsewhere:1:1")
            heart = next(thread for thread in threading.enumerate() if thread.name.startswith("heart"))
            heart._beat()
            try:
                progress(50, "late")
            except Refused as refusal:
                seen.append(refusal.code)
                raise

        jobs.run(job.ref, slow)
        job.refresh_from_db()
        assert (seen, job.state, job.holder) == (["taken_over"], "running", "elsewhere:1:1")


class TestOrphans:
    def test_a_job_lost_between_its_row_and_the_queue_is_queued_again(self):
        jobs.start(work.die_once, "test", "THING-1")
        DBTaskResult.objects.all().delete()
        assert jobs.recover() == 0  # it may be on its way
        Job.objects.update(created_at=Now() - timedelta(minutes=2))
        assert jobs.recover() == 1
        assert statuses() == ["READY"]

    def test_queue_rows_of_ended_jobs_are_closed_and_old_ones_dropped(self):
        jobs.start(work.die_once, "test", "THING-1")
        DBTaskResult.objects.update(status="RUNNING")
        Job.objects.update(state="failed")
        assert jobs.sweep_queue() == 1
        assert statuses() == ["FAILED"]
        DBTaskResult.objects.update(finished_at=Now() - timedelta(days=15))
        jobs.sweep_queue()
        assert statuses() == []


def test_a_worker_is_seen_to_live_and_forgotten_after_a_day():
    stopped = threading.Event()
    stopped.set()
    jobs.keep(stopped)
    assert pulse.living_workers() == 1
    Pulse.objects.update(heartbeat_at=Now() - timedelta(hours=25))
    assert (pulse.living_workers(), pulse.delete_silent_workers()) == (0, 1)


def test_the_queue_row_is_part_of_the_transaction_that_starts_the_job():
    with transaction.atomic():
        jobs.start(work.die_once, "test", "THING-1")
        assert statuses() == ["READY"]
        transaction.set_rollback(True)
    assert (Job.objects.count(), statuses()) == (0, [])
