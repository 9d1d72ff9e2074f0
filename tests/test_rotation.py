"""The secret key is rotated: what was marked with the former one is read until that one leaves the environment."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import reverse

from takwin.accounts import codes
from takwin.accounts.codes import Proof, Purpose
from takwin.accounts.tests.enter import code_for, join
from takwin.admissions import services, tokens
from takwin.admissions.tests.make import make_submitted
from takwin.admissions.views.receipt import check_url
from takwin.core import form_keys
from takwin.core.tests.gateway import last_sms
from takwin.guidance.services import is_code, send_code
from takwin.guidance.tests.make import make_client, make_slot
from takwin.guidance.tokens import token
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db
NEW = "the-secret-of-today-" + "n" * 40
# Where the secret is asked for by name: one place for marks and digests, the ring of the columns, and the key file.
ASKS = {"core/tokens.py", "core/keys.py", "core/backup_keys.py"}


@pytest.fixture
def rotate(settings):
    """Change the secret, as an operator does; with `forget`, the former one has left."""
    former = settings.SECRET_KEY

    def change_secret(*, forget=False):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [] if forget else [former]

    return change_secret


@pytest.fixture
def application():
    season = make_season()
    return make_submitted(season, "c@example.org", [make_offering(season)])


class TestAddresses:
    def test_of_a_booking(self, client, rotate):
        from takwin.guidance import services as guidance

        row = guidance.book(make_slot(), client=make_client("+212612345678"))
        address = reverse("guidance:appointment", args=[token(row.ref)])
        rotate()
        assert client.get(address).status_code == 200
        rotate(forget=True)
        assert client.get(address).status_code == 404

    def test_of_a_result_and_a_receipt(self, client, rotate, application):
        signed, receipt = tokens.token(application.ref), check_url(application).removeprefix(house.SITE_URL)
        rotate()
        assert tokens.read(signed) == application.ref
        assert client.get(receipt).status_code == 200
        rotate(forget=True)
        assert tokens.read(signed) is None
        assert client.get(receipt).status_code == 404

    def test_new_ones_are_made_with_the_secret_of_today(self, rotate, application):
        before = tokens.token(application.ref)
        rotate()
        made = tokens.token(application.ref)
        assert made != before
        rotate(forget=True)
        assert tokens.read(made) == application.ref


class TestUnderWay:
    def test_a_code_that_was_sent_is_still_right(self, rotate):
        proof = Proof(str(Purpose.SIGN_IN), "phone", "+212612345678")
        code = proof.renew()
        kept = send_code("+212612345678", language="ar")
        booking = last_sms("+212612345678").split()[-1].strip(".")
        rotate()
        assert proof.accepts(code)
        assert is_code("+212612345678", booking, kept)

    def test_nobody_is_signed_out_and_a_known_browser_stays_known(self, rotate):
        own = Client()
        join(own, "+212612345678")
        rotate()
        assert own.get("/apply/").status_code == 200
        own.post("/accounts/logout/")
        for n in range(25):
            Client().post("/accounts/login/code/", {"login": "+212612345678"}, REMOTE_ADDR=f"192.0.2.{n}")
        assert own.post("/accounts/login/code/", {"login": "+212612345678"}).status_code == 302
        assert own.post("/accounts/code/", {"code": code_for("+212612345678")}).status_code == 302

    def test_a_form_sent_twice_around_it_makes_one_thing(self, rotate):
        def send():
            contents = form_keys.contents_of([], {"name": "x"})
            return form_keys.make_once("k" * 32, form="f", owner="o", contents=contents, make=lambda: 1)

        assert send() == (1, False)
        rotate()
        assert send() == (None, True)

    def test_numbers_of_a_season_stay(self, rotate, application):
        before = services.number(application.season, application.ref)
        rotate()
        assert services.number(application.season, application.ref) == before

    def test_a_salt_or_a_purpose_is_no_other(self, rotate):
        assert not codes.fits_digest("a", "x", codes.digests_of("b", "x")[0])


def test_the_secret_is_asked_for_in_one_place():
    """Else a new use forgets the former secrets; what is only kept to be compared by nobody needs none."""
    found = set()
    for path in (house.BASE_DIR / "takwin").rglob("*.py"):
        if "migrations" in path.parts or "tests" in path.parts or "config" in path.parts:
            continue
        names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        names |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if names & {"SECRET_KEY", "salted_hmac"}:
            found.add(Path(path).relative_to(house.BASE_DIR / "takwin").as_posix())
    assert found - ASKS == {"certification/diploma_facts.py"}
