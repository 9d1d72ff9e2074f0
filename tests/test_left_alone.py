"""A session left alone: its forms lead back to their page, account pages go on, and no cache gets a cookie."""

from __future__ import annotations

import pytest
from django.test import Client

from takwin.accounts.kept_forms import OWNER
from takwin.accounts.models import KeptForm
from takwin.accounts.tests.enter import join
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.guidance.tests.make import make_slot
from tests.fuzz import routes

pytestmark = pytest.mark.django_db
NUMBER = "+212612345601"


def shift(client, seconds):
    session = client.session
    session["seen_at"] = session.get("seen_at", session["signed_in_at"]) - seconds
    session.save()


@pytest.fixture
def idle(settings):
    """A shared device whose reader went away."""
    client = Client()
    join(client, NUMBER, shared="on")
    client.get("/accounts/")
    shift(client, settings.SHARED_DEVICE_IDLE + 5)
    return client


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_words_of_a_public_form_come_back_to_it(idle, prefix):
    page = f"/guidance/book/{make_slot().ref}/"
    form = {"name": "سلمى أمزيان", "phone": "0612345698", "note": "بعد الظهر"}
    answer = idle.post(f"{prefix}{page}", form, headers={"Referer": f"http://testserver{prefix}{page}"})
    assert answer.url == f"{prefix}/accounts/login/?next={prefix}{page}"
    assert "سلمى" in KeptForm.objects.get().body
    login = {"login": NUMBER, "password": PASSWORD, "next": f"{prefix}{page}"}
    shown = idle.post(f"{prefix}/accounts/login/", login, follow=True).content.decode()
    assert "سلمى أمزيان" in shown


def test_a_pressed_button_leads_back_to_its_page(idle):
    page = "http://testserver/centres/"
    answer = idle.post("/apply/wishes/keep/", {"programme": "x"}, headers={"Referer": page})
    assert answer.url == "/accounts/login/?next=/centres/"
    assert "sessionid" not in idle.cookies or not idle.cookies["sessionid"].value


def test_a_fragment_leads_the_whole_page_there(idle):
    answer = idle.post("/apply/wishes/keep/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/accounts/login/?next=/")


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_sign_in_goes_on(idle, prefix):
    answer = idle.post(f"{prefix}/accounts/login/", {"login": NUMBER, "password": PASSWORD})
    assert answer.status_code == 302
    assert "/login" not in answer.url
    assert idle.get("/accounts/").status_code == 200


def test_the_sign_up_and_the_codes_go_on(idle):
    answer = idle.post("/accounts/signup/", {"phone": "0612345697", "password1": PASSWORD})
    assert answer.url == "/accounts/code/"


@pytest.mark.parametrize("flushed", [False, True])
def test_the_sign_out_forgets_whose_browser_it_was(idle, flushed):
    if flushed:
        idle.session.flush()
    assert idle.cookies[OWNER].value
    answer = idle.post("/accounts/logout/")
    assert "/login" not in answer.url
    assert not idle.cookies[OWNER].value


def test_a_forged_sign_out_forgets_nothing(idle):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = idle.cookies
    assert strict.post("/accounts/logout/").status_code == 403
    assert strict.cookies[OWNER].value


@pytest.mark.parametrize("idle_for", [120, 86_000])
def test_no_answer_for_every_cache_carries_a_cookie(idle_for):
    make_user("n@example.org", "national")
    shared = 0
    client = Client()
    for _name, route in routes():
        if "<" in route:
            continue
        if "_auth_user_id" not in client.session:
            client.post("/accounts/login/", {"login": "n@example.org", "password": PASSWORD})
            client.get("/desk/")
        if "seen_at" in client.session:
            shift(client, idle_for)
        answer = client.get(route)
        if "public" in answer.get("Cache-Control", ""):
            shared += 1
            assert not answer.cookies, route
    assert shared or idle_for > 120


def test_a_busy_person_reads_what_caches_keep_and_work_is_noted_on_pages():
    make_user("n@example.org", "national")
    client = Client()
    client.post("/accounts/login/", {"login": "n@example.org", "password": PASSWORD})
    client.get("/desk/")
    shift(client, 120)
    before = client.session["seen_at"]
    answer = client.get("/api/v1/centres")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert client.session["seen_at"] == before
    client.get("/desk/")
    assert client.session["seen_at"] > before
