"""An identity that was handed in, its corrections, and card numbers that several people type."""

from __future__ import annotations

from datetime import date
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import Correction
from takwin.admissions.tests.make import make_application, make_correction, make_submitted
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.offer.tests.make import make_offering, make_season
from takwin.people import services as people
from takwin.people.choices import PeopleReason
from takwin.people.models import Person
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
REASON = "الاسم مكتوب خطأ"


def pdf():
    return SimpleUploadedFile("card.pdf", b"%PDF-1.4 card")


def typed(person, **over):
    """What the form of a correction sends."""
    values = {name: getattr(person, name) for name in ("given_name", "family_name", "sex", "cin")}
    values |= {"born_on": str(person.born_on), "commune": person.commune.code, "words": REASON, "file": pdf()}
    return values | over


@pytest.fixture
def season():
    return make_season()


@pytest.fixture
def offering(season):
    return make_offering(season, centre="ismss-meknes")


@pytest.fixture
def person(season, offering):
    row = make_submitted(season, "candidate@example.org", [offering], phone="+212612000001").person
    row.refresh_from_db()
    return row


@pytest.fixture
def registrar():
    return make_user("registrar@example.org", "registrar", centre="ismss-meknes")


def names(person):
    return Person.objects.values_list("given_name", "family_name", "cin").get(pk=person.pk)


class TestFrozen:
    def test_a_draft_is_corrected_by_its_owner_and_a_submitted_one_is_not(self, client, season, offering):
        application = make_application(season, "draft@example.org")
        client.force_login(application.person.account)
        values = typed(application.person, given_name="ليلى")
        assert client.post("/apply/identity/", values).status_code == 302
        assert names(application.person)[0] == "ليلى"
        services.add_wish(application, offering=offering, with_bed=False, by=application.person.account)
        services.submit(application, by=application.person.account)
        assert client.post("/apply/identity/", values | {"given_name": "مزور"}).url == "/apply/identity/correct/"
        assert names(application.person)[0] == "ليلى"

    def test_taking_the_application_back_does_not_open_the_identity_again(self, client, person):
        client.force_login(person.account)
        services.reopen(person.applications.get(), by=person.account)
        client.post("/apply/identity/", typed(person, given_name="مزور"))
        with pytest.raises(Refused) as refusal:
            people.correct(
                person, given_name="مزور", family_name="كبير", sex="male", born_on=date(2000, 1, 1),
                commune=person.commune, by=person.account,
            )  # fmt: skip
        assert refusal.value.reason == PeopleReason.FROZEN
        assert names(person)[:2] == ("سلمى", "أمزيان")

    def test_a_new_season_takes_the_registered_identity_whatever_is_posted(self, client, person):
        person.applications.update(state="unplaced")
        make_season(code="2025-2026")
        client.force_login(person.account)
        page = client.get("/apply/").content.decode()
        assert 'name="given_name"' not in page
        assert client.post("/apply/", typed(person, given_name="مزور")).url == "/apply/schooling/"
        assert names(person)[0] == "سلمى"
        assert person.applications.count() == 2

    @pytest.mark.parametrize(
        "over",
        [{"given_name": "😀😀"}, {"family_name": "12345"}, {"born_on": "2021-01-01"}, {"born_on": "1900-01-01"},
         {"born_on": "2099-01-01"}],
    )  # fmt: skip
    def test_what_is_no_identity_is_refused_and_what_was_typed_stays(self, client, season, over):
        client.force_login(make_user("new@example.org"))
        values = {"given_name": "علي", "family_name": "حجي", "sex": "male", "born_on": "2005-01-01",
                  "commune": Area.objects.communes().first().code}  # fmt: skip
        answer = client.post("/apply/", values | over)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert next(iter(over.values())) in answer.content.decode()
        assert not Person.objects.exists()


