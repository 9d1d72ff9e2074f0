"""Messages of the clock and of bulk senders are whole in the language of each reader, whatever language is active."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from takwin.accounts.choices import EventKind
from takwin.accounts.models import SecurityEvent, User
from takwin.accounts.security import MANY_FOR_ACCOUNT, raise_alarms
from takwin.accounts.services import choose_language, note_language
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.admissions import services
from takwin.admissions.models import Round
from takwin.admissions.tests.make import make_correction, make_published, make_submitted
from takwin.core.models import Entry, Outbox
from takwin.guidance.models import Appointment
from takwin.guidance.services import appointments
from takwin.guidance.tests.make import make_guidance
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.people.models import Person

pytestmark = pytest.mark.django_db
ARABIC = re.compile("[\u0600-\u06ff]")
READERS = ("ar", "fr", "en")
CLOCKS = pytest.mark.parametrize("clock", READERS)


@pytest.fixture
def season():
    """Three seats and three candidates with a phone: one reads Arabic, one French, one English."""
    season = make_season()
    offering = make_offering(season, seats=3)
    for number, code in enumerate(READERS):
        application = make_submitted(season, f"{code}@example.org", [offering])
        Person.objects.filter(pk=application.person_id).update(phone=f"+21261234567{number}")
        choose_language(application.person.account, language=code, by=application.person.account)
    Outbox.objects.all().delete()
    return close_season(season, by=None)


def bodies_by_language():
    """{language of the reader: the body}."""
    found = {}
    for row in Outbox.objects.order_by("to"):
        found[READERS[int(row.to[-1])]] = row.body
    return found


def check_languages(words):
    """Each message holds its own words and no sign of another language."""
    sentences = bodies_by_language()
    assert set(sentences) == set(words)
    for code, word in words.items():
        assert word in sentences[code]
        assert bool(ARABIC.search(sentences[code])) == (code == "ar"), sentences[code]


@CLOCKS
def test_results_reminders_and_lapses(season, clock):
    with override(clock):
        make_published(season)
        check_languages({"ar": "نتيجت", "fr": "votre résultat", "en": "your result"})
        for code, prefix in (("ar", ""), ("fr", "/fr"), ("en", "/en")):
            assert re.search(rf"://[^/]+{prefix}/r/[^/]+/$", bodies_by_language()[code])
        Outbox.objects.all().delete()
        now = timezone.now()
        Round.objects.update(results_at=now - timedelta(days=5), answers_until=now + timedelta(hours=23))
        assert services.remind_due() == 3
        check_languages({"ar": "يوم واحد", "fr": "jour", "en": "one day left"})
        Outbox.objects.all().delete()
        Round.objects.update(answers_until=now - timedelta(minutes=1))
        assert len(services.close_rounds_due()) == 1
        check_languages({"ar": "لم يصل جوابك", "fr": "place", "en": "no answer in time"})


@CLOCKS
def test_a_correction_that_is_decided(season, clock):
    person = User.objects.get(email="fr@example.org").person
    row = make_correction(person)
    Outbox.objects.all().delete()
    with override(clock):
        services.accept_correction(row, seen="carte", by=make_user("r@example.org"))
        assert not ARABIC.search(Outbox.objects.get().body)


@CLOCKS
def test_a_reminder_of_an_appointment_follows_the_account_of_the_client(clock):
    row = make_guidance()["appointment"]
    client, slot = row.client, row.slot
    client.account, client.phone, client.language = make_user("c@example.org", language="fr"), "+212612345678", "ar"
    client.save()
    slot.starts_at, slot.ends_at = timezone.now() + timedelta(hours=5), timezone.now() + timedelta(hours=6)
    slot.save()
    Appointment.objects.update(booked_at=timezone.now() - timedelta(days=9), reminded_at=None)
    Outbox.objects.all().delete()
    with override(clock):
        assert appointments.remind_appointments() == 1
    body = Outbox.objects.get().body
    assert "Rappel" in body
    assert "/fr/" in body
    assert "،" not in body


@CLOCKS
def test_an_alarm_for_two_watchers_is_in_the_language_of_each(clock):
    for code in ("ar", "fr"):
        make_user(f"{code}@example.org", "national", language=code, language_chosen=True)
    somebody = User.objects.first()
    SecurityEvent.objects.bulk_create(
        SecurityEvent(kind=EventKind.SIGN_IN_FAILED, user=somebody) for _time in range(MANY_FOR_ACCOUNT)
    )
    Outbox.objects.all().delete()
    with override(clock):
        assert raise_alarms() == 1
    found = {row.to: row.subject + row.body for row in Outbox.objects.all()}
    assert ARABIC.search(found["ar@example.org"])
    assert not ARABIC.search(found["fr@example.org"])
    assert "connexions" in found["fr@example.org"].lower()


class TestStored:
    def read(self, client, path):
        assert client.get(path).status_code == 200
        return User.objects.get().language

    def test_it_follows_the_pages_of_ones_own_space(self, client):
        make_user()
        client.post("/fr/accounts/login/", {"login": "a@example.org", "password": PASSWORD})
        assert User.objects.get().language == "ar"
        assert self.read(client, "/fr/accounts/") == "fr"
        assert self.read(client, "/") == "fr"  # the address of the site, typed: its home is Arabic for everybody
        assert self.read(client, "/en/accounts/") == "en"
        assert self.read(client, "/accounts/") == "ar"

    def test_a_chosen_one_stays_until_the_pages_are_followed_again(self, client):
        user = make_user()
        client.force_login(user)
        assert client.post("/accounts/", {"language": "fr"}).status_code == 302
        assert self.read(client, "/accounts/") == "fr"
        assert client.post("/accounts/", {"language": "de"}).status_code == 422
        assert Entry.objects.get(verb="choose_language").by == user
        assert client.post("/accounts/", {"language": ""}).status_code == 302
        assert self.read(client, "/accounts/") == "ar"

    def test_a_page_that_was_open_does_not_undo_a_choice(self):
        user = make_user()
        stale = User.objects.get(pk=user.pk)
        choose_language(user, language="fr", by=user)
        note_language(stale, "en")
        assert User.objects.get().language == "fr"

    def test_another_value_is_refused_by_the_database(self):
        from django.db import IntegrityError, transaction

        with pytest.raises(IntegrityError), transaction.atomic():
            make_user("d@example.org", language="de")

    def test_it_costs_nothing_when_it_is_known(self, client, django_assert_num_queries):
        user = make_user()
        with django_assert_num_queries(0):
            note_language(user, "ar")
        assert reverse("account_home") == "/accounts/"
