"""Issuing in bulk, once a result; revoking; lists; keys; shares; certificates of modules."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.certification import services
from takwin.certification.models import Diploma, Share, SigningKey, Verdict
from takwin.certification.selectors import diplomas as reads
from takwin.certification.selectors import findings, keys
from takwin.certification.tests.make import make_diploma, make_signed_jury
from takwin.core.models import Outbox
from takwin.core.scope import EVERYWHERE, Scope
from takwin.core.tests.refusals import refused
from takwin.core.tests.threads import together
from takwin.engines.credentials import is_set


@pytest.mark.django_db
class TestIssuing:
    def test_everyone_admitted_has_one_and_it_verifies(self):
        row = make_signed_jury("14", "12", "9")
        assert services.issue(EVERYWHERE, row) == 2
        assert services.issue(EVERYWHERE, row) == 0
        for diploma in Diploma.objects.all():
            answer = findings.of_document(diploma.credential.encode())
            assert (answer.finding, answer.ref) == ("valid", diploma.ref)
            assert answer.shown["holder"] == diploma.holder
            line = findings.of_line(diploma.line)
            assert (line.finding, line.shown["holder"]) == ("valid", diploma.holder)
        assert Outbox.objects.filter(body__contains="/wallet/").count() == 2

    def test_a_second_that_stands_is_refused_by_the_database(self):
        first = make_diploma("14")
        with pytest.raises(IntegrityError), transaction.atomic():
            Diploma.objects.create(
                enrolment=first.enrolment, verdict=first.verdict, holder=first.holder, on=first.on,
                facts=first.facts, since_on=first.on,
            )  # fmt: skip

    def test_another_centre_issues_nothing_of_this_one(self):
        make_signed_jury("14")
        assert services.issue(Scope(areas=frozenset({"99."}))) == 0
        with refused("nothing_to_issue"):
            services.check_due(Scope(areas=frozenset({"99."})))
        services.check_due(EVERYWHERE)

    def test_killed_between_two_chunks_it_goes_on_with_the_rest(self, monkeypatch):
        from takwin.certification.services import issuing

        monkeypatch.setattr(issuing, "SIGNED_AT_ONCE", 1)
        row = make_signed_jury("14", "13", "12")

        def die(done, _step):
            if done:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            services.issue(EVERYWHERE, row, progress=die)
        signed = set(Diploma.objects.filter(state="live").values_list("ref", "credential"))
        assert len(signed) == 1
        assert services.issue(EVERYWHERE, row) == 2
        assert signed < set(Diploma.objects.filter(state="live").values_list("ref", "credential"))
        assert Diploma.objects.count() == 3

    def test_a_name_is_data_not_typesetting_nor_html(self):
        diploma = make_diploma("14")
        evil = diploma.verdict.identity | {"given_name": '#panic("x") <b>'}
        Verdict.objects.filter(pk=diploma.verdict_id).update(identity=evil)
        services.revoke_diploma(diploma, reason="error", words="", by=None)
        assert services.issue(EVERYWHERE) == 1
        again = Diploma.objects.select_related("enrolment__person").get(state="live")
        assert findings.of_document(again.credential.encode()).shown["holder"].startswith("#panic")
        from takwin.certification.pdf import diploma_pdf

        assert diploma_pdf(again).startswith(b"%PDF")


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_make_one_diploma_each(network):
    row = make_signed_jury("14", "13", "12", "11")
    together(3, lambda _n: services.issue(EVERYWHERE, row))
    assert Diploma.objects.filter(state="live").count() == Diploma.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_one_first_key_is_made_by_many_at_once(network):
    refs = together(4, lambda _n: services.current_key().ref)
    assert len(set(refs)) == SigningKey.objects.count() == 1


@pytest.mark.django_db
class TestStanding:
    def test_what_is_taken_back_says_when_and_which_class(self, client):
        diploma = make_diploma("14")
        services.suspend_diploma(diploma, reason="inquiry", words="سري", by=None)
        answer = findings.of_document(diploma.credential.encode())
        assert (answer.finding, answer.since) == ("suspended", timezone.localdate())
        services.restore(diploma, by=None)
        assert findings.of_ref(diploma.ref).finding == "valid"
        services.revoke_diploma(diploma, reason="fraud", words="سري جدا", by=None)
        answer = findings.of_ref(diploma.ref)
        assert answer.finding == "revoked"
        assert answer.shown == {}
        assert "سري" not in client.get("/verify/", {"ref": diploma.ref}).content.decode()
        with refused("wrong_state"):
            services.restore(diploma, by=None)

    def test_a_class_of_reason_is_needed(self):
        with refused("why_missing"):
            services.revoke_diploma(make_diploma("14"), reason="", by=None)

    def test_the_published_lists_carry_its_bit_at_once(self, client):
        diploma = make_diploma("14")
        place = json.loads(diploma.credential)["credentialStatus"]
        assert place["statusPurpose"] == "suspension"

        def bit(purpose):
            url = place["statusListCredential"].replace("suspension", purpose)
            document = client.get(url.removeprefix("http://127.0.0.1:8000")).json()
            return is_set(document, int(place["statusListIndex"]))

        assert (bit("revocation"), bit("suspension")) == (False, False)
        services.suspend_diploma(diploma, reason="inquiry", by=None)
        assert (bit("revocation"), bit("suspension")) == (False, True)
        services.revoke_diploma(diploma, reason="fraud", by=None)
        assert (bit("revocation"), bit("suspension")) == (True, True)  # one list is enough to learn it

    def test_lists_that_are_not_there_are_404(self, client):
        make_diploma("14")
        assert client.get("/credentials/status/revocation/1").status_code == 404
        assert client.get("/credentials/status/refresh/0").status_code == 404


@pytest.mark.django_db
class TestKeys:
    def test_a_new_key_leaves_the_old_diplomas_believed(self, client):
        diploma = make_diploma("14")
        services.rotate_key(by=None)
        assert findings.of_document(diploma.credential.encode()).finding == "valid"
        assert findings.of_line(diploma.line).finding == "valid"
        did_document = client.get("/.well-known/did.json").json()
        assert [method["id"].rpartition("#")[2] for method in did_document["verificationMethod"]] == ["key-2", "key-1"]
        assert did_document["id"] == "did:web:127.0.0.1%3A8000"

    def test_the_secret_half_is_not_in_the_database_nor_in_the_journal(self):
        from django.db import connection

        from takwin.core.models import Entry

        key = services.current_key()
        assert "PRIVATE KEY" in key.secret
        with connection.cursor() as cursor:
            cursor.execute("select secret from certification_signingkey")
            assert "PRIVATE" not in cursor.fetchone()[0]
        services.rotate_key(by=None)
        assert not any("PRIVATE" in json.dumps([row.changed, row.data]) for row in Entry.objects.all())
        assert keys.believed().keys() == {keys.method(signing_key) for signing_key in SigningKey.objects.all()}


@pytest.mark.django_db
class TestShares:
    def test_an_address_answers_until_its_day_or_until_taken_back(self, client):
        diploma = make_diploma("14")
        day = timezone.localdate() + timedelta(days=7)
        share = services.share_diploma(diploma, until_on=day, words="شركة", by=None)
        path = f"/shared/{services.address(share)}/"
        page = client.get(path)
        assert diploma.holder in page.content.decode()
        assert "شركة" not in page.content.decode()
        assert page["Cache-Control"] == "no-store"
        share.refresh_from_db()
        assert share.seen == 1
        Share.objects.filter(pk=share.pk).update(until_on=timezone.localdate() - timedelta(days=1))
        assert client.get(path).status_code == 404
        Share.objects.filter(pk=share.pk).update(until_on=day)
        services.withdraw_share(share, by=None)
        assert client.get(path).status_code == 404
        assert client.get(f"/shared/{services.address(share)[:-1]}x/").status_code == 404

    @pytest.mark.parametrize("days", [0, -1, 367])
    def test_days_that_cannot_be(self, days):
        with refused("past"):
            services.share_diploma(make_diploma("14"), until_on=timezone.localdate() + timedelta(days=days), by=None)

    def test_what_was_taken_back_is_not_shared_anew(self):
        diploma = make_diploma("14")
        services.revoke_diploma(diploma, reason="fraud", by=None)
        diploma.refresh_from_db()
        with refused("not_live"):
            services.share_diploma(diploma, until_on=timezone.localdate() + timedelta(days=1), by=None)


@pytest.mark.django_db
class TestModules:
    def test_one_passed_is_certified_once(self):
        diploma = make_diploma("14")
        code = diploma.facts["lines"][0]["code"]
        made = services.certify_module(diploma.enrolment, code=code)
        assert findings.of_document(made.credential.encode()).finding == "valid"
        with refused("has_one"):
            services.certify_module(diploma.enrolment, code=code)
        with refused("module_not_passed"):
            services.certify_module(diploma.enrolment, code="nothing")

    def test_a_holder_is_offered_the_modules_they_have_passed(self, django_user_model):
        diploma = make_diploma("14")
        user = django_user_model.objects.create_user("holder@example.org", "x")
        diploma.enrolment.person.account = user
        diploma.enrolment.person.save()
        assert len(reads.modules_for(user)) == 3
        services.certify_module(diploma.enrolment, code=diploma.facts["lines"][0]["code"])
        assert len(reads.modules_for(user)) == 2
