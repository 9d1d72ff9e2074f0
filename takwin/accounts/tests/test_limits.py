"""Limits as in production: a class behind one address goes on, a stranger locks nobody out, nobody is flooded."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from takwin.accounts.limits import wait_sentence
from takwin.accounts.models import User
from takwin.accounts.tests.enter import PHONE, code_for, join, sign_up, wait_a_day
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.models import Outbox

pytestmark = pytest.mark.django_db
DIRECTOR = "director@example.org"
POISONS = ["9" * 5000, "[" * 3000, "{}", "[]", '"x"', "null", "²", '{"id": 1}', "NaN", '{"a": ' * 900, "\x00", "1e999"]


def sign_in(login, password, address, client=None):
    client = client or Client()
    return client.post("/accounts/login/", {"login": login, "password": password}, REMOTE_ADDR=address)


class TestWrongPasswords:
    def test_a_stranger_does_not_lock_the_owner_out(self):
        make_user(DIRECTOR)
        answers = [sign_in(DIRECTOR, "wrong", "198.51.100.7").status_code for _try in range(11)]
        assert answers == [200] * 5 + [429] * 6
        assert sign_in(DIRECTOR, PASSWORD, "203.0.113.9").status_code == 302

    def test_the_refusal_is_a_page_that_says_how_to_go_on(self):
        make_user(DIRECTOR)
        for language, sentence in (("", "اطلب رمزا"), ("/fr", "demandez un code"), ("/en", "ask for a code")):
            wait_a_day()
            for _try in range(6):
                answer = Client().post(f"{language}/accounts/login/", {"login": DIRECTOR, "password": "wrong"})
            assert answer.status_code == 429
            assert 290 <= int(answer["Retry-After"]) <= 300
            assert sentence in answer.content.decode()
            assert {"": "5 دقائق", "/fr": "5 minutes", "/en": "5 minutes"}[language] in answer.content.decode()

    def test_the_owner_comes_in_by_a_code_from_the_locked_address_too(self, client):
        user = make_user(DIRECTOR)
        for _try in range(6):
            sign_in(DIRECTOR, "wrong", "198.51.100.7")
        client.post("/accounts/login/code/", {"login": DIRECTOR}, REMOTE_ADDR="198.51.100.7")
        client.post("/accounts/code/", {"code": code_for(DIRECTOR)}, REMOTE_ADDR="198.51.100.7")
        assert client.session["_auth_user_id"] == str(user.pk)

    def test_a_thousand_addresses_do_not_get_a_thousand_times_more_and_the_owners_browser_stays(self, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"login_failed_anywhere": "10/h/key"}
        make_user(DIRECTOR)
        own = Client()
        assert sign_in(DIRECTOR, PASSWORD, "203.0.113.9", own).status_code == 302
        own.post("/accounts/logout/")
        answers = [sign_in(DIRECTOR, "wrong", f"198.51.100.{n}").status_code for n in range(12)]
        assert answers == [200] * 10 + [429] * 2
        assert sign_in(DIRECTOR, PASSWORD, "203.0.113.9", own).status_code == 302

    def test_one_phone_does_not_use_up_the_tries_of_another(self):
        people = [join(Client(), f"+21261234567{n}") for n in range(2)]
        for _try in range(6):
            sign_in(people[0].phone, "wrong", "127.0.0.1")
        assert sign_in(people[1].phone, PASSWORD, "127.0.0.1").status_code == 302

    def test_a_class_that_mistypes_goes_on(self):
        people = [make_user(f"p{n}@example.org") for n in range(40)]
        for user in people:
            assert sign_in(user.email, "wrong", "192.0.2.1").status_code == 200
        assert {sign_in(user.email, PASSWORD, "192.0.2.1").status_code for user in people} == {302}


class TestAddresses:
    """Behind our proxy every request comes from one address: the header says whose it is."""

    def failed(self, forwarded):
        return (
            Client()
            .post(
                "/accounts/login/",
                {"login": DIRECTOR, "password": "wrong"},
                headers={"X-Forwarded-For": forwarded},
            )
            .status_code
        )

    def test_clients_behind_the_proxy_are_counted_apart(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert [self.failed("198.51.100.7") for _try in range(6)] == [200] * 5 + [429]
        assert self.failed("203.0.113.9") == 200

    def test_a_forged_header_does_not_make_another_client(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        answers = [self.failed(f"10.0.0.{n}, 198.51.100.7") for n in range(6)]
        assert answers == [200] * 5 + [429]

    def test_without_a_proxy_the_header_is_not_believed(self):
        assert [self.failed(f"10.0.0.{n}") for n in range(6)] == [200] * 5 + [429]

    @pytest.mark.parametrize("header", ["", "unknown", "1.2.3", ",", "10.0.0.1"])
    def test_a_short_or_garbled_header_is_no_error(self, settings, header):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
        assert self.failed(header) == 200

    def test_an_ipv6_client_is_its_network(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert [self.failed(f"2001:db8::{n}") for n in range(6)] == [200] * 5 + [429]


class TestMessages:
    """Nobody is sent SMS without end, known number or not."""

    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
    @pytest.mark.parametrize("known", [False, True])
    def test_a_number_gets_few_whoever_asks(self, page, known):
        if known:
            join(Client(), PHONE)
            wait_a_day()
            Outbox.objects.all().delete()
        form = {"phone": PHONE, "password1": PASSWORD} if page == "signup" else {"login": PHONE}
        answers = [Client().post(f"/accounts/{page}/", form, REMOTE_ADDR=f"192.0.2.{n}") for n in range(31)]
        assert [answer.status_code for answer in answers] == [302] * 20 + [429] * 11
        assert Outbox.objects.filter(to=PHONE).count() == 20

    def test_one_address_does_not_use_up_the_codes_of_a_number(self, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"code_sent_from": "5/h/key,10/d/key"}  # without 30 seconds
        join(Client(), PHONE)
        wait_a_day()
        form = {"login": PHONE}
        asked = [Client().post("/accounts/login/code/", form, REMOTE_ADDR="203.0.113.7") for _n in range(31)]
        assert [answer.status_code for answer in asked] == [302] * 5 + [429] * 26
        owner = Client()
        for page in ("login/code", "password/reset"):
            assert owner.post(f"/accounts/{page}/", form, REMOTE_ADDR="198.51.100.9").status_code == 302

    def test_a_stranger_does_not_use_up_the_codes_of_the_owners_browser(self):
        own = Client()
        join(own, PHONE)
        own.post("/accounts/logout/")
        for n in range(31):
            Client().post("/accounts/login/code/", {"login": PHONE}, REMOTE_ADDR=f"192.0.2.{n}")
        assert own.post("/accounts/login/code/", {"login": PHONE}).status_code == 302
        assert own.post("/accounts/code/", {"code": code_for(PHONE)}).status_code == 302
        assert own.get("/apply/").status_code == 200

    def test_a_retry_at_once_keeps_the_first_code(self, client):
        assert [sign_up(client, PHONE).status_code for _try in range(3)] == [302] * 3
        assert Outbox.objects.count() == 1
        assert client.post("/accounts/code/", {"code": code_for(PHONE)}).status_code == 302

    def test_a_retry_from_another_browser_is_told_how_long(self):
        sign_up(Client(), PHONE)
        for language, sentence in (("", "ثانية"), ("/fr", "seconde"), ("/en", "second")):
            answer = Client().post(f"{language}/accounts/signup/", {"phone": PHONE, "password1": PASSWORD})
            assert answer.status_code == 429
            assert 1 <= int(answer["Retry-After"]) <= 30
            assert sentence in answer.content.decode()
            assert "site-bar" in answer.content.decode()

    def test_a_new_code_within_thirty_seconds_is_told(self, client):
        sign_up(client, PHONE)
        answer = client.post("/accounts/code/", {"again": "1"})
        assert answer.status_code == 429
        assert 25 <= int(answer["Retry-After"]) <= 30
        assert "انتظر قليلا" in answer.content.decode()
        assert "أعد المحاولة بعد" in answer.content.decode()
        assert Outbox.objects.count() == 1

    def test_three_codes_of_one_proof_and_no_more(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"code_sent_from": "50/d/key"}
        sign_up(client, PHONE)
        for _again in range(4):
            session = client.session
            if "pending_code" in session:
                session["pending_code"]["asked_at"] -= 31
                session.save()
            client.post("/accounts/code/", {"again": "1"})
        assert Outbox.objects.count() == 3
        assert not User.objects.exists()


class TestHowLong:
    """A refusal without its length is a riddle: each says how long, also those of allauth."""

    def test_a_limit_of_an_hour_is_not_called_five_minutes(self, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"login_failed": "2/3h/key"}
        make_user(DIRECTOR)
        for _try in range(3):
            answer = Client().post("/fr/accounts/login/", {"login": DIRECTOR, "password": "wrong"})
        assert answer.status_code == 429
        assert 10_700 < int(answer["Retry-After"]) <= 10_800  # what the test itself takes is counted
        assert "3 heures" in answer.content.decode()

    def test_a_page_of_allauth_says_the_length_of_its_own_limit(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"manage_email": "1/2h/user"}
        make_user(DIRECTOR)
        sign_in(DIRECTOR, PASSWORD, "192.0.2.1", client)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        for _try in range(2):
            answer = client.post("/fr/accounts/email/", {"action_add": "1", "email": "x@example.org"})
        assert answer.status_code == 429
        assert 7_100 < int(answer["Retry-After"]) <= 7_200
        assert "2 heures" in answer.content.decode()

    def test_wrong_digits_of_a_second_factor_too(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"login_failed": "1/2h/key"}
        user = make_user(DIRECTOR, pk=1295)  # "zz" in base 36: below ten the two ways of writing it agree
        TOTP.activate(user, generate_totp_secret())
        client.post("/accounts/login/", {"login": DIRECTOR, "password": PASSWORD})
        for _try in range(2):
            answer = client.post("/fr/accounts/2fa/authenticate/", {"code": "000000"})
        assert "2 heures" in answer.content.decode()

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (1, "1 second."),
            (59, "59 seconds."),
            (60, "1 minute."),
            (61, "2 minutes."),
            (3600, "1 hour."),
            (3601, "2 hours."),
        ],
    )
    def test_the_wait_is_rounded_up(self, seconds, words, english):
        assert wait_sentence(seconds) == f"Try again in {words}"


class TestPoison:
    """Whatever is posted to a page of accounts: a page answers."""

    @pytest.mark.parametrize("poison", POISONS, ids=range(len(POISONS)))
    def test_strangers(self, client, poison):
        fields = ("login", "password", "phone", "email", "password1", "code", "credential", "next", "shared", "again")
        for path in ("login", "login/code", "login/code/confirm", "signup", "code", "password/reset", "phone/verify",
                     "confirm-email", "2fa/authenticate", "2fa/webauthn/login", "logout"):  # fmt: skip
            answer = client.post(f"/accounts/{path}/", dict.fromkeys(fields, poison))
            assert answer.status_code < 500, path

    @pytest.mark.parametrize("poison", POISONS, ids=range(len(POISONS)))
    def test_signed_in(self, client, poison):
        client.force_login(make_user())
        fields = ("phone", "email", "password", "oldpassword", "password1", "password2", "code", "credential", "name",
                  "action_add", "sessions", "login")  # fmt: skip
        for path in ("email", "phone/change", "phone/verify", "password/change", "password/set", "password/new",
                     "reauthenticate", "2fa/reauthenticate", "2fa/reauthenticate/webauthn", "2fa/totp/activate",
                     "2fa/webauthn/add", "sessions", "confirm-email"):  # fmt: skip
            answer = client.post(f"/accounts/{path}/", dict.fromkeys(fields, poison))
            assert answer.status_code < 500, path

    @pytest.mark.parametrize("poison", POISONS, ids=range(len(POISONS)))
    def test_a_passkey_where_a_second_factor_is_asked(self, client, poison):
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        user = make_user(DIRECTOR)
        TOTP.activate(user, generate_totp_secret())
        assert sign_in(DIRECTOR, PASSWORD, "192.0.2.1", client).url.startswith("/accounts/2fa/authenticate/")
        for field in ("code", "credential"):
            answer = client.post("/accounts/2fa/authenticate/", {field: poison})
            assert answer.status_code < 500
        client.force_login(user)
        for path in ("2fa/reauthenticate", "reauthenticate"):
            assert client.post(f"/accounts/{path}/", {"code": poison, "password": poison}).status_code < 500
