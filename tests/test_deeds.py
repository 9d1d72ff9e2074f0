"""What waits for the password: each deed its own, done once, and never another in its place."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.models import Session
from django.test import Client

from takwin.accounts.deeds import MOST_BYTES, MOST_DEEDS
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.admissions.models import Contribution
from takwin.certification.models import Diploma
from takwin.certification.tests.make import make_diploma
from takwin.offer.tests.make import make_season

pytestmark = pytest.mark.django_db
REVOKE = {"do": "revoke_diploma", "reason": "fraud", "words": "Found to be forged"}
SUSPEND = {"do": "suspend_diploma", "reason": "error"}


@pytest.fixture
def desk(settings):
    settings.STAFF_PROVE_AGAIN = True
    make_user("boss@example.org", "national")
    client = Client()
    client.post("/accounts/login/", {"login": "boss@example.org", "password": PASSWORD})
    return client


@pytest.fixture
def row():
    return make_diploma("14", "15")


def press(client, row, form, query=""):
    answer = client.post(f"/desk/diplomas/{row.ref}/{query}", form)
    assert answer.url.startswith("/accounts/reauthenticate/")
    return answer.url


def prove(client, page):
    return client.post(page, {"password": PASSWORD})


def state(row):
    row.refresh_from_db()
    return row.state


def text(client, answer):
    return client.get(answer.url).content.decode()


def test_of_two_windows_each_password_does_its_own(desk, row):
    first, second = press(desk, row, REVOKE), press(desk, row, SUSPEND)
    assert first != second
    assert prove(desk, first).status_code == 302
    assert state(row) == "revoked"


def test_the_second_window_is_done_by_its_own_key_after_the_first(desk, row):
    other = Diploma.objects.exclude(pk=row.pk).get()
    first, second = press(desk, row, SUSPEND), press(desk, other, REVOKE)
    prove(desk, first)
    assert (state(row), state(other)) == ("suspended", "live")
    prove(desk, second)
    assert (state(row), state(other)) == ("suspended", "revoked")


@pytest.mark.parametrize("query", ["?page=2", "?page=2&q=%D8%B3%20%26", "?deed=x"])
def test_an_address_with_a_query(desk, row, query):
    assert prove(desk, press(desk, row, REVOKE, query)).status_code == 302
    assert state(row) == "revoked"


def test_what_is_posted_lies_in_no_session_in_clear(desk):
    """A contribution to a draw is secret until its value is public; sessions are rows of the database."""
    season = make_season()
    path, contribution = f"/desk/allocation/draw/{season.code}/", "0123456789abcdef" * 4
    page = desk.post(path, {"contribution": contribution, "seen": "", "source": "drand"}).url
    assert page.startswith("/accounts/reauthenticate/")
    kept = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert path in kept
    assert contribution not in kept
    assert desk.cookies["sessionid"].value not in kept
    prove(desk, page)
    assert Contribution.objects.get().secret == contribution


def test_a_deed_of_other_keys_is_not_done(desk, row, settings):
    page = press(desk, row, REVOKE)
    session = desk.session
    for deed in session["suspended_deeds"].values():
        deed["request"] = deed["request"][:-8] + "AAAAAAA="
    session.save()
    assert prove(desk, page).status_code == 302
    assert state(row) == "live"


def test_a_wrong_password_between_does_no_other(desk, row):
    first, second = press(desk, row, REVOKE), press(desk, row, SUSPEND)
    assert desk.post(first, {"password": "wrong"}).status_code == 200
    assert state(row) == "live"
    prove(desk, second)
    assert state(row) == "suspended"


def test_a_deed_is_done_once_and_the_second_press_says_so(desk, row):
    page = press(desk, row, SUSPEND)
    prove(desk, page)
    desk.post(f"/desk/diplomas/{row.ref}/", {"do": "restore"})
    assert state(row) == "live"
    answer = prove(desk, page)
    assert "deed" not in answer.url
    assert "اضغط من جديد" in text(desk, answer)
    assert state(row) == "live"


def test_the_oldest_makes_room_and_says_so(desk, row):
    pages = [press(desk, row, SUSPEND)] + [press(desk, row, REVOKE) for _n in range(MOST_DEEDS)]
    answer = prove(desk, pages[0])
    assert answer.url == f"/desk/diplomas/{row.ref}/"
    assert "اضغط من جديد" in text(desk, answer)
    assert state(row) == "live"
    prove(desk, pages[-1])
    assert state(row) == "revoked"


def test_what_is_too_long_is_not_kept_and_says_so(desk, row):
    page = press(desk, row, REVOKE | {"words": "x" * MOST_BYTES})
    assert "suspended_deeds" not in desk.session
    assert "اضغط من جديد" in text(desk, prove(desk, page))


def test_an_address_without_its_key_does_none(desk, row):
    press(desk, row, REVOKE)
    path = f"/desk/diplomas/{row.ref}/"
    answer = desk.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": path})
    assert answer.url == path
    assert "اضغط من جديد" in text(desk, answer)
    assert state(row) == "live"


def test_a_key_of_another_session_does_none_and_leads_nowhere_else(desk, row):
    page = press(desk, row, REVOKE)
    other = Client()
    other.post("/accounts/login/", {"login": "boss@example.org", "password": PASSWORD})
    prove(other, page)
    assert state(row) == "live"
    away = other.post(
        "/accounts/reauthenticate/?next=https%3A%2F%2Fevil.example%2F%3Fdeed%3Dx", {"password": PASSWORD}
    )
    assert "evil" not in away.url


def test_the_key_stays_through_the_page_in_another_way_of_proof(desk, row):
    user = make_user("totp@example.org", "national")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    client = Client()
    client.force_login(user)
    page = press(client, row, REVOKE)
    shown = client.get(page).content.decode()
    following = parse_qs(urlsplit(page).query)["next"][0]
    assert following.replace("&", "&amp;") in shown
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    client.post("/accounts/2fa/reauthenticate/", {"code": code, "next": following})
    assert state(row) == "revoked"
