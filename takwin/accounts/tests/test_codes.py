"""Codes: the one way in for who has a phone or an e-mail, whether there is an account or not; real limits are on."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.test import Client

from takwin.accounts import codes, proofs
from takwin.accounts.models import User
from takwin.accounts.tests.enter import PHONE, code_for, join, sign_up, wait_a_day
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.models import Entry, Outbox
from takwin.core.tests.gateway import last_words
from takwin.core.tests.threads import together

pytestmark = pytest.mark.django_db
OTHER = "a-different-long-password"
MAIL = "amina@example.org"


def sign_in(client, login, password):
    return client.post("/accounts/login/", {"login": login, "password": password})


def ask(client, to, page="login/code"):
    return client.post(f"/accounts/{page}/", {"login": to})


class TestTwoPeople:
    def test_two_people_join_by_phone_alone(self):
        people = [join(Client(), f"+21261234567{n}") for n in range(2)]
        assert [(user.email, user.phone_verified) for user in people] == [(None, True)] * 2

    def test_two_people_join_by_mail_alone(self):
        people = [join(Client(), f"{name}@example.org") for name in ("a", "b")]
        assert [user.phone for user in people] == [None, None]
        assert EmailAddress.objects.filter(verified=True, primary=True).count() == 2

    def test_a_password_opens_afterwards(self, client):
        join(Client(), PHONE)
        assert sign_in(client, "06 12 34 56 78", PASSWORD).url == "/door/"


class TestSixDigits:
    @pytest.mark.parametrize("shape", ["{}", " {} ", "{0[0]}-{0[1]} ", "ARABIC"])
    def test_they_are_typed_in_any_script(self, client, shape):
        sign_up(client, PHONE)
        code = code_for(PHONE)
        typed = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) if shape == "ARABIC" else code
        typed = f"{code[:3]}-{code[3:]}" if "-" in shape else shape.format(code) if "{}" in shape else typed
        assert client.post("/accounts/code/", {"code": typed}).status_code == 302
        assert User.objects.filter(phone=PHONE).exists()

    @pytest.mark.parametrize("typed", ["", "²²²²²²", "9" * 5000, "abcdef", "\x00", "٠" * 60, "😀"])
    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
    def test_what_is_no_code_is_told_and_nothing_opens(self, client, page, typed):
        join(Client(), PHONE)
        wait_a_day()
        if page == "signup":
            sign_up(client, "+212612345679")
        else:
            ask(client, PHONE, page)
        answer = client.post("/accounts/code/", {"code": typed})
        assert answer.status_code == 422
        assert "_auth_user_id" not in client.session

    def test_the_session_does_not_keep_them(self, client):
        sign_up(client, PHONE)
        assert code_for(PHONE) not in str(dict(client.session))

    def test_five_wrong_ones_end_the_proof(self, client):
        sign_up(client, PHONE)
        code = code_for(PHONE)
        wrong = "000000" if code != "000000" else "111111"
        answers = [client.post("/accounts/code/", {"code": wrong}).status_code for _try in range(5)]
        assert answers == [422] * 4 + [302]
        client.post("/accounts/code/", {"code": code})
        assert not User.objects.exists()

    def test_they_end_after_a_quarter_of_an_hour(self, client):
        sign_up(client, PHONE)
        session = client.session
        session[codes.SESSION_KEY]["asked_at"] -= codes.LIFETIME + 1
        session.save()
        assert client.post("/accounts/code/", {"code": code_for(PHONE)}).url == "/accounts/login/code/"
        assert not User.objects.exists()

    def test_a_code_of_another_browser_opens_nothing(self, client):
        sign_up(client, PHONE)
        assert Client().post("/accounts/code/", {"code": code_for(PHONE)}).status_code == 302
        assert not User.objects.exists()


class TestNumbers:
    @pytest.mark.parametrize("number", ["0522123456", "+33142685300", "0800123456", "+18002255288"])
    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
    def test_a_landline_is_refused_with_its_reason(self, client, page, number):
        answer = client.post(f"/en/accounts/{page}/", {"phone": number, "login": number, "password1": PASSWORD})
        assert answer.status_code == 422
        assert "give a mobile phone" in answer.content.decode()
        assert not Outbox.objects.exists()

    @pytest.mark.parametrize("number", ["6" * 5000, "+" * 300, "\x00", "²²²²", "٠" * 41, "🙂", "+212", "a@b@c", "@"])
    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset", "login", "password/change"])
    def test_what_is_no_number_is_never_an_error_of_ours(self, client, page, number):
        form = {"phone": number, "email": number, "login": number, "password1": number, "password": number}
        assert client.post(f"/accounts/{page}/", form).status_code in {200, 302, 422, 429}
        assert not User.objects.exists()


class TestNeutral:
    """Who asks does not learn whether there is an account."""

    @pytest.mark.parametrize("to", [PHONE, MAIL])
    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
    def test_the_answer_is_the_same_with_and_without_an_account(self, to, page):
        pages = []
        for known in (False, True):
            wait_a_day()
            if known:
                join(Client(), to)
                Outbox.objects.all().delete()
                wait_a_day()
            client = Client()
            answer = sign_up(client, to) if page == "signup" else ask(client, to, page)
            shown = client.get(answer.url).content.decode()
            wrong = client.post(answer.url, {"code": "0"}).content.decode()
            pages.append((answer.status_code, answer.url, clean(shown), clean(wrong), Outbox.objects.count()))
        assert pages[0] == (*pages[1][:4], pages[0][4])
        assert pages[1][4] == 1

    def test_a_sign_up_with_a_number_that_has_an_account_opens_it_by_the_code(self, client):
        owner = join(Client(), PHONE)
        wait_a_day()
        answer = sign_up(client, PHONE, password=OTHER)
        assert client.post(answer.url, {"code": code_for(PHONE)}).status_code == 302
        assert client.session["_auth_user_id"] == str(owner.pk)
        assert not User.objects.get().check_password(OTHER)

    @pytest.mark.parametrize("page", ["login/code", "password/reset"])
    def test_a_number_without_an_account_gets_a_word_and_no_code(self, client, page):
        answer = ask(client, PHONE, page)
        assert "لا حساب" in last_words(PHONE)
        assert client.post(answer.url, {"code": "000000"}).status_code == 422
        assert not User.objects.exists()


def clean(page):
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


class TestFirstProof:
    """Someone notes another's number with a password of their own, and waits."""

    def squat(self, **over):
        return User.objects.create(password=make_password(OTHER), **over)

    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
    def test_it_drops_the_password_the_sessions_and_the_second_factor(self, client, page):
        squatter = self.squat(phone=PHONE)
        UserSession.objects.create(user=squatter, session_key="x" * 32, ip="192.0.2.1", user_agent="x")
        Authenticator.objects.create(user=squatter, type="totp", data={"secret": "x"})
        answer = sign_up(client, PHONE) if page == "signup" else ask(client, PHONE, page)
        client.post(answer.url, {"code": code_for(PHONE)})
        owner = User.objects.get(phone=PHONE)
        assert client.session["_auth_user_id"] == str(owner.pk)
        assert owner.phone_verified
        assert not owner.check_password(OTHER)
        assert not UserSession.objects.filter(session_key="x" * 32).exists()
        assert not Authenticator.objects.exists()
        assert sign_in(Client(), PHONE, OTHER).status_code == 200
        assert Entry.objects.filter(ref=owner.ref, verb="prove").exists()

    def test_it_drops_the_other_unproven_ways_in(self, client):
        squatter = self.squat(phone=PHONE, email=MAIL)
        EmailAddress.objects.create(user=squatter, email=MAIL, primary=True)
        ask(client, PHONE)
        client.post("/accounts/code/", {"code": code_for(PHONE)})
        assert User.objects.get(phone=PHONE).email is None
        assert not EmailAddress.objects.exists()

    def test_a_claim_beside_a_proven_phone_does_not_lead_into_that_account(self, client):
        squatter = self.squat(phone=PHONE, phone_verified=True, email=MAIL)
        EmailAddress.objects.create(user=squatter, email=MAIL, primary=True)
        owner = join(client, MAIL)
        assert owner.pk != squatter.pk
        squatter.refresh_from_db()
        assert (squatter.email, squatter.phone) == (None, PHONE)
        assert EmailAddress.objects.get(email=MAIL).user_id == owner.pk

    def test_a_password_that_was_proven_with_stays(self):
        user = join(Client(), PHONE)
        proofs.prove(user, proofs.EMAIL, MAIL)
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
        assert (user.email, user.phone) == (MAIL, PHONE)

    def test_a_mail_nobody_proved_opens_nothing_by_password(self, client):
        squatter = self.squat(email=MAIL)
        EmailAddress.objects.create(user=squatter, email=MAIL, primary=True)
        assert sign_in(client, MAIL, OTHER).url == "/accounts/confirm-email/"
        assert client.get("/apply/").status_code == 302


