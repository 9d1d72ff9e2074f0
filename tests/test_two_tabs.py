"""Two windows of one browser: each form writes where its address says, and acts on what it names."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from takwin.accounts.models import User
from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application
from takwin.admissions.tests.make import make_application
from takwin.core.models import Entry
from takwin.guidance.models import Client as Visitor
from takwin.offer.models import Programme, Season
from takwin.offer.tests.make import make_offering, make_season
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db


@pytest.fixture
def season():
    return make_season()


@pytest.fixture
def files(client, season):
    """A counsellor with two files begun, one in each window."""
    client.force_login(make_user("k@example.org", "counsellor", area="fes-meknes"))
    out = []
    for given, phone in (("مريم", "0612345678"), ("كريم", "0612345679")):
        who = {
            "given_name": given, "family_name": "حجي", "sex": "female", "born_on": "2005-01-01", "consented": "on",
            "commune": Area.objects.communes().first().code, "phone": phone,
        }  # fmt: skip
        client.post("/desk/assist/", who)
        out.append(Application.objects.get(person__given_name=given))
    return out


SCHOOLING = {"schooling": "bac", "average": "14,5", "stream": "physics", "diploma": "none"}


class TestAssistedEntry:
    def test_what_is_typed_in_the_first_window_goes_to_the_first_file(self, client, files):
        first, second = files
        client.get(f"/desk/assist/{first.ref}/schooling/")
        client.get(f"/desk/assist/{second.ref}/schooling/")
        answer = client.post(f"/desk/assist/{first.ref}/schooling/", SCHOOLING)
        assert answer.url == f"/desk/assist/{first.ref}/wishes/"
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.average, second.average) == (1450, None)

    def test_someone_elses_file_is_behind_the_second_factor_and_its_reading_is_noted(self, client, files, settings):
        first, _second = files
        assert client.get(f"/desk/assist/{first.ref}/identity/").status_code == 200
        assert Entry.objects.filter(ref=first.ref, verb="read_file").count() == 1
        settings.STAFF_SECOND_FACTOR = True
        for step in ("", "identity/", "schooling/", "wishes/", "documents/"):
            assert client.get(f"/desk/assist/{first.ref}/{step}").url == "/accounts/2fa/"
        assert client.post(f"/desk/assist/{first.ref}/schooling/", SCHOOLING).url == "/accounts/2fa/"
        first.refresh_from_db()
        assert first.average is None

    def test_it_is_open_while_help_is_asked_and_no_longer(self, client, files, season):
        """The season is closed: a counsellor who once typed a file reads no result in it, years later."""
        first, _second = files
        doors = [f"/desk/assist/{first.ref}/{step}" for step in ("", "identity/", "wishes/", "documents/", "result/")]
        doors.append(f"/desk/guidance/book/?application={first.ref}")
        assert client.get(doors[0]).status_code == 200
        Season.objects.update(state="closed")
        assert {client.get(door).status_code for door in doors} == {404}
        assert client.post(doors[1], {"given_name": "x"}).status_code == 404
        assert first.person.name not in client.get("/desk/assist/").content.decode()
        hour = timedelta(hours=1)
        Season.objects.update(closes_at=timezone.now() - 2 * hour, corrects_until=timezone.now() + hour)
        assert client.get(doors[3]).status_code == 200
        Season.objects.update(state="allocated", corrects_until=timezone.now() - hour)
        assert client.get(doors[3]).status_code == 404
        Application.objects.filter(pk=first.pk).update(state="unplaced", submitted_at=timezone.now(), average=1400)
        assert client.get(doors[2]).status_code == 200

    def test_who_left_and_came_back_opens_nothing_of_before(self, client, files):
        first, _second = files
        door = f"/desk/assist/{first.ref}/identity/"
        counsellor = User.objects.get(email="k@example.org")
        counsellor.grants.all().delete()
        assert client.get(door).status_code == 404
        grant(counsellor, "counsellor", area=Area.objects.get(code="oriental"))
        counsellor.grants.update(created_at=timezone.now() + timedelta(seconds=1))
        assert client.get(door).status_code == 404

    def test_booking_for_it_is_a_reading_and_makes_nobody(self, client, files):
        first, _second = files
        Entry.objects.filter(ref=first.ref, verb="read_file").delete()
        assert client.get(f"/desk/guidance/book/?application={first.ref}").status_code == 200
        assert Entry.objects.filter(ref=first.ref, verb="read_file").count() == 1
        assert not Visitor.objects.filter(person=first.person).exists()

    def test_each_link_and_form_of_the_pages_keeps_whose_file_it_is(self, client, files, season):
        first, second = files
        offering = make_offering(season)
        services.describe(first, schooling="bac", average=1400, stream="physics", by=None)
        services.add_wish(first, offering=offering, by=None)
        for step in ("", "identity/", "schooling/", "wishes/", "documents/"):
            page = client.get(f"/desk/assist/{first.ref}/{step}").content.decode()
            assert f"/desk/assist/{first.ref}/" in page
            body = page.split("<main", 1)[-1].split("</main", 1)[0]
            assert second.ref not in body
            assert '"/apply/' not in body

    def test_a_wish_from_a_programme_goes_to_the_chosen_file(self, client, files, season):
        first, second = files
        offering = make_offering(season)
        for row in files:
            services.describe(row, schooling="bac", average=1400, stream="life-sciences", by=None)
        services.count_demand(season)
        page = client.get(f"/programmes/{offering.programme.code}/").content.decode()
        assert first.ref in page
        assert second.ref in page
        answer = client.post("/apply/wishes/add/", {"offering": offering.ref, "for": second.ref})
        assert answer.url == f"/desk/assist/{second.ref}/wishes/"
        assert (first.wishes.count(), second.wishes.count()) == (0, 1)

    def test_a_wish_kept_for_oneself_never_enters_the_file_of_another(self, client, files, season):
        first, _second = files
        client.post("/apply/wishes/add/", {"offering": make_offering(season).ref})
        client.post(f"/desk/assist/{first.ref}/schooling/", SCHOOLING)
        assert first.wishes.count() == 0

    def test_anothers_file_is_not_found(self, client, files, season):
        stranger = make_application(season, "own@example.org")
        for ref in (stranger.ref, "ADM-NOBODY"):
            assert client.get(f"/desk/assist/{ref}/").status_code == 404
            assert client.post(f"/desk/assist/{ref}/schooling/", SCHOOLING).status_code == 404
            assert (
                client.post("/apply/wishes/add/", {"offering": make_offering_ref(season), "for": ref}).status_code
                == 404
            )

    def test_a_file_closes_to_who_does_not_assist_any_more(self, client, files):
        first, _second = files
        first.entered_by.grants.all().delete()
        assert client.get(f"/desk/assist/{first.ref}/").status_code == 404


def make_offering_ref(season):
    return (season.offerings.first() or make_offering(season)).ref


class TestWishes:
    @pytest.fixture
    def row(self, client, season):
        row = make_application(season)
        codes = Programme.objects.filter(level__code__in=["t", "q"]).values_list("code", flat=True)[:3]
        for code in codes:
            services.add_wish(row, offering=make_offering(season, code), by=row.person.account)
        client.force_login(row.person.account)
        return row

    def test_a_stale_page_removes_the_wish_it_shows_and_no_other(self, client, row):
        names = [wish.name for wish in row.wishes.all()]
        client.post("/apply/wishes/remove/", {"wish": names[0]})
        client.post("/apply/wishes/remove/", {"wish": names[0]})  # the other window, or the back button
        assert [wish.name for wish in row.wishes.all()] == names[1:]

    def test_a_stale_move_is_told_what_the_list_is_now(self, client, row):
        names = [wish.name for wish in row.wishes.all()]
        page = client.get("/apply/wishes/")
        seen = page.context["seen"]
        client.post("/apply/wishes/move/", {"wish": names[2], "to": "1", "seen": seen})
        answer = client.post("/apply/wishes/move/", {"wish": names[0], "to": "2", "seen": seen}, follow=True)
        assert [wish.name for wish in row.wishes.all()] == [names[2], names[0], names[1]]
        assert row.wishes.first().offering.programme.label in answer.content.decode()


class TestMoves:
    """A move answers what its page showed."""

    def seen(self, page, verb):
        form = page.content.decode().split(f"/{verb}/", 1)[1]
        return re.search(r'name="seen" value="([^"]+)"', form)[1]

    @pytest.fixture
    def row(self, client, season):
        row = make_application(season)
        services.describe(row, schooling="bac", average=1400, stream="physics", by=row.person.account)
        codes = Programme.objects.filter(level__code__in=["t", "q"]).values_list("code", flat=True)[:2]
        for code in codes:
            services.add_wish(row, offering=make_offering(season, code), by=row.person.account)
        client.force_login(row.person.account)
        row.refresh_from_db()
        return row

    def test_what_is_submitted_is_the_list_that_was_read(self, client, row):
        seen = self.seen(client.get("/apply/"), "submit")
        services.remove_wish(row, wish=row.wishes.first().name, by=row.person.account)  # in the other window
        answer = client.post("/apply/move/submit/", {"seen": seen}, follow=True)
        row.refresh_from_db()
        assert row.state == "draft"
        assert row.wishes.get().offering.programme.label in answer.content.decode()
        seen = self.seen(client.get("/apply/"), "submit")
        client.post("/apply/move/submit/", {"seen": seen})
        row.refresh_from_db()
        assert row.state == "submitted"

    @pytest.mark.parametrize("verb", ["confirm", "hold", "wait", "decline"])
    def test_an_answer_to_a_seat_of_before_gives_nothing_up(self, client, row, verb):
        first, second = row.wishes.order_by("rank")
        Application.objects.filter(pk=row.pk).update(state="admitted", seat=second, submitted_at=timezone.now())
        row.refresh_from_db()
        seen = row.version
        Application.objects.filter(pk=row.pk).update(seat=first)  # the round after moved them up
        answer = client.post(f"/apply/move/{verb}/", {"seen": seen})
        row.refresh_from_db()
        assert (row.state, row.seat) == ("admitted", first)
        assert first.offering.programme.label in str([*get_messages(answer.wsgi_request)][0])
