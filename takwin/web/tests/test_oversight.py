"""Who took a list away or opened a file is seen by those who watch, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.accounts.tests.visitors import QUERIES
from takwin.admissions.tests.make import make_submitted
from takwin.core.models import Entry
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    season = make_season()
    offerings = [make_offering(season, centre="ismss-meknes"), make_offering(season, centre="ismss-oujda")]
    make_submitted(season, "other@example.org", offerings)
    return make_submitted(season, "candidate@example.org", offerings[:1])


class TestExports:
    @pytest.mark.parametrize("wanted", ["csv", "xlsx", "json"])
    def test_a_list_of_people_taken_away_leaves_a_line(self, client, application, wanted):
        reader = make_user("registrar@example.org", "registrar", centre="ismss-meknes")
        client.force_login(reader)
        client.get("/desk/applications/")
        assert not Entry.objects.filter(verb="export").exists()
        client.get("/desk/applications/", {"format": wanted, "state": "submitted"})
        entry = Entry.objects.get(verb="export")
        assert (entry.by, entry.ref) == (reader, "list:applications")
        assert entry.data == {"filters": {"state": "submitted"}, "count": 2, "format": wanted}

    def test_public_lists_leave_none(self, client, application):
        client.get("/programmes/", {"format": "csv"})
        assert not Entry.objects.filter(verb="export").exists()


class TestThePage:
    def test_an_auditor_of_the_nation_reads_who_took_what(self, client, application, django_assert_max_num_queries):
        client.force_login(make_user("registrar@example.org", "registrar", centre="ismss-meknes"))
        client.get("/desk/applications/?format=csv&q=x")
        client.get("/desk/applications/?format=json")
        client.force_login(make_user("auditor@example.org", "auditor"))
        with django_assert_max_num_queries(QUERIES):
            page = client.get("/desk/journal/?kind=exports").content.decode()
        assert page.count('<bdi class="ref">الترشيحات</bdi>') == 2
        assert "list:" not in page
        assert "registrar@example.org" in page
        assert "q=x" in page
        assert "list:" not in client.get("/desk/journal/?kind=grants").content.decode()
        assert "list:" not in client.get("/desk/journal/?kind=exports&who=nobody@example.org").content.decode()
        assert "الترشيحات</bdi>" in client.get("/desk/journal/?who=REGISTRAR@example.org").content.decode()
        assert "list:" not in client.get("/desk/journal/?ref=ADM-X").content.decode()
        client.get("/desk/journal/?format=csv")
        assert Entry.objects.filter(ref="list:journal").count() == 1

    def test_a_watcher_of_one_region_and_a_registrar_do_not(self, client, application):
        client.force_login(make_user("regional-auditor@example.org", "auditor", area="oriental"))
        assert client.get("/desk/journal/").status_code == 403
        client.force_login(make_user("registrar@example.org", "registrar", centre="ismss-meknes"))
        assert client.get("/desk/journal/").status_code == 403


class TestReadings:
    def test_opening_a_file_is_one_line_an_hour_a_reader(self, client, application):
        readers = [make_user(f"r{n}@example.org", "registrar", centre="ismss-meknes") for n in range(2)]
        path = f"/desk/applications/{application.ref}/"
        for reader in (*readers, readers[0], readers[0]):
            client.force_login(reader)
            assert client.get(path).status_code == 200
        lines = Entry.objects.filter(ref=application.ref, verb="read_file")
        assert sorted(line.by.email for line in lines) == ["r0@example.org", "r1@example.org"]
        lines.update(at=timezone.now() - timedelta(hours=2))
        page = client.get(path).content.decode()
        assert lines.count() == 3
        assert "فتح ملف" not in page  # a record's own journal keeps to what changed

    def test_who_may_not_see_the_file_leaves_no_line(self, client, application):
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(f"/desk/applications/{application.ref}/").status_code == 404
        assert not Entry.objects.filter(verb="read_file").exists()
