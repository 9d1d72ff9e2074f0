"""The clock: a jump takes nothing away, a step that fails stops no other, what closes is announced."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions.models import Application
from takwin.admissions.tests.make import make_published, make_submitted
from takwin.core import clock, pulse
from takwin.core.errors import Refused
from takwin.core.messages import post
from takwin.core.models import Clock, ClockBatch, Entry, Outbox, Pulse
from takwin.employment.models import SurveyWave, Vacancy
from takwin.employment.tests.make import make_employer, make_sample, make_vacancy
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.training.models import Contract
from takwin.training.rules.companies import REPLACE_WITHIN
from takwin.training.tests.make import make_contract
from takwin.web import clock as steps
from takwin.web.selectors import taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def admitted():
    """One admitted, who has until next week to answer."""
    season = make_season()
    row = make_submitted(season, "c@example.org", [make_offering(season, seats=1)])
    make_published(close_season(season, by=None))
    row.refresh_from_db()
    assert row.state == "admitted"
    return row


@pytest.fixture
def jump(monkeypatch):
    """Move the machine's clock, for all who read it through Django, and the database's beside it: one machine."""
    real, database = timezone.now, clock.database_now

    def moved(by):
        monkeypatch.setattr(timezone, "now", lambda: real() + by)
        monkeypatch.setattr(
            clock, "database_now", lambda: database() + by if connection.vendor == "postgresql" else real() + by
        )

    return moved


class TestJump:
    def test_three_months_ahead_lapses_no_seat_and_everything_else_goes_on(self, admitted, jump):
        steps.run_steps()
        jump(timedelta(days=90))
        post("mail", "a@example.org", "x", subject="y")
        given = steps.run_steps()
        admitted.refresh_from_db()
        assert (admitted.state, given["rounds"], given["seasons"]) == ("admitted", "held", "held")
        assert given["demand"] != "held"
        assert Outbox.objects.filter(to="a@example.org", state="sent").exists()
        assert clock.state() == "stopped"

    def test_a_clock_set_right_again_goes_on_by_itself(self, admitted, jump):
        steps.run_steps()
        jump(timedelta(days=90))
        steps.run_steps()
        jump(timedelta(seconds=60))
        assert steps.run_steps()["rounds"] != "held"
        assert set(Entry.objects.filter(ref="clock").values_list("verb", flat=True)) == {"stop_clock", "resume_clock"}

    def test_a_person_confirms_the_stop_they_saw_and_no_other(self, admitted, jump):
        boss = make_user("boss@example.org", "national")
        steps.run_steps()
        jump(timedelta(days=90))
        steps.run_steps()
        with pytest.raises(Refused):
            clock.confirm(stopped_at="2026-01-01T00:00:00+00:00", by=boss)
        clock.confirm(stopped_at=clock.current().stopped_at.isoformat(), by=boss)
        steps.run_steps()
        admitted.refresh_from_db()
        assert admitted.state == "lapsed"
        believed = Entry.objects.get(ref="clock:rounds", verb="run_step").data
        assert believed["believed"][:10] == timezone.now().isoformat()[:10]
        batch = ClockBatch.objects.get(step="rounds")
        assert (batch.count, batch.believed_at.date()) == (1, timezone.now().date())
        assert taken.address(batch) == "/desk/allocation/lapses/2024-2025/1/"
        with pytest.raises(Refused):
            clock.confirm(stopped_at="", by=boss)  # a second tab

    @pytest.mark.parametrize("by", [timedelta(minutes=-6), timedelta(hours=2, minutes=2), timedelta(days=-400)])
    def test_back_and_beyond_two_hours_is_a_jump(self, jump, by):
        clock.look()
        jump(by)
        assert clock.look().held

    @pytest.mark.parametrize("by", [timedelta(seconds=-1), timedelta(minutes=1), timedelta(hours=1, minutes=59)])
    def test_a_slow_or_a_missed_run_is_none(self, jump, by):
        clock.look()
        jump(by)
        assert not clock.look().held

    def test_a_database_of_before_is_believed_by_its_journal(self):
        Entry.objects.create(ref="X", verb="open", at=timezone.now() - timedelta(days=90))
        assert clock.look().held

    def test_another_clock_in_the_database_is_a_doubt(self, monkeypatch):
        monkeypatch.setattr(clock, "database_now", lambda: timezone.now() + timedelta(minutes=6))
        assert clock.look().held
        assert Clock.objects.get().reason == "skew"


class TestSteps:
    def test_one_that_fails_stops_no_other_and_is_seen(self, monkeypatch, capsys):
        def fail():
            raise ZeroDivisionError("of a step")

        broken = [steps.Step("seasons", "x", fail), *steps.STEPS[2:]]
        monkeypatch.setattr(steps, "STEPS", broken)
        post("mail", "a@example.org", "x", subject="y")
        call_command("tick")
        assert Outbox.objects.get().state == "sent"
        assert "seasons failed" in capsys.readouterr().out
        assert [row.name for row in pulse.failing_steps()] == ["step:seasons"]
        assert clock.state() == "failing"
        monkeypatch.undo()
        call_command("tick")
        assert (pulse.failing_steps(), clock.state()) == ([], "ok")

    def test_no_run_for_five_minutes_is_silence(self):
        assert clock.state() == "silent"
        steps.run_steps()
        assert clock.state() == "ok"
        Pulse.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=6))
        assert clock.state() == "silent"

    def test_what_closes_is_announced_once_with_how_many_it_takes_from(self, admitted):
        round_row = Application.objects.get().season.rounds.get()
        round_row.answers_until = timezone.now() + timedelta(hours=20)
        round_row.results_at = timezone.now() - timedelta(hours=1)
        round_row.save()
        steps.run_steps()
        steps.run_steps()
        entry = Entry.objects.get(ref=round_row.ref, verb="announce_closing")
        assert entry.data["people"] == 1
        assert [each.people for each in steps.closings()] == [1]

    def test_vacancies_follow_ups_and_broken_contracts_that_end_are_counted_by_day(self):
        today = timezone.localdate()
        employer = make_employer()
        for days in (0, 1, 1, 2):
            row = make_vacancy(employer)
            Vacancy.objects.filter(pk=row.pk).update(expires_on=today + timedelta(days=days))
        sample = make_sample()
        SurveyWave.objects.filter(pk=sample.wave_id).update(
            state="open", opens_on=today - timedelta(days=9), closes_on=today + timedelta(days=1)
        )
        contract = make_contract()
        Contract.objects.filter(pk=contract.pk).update(
            state="broken", broken_by="both", ended_on=today - REPLACE_WITHIN + timedelta(days=1)
        )
        tomorrow = (today + timedelta(days=1)).isoformat()
        assert [(each.ref, each.people) for each in steps.closings()] == [
            (f"vacancies:{today.isoformat()}", 1),
            (f"vacancies:{tomorrow}", 2),
            (f"follow-ups:{tomorrow}", 1),
            (f"contracts:{tomorrow}", 1),
        ]
        assert (steps.announce(), steps.announce()) == (4, 0)


def test_files_that_no_record_names_are_swept_after_a_day(settings):
    import os
    from pathlib import Path

    from takwin.core.files import sweep_files

    folder = Path(settings.MEDIA_ROOT) / "runs"
    folder.mkdir(parents=True)
    for name in ("old.zip", "young.zip"):
        (folder / name).write_bytes(b"x")
    kept = Path(settings.MEDIA_ROOT) / "elsewhere"
    kept.mkdir()
    (kept / "old").write_bytes(b"x")
    for path in (folder / "old.zip", kept / "old"):
        os.utime(path, (0, 0))
    assert sweep_files() == 1
    assert sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()) == ["old", "young.zip"]
