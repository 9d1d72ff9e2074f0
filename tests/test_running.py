"""The desk's pages of what runs: who opens them, and what a press does, also from a stale page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.centres.models import Centre
from takwin.core.messages import post
from takwin.core.models import Clock, Entry, Outbox
from takwin.web.selectors.running import masked

pytestmark = pytest.mark.django_db
PAGES = ("/desk/messages/", "/desk/clock/", "/desk/clock/taken/")


@pytest.fixture
def boss(client):
    user = make_user("boss@example.org", "national")
    client.force_login(user)
    return user


def make_failed(number, body="x", error="TimeoutError: …"):
    row = post("sms", f"+21260000{number:04}", body, about=f"ADM-{number}")
    Outbox.objects.filter(pk=row.pk).update(state="failed", tries=8, error=error)
    return row


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["director", "registrar", "counsellor"])
def test_who_has_no_national_grant_is_refused(client, path, role):
    client.force_login(make_user("x@example.org", role))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_a_national_role_at_one_centre_reaches_nothing_of_the_network(client, path):
    user = make_user("x@example.org")
    grant(user, "national", centre=Centre.objects.first())
    client.force_login(user)
    assert client.get(path).status_code == 403
    assert client.post("/desk/messages/retry/", {"up_to": "9"}).status_code == 403


def test_the_list_names_no_number_whole_and_an_auditor_cannot_press(client, boss):
    make_failed(1234, "my secret words")
    page = client.get("/desk/messages/").content.decode()
    assert "+212600001234" not in page
    assert "my secret words" not in page
    assert "ADM-1234" in page
    assert masked("somebody@example.org") == "s…@example.org"
    client.force_login(make_user("a@example.org", "auditor"))
    assert "retry" not in client.get("/desk/messages/").content.decode()
    assert client.post("/desk/messages/retry/", {"up_to": "9"}).status_code == 403


def test_one_press_sends_one_and_all_means_those_that_were_shown(client, boss):
    rows = [make_failed(n) for n in (1, 2, 3)]
    erased = make_failed(4, body="")
    assert client.post("/desk/messages/retry/", {"pk": rows[0].pk}).status_code == 302
    later = make_failed(5)
    client.post("/desk/messages/retry/", {"up_to": erased.pk})
    states = dict(Outbox.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in (*rows, erased, later)] == ["waiting"] * 3 + ["failed"] * 2
    assert Entry.objects.filter(verb="retry_message", by=boss).count() == 2


@pytest.mark.parametrize("form", [{"pk": "²"}, {"pk": "9" * 5000}, {"pk": ""}, {"up_to": "x"}, {}, {"pk": "0\x00"}])
def test_a_strange_key_is_no_message(client, boss, form):
    make_failed(1)
    assert client.post("/desk/messages/retry/", form).status_code in {302, 400, 404}
    assert Outbox.objects.get().state == "failed"


@pytest.mark.parametrize("prefix", ["", "/fr", "/en"])
def test_the_clock_says_why_it_stopped_and_a_person_lets_it_go_on(client, boss, prefix):
    stopped = timezone.now()
    Clock.objects.create(pk=1, ran_at=stopped - timedelta(days=90), stopped_at=stopped, reason="ahead", jump=7776000)
    page = client.get(f"{prefix}/desk/clock/").content.decode()
    assert f'value="{stopped.isoformat()}"' in page
    assert client.get(f"{prefix}/desk/").status_code == 200
    client.post(f"{prefix}/desk/clock/confirm/", {"stopped_at": "of another stop"})
    assert Clock.objects.get().reason == "ahead"
    client.post(f"{prefix}/desk/clock/confirm/", {"stopped_at": stopped.isoformat()})
    assert Clock.objects.get().reason == ""
    assert Entry.objects.filter(ref="clock", verb="confirm_clock", by=boss).count() == 1
