"""Columns that were renamed keep their rows: each migration is taken back on the real tables, filled and run again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.guidance import services as guidance
from takwin.guidance.tests.make import make_case, make_centre, make_counsellor, make_hours, make_slot
from takwin.training.tests.make import make_person
from tests.renaming import Renaming

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_keeps_the_reference_of_its_subject():
    later, renaming = Renaming("core", "0011_job_heartbeat_at"), Renaming("core", "0010_job_subject_ref")
    later.take_back()
    renaming.take_back()
    renaming.old("core", "Job").objects.create(ref="JOB-1", kind="solve", about="TIM-1", state="running")
    renaming.run()
    jobs = renaming.new("core", "Job").objects
    assert jobs.get().subject_ref == "TIM-1"
    with pytest.raises(IntegrityError), transaction.atomic():  # the constraint was made again
        jobs.create(ref="JOB-2", kind="solve", subject_ref="TIM-1", state="queued")
    later.run()


@pytest.mark.parametrize(
    ("name", "model", "facts"),
    [
        ("0011_job_heartbeat_at", "Job", {"ref": "JOB-1", "kind": "solve", "subject_ref": "TIM-1"}),
        ("0012_pulse_heartbeat_at", "Pulse", {"name": "clock"}),
    ],
)
def test_a_heartbeat_keeps_its_time(name, model, facts):
    renaming = Renaming("core", name)
    renaming.take_back()
    at = renaming.old("core", model).objects.create(**facts, heard_at="2026-11-25T08:00:00Z").pk
    renaming.run()
    assert f"{renaming.new('core', model).objects.get(pk=at).heartbeat_at:%H:%M}" == "08:00"


def test_a_following_keeps_its_reason(network):
    renaming = Renaming("people", "0005_following_reason")
    person, centre = make_person(), make_centre()
    renaming.take_back()
    keys = {"person_id": person.pk, "centre_id": centre.pk}
    renaming.old("people", "Following").objects.create(**keys, why="training")
    renaming.run()
    followings = renaming.new("people", "Following").objects
    assert followings.get().reason == "training"
    with pytest.raises(IntegrityError), transaction.atomic():
        followings.create(**keys, reason="training")


def closure():
    now = timezone.now()
    guidance.close_days(centre=make_centre(), starts_at=now, ends_at=now + timedelta(days=1), reason="عيد", by=None)


def declined_hand_over():
    case, taker = make_case(), make_counsellor(make_centre(), "taker@example.org")
    offer = guidance.hand_over(case, taker=taker, consented=True, consent="نعم", by=case.counsellor)
    guidance.turn_down(offer, reason="عيد", by=taker)


def hours():
    make_hours(make_centre(), make_counsellor(make_centre()), channel="phone")


def contact():
    case = make_case()
    guidance.record(case, purpose="choose", summary="نص", channel="phone", by=case.counsellor)


@pytest.mark.parametrize(
    ("name", "model", "make", "columns", "value"),
    [
        ("0004_closure_reason", "Closure", closure, ("why", "reason"), "عيد"),
        ("0005_hand_over_reason", "HandOver", declined_hand_over, ("why", "reason"), "عيد"),
        ("0006_hours_channel", "Hours", hours, ("way", "channel"), "phone"),
        ("0007_slot_channel", "Slot", lambda: make_slot(channel="phone"), ("way", "channel"), "phone"),
        ("0008_contact_channel", "Contact", contact, ("way", "channel"), "phone"),
    ],
)
def test_guidance_keeps_its_reasons_and_channels(network, name, model, make, columns, value):
    renaming = Renaming("guidance", name)
    make()
    renaming.take_back()
    before = list(renaming.old("guidance", model).objects.values_list("pk", columns[0]))
    renaming.run()
    after = list(renaming.new("guidance", model).objects.values_list("pk", columns[1]))
    assert before == after
    assert [kept for _pk, kept in after] == [value]