class TestCorrections:
    def test_asked_with_a_document_accepted_by_a_registrar_notified_and_shown(self, client, person, registrar):
        client.force_login(person.account)
        sent = client.post("/apply/identity/correct/", typed(person, family_name="أمزيل", born_on="2005-03-13"))
        assert sent.status_code == 302
        row = Correction.objects.get()
        assert (row.before, row.after) == (
            {"family_name": "أمزيان", "born_on": "2005-03-12"}, {"family_name": "أمزيل", "born_on": "2005-03-13"}
        )  # fmt: skip
        assert names(person)[1] == "أمزيان"
        client.force_login(registrar)
        path = f"/desk/corrections/{row.ref}/"
        assert row.ref in client.get("/desk/corrections/").content.decode()
        page = client.get(path).content.decode()
        assert "أمزيان" in page
        assert "أمزيل" in page
        assert b"".join(client.get(f"{path}document/").streaming_content).startswith(b"%PDF")
        assert Entry.objects.filter(ref=row.ref, verb="read_document", by=registrar).count() == 1
        assert client.post(path, {"do": "accept"}).status_code == 422  # without saying what was seen
        assert names(person)[1] == "أمزيان"
        assert client.post(path, {"do": "accept", "accept-seen": "البطاقة الأصلية"}).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.decided_by, row.answer) == ("accepted", registrar, "البطاقة الأصلية")
        person.refresh_from_db()
        assert (person.family_name, person.born_on) == ("أمزيل", date(2005, 3, 13))
        assert Entry.objects.get(ref=person.ref, verb="correct_identity").data["correction"] == row.ref
        assert row.ref in Outbox.objects.filter(to=person.phone, about=row.ref).get().body
        desk = f"/desk/applications/{person.applications.get().ref}/"
        for user, address in ((person.account, "/apply/"), (registrar, desk)):
            client.force_login(user)
            shown = client.get(address).content.decode()
            assert "أمزيان" in shown
            assert "أمزيل" in shown

    def test_one_waits_at_a_time_and_its_owner_takes_it_back(self, client, person):
        row = make_correction(person, given_name="ليلى")
        with pytest.raises(Refused) as refusal:
            make_correction(person, given_name="منى")
        assert refusal.value.reason == R.ALREADY_ASKED
        client.force_login(person.account)
        client.post("/apply/identity/correct/", {"withdraw": "COR-OTHER"})
        assert Correction.objects.get().state == "requested"
        client.post("/apply/identity/correct/", {"withdraw": row.ref})
        assert Correction.objects.get().state == "withdrawn"
        with pytest.raises(Refused):
            services.accept_correction(row, seen="x", by=make_user("late@example.org"))
        assert make_correction(person, given_name="منى").after == {"given_name": "منى"}

    def test_a_refusal_shows_its_reason_to_its_owner_only(self, client, person, registrar):
        row = make_correction(person, given_name="ليلى")
        client.force_login(registrar)
        client.post(f"/desk/corrections/{row.ref}/", {"do": "refuse", "refuse-reason": "الوثيقة غير مقروءة"})
        assert names(person)[0] == "سلمى"
        assert "غير مقروءة" not in Outbox.objects.get(about=row.ref).body
        client.force_login(person.account)
        assert "غير مقروءة" in client.get("/apply/identity/correct/").content.decode()

    @pytest.mark.parametrize(
        ("over", "reason"),
        [({"given_name": "سلمى"}, R.NO_CHANGE), ({"given_name": "😀😀"}, PeopleReason.BAD_NAME),
         ({"cin": "12"}, PeopleReason.BAD_CIN),
         ({"given_name": "ليلى", "file": SimpleUploadedFile("x.pdf", b"hello")}, R.FILE_KIND)],
    )  # fmt: skip
    def test_what_cannot_be_asked(self, person, over, reason):
        with pytest.raises(Refused) as refusal:
            make_correction(person, **over)
        assert refusal.value.reason == reason
        assert not Correction.objects.exists()

    def test_nobody_decides_about_their_own_and_a_stale_one_is_not_applied(self, person, registrar):
        row = make_correction(person, given_name="ليلى")
        with pytest.raises(Refused) as refusal:
            services.accept_correction(row, seen="x", by=person.account)
        assert refusal.value.reason == R.OWN_CORRECTION
        Person.objects.filter(pk=person.pk).update(given_name="هند")
        with pytest.raises(Refused) as refusal:
            services.accept_correction(row, seen="x", by=registrar)
        assert refusal.value.reason == R.IDENTITY_MOVED
        row.refresh_from_db()
        assert (row.state, names(person)[0]) == ("requested", "هند")

    def test_another_place_gets_404_and_nothing_moves(self, client, person):
        row = make_correction(person, given_name="ليلى")
        client.force_login(make_user("oujda@example.org", "registrar", centre="ismss-oujda"))
        path = f"/desk/corrections/{row.ref}/"
        for address in (path, f"{path}document/", f"/desk/cards/{person.ref}/"):
            assert client.get(address).status_code == 404
        assert client.post(path, {"do": "accept", "accept-seen": "x"}).status_code == 404
        assert client.post(f"/desk/cards/{person.ref}/", {"seen": "x"}).status_code == 404
        assert row.ref not in client.get("/desk/corrections/").content.decode()
        client.force_login(make_user("two@example.org", "auditor"))
        assert client.get(path).status_code == 403
        assert names(person)[0] == "سلمى"


