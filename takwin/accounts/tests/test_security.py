"""Roles by two people, proofs asked again, desks left alone, and what the door notes."""

from __future__ import annotations

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts import granting, security
from takwin.accounts.browsers import SHARED
from takwin.accounts.models import Grant, GrantRequest, SecurityEvent, User
from takwin.accounts.tests.enter import code_for, sign_up
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.accounts.watch import SEEN_AT, SIGNED_IN_AT
from takwin.centres.models import Centre
from takwin.core import dates
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.core.tests.threads import together
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
MINUTE = 60  # seconds


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.code


def move(client, key, seconds):
    """The clock of a session's mark, so many seconds further."""
    session = client.session
    session[key] = session.get(key, time.time()) + seconds
    session.save()


@pytest.fixture
def boss():
    return make_user("boss@example.org", "national")


@pytest.fixture
def deputy():
    return make_user("deputy@example.org", "national")


@pytest.fixture
def person():
    return make_user("person@example.org")


class TestGiving:
    def test_a_role_of_national_reach_waits_for_a_second_person(self, boss, deputy, person):
        row = granting.give_role(login="PERSON@example.org", role="national", reason="new manager", by=boss)
        assert isinstance(row, GrantRequest)
        assert not User.objects.get(pk=person.pk).holds_anywhere("desk.open")
        assert refusal(granting.accept_grant, row, by=boss) == "two_persons"
        granting.accept_grant(row, by=deputy)
        assert User.objects.get(pk=person.pk).scope("desk.open").everywhere
        assert refusal(granting.accept_grant, row, by=deputy) == "wrong_state"
        verbs = list(Entry.objects.filter(ref__in=[row.ref, person.ref]).values_list("verb", flat=True).order_by("pk"))
        assert verbs == ["ask_grant", "grant", "accept_grant"]
        assert Entry.objects.get(ref=person.ref, verb="grant").data["asked_by"] == boss.ref

    def test_an_auditor_of_everything_waits_too_and_one_of_a_centre_does_not(self, boss, person):
        centre = Centre.objects.get(code="ismss-meknes")
        everywhere = granting.give_role(login=person.email, role="auditor", reason="x", by=boss)
        here = granting.give_role(login=person.email, role="auditor", centre=centre, reason="x", by=boss)
        assert (type(everywhere), type(here)) == (GrantRequest, Grant)

    def test_who_is_given_the_role_cannot_be_the_second(self, boss, deputy, person):
        row = granting.give_role(login=deputy.email, role="regional", reason="x", by=boss)
        assert refusal(granting.accept_grant, row, by=deputy) == "two_persons"
        assert refusal(granting.give_role, login=boss.email, role="auditor", reason="x", by=boss) == "not_to_yourself"

    def test_the_first_who_lost_the_right_has_given_nothing(self, boss, deputy, person):
        row = granting.give_role(login=person.email, role="national", reason="x", by=boss)
        granting.take_role(boss.grants.get(), by=deputy)
        row = GrantRequest.objects.get(pk=row.pk)
        assert refusal(granting.accept_grant, row, by=deputy) == "not_yours_to_give"
        assert not Grant.objects.filter(user=person).exists()

    def test_a_region_gives_local_roles_within_itself_and_no_more(self, person):
        chief = make_user("chief@example.org", "regional", area="oriental")
        oujda, meknes = Centre.objects.get(code="ismss-oujda"), Centre.objects.get(code="ismss-meknes")
        region = Area.objects.get(code="oriental")
        give = {"login": person.email, "reason": "x", "by": chief}
        assert isinstance(granting.give_role(role="registrar", centre=oujda, **give), Grant)
        assert isinstance(granting.give_role(role="counsellor", area=region, **give), Grant)
        for role, place in (
            ("registrar", {"centre": meknes}), ("registrar", {}), ("national", {}), ("auditor", {"centre": oujda}),
            ("regional", {"area": region}), ("registrar", {"area": Area.objects.get(code="fes-meknes")}),
        ):  # fmt: skip
            assert refusal(granting.give_role, role=role, **place, **give) == "not_yours_to_give"
        elsewhere = make_user("elsewhere@example.org", "registrar", centre="ismss-meknes").grants.get()
        assert refusal(granting.take_role, elsewhere, by=chief) == "not_yours_to_give"

    def test_the_last_manager_stays(self, boss, deputy):
        granting.take_role(deputy.grants.get(), by=boss)
        assert refusal(granting.take_role, boss.grants.get(), by=boss) == "last_manager"

    def test_asked_twice_held_already_unknown(self, boss, person):
        give = {"login": person.email, "reason": "x", "by": boss}
        granting.give_role(role="national", **give)
        with transaction.atomic():
            assert refusal(granting.give_role, role="national", **give) == "already_asked"
        centre = Centre.objects.get(code="ismss-oujda")
        granting.give_role(role="registrar", centre=centre, **give)
        assert refusal(granting.give_role, role="registrar", centre=centre, **give) == "already_held"
        assert (
            refusal(granting.give_role, role="registrar", reason="x", login="no@example.org", by=boss) == "no_account"
        )

    def test_the_database_refuses_one_person_twice(self, boss, person):
        row = granting.give_role(login=person.email, role="national", reason="x", by=boss)
        with pytest.raises(IntegrityError), transaction.atomic():
            GrantRequest.objects.filter(pk=row.pk).update(state="accepted", decided_by=boss)

    def test_the_command_line_gives_the_first_roles(self, person):
        out = StringIO()
        call_command("grant_role", "person@example.org", "national", stdout=out)
        assert person.grants.get().everywhere
        assert Entry.objects.get(ref=person.ref, verb="grant").data["source"] == "command line"
        with pytest.raises(CommandError):
            call_command("grant_role", "nobody@example.org", "national")
        with pytest.raises(CommandError):
            call_command("grant_role", "person@example.org", "registrar", centre="nowhere")


