"""The second of everything: a class that joins from one address within two minutes, by phone alone, and applies; forms
whose session ended; a programme pressed by a stranger; what stays after a sign-out. Real limits are on."""

from __future__ import annotations

import pytest
from django.test import Client

from takwin.accounts.models import User
from takwin.accounts.tests.enter import code_for, join, sign_up
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.admissions.models import Application, Wish
from takwin.core.models import Outbox
from takwin.offer.tests.make import make_offering, make_season
from takwin.territory.models import Area

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CLASS = 30


@pytest.fixture
def offering():
    return make_offering(make_season(), centre="ismss-meknes")


def identity(n):
    return {
        "given_name": "سلمى", "family_name": f"أمزيان {'ابتثجحخدذر'[n % 10]}", "sex": "female",
        "born_on": f"2005-03-{1 + n % 28:02}", "commune": Area.objects.communes().first().code,
    }  # fmt: skip


SCHOOLING = {"schooling": "bac", "average": "14", "stream": "life-sciences", "diploma": "none"}


def apply(client, offering, n):
    """From the first step to the receipt, with the programme that was pressed before the sign-up."""
    assert client.post("/apply/", identity(n)).status_code == 302
    answer = client.post("/apply/schooling/", SCHOOLING)
    assert answer.status_code == 302, answer.content.decode()
    assert client.post("/apply/move/submit/").status_code == 302


def test_thirty_people_of_one_class_join_and_apply_from_one_address_within_two_minutes(offering, monkeypatch):
    """Limits read the clock: two minutes pass for the whole class, four seconds a person."""
    from allauth.core.internal import ratelimit

    begun, now = 1_800_000_000.0, [1_800_000_000.0]
    monkeypatch.setattr(ratelimit.time, "time", lambda: now[0])
    for n in range(CLASS):
        client, phone = Client(REMOTE_ADDR="192.0.2.1"), f"+2126123456{n:02}"
        answer = client.post("/apply/wishes/keep/", {"offering": offering.ref})
        assert answer.url.startswith("/accounts/signup/?next=")
        assert sign_up(client, phone, next="/apply/wishes/").status_code == 302
        assert client.post("/accounts/code/", {"code": code_for(phone)}).url == "/apply/wishes/"
        apply(client, offering, n)
        now[0] += 4
    assert now[0] - begun <= 120
    assert User.objects.filter(phone_verified=True, email=None).count() == CLASS
    assert Application.objects.filter(state="submitted").count() == CLASS
    assert Wish.objects.filter(offering=offering).count() == CLASS
    assert Outbox.objects.filter(about="sign-in").count() == CLASS


class TestEndedSession:
    def test_a_form_leads_to_sign_in_and_back_to_its_page(self, client, offering):
        make_user("a@example.org")
        page = "http://testserver/fr/apply/wishes/"
        answer = client.post("/fr/apply/move/submit/", headers={"Referer": page})
        assert answer.url == "/fr/accounts/login/?next=/fr/apply/wishes/"
        shown = client.get(answer.url)
        assert "Votre session était terminée" in shown.content.decode()
        login = {"login": "a@example.org", "password": PASSWORD, "next": "/fr/apply/wishes/"}
        following = client.post("/fr/accounts/login/", login, follow=True)
        assert following.status_code == 200

    @pytest.mark.parametrize("came_from", ["", "https://evil.example/apply/", "http://testserver/nowhere/"])
    def test_without_a_page_of_ours_it_leads_to_ones_own_space(self, client, came_from):
        answer = client.post("/apply/move/submit/", headers={"Referer": came_from})
        assert answer.url == "/accounts/login/?next=/door/"

    def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(self, client):
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/apply/wishes/"}
        answer = client.post("/apply/wishes/move/", headers=headers)
        assert answer["HX-Redirect"] == "/accounts/login/?next=/apply/wishes/"

    def test_on_a_shared_device_it_ends_without_a_page_for_a_while(self, settings, offering):
        shared, own = Client(), Client()
        for client, number, box in ((shared, "+212612345601", {"shared": "on"}), (own, "+212612345602", {})):
            join(client, number, **box)
            assert client.get("/apply/").status_code == 200
            session = client.session
            assert session.get_expire_at_browser_close()
            session["seen_at"] = session.get("seen_at", 0) - settings.SHARED_DEVICE_IDLE - 5
            session.save()
        assert shared.get("/apply/").status_code == 302
        assert own.get("/apply/").status_code == 200


class TestAfterwards:
    @pytest.mark.parametrize("path", ["/", "/apply/", "/accounts/", "/accounts/sessions/", "/programmes/"])
    def test_what_is_read_signed_in_is_stored_nowhere(self, client, offering, path):
        client.force_login(make_user())
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        page = answer.content.decode()
        assert 'action="/accounts/logout/"' in page
        assert 'href="/accounts/"' in page
        client.post("/accounts/logout/")
        assert "Cache-Control" not in client.get("/programmes/")
        assert client.get("/accounts/").status_code == 302

    def test_the_desk_has_the_same(self, client):
        client.force_login(make_user("n@example.org", "national"))
        page = client.get("/desk/").content.decode()
        assert 'action="/accounts/logout/"' in page
        assert 'href="/accounts/"' in page


LANGUAGES = [("", "ar", "rtl"), ("/fr", "fr", "ltr"), ("/en", "en", "ltr")]


@pytest.mark.parametrize(("prefix", "language", "direction"), LANGUAGES, ids=["ar", "fr", "en"])
class TestErrorPages:
    """In the reader's language and direction, with the way back."""

    def look(self, answer, status, language, direction, back=""):
        page = answer.content.decode()
        assert answer.status_code == status
        assert f'lang="{language}" dir="{direction}"' in page
        assert "ui/app.css" in page
        assert f'href="{back}"' in page

    def test_an_old_page(self, prefix, language, direction):
        strict = Client(enforce_csrf_checks=True)
        back = f"{prefix}/accounts/login/"
        answer = strict.post(back, {}, headers={"Referer": f"http://testserver{back}"})
        self.look(answer, 403, language, direction, back)

    def test_an_address_that_takes_only_forms(self, client, prefix, language, direction):
        client.force_login(make_user())
        back = f"{prefix}/apply/wishes/"
        answer = client.get(f"{prefix}/apply/move/submit/", headers={"Referer": f"http://testserver{back}"})
        self.look(answer, 405, language, direction, back)
        assert answer["Allow"] == "POST"

    def test_nothing_there(self, client, prefix, language, direction):
        self.look(client.get(f"{prefix}/nowhere/"), 404, language, direction, f"{prefix}/")

    def test_a_fault_of_ours_asks_the_database_nothing(
        self, client, prefix, language, direction, monkeypatch, django_assert_num_queries
    ):
        from takwin.web.views import errors

        request = type("Request", (), {"method": "GET", "path": f"{prefix}/apply/", "path_info": f"{prefix}/apply/"})()
        request.COOKIES, request.META = {}, {}
        with django_assert_num_queries(0):
            answer = errors.broken(request)
        self.look(answer, 500, language, direction, f"{prefix}/apply/")
