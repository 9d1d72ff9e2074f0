"""A page that is read changes nothing: a browser fetches ahead, a phone loads again what it showed before, a filter
of mail follows links. What a GET may write is listed here, each with its reason."""

from __future__ import annotations

import re
from collections import defaultdict
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import resolve

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application, Wish
from takwin.admissions.tests.make import make_application
from takwin.offer.tests.make import make_offering, make_season
from takwin.people.services import consent
from tests.fuzz import Fuzz, Visitor
from tests.fuzz_world import make_world
from tests.test_fuzz import AGAIN, starts

pytestmark = pytest.mark.django_db
WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)

ANYWHERE = {
    "django_session": "who is there, and when: the watch over sessions; what a visitor chose",
    "accounts_user": "the language of the pages somebody reads, for their messages: `note_language`, once a change",
    "core_entry": "the journal of readings: who opened whose file",
}
OF_EACH = (
    "/guidance/about/",
    "/guidance/advice/",
    "/guidance/appointments/",
    "/apply/",
    "/apply/wishes/",
    "/accounts/",
)
ALLOWED: dict[tuple[str, str], str] = {
    ("guidance:advice", "guidance_advice"): "what a visitor was shown, once while it stays the same: showing makes it",
    ("guidance:advice", "guidance_client"): "whose advice that is",
    ("certification:shared", "certification_share"): "how often the address was opened, for whoever gave it away",
}


class Watched(Fuzz):
    """A crawl that notes which tables each GET wrote to."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[tuple[str, str], set[str]] = defaultdict(set)

    def send(self, visitor, method, path, *args, **more):
        statements: list[str] = []

        def note(execute, sql, *rest):
            statements.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            answer = super().send(visitor, method, path, *args, **more)
        for sql in statements:
            if found := WRITE.match(sql):
                self.written[resolve(urlsplit(path).path).view_name, found[1]].add(path)
        return answer


def test_no_page_that_is_read_changes_anything():
    world = make_world()
    with Watched() as crawl:
        for name, account in world["visitors"].items():  # each meets the pages of all once, and its own again
            visitor = Visitor(account)
            crawl.crawl(visitor, [*world["starts"], *starts()], AGAIN.get(name, ""))
            for path in OF_EACH:
                crawl.send(visitor, "GET", path, "")
    read, written = len(crawl.addresses), crawl.written
    found = {key: sorted(paths)[0] for key, paths in written.items() if key not in ALLOWED and key[1] not in ANYWHERE}
    assert found == {}
    assert read >= 150
    assert ALLOWED.keys() <= written.keys()  # what is written no more is allowed no more


class TestProgrammeChosenBeforeSignUp:
    def test_reading_the_wishes_adds_nothing_and_a_button_does(self, client):
        season = make_season()
        offering = make_offering(season)
        client.post("/apply/wishes/keep/", {"offering": offering.ref})
        application = make_application(season, "c@example.org")
        services.describe(application, schooling="bac", average=1400, stream="physics", by=None)
        session = dict(client.session)
        client.force_login(application.person.account)
        kept = client.session
        kept.update({"pending_wish": session["pending_wish"]})
        kept.save()
        for _again in range(2):
            page = client.get("/apply/wishes/").content.decode()
            assert offering.ref in page
            assert not Wish.objects.exists()
        wish_data = {"offering": offering.ref, "next": "/apply/wishes/"}
        assert client.post("/apply/wishes/add/", wish_data).url == "/apply/wishes/"
        assert Wish.objects.get().offering == offering
        assert "pending_wish" not in client.session

    def test_a_counsellor_s_own_choice_is_not_offered_in_another_s_file(self, client):
        """It was added by reading, in a circle without end."""
        season = make_season()
        offering = make_offering(season)
        counsellor = make_user("k@example.org", "counsellor", area="fes-meknes")
        application = make_application(season, "c@example.org")
        services.describe(application, schooling="bac", average=1400, stream="physics", by=None)
        note = consent(application.person, "assisted-entry", by=counsellor)
        Application.objects.filter(pk=application.pk).update(entered_by=counsellor, consent=note)
        client.post("/apply/wishes/keep/", {"offering": offering.ref})
        kept = client.session["pending_wish"]
        client.force_login(counsellor)
        session = client.session
        session["pending_wish"] = kept
        session.save()
        answer = client.get(f"/desk/assist/{application.ref}/wishes/")
        assert answer.status_code == 200
        assert offering.ref not in answer.content.decode()
