"""A form whose session had ended: its author finds it as typed after the sign-in, and nobody else ever does."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from takwin.accounts.kept_forms import KEPT, MOST_BYTES, MOST_FORMS, MOST_OF_ACCOUNT, OWNER, delete_expired_forms
from takwin.accounts.models import KeptForm
from takwin.accounts.tests.enter import join
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.admissions.models import Application
from takwin.offer.tests.make import make_offering, make_season
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
TYPED = {"given_name": "سلمى", "family_name": "أمزيان", "sex": "female", "born_on": "2005-03-09"}


class _Values(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.values, self.select = {}, ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "select":
            self.select = found.get("name", "")
        elif tag == "option" and "selected" in found:
            self.values[self.select] = found.get("value")
        elif tag == "input" and found.get("name") and (found.get("type") != "radio" or "checked" in found):
            self.values[found["name"]] = found.get("value", "")


def cells(answer):
    return _Values(answer.content.decode()).values


@pytest.fixture
def offering():
    return make_offering(make_season(), centre="ismss-meknes")


def typed(**more):
    return TYPED | {"commune": Area.objects.communes().first().code} | more


def end_sessions():
    Session.objects.all().delete()


def send(client, prefix="", **more):
    """The POST of a form on its own page, as a browser sends it."""
    path = f"{prefix}/apply/"
    return client.post(path, typed(**more), headers={"Referer": f"http://testserver{path}"})


def open_page(client, email="a@example.org"):
    """Signed in by password, with the page of the form open."""
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert client.get("/apply/").status_code == 200


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_its_author_finds_it_in_the_form_and_it_is_not_sent(client, offering, prefix):
    make_user()
    open_page(client)
    end_sessions()
    answer = send(client, prefix)
    assert answer.url == f"{prefix}/accounts/login/?next={prefix}/apply/"
    login = {"login": "a@example.org", "password": PASSWORD, "next": "/fr/apply/"}
    shown = client.post("/fr/accounts/login/", login, follow=True)
    assert "Ce que vous aviez saisi avant la fin de votre session est de nouveau" in shown.content.decode()
    assert {name: cells(shown)[name] for name in TYPED} == TYPED
    assert cells(shown)["commune"] == typed()["commune"]
    assert not Application.objects.exists()
    assert cells(client.get("/apply/"))["given_name"] == "سلمى"  # the page was lost on its way: it is loaded again
    assert send(client).status_code == 302
    assert not KeptForm.objects.exists()


def test_somebody_else_at_the_same_machine_finds_an_empty_form(client, offering):
    make_user()
    make_user("b@example.org")
    open_page(client)
    end_sessions()
    send(client)
    open_page(client, "b@example.org")
    page = client.get("/apply/")
    assert "سلمى" not in page.content.decode()
    assert not cells(page)["given_name"]
    client.post("/accounts/logout/")
    open_page(client)
    assert not cells(client.get("/apply/"))["given_name"]  # the sign-out by hand of the second erased it


def test_the_author_on_another_machine_finds_an_empty_form(client, offering):
    make_user()
    open_page(client)
    end_sessions()
    send(client)
    elsewhere = Client()
    open_page(elsewhere)
    assert not cells(elsewhere.get("/apply/"))["given_name"]


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "1"])
def test_nothing_is_kept_for_a_browser_that_nobody_signed_in_with(client, offering, cookie):
    make_user()
    if cookie is not None:
        client.cookies[OWNER] = cookie
    send(client)
    assert not KeptForm.objects.exists()
    assert KEPT not in client.cookies


def test_nothing_is_kept_after_a_sign_out_by_hand(client, offering):
    make_user()
    open_page(client)
    client.post("/accounts/logout/")
    send(client)
    assert not KeptForm.objects.exists()


def test_no_secret_no_file_and_nothing_long_is_kept(client, offering):
    make_user()
    open_page(client)
    end_sessions()
    send(
        client,
        password1="the-password",
        api_token="the-token",
        code="123456",
        contribution="the-share",
        csrfmiddlewaretoken="x" * 64,
    )
    row = KeptForm.objects.get()
    assert not [
        secret for secret in ("the-password", "the-token", "123456", "the-share", "xxxx") if secret in row.body
    ]
    assert "سلمى" in row.body
    KeptForm.objects.all().delete()
    send(client, note="ع" * MOST_BYTES)
    client.post("/accounts/password/change/", {"oldpassword": "a", "note": "b"})
    client.post("/apply/move/submit/", {})
    assert not KeptForm.objects.exists()


def test_it_is_kept_an_hour_ten_minutes_once_shown_and_swept(client, offering):
    make_user()
    open_page(client)
    end_sessions()
    send(client)
    left = KeptForm.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    open_page(client)
    assert KeptForm.objects.get().expires_at - timezone.now() <= timedelta(minutes=10)
    KeptForm.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not cells(client.get("/apply/"))["given_name"]
    assert delete_expired_forms() == 1


def test_it_is_cipher_text_in_the_database(client, offering):
    from django.db import connection

    make_user()
    open_page(client)
    end_sessions()
    send(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM accounts_keptform")
        assert "given_name" not in cursor.fetchone()[0]


def test_two_tabs_each_find_their_own(client, offering):
    user = make_user()
    open_page(client)
    end_sessions()
    send(client)
    page = "http://testserver/apply/schooling/"
    client.post("/apply/schooling/", {"average": "13.25"}, headers={"Referer": page})
    for number in range(MOST_FORMS - 2):
        client.post("/apply/schooling/", {"average": f"1{number}"}, headers={"Referer": f"{page}?tab={number}"})
    send(client)
    assert KeptForm.objects.filter(user=user).count() == MOST_FORMS
    open_page(client)
    assert cells(client.get("/apply/"))["given_name"] == "سلمى"
    client.post("/apply/", typed())
    assert cells(client.get("/apply/schooling/"))["average"] == "13.25"


def test_whoever_sits_at_the_browser_pushes_out_nothing_of_its_author(client, offering):
    make_user()
    open_page(client)
    end_sessions()
    send(client)
    page = "http://testserver/apply/schooling/"
    for number in range(3 * MOST_FORMS):
        client.post("/apply/schooling/", {"average": f"1{number}"}, headers={"Referer": f"{page}?tab={number}"})
    assert KeptForm.objects.count() == MOST_FORMS
    bare = Client()  # the cookie of the owner alone
    for number in range(MOST_OF_ACCOUNT):
        bare.cookies.pop(KEPT, None)
        bare.cookies[OWNER] = client.cookies[OWNER].value
        bare.post("/apply/schooling/", {"average": f"1{number}"}, headers={"Referer": page})
    assert KeptForm.objects.count() == MOST_OF_ACCOUNT
    open_page(client)
    assert cells(client.get("/apply/"))["given_name"] == "سلمى"


def test_on_a_shared_device_it_comes_back_to_its_author_alone(settings, offering):
    client, number = Client(), "+212612345601"
    join(client, number, shared="on")
    client.get("/apply/")
    assert not client.cookies[OWNER]["max-age"]  # ends with the browser, as the session does
    session = client.session
    session["seen_at"] = session.get("seen_at", 0) - settings.SHARED_DEVICE_IDLE - 5
    session.save()
    assert send(client).status_code == 302
    make_user("b@example.org")
    open_page(client, "b@example.org")
    assert not cells(client.get("/apply/"))["given_name"]
    session = client.session
    session.flush()  # the second person's session ends too
    open_page(client, number)
    assert cells(client.get("/apply/"))["given_name"] == "سلمى"


def test_a_desk_left_alone_keeps_what_was_typed(client, settings):
    make_user("n@example.org", "national")
    client.post("/accounts/login/", {"login": "n@example.org", "password": PASSWORD})
    assert client.get("/desk/roles/").status_code == 200
    session = client.session
    session["seen_at"] -= 60 * settings.STAFF_IDLE_MINUTES + 5
    session.save()
    page = "http://testserver/desk/roles/"
    answer = client.post("/desk/roles/", {"do": "give", "reason": "Newly appointed"}, headers={"Referer": page})
    assert answer.url == "/accounts/login/?next=/desk/roles/"
    assert "Newly appointed" in KeptForm.objects.get().body


def test_a_page_older_than_another_sign_in_shows_the_words_to_copy_and_fills_no_form(offering):
    strict = Client(enforce_csrf_checks=True)
    ours = {"Origin": "http://testserver", "Referer": "http://testserver/apply/"}
    answer = strict.post("/apply/", typed(password1="the-password"), headers=ours)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "أمزيان" in page
    assert "the-password" not in page
    for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        assert "أمزيان" not in strict.post("/apply/", typed(), headers=origin).content.decode()