class TestTakingBack:
    def test_the_consequences_come_before_and_a_banner_stays_until_it_is_submitted_again(self, client, person):
        application = person.applications.get()
        client.force_login(person.account)
        page = client.get("/apply/").content.decode()
        assert "/apply/take-back/" in page
        assert "/apply/move/reopen/" not in page
        assert client.post("/apply/move/reopen/").url == "/apply/take-back/"  # an old page, before anything was asked
        application.refresh_from_db()
        assert application.state == "submitted"
        assert "/apply/move/reopen/" in client.get("/apply/take-back/").content.decode()
        page_after = client.post("/apply/move/reopen/", {"sure": "1"}, follow=True).content.decode()
        assert "مسودة من جديد" in page_after
        for path in ("/apply/", "/apply/schooling/", "/apply/wishes/", "/apply/documents/"):
            assert "لم يعد ترشيحك مودعا" in client.get(path).content.decode(), path
        assert client.get("/apply/take-back/").status_code == 302
        client.post("/apply/move/submit/")
        assert "لم يعد ترشيحك مودعا" not in client.get("/apply/").content.decode()

    def test_a_first_draft_has_no_banner(self, client, season):
        application = make_application(season, "draft@example.org")
        client.force_login(application.person.account)
        assert "لم يعد ترشيحك مودعا" not in client.get("/apply/").content.decode()


