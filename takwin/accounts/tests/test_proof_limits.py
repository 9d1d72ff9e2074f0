"""Codes for another phone or e-mail: nobody uses up those of somebody else's number, and a refusal says its length."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from takwin.accounts.tests.enter import code_for
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.models import Outbox

pytestmark = pytest.mark.django_db
NUMBER = "+212612345699"
MAIL = "owner@example.net"
WAYS = [
    ("/accounts/phone/change/", {"phone": NUMBER}),
    ("/accounts/email/", {"action_add": "1", "email": MAIL}),
]


@pytest.fixture
def no_pause(settings):
    """Without the 30 seconds between two codes; the limits of the hour and the day stay."""
    settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {
        "proof_sent_by": "5/h/key,10/d/key",
        "manage_email": "",
        "change_phone": "",
    }


def enter(email, address, **over):
    """A browser at an address, signed in with the password given again."""
    browser = Client(REMOTE_ADDR=address)
    make_user(email, **over)
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.mark.parametrize(("path", "form"), WAYS)
class TestOthersNumber:
    def test_an_account_shuts_out_neither_another_one_nor_its_own_network(self, no_pause, path, form):
        stranger = enter("s@example.org", "198.51.100.7")
        answers = [stranger.post(path, form).status_code for _n in range(12)]
        assert answers == [302] * 5 + [429] * 7
        moved = [stranger.post(path, form, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(9)]
        assert set(moved) == {429}  # the same account from elsewhere
        for email, address in (("o@example.org", "203.0.113.9"), ("n@example.org", "198.51.100.7")):
            assert enter(email, address).post(path, form).status_code == 302

    def test_many_accounts_do_not_flood_a_number_and_leave_the_sign_in(self, no_pause, path, form):
        to = form.get("phone") or form["email"]
        sent = 0
        for n in range(8):
            browser = enter(f"s{n}@example.org", f"198.51.100.{n}")
            sent += sum(browser.post(path, form).status_code == 302 for _try in range(5))
        assert sent == 20
        asked = Client().post("/accounts/login/code/", {"login": to}, REMOTE_ADDR="203.0.113.9")
        assert asked.status_code == 302

    def test_the_wait_is_true_for_who_never_asked_before(self, settings, path, form):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"proof_sent": "1/20h/key"}
        assert enter("s@example.org", "198.51.100.7").post(path, form).status_code == 302
        answer = enter("o@example.org", "203.0.113.9").post(f"/fr{path}", form)
        assert answer.status_code == 429
        assert 71_900 <= int(answer["Retry-After"]) <= 72_000
        assert "20 heures" in answer.content.decode()


def test_the_browser_of_the_numbers_own_account_has_its_own_room(no_pause):
    for n in range(5):
        stranger = enter(f"s{n}@example.org", f"198.51.100.{n}")
        for _try in range(5):
            stranger.post("/accounts/phone/change/", {"phone": NUMBER})
    for claimed, code in ((None, 429), (NUMBER, 302)):
        owner = enter(f"o{code}@example.org", "203.0.113.9", phone=claimed)
        assert owner.post("/accounts/phone/change/", {"phone": NUMBER, "action": "verify"}).status_code == code


def test_sending_again_says_the_true_wait_and_keeps_the_code(client, settings):
    user = make_user("o@example.org", phone=NUMBER, phone_verified=False)
    EmailAddress.objects.filter(user=user).delete()
    assert client.post("/accounts/login/", {"login": NUMBER, "password": PASSWORD}).url == "/accounts/phone/verify/"
    settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {"proof_sent_by": "1/2h/key"}
    client.post("/accounts/phone/verify/", {"action": "resend"})
    assert Outbox.objects.filter(to=NUMBER).count() == 2
    again = client.post("/fr/accounts/phone/verify/", {"action": "resend"}, follow=True).content.decode()
    assert "2 heures" in again
    client.post("/accounts/phone/verify/", {"code": code_for(NUMBER)})
    user.refresh_from_db()
    assert user.phone_verified