class TestRolesPage:
    def test_given_accepted_and_taken_back_at_the_desk(self, client, boss, deputy, person):
        client.force_login(boss)
        form = {"login": "person@example.org", "role": "national", "area": "", "centre": "", "reason": "successor"}
        assert client.post("/desk/roles/", form | {"login": "x@example.org"}).status_code == 422
        assert client.post("/desk/roles/", form).status_code == 302
        ref = GrantRequest.objects.get().ref
        client.post(f"/desk/roles/asked/{ref}/accept/")
        assert not person.grants.exists()
        client.force_login(deputy)
        assert "successor" in client.get("/desk/roles/").content.decode()
        client.post(f"/desk/roles/asked/{ref}/accept/")
        path = f"/desk/roles/held/{person.grants.get().pk}/"
        assert "person@example.org" in client.get(path).content.decode()
        assert client.post(path).status_code == 302
        assert not person.grants.exists()
        assert client.get(path).status_code == 404

    def test_the_list_says_the_last_day_of_a_role_in_its_own_column(self, client, boss):
        guest = make_user("guest@example.org", "registrar", centre="ismss-meknes")
        guest.grants.update(ends_on=timezone.localdate() + timedelta(days=400))
        client.force_login(boss)
        page = client.get("/en/desk/roles/").content.decode()
        rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
        assert {row.count("<td") for row in rows} == {page.split("<thead>")[1].split("</thead>")[0].count("<th ")}
        (mine,) = [row for row in rows if "guest@example.org" in row]
        assert dates.day(guest.grants.get().ends_on, "en") in mine.split("<td")[-1]
        assert all("no end" in row for row in rows if row != mine)

    def test_a_region_sees_its_own_and_a_stranger_nothing(self, client, boss):
        client.force_login(boss)
        client.post("/desk/roles/", {"login": "x", "role": "national", "reason": "x"})
        other = make_user("other@example.org", "registrar", centre="ismss-meknes")
        client.force_login(make_user("chief@example.org", "regional", area="oriental"))
        assert "other@example.org" not in client.get("/desk/roles/").content.decode()
        assert client.post(f"/desk/roles/held/{other.grants.get().pk}/").status_code == 404
        assert other.grants.exists()
        client.force_login(other)
        assert client.get("/desk/roles/").status_code == 403

    def test_the_raw_admin_gives_no_role_and_journals_what_it_may(self, client, person):
        client.force_login(make_user("root@example.org", is_staff=True, is_superuser=True))
        path = f"/support/accounts/user/{person.pk}/change/"
        grants = {"grants-TOTAL_FORMS": "1", "grants-INITIAL_FORMS": "0", "grants-0-role": "national"}
        grants |= {"grants-0-everywhere": "on", "grants-0-user": str(person.pk)}
        answer = client.post(path, grants | {"name": "Blocked", "is_superuser": "on", "is_staff": "on"})
        assert answer.status_code == 302, answer.content.decode()
        person.refresh_from_db()
        assert (person.is_active, person.is_superuser, person.is_staff) == (False, False, False)
        assert not person.grants.exists()
        assert Entry.objects.get(ref=person.ref).changed["is_active"] == [True, False]
        assert client.get("/support/account/emailaddress/").status_code == 404