class TestCards:
    @pytest.fixture
    def rival(self, season, offering, person):
        people.freeze([person.pk])
        Person.objects.filter(pk=person.pk).update(cin="ZZ987654")
        row = make_submitted(season, "rival@example.org", [offering], phone="+212612000002", family_name="الغريب",
                             cin="zz 987654").person  # fmt: skip
        return Person.objects.get(pk=row.pk)

    def test_a_typed_number_blocks_nobody_and_reveals_nothing(self, client, season, person, rival, registrar):
        people.settle_card(
            person, seen="البطاقة", claims=[rival.ref], within=Person.objects.filter(cin="ZZ987654"), by=registrar
        )  # fmt: skip
        commune = Area.objects.communes().first().code
        pages = []
        for number, cin in enumerate(("ZZ987654", "CD123456")):  # proved by somebody; typed by nobody
            client.force_login(make_user(f"probe{number}@example.org"))
            values = {"given_name": "علي", "family_name": "حجي", "sex": "male", "born_on": "2005-01-01", "cin": cin}
            answer = client.post("/apply/", values | {"commune": commune})
            pages.append((answer.status_code, answer.url))
        assert pages == [(302, "/apply/schooling/")] * 2
        assert Person.objects.filter(cin="ZZ987654").count() == 2

    def test_a_registrar_sees_both_and_the_loser_sees_their_own_record_only(self, client, person, rival, registrar):
        Outbox.objects.all().delete()
        client.force_login(registrar)
        assert person.ref in client.get("/desk/corrections/").content.decode()
        path = f"/desk/cards/{person.ref}/"
        page = client.get(path).content.decode()
        assert "الغريب" in page
        assert Entry.objects.get(ref=person.ref, verb="read_card").data["others"] == [rival.ref]
        assert client.post(path, {"claim": rival.ref}).status_code == 422
        assert client.post(path, {"seen": "البطاقة الأصلية"}).status_code == 422  # the page did not show the rival
        assert set(Person.objects.values_list("cin", flat=True)) == {"ZZ987654"}
        assert client.post(path, {"seen": "البطاقة الأصلية", "claim": rival.ref}).status_code == 302
        person.refresh_from_db()
        rival.refresh_from_db()
        assert (person.cin, person.cin_proved_by, person.cin_proof) == ("ZZ987654", registrar, "البطاقة الأصلية")
        assert (rival.cin, rival.cin_proved_at) == ("", None)
        assert {row.to for row in Outbox.objects.all()} == {person.phone, rival.phone}
        for row in Outbox.objects.all():
            assert not any(word in row.body for word in ("ZZ987654", "الغريب", "أمزيان", person.ref, rival.ref))
        client.force_login(rival.account)
        shown = client.get("/apply/identity/correct/").content.decode()
        assert person.ref not in shown
        assert "ZZ987654" not in shown

    def test_it_is_settled_only_by_who_reaches_all_records(self, client, season, person, rival, registrar):
        far = make_offering(season, centre="ismss-oujda")
        hidden = make_submitted(season, "far@example.org", [far], cin="ZZ987654", family_name="البعيد").person
        client.force_login(registrar)
        path = f"/desk/cards/{person.ref}/"
        page = client.get(path).content.decode()
        assert "البعيد" not in page
        assert hidden.ref not in page
        client.post(path, {"seen": "x", "claim": [rival.ref, hidden.ref]})
        assert Person.objects.filter(cin="ZZ987654").count() == 3
        assert not Person.objects.filter(cin_proved_at__isnull=False).exists()
        client.force_login(make_user("nation@example.org", "national"))
        assert client.post(path, {"seen": "x", "claim": [rival.ref, hidden.ref]}).status_code == 302
        assert Person.objects.filter(cin="ZZ987654").get() == person

    def test_tries_are_counted_by_account(self, client, season, settings):
        settings.ACCOUNT_RATE_LIMITS = {"identity": "3/h/user,100/h/ip"}
        application = make_application(season, "draft@example.org")
        client.force_login(application.person.account)
        for number in range(4):
            client.post("/apply/identity/", typed(application.person, cin=f"ZZ98765{number}"))
        assert names(application.person)[2] == "ZZ987652"
        other = make_application(season, "other@example.org")
        client.force_login(other.person.account)
        assert client.post("/apply/identity/", typed(other.person, cin="ZZ987659")).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_of_two_registrars_who_settle_for_two_winners_one_does(season):
    rows = [make_application(season, f"p{n}@example.org", cin="ZZ987654").person for n in range(2)]
    judges = [make_user(f"j{n}@example.org", "national") for n in range(2)]
    answers = []

    def settle(n):
        try:
            people.settle_card(rows[n], seen="x", claims=[rows[1 - n].ref], within=Person.objects.all(), by=judges[n])
            answers.append("settled")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=settle, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("settled") == 1
    assert Person.objects.filter(cin="ZZ987654", cin_proved_at__isnull=False).count() == 1
