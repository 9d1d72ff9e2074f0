"""Runs that no worker will finish, and the files of runs put aside."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from takwin.admissions import services, tasks
from takwin.admissions.models import Run
from takwin.admissions.tests.make import make_published, make_run, make_submitted
from takwin.core.files import sweep_files
from takwin.core.models import Entry, Job
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db


@pytest.fixture
def season():
    season = make_season()
    make_submitted(season, "c@example.org", [make_offering(season)])
    return close_season(season, by=None)


def prepared(season, state=None):
    """A run with its job in a state, as a worker left it; without a state: with no job."""
    run = services.prepare(season, trial=True, by=None)
    if state:
        Job.objects.create(kind=tasks.ALLOCATE, subject_ref=run.ref, state=state)
    return run


def state_of(run):
    return Run.objects.get(pk=run.pk).state


def test_a_run_whose_job_failed_is_discarded_and_its_twin_under_way_is_not(season):
    dead, queued, running, young = (prepared(season, state) for state in ("failed", "queued", "running", None))
    again = prepared(season, "failed")
    Job.objects.create(kind=tasks.ALLOCATE, subject_ref=again.ref, state="queued")
    assert services.sweep_prepared() == 1
    assert [state_of(run) for run in (dead, queued, running, young, again)] == ["discarded"] + ["prepared"] * 4
    assert Entry.objects.get(ref=dead.ref, verb="discard").data["reason"] == "worker_died"
    assert services.sweep_prepared() == 0


def test_a_run_without_a_job_is_discarded_after_a_day_and_a_finished_one_never(season):
    old, done = prepared(season), make_run(season)
    Run.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert services.sweep_prepared() == 1
    assert (state_of(old), state_of(done)) == ("discarded", "review")


def test_the_files_of_a_discarded_run_are_swept_and_those_of_a_published_one_stay(season, settings):
    put_aside, published = make_run(season), make_published(season)
    names = {Run.objects.get(pk=put_aside.pk).archive.name, Run.objects.get(pk=put_aside.pk).public_files.name}
    services.discard(put_aside, reason="x", by=None)
    root = Path(settings.MEDIA_ROOT)
    for path in root.rglob("*.zip"):
        os.utime(path, (0, 0))
    sweep_files()
    left = {str(path.relative_to(root)) for path in root.rglob("*.zip")}
    assert not names & left
    row = Run.objects.get(pk=published.pk)
    assert {row.archive.name, row.public_files.name} <= left