class TestForgotten:
    @pytest.mark.parametrize("to", [PHONE, MAIL])
    def test_a_code_allows_a_new_password_and_ends_the_other_sessions(self, client, to):
        elsewhere = Client()
        user = join(elsewhere, to)
        wait_a_day()
        answer = ask(client, to, "password/reset")
        following = client.post(answer.url, {"code": code_for(to)}).url
        assert following == "/accounts/password/new/"
        assert client.post(following, {"password1": "short"}).status_code == 422
        assert client.post(following, {"password1": OTHER}).status_code == 302
        user.refresh_from_db()
        assert user.check_password(OTHER)
        assert client.get("/apply/").status_code == 200
        assert elsewhere.get("/apply/").status_code == 302
        assert sign_in(Client(), to, OTHER).url == "/door/"

    @pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
    def test_a_code_does_not_pass_by_a_second_factor(self, client, page):
        user = join(Client(), PHONE)
        TOTP.activate(user, generate_totp_secret())
        wait_a_day()
        answer = sign_up(client, PHONE) if page == "signup" else ask(client, PHONE, page)
        assert client.post(answer.url, {"code": code_for(PHONE)}).url.startswith("/accounts/2fa/authenticate/")
        assert client.get("/apply/").status_code == 302
        assert client.get("/accounts/password/new/").url.startswith("/accounts/login/")
        assert Authenticator.objects.filter(user=user).exists()

    def test_without_a_code_the_old_password_is_asked(self, client):
        client.force_login(make_user())
        assert client.get("/accounts/password/new/").url == "/accounts/password/change/"


@pytest.mark.django_db(transaction=True)
def test_one_number_proven_by_four_browsers_at_once_makes_one_account():
    made = together(4, lambda _n: proofs.open_account(proofs.PHONE, PHONE)[0].pk)
    assert len(set(made)) == 1
    assert User.objects.filter(phone=PHONE).count() == 1


def test_sixty_four_copies_of_one_session_have_five_tries_together():
    code = (proof := codes.Proof("sign-in", "phone", "+212612345678")).renew()
    wrong = "000000" if code != "000000" else "111111"
    copies = [codes.Proof(**vars(proof)) for _n in range(64)]
    assert not any(copy.accepts(wrong) for copy in copies)
    assert not codes.Proof(**vars(proof)).accepts(code)
    assert proof.accepts(proof.renew())
