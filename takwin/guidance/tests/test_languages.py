"""Each message is whole in its reader's language, whoever sends it and in whatever language they work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import activate, override

from takwin.core.messages import in_language_of
from takwin.core.models import Outbox
from takwin.core.text import list_words
from takwin.guidance.models import Appointment
from takwin.guidance.services import appointments
from takwin.guidance.tests.make import make_guidance

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("clock", ["ar", "fr", "en"])
@pytest.mark.parametrize(("reader", "word"), [("ar", "تذكير"), ("fr", "Rappel"), ("en", "Reminder")])
def test_a_reminder_is_in_the_language_of_its_reader(clock, reader, word):
    row = make_guidance()["appointment"]
    client, slot = row.client, row.slot
    client.phone, client.language = "+212612345678", reader
    client.save()
    slot.starts_at, slot.ends_at = timezone.now() + timedelta(hours=5), timezone.now() + timedelta(hours=6)
    slot.save()
    Appointment.objects.update(booked_at=timezone.now() - timedelta(days=9), reminded_at=None)
    Outbox.objects.all().delete()
    activate(clock)
    assert appointments.remind_appointments() == 1
    assert word in Outbox.objects.get().body


def test_who_acts_for_another_does_not_lend_them_their_language():
    mother, clerk = object(), object()
    with override("fr"):
        with in_language_of(mother, mother):
            assert list_words(["a", "b"]) == "a, b"
        with in_language_of(mother, clerk):
            assert list_words(["a", "b"]) == "a، b"
        with in_language_of(None):
            assert list_words(["a", "b"]) == "a، b"
        assert list_words(["a", "b"]) == "a, b"