class TestProofAgain:
    def test_what_was_posted_waits_for_the_password_and_is_done_then(self, client, settings, boss, person):
        settings.STAFF_PROVE_AGAIN = True
        client.post("/accounts/login/", {"login": boss.email, "password": PASSWORD})
        form = {"login": person.email, "role": "registrar", "centre": "ismss-oujda", "area": "", "reason": "x"}
        asked = client.post("/desk/roles/", form)
        assert asked.status_code == 302
        assert "/accounts/reauthenticate/" in asked.url
        assert not person.grants.exists()
        wrong = client.post(asked.url, {"password": "wrong"})
        assert wrong.status_code == 200
        assert not person.grants.exists()
        assert client.post(asked.url, {"password": PASSWORD}).status_code == 302
        assert person.grants.get().role == "registrar"
        # The proof holds for some minutes, and no longer.
        assert client.post("/desk/roles/", form | {"role": "director"}).url == "/desk/roles/"
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        assert "/accounts/reauthenticate/" in client.post("/desk/roles/", form | {"role": "trainer"}).url


class TestIdle:
    def test_a_desk_left_alone_is_signed_out(self, client, boss):
        client.force_login(boss)
        assert client.get("/desk/").status_code == 200
        move(client, SEEN_AT, -31 * MINUTE)
        answer = client.get("/desk/roles/?q=x")
        assert answer.url == "/accounts/login/?next=/desk/roles/%3Fq%3Dx"
        assert client.get("/desk/").url.startswith("/accounts/login/")
        assert SecurityEvent.objects.filter(kind="idle", user=boss).count() == 1

    def test_work_keeps_it_open_and_a_clock_far_ahead_does_not(self, client, boss):
        client.force_login(boss)
        client.get("/desk/")
        move(client, SEEN_AT, -29 * MINUTE)
        assert client.get("/desk/").status_code == 200
        assert time.time() - client.session[SEEN_AT] < 60
        move(client, SEEN_AT, 24 * 60 * MINUTE)
        assert client.get("/desk/").status_code == 302

    def test_people_without_a_role_stay_in(self, client, person):
        client.force_login(person)
        client.get("/apply/")
        assert SEEN_AT not in client.session

    def test_a_role_is_watched_from_its_first_page_whatever_page_it_is(self, client, boss):
        client.force_login(boss)
        client.get("/accounts/")
        move(client, SEEN_AT, -31 * MINUTE)
        assert client.get("/desk/").status_code == 302

    def test_the_raw_admin_is_watched_too(self, client):
        client.force_login(User.objects.create_superuser("root@example.org", password=PASSWORD))
        assert client.get("/support/").status_code == 200
        move(client, SEEN_AT, -31 * MINUTE)
        answer = client.get("/support/")
        assert (answer.status_code, "login" in answer.url) == (302, True)

    def test_a_role_given_after_the_sign_in_is_watched_from_then(self, client, person):
        client.force_login(person)
        client.get("/apply/")
        Grant.objects.create(user=person, role="national", everywhere=True)
        assert client.get("/desk/").status_code == 200
        move(client, SEEN_AT, -31 * MINUTE)
        assert client.get("/desk/").status_code == 302

    def test_a_page_that_loads_itself_does_not_keep_a_desk_open(self, client, boss):
        """The board of a centre asks each minute, whether or not somebody is there."""
        client.force_login(boss)
        client.get("/desk/")
        for _minute in range(2):
            move(client, SEEN_AT, -20 * MINUTE)
            last = client.get("/desk/guidance/boards/guidance-fes/").status_code
        assert last == 302

    def test_a_session_that_is_used_all_day_ends_too(self, client, boss, person):
        client.force_login(boss)
        client.get("/desk/")
        move(client, SIGNED_IN_AT, -11 * 60 * MINUTE)
        assert client.get("/desk/").status_code == 200
        move(client, SIGNED_IN_AT, -61 * MINUTE)
        assert client.get("/desk/").status_code == 302
        client.force_login(person)
        move(client, SIGNED_IN_AT, -23 * 60 * MINUTE)
        assert client.get("/apply/").status_code == 200
        move(client, SIGNED_IN_AT, -61 * MINUTE)
        assert client.get("/apply/").status_code == 302

    def test_the_shorter_time_counts_where_staff_use_a_shared_device(self, client, boss):
        client.force_login(boss)
        session = client.session
        session[SHARED] = True
        session.save()
        client.get("/desk/")
        move(client, SEEN_AT, -16 * MINUTE)
        assert client.get("/desk/").status_code == 302

    def test_a_form_of_an_ended_session_is_told_and_the_page_comes_back(self, client, boss):
        client.force_login(boss)
        client.get("/desk/")
        move(client, SEEN_AT, -31 * MINUTE)
        headers = {"Referer": "http://testserver/desk/roles/"}
        answer = client.post("/desk/roles/", {"do": "give"}, headers=headers)
        assert answer.url == "/accounts/login/?next=/desk/roles/"
        page = client.get(answer.url).content.decode()
        assert "انتهت جلستك" in page


