"""Sign-in: by password, by a code sent to a phone; staff with a second factor."""

import re

import pytest

from takwin.accounts.adapter import tidy_phone
from takwin.accounts.models import User
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.models import Outbox
from takwin.core.tests.gateway import last_sms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("06 12 34 56 78", "+212612345678"), ("+33612345678", "+33612345678"), ("123", None), ("هاتف", None)],
)
def test_numbers_without_a_country_are_moroccan(typed, kept):
    assert tidy_phone(typed) == kept


def test_a_phone_alone_makes_an_account_and_the_code_travels_by_sms(client, capsys):
    answer = client.post("/accounts/signup/", {"phone": "0612345678", "email": "", "password1": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    message = Outbox.objects.get()
    assert (message.to, message.state, message.body) == ("+212612345678", "sent", "")
    body = last_sms("+212612345678")
    code = re.search(r"[0-9]{6}", body).group()
    assert client.post(answer.url, {"code": code}).status_code == 302
    user = User.objects.get(phone="+212612345678")
    assert user.phone_verified
    assert client.get("/apply/").status_code == 200
    assert body in capsys.readouterr().out


def test_neither_phone_nor_mail_is_refused(client):
    answer = client.post("/accounts/signup/", {"phone": "", "email": "", "password1": PASSWORD})
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_a_password_opens_the_door_and_a_wrong_one_does_not(client):
    make_user("staff@example.org", "national")
    wrong = client.post("/accounts/login/", {"login": "staff@example.org", "password": "wrong"})
    assert wrong.status_code == 200
    right = client.post("/accounts/login/", {"login": "staff@example.org", "password": PASSWORD})
    assert right.url == "/door/"
    assert client.get("/door/").url == "/desk/"


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client, settings):
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(make_user("staff@example.org", "national"))
    assert client.get("/desk/").url == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/apply/").status_code == 200


def test_a_second_factor_by_totp_opens_the_desk(client, settings):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.STAFF_SECOND_FACTOR = True
    user = make_user("staff@example.org", "national")
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    assert client.get("/desk/").status_code == 200
