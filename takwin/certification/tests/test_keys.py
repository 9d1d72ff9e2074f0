"""A stolen key: one person ends its signing at once, two end the belief in what it signed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from takwin.accounts.tests.make import make_user
from takwin.certification import services
from takwin.certification.models import Diploma, KeyWithdrawal, SigningKey
from takwin.certification.selectors import findings
from takwin.certification.services.issuing import prepare
from takwin.certification.tests.make import make_diploma, make_signed_jury
from takwin.core.models import Entry
from takwin.core.scope import EVERYWHERE
from takwin.core.tests.refusals import refused
from takwin.core.tests.threads import together


@pytest.fixture
def people(db):
    return [make_user(f"{name}@example.org", "national") for name in ("first", "second", "third")]


@pytest.fixture
def diploma(people):
    return make_diploma("14")


@pytest.mark.django_db
class TestStolenKey:
    def test_the_first_person_ends_its_signing_at_once_and_nothing_else(self, people, diploma):
        stolen = SigningKey.objects.get()
        services.ask_withdrawal(stolen, reason="تسرب", by=people[0])
        stolen.refresh_from_db()
        assert (stolen.state, services.current_key() == stolen) == ("retired", False)
        assert findings.of_document(diploma.credential.encode()).finding == "valid"
        assert findings.of_line(diploma.line).finding == "valid"

    def test_the_second_ends_the_belief(self, people, diploma):
        asked = services.ask_withdrawal(SigningKey.objects.get(), reason="تسرب", by=people[0])
        services.accept_withdrawal(asked, by=people[1])
        assert SigningKey.objects.get(pk=asked.key_id).state == "withdrawn"
        assert findings.of_document(diploma.credential.encode()).finding == "altered"
        verbs = list(Entry.objects.filter(verb__contains="withdraw").values_list("verb", flat=True))
        assert sorted(verbs) == ["accept_withdrawal", "ask_withdrawal", "withdraw_key"]

    def test_whoever_asked_is_not_the_second(self, people, diploma):
        asked = services.ask_withdrawal(SigningKey.objects.get(), reason="تسرب", by=people[0])
        for decide in (services.accept_withdrawal, services.refuse_withdrawal):
            with refused("same_person"):
                decide(asked, by=people[0])
        with refused("not_your_request"):
            services.recall_withdrawal(asked, by=people[1])
        assert findings.of_document(diploma.credential.encode()).finding == "valid"

    def test_the_first_who_lost_the_right_has_asked_nothing(self, people, diploma):
        asked = services.ask_withdrawal(SigningKey.objects.get(), reason="تسرب", by=people[0])
        people[0].grants.all().delete()
        with refused("asked_lost_right"):
            services.accept_withdrawal(KeyWithdrawal.objects.get(pk=asked.pk), by=people[1])
        services.refuse_withdrawal(asked, by=people[1])
        assert services.ask_withdrawal(asked.key, reason="تسرب", by=people[1]).state == "waiting"

    def test_refused_or_taken_back_it_signs_no_more_and_stays_believed(self, people, diploma):
        key = SigningKey.objects.get()
        services.recall_withdrawal(services.ask_withdrawal(key, reason="x", by=people[0]), by=people[0])
        services.refuse_withdrawal(services.ask_withdrawal(key, reason="x", by=people[0]), by=people[1])
        key.refresh_from_db()
        assert key.state == "retired"
        assert findings.of_document(diploma.credential.encode()).finding == "valid"

    def test_asked_twice_and_decided_twice(self, people, diploma):
        asked = services.ask_withdrawal(SigningKey.objects.get(), reason="x", by=people[0])
        with refused("withdrawal_asked"):
            services.ask_withdrawal(asked.key, reason="x", by=people[1])
        services.accept_withdrawal(asked, by=people[1])
        with refused("wrong_state"):
            services.refuse_withdrawal(asked, by=people[2])
        with refused("key_withdrawn"):
            services.ask_withdrawal(SigningKey.objects.get(pk=asked.key_id), reason="x", by=people[0])

    def test_the_database_wants_two_people(self, people, diploma):
        asked = services.ask_withdrawal(SigningKey.objects.get(), reason="x", by=people[0])
        for by in (None, people[0]):
            with pytest.raises(IntegrityError), transaction.atomic():
                KeyWithdrawal.objects.filter(pk=asked.pk).update(
                    state="accepted", decided_by=by, decided_at=asked.asked_at
                )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
class TestAtOnce:
    def test_nothing_is_signed_with_a_key_after_it_was_suspended(self):
        people = [make_user(f"{name}@example.org", "national") for name in ("first", "second")]
        prepare(EVERYWHERE, make_signed_jury("14", "15", "13"))
        stolen = services.current_key()
        acts = [
            lambda: services.sign_prepared(EVERYWHERE, by=people[1]),
            lambda: services.ask_withdrawal(stolen, reason="x", by=people[0]).pk,
        ]
        together(2, lambda n: acts[n]())
        assert not Diploma.objects.filter(state="prepared").exists()
        suspended = Entry.objects.get(ref=stolen.ref, verb="retire").pk
        assert not Entry.objects.filter(ref=stolen.ref, verb="sign_diplomas", pk__gt=suspended).exists()

    def test_of_two_who_accept_at_once_one_decides(self):
        people = [make_user(f"{name}@example.org", "national") for name in ("first", "second", "third")]
        asked = services.ask_withdrawal(services.current_key(), reason="x", by=people[0])

        def accept(n):
            row = KeyWithdrawal.objects.get(pk=asked.pk)
            return str(services.accept_withdrawal(row, by=people[1 + n]).state)

        assert together(2, accept).count("withdrawn") == 1
