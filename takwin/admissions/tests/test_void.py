"""Once its seed can be known, a draw is made void by two people: one asks, another does it."""

import pytest
from django.db import IntegrityError, transaction

from takwin.admissions import selectors, services
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import Draw
from takwin.admissions.tests.make import ask_void, make_revealed, make_sealed, make_submitted, two_people
from takwin.core.errors import Refused
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db


def code(work):
    with pytest.raises(Refused) as info:
        work()
    return info.value.code


@pytest.fixture
def applied():
    season = make_season()
    make_submitted(season, "c@example.org", [make_offering(season)])
    return season


class TestVoidByTwoPeople:
    """Who has seen the seed does not throw it away alone, by any door."""

    @pytest.fixture
    def known(self, applied):
        return make_revealed(services.close_applications(applied, by=None))

    def test_one_person_is_refused_at_both_doors(self, known):
        first, _second = two_people()
        for by in (first, None):
            assert code(lambda by=by: services.void_draw(known, reason="x", seen=known.mark, by=by)) == R.VOID_BY_TWO
            assert code(lambda by=by: services.reopen_applications(known.season, by=by)) == R.VOID_BY_TWO
        asked = services.ask_void(known, reason="x", seen=known.mark, by=first)
        assert code(lambda: services.void_draw(asked, seen=asked.mark, by=first)) == R.VOID_SAME_PERSON
        assert code(lambda: services.reopen_applications(known.season, by=first)) == R.VOID_SAME_PERSON
        assert code(lambda: services.void_draw(asked, seen=asked.mark, by=None)) == R.VOID_BY_TWO
        draw = selectors.draw(known.season)
        assert (draw.state, draw.season.state) == ("revealed", "closed")

    def test_two_succeed_and_the_list_says_that_the_seed_was_known(self, client, known):
        second = ask_void(known.season, "the value was disputed")
        asked = selectors.draw(known.season)
        assert code(lambda: services.void_draw(asked, seen=known.mark, by=second)) == R.DRAW_MOVED
        draw = services.void_draw(asked, reason="other words", seen=asked.mark, by=second)
        assert (draw.state, draw.reason, draw.voided_by) == ("void", "the value was disputed", second)
        assert client.get("/allocation/draws.json").json()["draws"][0]["seed_known_when_voided"] is True
        assert "كان يمكن معرفة بذرتها عند إلغائها" in client.get("/allocation/").content.decode()

    def test_before_the_value_one_person_is_enough_and_asks_nobody(self, client, applied):
        draw, (first, _second) = make_sealed(applied), two_people()
        assert code(lambda: services.ask_void(draw, reason="x", seen=draw.mark, by=first)) == R.DRAW_MOVED
        assert services.void_draw(draw, reason="x", seen=draw.mark, by=first).state == "void"
        assert client.get("/allocation/draws.json").json()["draws"][0]["seed_known_when_voided"] is False

    def test_only_who_asked_takes_it_back(self, known):
        first, second = two_people()
        asked = services.ask_void(known, reason="x", seen=known.mark, by=first)
        assert code(lambda: services.ask_void(asked, reason="y", seen=asked.mark, by=second)) == R.DRAW_MOVED
        assert code(lambda: services.withdraw_void(asked, seen=asked.mark, by=second)) == R.DRAW_MOVED
        services.withdraw_void(asked, seen=asked.mark, by=first)
        assert code(lambda: services.reopen_applications(known.season, by=second)) == R.VOID_BY_TWO

    def test_the_database_wants_two_people(self, known):
        first, second = two_people()
        void = {"state": "void", "reason": "x", "voided_by": first}
        for asker in (None, first):
            with pytest.raises(IntegrityError), transaction.atomic():
                Draw.objects.filter(pk=known.pk).update(**void, void_asked_by=asker)
        assert Draw.objects.filter(pk=known.pk).update(**void, void_asked_by=second) == 1

    def test_at_the_desk_one_asks_and_another_makes_it_void(self, client, known):
        first, second = two_people()
        path = f"/desk/allocation/draw/{known.season.code}/"
        client.force_login(first)
        client.post(path, {"do": "void", "seen": known.mark, "reason": "in doubt"})
        asked = selectors.draw(known.season)
        assert (asked.state, asked.void_asked_by) == ("revealed", first)
        assert "in doubt" in client.get(path).content.decode()
        client.force_login(second)
        client.post(path, {"do": "void", "seen": known.mark})
        assert selectors.draw(known.season).state == "revealed"
        client.post(path, {"do": "void", "seen": asked.mark})
        assert Draw.objects.get(pk=known.pk).state == "void"
