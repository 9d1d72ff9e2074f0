"""Seats that lapsed by one closing are given back by two people, within seven days, but those that are another's."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts.models import Grant
from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application, Lapse, Restoration, Round, Run
from takwin.admissions.tests.make import make_published, make_run, make_submitted, sign, two_people
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.core.tests.threads import together
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db
PAGE = "/desk/allocation/lapses/2024-2025/1/"


def make_lapsed():
    """Two seats and three candidates: one confirms, one says nothing and loses the seat, one waits."""
    season = make_season()
    offering = make_offering(season, seats=2)
    rows = [make_submitted(season, f"c{n}@example.org", [offering], average=1500 - n) for n in range(3)]
    make_published(close_season(season, by=None))
    services.confirm(fresh(rows[0]), by=rows[0].person.account)
    season_round = services.close_answers(Round.objects.get(), early=True, by=None)
    assert states(rows) == ["confirmed", "lapsed", "unplaced"]
    return season_round, rows


@pytest.fixture
def lapsed():
    return make_lapsed()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def states(rows):
    return [fresh(row).state for row in rows]


def later(days=3):
    return timezone.now() + timedelta(days=days)


def ask(season_round, **over):
    first, second = two_people()
    facts = {"reason": "wrong clock", "answers_until": later(), "by": first} | over
    return services.ask_restore(season_round, **facts), first, second


def plan_next(season_round):
    now = timezone.now()
    return services.plan_round(season_round.season, results_at=now, answers_until=now + timedelta(days=3), by=None)


def code_of(work, *args, **kwargs):
    with pytest.raises(Refused) as info:
        work(*args, **kwargs)
    return info.value.code


class TestSameRound:
    def test_two_people_give_the_seat_back_and_the_round_answers_again(self, lapsed):
        season_round, rows = lapsed
        seat = Lapse.objects.get().seat
        rows[1].person.phone = "+212612345678"
        rows[1].person.save()
        Outbox.objects.all().delete()
        asked, _first, second = ask(season_round)
        assert services.restore_lapsed(asked, by=second).restored == 1
        assert (states(rows), fresh(rows[1]).seat) == (["confirmed", "admitted", "unplaced"], seat)
        assert (fresh(season_round).state, fresh(season_round).answers_until) == ("answering", asked.answers_until)
        assert (Lapse.objects.count(), Outbox.objects.get().about) == (0, rows[1].ref)
        assert set(Entry.objects.filter(ref=asked.ref).values_list("verb", flat=True)) == {
            "ask_restore",
            "restore_lapsed",
        }
        assert Entry.objects.filter(ref=season_round.ref, verb="restore_lapsed", by=second).count() == 1
        assert services.confirm(fresh(rows[1]), by=rows[1].person.account).state == "confirmed"

    def test_who_says_nothing_again_loses_the_seat_again_and_it_can_be_undone_again(self, lapsed):
        season_round, rows = lapsed
        asked, _first, second = ask(season_round)
        services.restore_lapsed(asked, by=second)
        services.close_answers(fresh(season_round), early=True, by=None)
        assert (states(rows)[1], Lapse.objects.count()) == ("lapsed", 1)
        asked, _first, second = ask(fresh(season_round))
        assert services.restore_lapsed(asked, by=second).restored == 1

    def test_a_closed_offering_or_fewer_seats_leave_the_seat(self, lapsed):
        season_round, rows = lapsed
        offering = Lapse.objects.get().seat.offering
        type(offering).objects.filter(pk=offering.pk).update(seats=1)
        plan = services.plan_restore(season_round)
        assert (plan.seats, plan.left) == ({}, [rows[1].ref])
        type(offering).objects.filter(pk=offering.pk).update(seats=2, state="closed")
        assert services.plan_restore(season_round).left == [rows[1].ref]

    def test_not_after_seven_days_nor_with_an_end_that_is_over(self, lapsed):
        season_round, rows = lapsed
        assert code_of(ask, season_round, answers_until=timezone.now()) == "restore_deadline"
        assert code_of(ask, season_round, answers_until=None) == "restore_deadline"
        asked, _first, second = ask(season_round)
        Round.objects.filter(pk=season_round.pk).update(closed_at=timezone.now() - timedelta(days=7, minutes=1))
        assert code_of(services.restore_lapsed, asked, by=second) == "restore_late"
        assert (states(rows)[1], fresh(asked).state) == ("lapsed", "waiting")


class TestTwoPeople:
    def test_one_person_alone_gives_nothing_back(self, lapsed):
        season_round, rows = lapsed
        asked, first, second = ask(season_round)
        assert code_of(services.restore_lapsed, asked, by=first) == "restore_same_person"
        assert code_of(ask, season_round, by=second) == "restore_asked"
        assert states(rows)[1] == "lapsed"

    def test_the_database_wants_two_as_well(self, lapsed):
        asked, first, _second = ask(lapsed[0])
        decided = {"decided_by": first, "decided_at": timezone.now()}
        with pytest.raises(IntegrityError), transaction.atomic():
            Restoration.objects.filter(pk=asked.pk).update(state="done", **decided)
        with pytest.raises(IntegrityError), transaction.atomic():
            Restoration.objects.filter(pk=asked.pk).update(state="done")

    def test_who_lost_the_right_since_asks_for_nobody(self, lapsed):
        asked, first, second = ask(lapsed[0])
        Grant.objects.filter(user=first).delete()
        assert code_of(services.restore_lapsed, asked, by=second) == "restore_no_right"

    def test_a_withdrawn_request_gives_nothing_and_another_may_be_asked(self, lapsed):
        season_round, _rows = lapsed
        asked, first, second = ask(season_round)
        services.withdraw_restore(asked, by=first)
        assert code_of(services.restore_lapsed, asked, by=second) == "wrong_state"
        assert ask(season_round)[0].pk != asked.pk


class TestLaterRound:
    def test_a_planned_round_keeps_the_seat_firm_and_takes_the_answer(self, lapsed):
        season_round, rows = lapsed
        plan_next(season_round)
        pending = sign(make_run(season_round.season))
        asked, _first, second = ask(season_round, answers_until=None)
        services.restore_lapsed(asked, by=second)
        assert (fresh(pending).state, fresh(season_round).state) == ("discarded", "closed")
        make_published(season_round.season)
        assert states(rows) == ["confirmed", "admitted", "unplaced"]
        assert services.confirm(fresh(rows[1]), by=rows[1].person.account).state == "confirmed"

    def test_a_seat_given_to_another_is_listed_and_left(self, lapsed):
        season_round, rows = lapsed
        plan_next(season_round)
        make_published(season_round.season)
        assert states(rows) == ["confirmed", "lapsed", "admitted"]
        asked, _first, second = ask(season_round, answers_until=None)
        done = services.restore_lapsed(asked, by=second)
        assert (done.restored, done.left) == (0, [rows[1].ref])
        assert states(rows) == ["confirmed", "lapsed", "admitted"]

    def test_a_seat_given_up_in_a_later_round_is_given_back_there(self, lapsed):
        season_round, rows = lapsed
        plan_next(season_round)
        make_published(season_round.season)
        services.decline(fresh(rows[2]), by=rows[2].person.account)
        asked, _first, second = ask(season_round, answers_until=None)
        assert services.restore_lapsed(asked, by=second).restored == 1
        assert services.confirm(fresh(rows[1]), by=rows[1].person.account).state == "confirmed"

    def test_nothing_once_a_later_round_has_ended_too(self, lapsed):
        season_round, _rows = lapsed
        plan_next(season_round)
        make_published(season_round.season)
        services.close_answers(Round.objects.get(number=2), early=True, by=None)
        assert code_of(services.plan_restore, season_round) == "restore_overtaken"

    def test_the_better_ranked_first_and_no_bed_that_another_sleeps_in(self):
        season = make_season()
        offering = make_offering(season, centre="ismss-meknes", seats=3)
        type(offering.centre).objects.filter(pk=offering.centre_id).update(beds=2, female_share=None)
        rows = [make_submitted(season, f"b{n}@example.org", [(offering, True)], average=1500 - n) for n in range(2)]
        make_published(close_season(season, by=None))
        assert states(rows) == ["admitted", "admitted"]
        season_round = services.close_answers(Round.objects.get(), early=True, by=None)
        type(offering).objects.filter(pk=offering.pk).update(seats=1)
        assert services.plan_restore(season_round).left == [rows[1].ref]
        type(offering).objects.filter(pk=offering.pk).update(seats=3)
        Run.objects.get().beds.update(beds=1, granted=1)
        assert services.plan_restore(season_round).left == [rows[1].ref]


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_five_who_confirm_at_once_one_gives_the_seats_back(self, network):
        season_round, rows = make_lapsed()
        asked, _first, second = ask(season_round)
        given = together(5, lambda _n: services.restore_lapsed(asked, by=second).restored)
        assert sorted(map(str, given)) == ["1"] + ["wrong_state"] * 4
        assert states(rows)[1] == "admitted"

    def test_a_seat_is_never_given_twice_when_a_next_round_is_published_meanwhile(self, network):
        season_round, rows = make_lapsed()
        plan_next(season_round)
        run = sign(make_run(season_round.season))
        asked, _first, second = ask(season_round, answers_until=None)

        def race(n):
            if n:
                return services.publish(run, by=None).state
            return services.restore_lapsed(asked, by=second).restored

        given = together(2, race)
        assert given in ([1, "wrong_state"], [0, "published"])
        expected = ["admitted", "unplaced"] if given[0] else ["lapsed", "admitted"]
        assert (states(rows)[1:], Application.objects.filter(seat__isnull=False).count()) == (expected, 2)

    def test_two_who_ask_at_once_leave_one_request(self, network):
        season_round, _rows = make_lapsed()
        people = two_people()
        given = together(
            2, lambda n: services.ask_restore(season_round, reason="x", answers_until=later(), by=people[n]).state
        )
        assert sorted(given) == ["restore_asked", "waiting"]


class TestPage:
    def press(self, client, person, **data):
        client.force_login(person)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
        session.save()
        return client.post(PAGE, data)

    def test_two_people_at_the_desk(self, client, lapsed):
        season_round, rows = lapsed
        first, second = two_people()
        client.force_login(first)
        assert "restoration" not in client.get(PAGE).content.decode()
        end = timezone.localtime(later()).strftime("%Y-%m-%dT%H:%M")
        assert self.press(client, first, reason="ساعة خاطئة", answers_until=end).status_code == 302
        asked = Restoration.objects.get()
        assert asked.ref in client.get(PAGE).content.decode()
        assert 'value="confirm"' not in client.get(PAGE).content.decode()
        assert self.press(client, first, do="confirm", restoration=asked.ref).status_code == 422
        assert states(rows)[1] == "lapsed"
        assert self.press(client, second, do="confirm", restoration="RST-of-before").status_code == 422
        assert self.press(client, second, do="confirm", restoration=asked.ref).status_code == 302
        assert (states(rows)[1], fresh(season_round).state) == ("admitted", "answering")
        assert self.press(client, second, do="confirm", restoration=asked.ref).status_code == 422
        assert client.get(PAGE).status_code == 200

    def test_a_refused_request_keeps_what_was_typed(self, client, lapsed):
        first = two_people()[0]
        answer = self.press(client, first, reason="ساعة خاطئة", answers_until="2020-01-01T10:00")
        assert answer.status_code == 422
        assert "ساعة خاطئة" in answer.content.decode()

    def test_a_national_role_of_one_region_and_a_stranger_open_nothing(self, client, lapsed):
        from takwin.accounts.services import grant
        from takwin.centres.models import Centre

        assert client.get(PAGE).status_code == 302
        user = make_user("r@example.org")
        grant(user, "national", centre=Centre.objects.first())
        client.force_login(user)
        assert client.get(PAGE).status_code in {403, 404}
        client.force_login(two_people()[0])
        assert client.get("/desk/allocation/lapses/2024-2025/9/").status_code == 404