class TestVerifiedEmail:
    def test_staff_prove_their_address_first(self, client, settings, boss):
        settings.STAFF_VERIFIED_EMAIL = True
        client.force_login(boss)
        assert client.get("/desk/").status_code == 200
        boss.emailaddress_set.update(verified=False)
        assert client.get("/desk/").url == "/accounts/email/"
        assert client.get("/apply/").status_code == 200


class TestPasswords:
    @pytest.mark.parametrize(
        "password", ["password1234", "P@ssw0rd1234", "azerty123456", "motdepasse1", "qwertyuiop12", "iloveyou12345"]
    )
    def test_what_was_stolen_is_refused(self, password):
        with pytest.raises(ValidationError) as refused:
            validate_password(password)
        assert "password_breached" in {error.code for error in refused.value.error_list}

    @pytest.mark.parametrize("password", [PASSWORD, "زرقة البحر والمطر", "Tajine-7-olives", "Kd8?" + "olive-" * 2000])
    def test_another_passes(self, password):
        validate_password(password)


class TestTheDoor:
    def test_failures_are_noted_without_what_was_typed(self, client, boss):
        client.post("/accounts/login/", {"login": boss.email, "password": "my-secret-word"})
        client.post("/accounts/login/", {"login": "my-secret-word-in-the-wrong-field", "password": "x"})
        events = SecurityEvent.objects.filter(kind="sign_in_failed").order_by("pk")
        assert [event.user for event in events][0] == boss
        assert all("secret" not in str(event.data) for event in events)
        assert all(event.address == "127.0.0.1" for event in events)

    def test_wrong_digits_are_noted_too(self, client, boss):
        for to in (boss.email, "+212612345678"):
            asked = sign_up(client, to)
            client.post(asked.url, {"code": "00000x"})
            client.post(asked.url, {"code": "000000" if code_for(to) != "000000" else "111111"})
            client.get("/accounts/login/code/")
        events = SecurityEvent.objects.filter(kind="code_rejected").order_by("pk")
        assert {event.user for event in events} == {boss, None}
        assert all(event.data == {} and event.address == "127.0.0.1" for event in events)

    @pytest.mark.parametrize(
        ("caller", "noted"),
        [("fe80::1%eth0", "fe80::1"), ("/run/takwin.sock", "0.0.0.0"), ("1.2.3.4.5", "0.0.0.0"), ("", "0.0.0.0")],
    )
    def test_a_strange_caller_still_signs_in(self, client, boss, caller, noted):
        answer = client.post("/accounts/login/", {"login": boss.email, "password": PASSWORD}, REMOTE_ADDR=caller)
        assert answer.status_code == 302
        assert SecurityEvent.objects.get(kind="signed_in").address == noted

    def test_staff_are_told_of_a_new_network_once_and_others_are_not(self, client, boss, person):
        for user in (boss, person):
            for address in ("10.1.2.3", "10.1.9.9", "172.20.0.1", "172.20.0.1"):
                client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, REMOTE_ADDR=address)
                client.post("/accounts/logout/")
        assert list(SecurityEvent.objects.filter(kind="new_address").values_list("user", "address")) == [
            (boss.pk, "172.20.0.1")
        ]
        assert Outbox.objects.filter(about="security").count() == 1

    def test_many_failures_are_one_alarm_an_hour_for_the_managers(self, boss, person):
        for _n in range(security.MANY_FOR_ACCOUNT - 1):
            SecurityEvent.objects.create(kind="sign_in_failed", user=person, address="10.0.0.1")
        assert security.raise_alarms() == 0
        SecurityEvent.objects.create(kind="code_rejected", user=person, address="10.0.0.1")
        assert security.raise_alarms() == 1
        assert security.raise_alarms() == 0
        assert Outbox.objects.get(about="security").to == boss.email

    def test_old_events_are_forgotten(self, boss):
        kept = SecurityEvent.objects.create(kind="signed_in", user=boss)
        old = SecurityEvent.objects.create(kind="signed_in", user=boss)
        SecurityEvent.objects.filter(pk=old.pk).update(at=timezone.now() - security.KEPT - timedelta(days=1))
        assert security.delete_old_events() == 1
        assert list(SecurityEvent.objects.filter(kind="signed_in")) == [kept]

    @pytest.mark.parametrize(
        ("address", "network"),
        [("10.1.2.3", "10.1.0.0/16"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("::1", "::/48")],
    )
    def test_an_address_lies_in_its_neighbourhood(self, address, network):
        assert security.neighbourhood(address) == network

    def test_the_page_is_for_those_who_watch_everything(self, client, boss):
        SecurityEvent.objects.create(kind="alarm", user=boss, data={"times": 12})
        client.force_login(make_user("auditor@example.org", "auditor"))
        page = client.get("/desk/security/?kind=alarm").content.decode()
        assert "boss@example.org" in page
        assert "boss@example.org" not in client.get("/desk/security/?who=nobody@example.org").content.decode()
        client.force_login(make_user("regional@example.org", "auditor", area="oriental"))
        assert client.get("/desk/security/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_give_one_role(network):
    boss, deputy = make_user("boss@example.org", "national"), make_user("deputy@example.org", "national")
    third, person = make_user("third@example.org", "national"), make_user("person@example.org")
    row = granting.give_role(login=person.email, role="national", reason="x", by=boss)
    answers = together(4, lambda n: type(granting.accept_grant(row, by=[deputy, third][n % 2])).__name__)
    assert sorted(answers) == ["Grant", "wrong_state", "wrong_state", "wrong_state"]
    assert person.grants.count() == 1
