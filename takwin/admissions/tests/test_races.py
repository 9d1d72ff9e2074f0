"""Races: threads of their own connections, on both databases."""

import signal
import subprocess
import sys

import pytest

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application, Contribution, Draw, Round, Run, Wish
from takwin.admissions.tests import killed
from takwin.admissions.tests.make import (
    ask_void,
    make_application,
    make_published,
    make_revealed,
    make_run,
    make_submitted,
    next_round,
    sign,
    two_people,
)
from takwin.core import jobs
from takwin.core.models import Entry, Job, Outbox
from takwin.core.tests.threads import environment, together
from takwin.offer.models import Programme
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("network")]


def test_of_two_tenth_wishes_at_once_one_is_refused():
    season = make_season()
    codes = Programme.objects.filter(level__code__in=["t", "q"]).values_list("code", flat=True)[:15]
    offerings = [make_offering(season, code) for code in codes]
    row = make_application(season)
    by = row.person.account
    for offering in offerings[:9]:
        services.add_wish(row, offering=offering, by=by)
    outcomes = together(6, lambda n: services.add_wish(row, offering=offerings[9 + n], by=by).rank)
    assert sorted(map(str, outcomes)) == ["10"] + ["too_many_wishes"] * 5
    assert sorted(row.wishes.values_list("rank", flat=True)) == list(range(1, 11))


def test_a_person_pressing_twice_has_one_application():
    season = make_season()
    person = make_application(season).person
    Application.objects.all().delete()
    states = together(6, lambda _n: services.start(season=season, person=person, by=person.account).state)
    assert sorted(states) == ["already_applied"] * 5 + ["draft"]


def test_two_directors_publishing_at_once_publish_once():
    season = make_season()
    offering = make_offering(season, seats=1)
    for n in range(3):
        make_submitted(season, f"c{n}@example.org", [offering], average=1500 + n)
    run = sign(make_run(close_season(season, by=None)))
    states = together(5, lambda _n: services.publish(run, by=None).state)
    assert sorted(states) == ["published"] + ["wrong_state"] * 4
    assert Entry.objects.filter(ref=run.ref, verb="publish").count() == 1
    assert Application.objects.filter(state="admitted").count() == 1
    assert Wish.objects.count() == 3


def test_a_second_click_finds_the_job_alive():
    class Silent:
        @staticmethod
        def enqueue(_ref):
            return None

    states = together(5, lambda _n: jobs.start(Silent, "allocate", "RUN-1").state)
    assert sorted(states) == ["already_running"] * 4 + ["queued"]
    assert Job.objects.count() == 1


def test_last_seats_two_declines_and_one_waiting():
    """Two give up their seats at once, each pressing three times; the one waiting gets one seat, once."""
    season = make_season()
    offering = make_offering(season, seats=2)
    first, second, third = (
        make_submitted(season, f"c{n}@example.org", [offering], average=1700 - n) for n in range(3)
    )
    season = close_season(season, by=None)
    make_published(season)
    people = [first, second] * 3
    states = together(6, lambda n: services.decline(people[n], by=people[n].person.account).state)
    assert sorted(states) == ["declined"] * 2 + ["wrong_state"] * 4
    next_round(season)
    run = sign(make_run(season))
    states = together(3, lambda _n: services.publish(run, by=None).state)
    assert sorted(states) == ["published"] + ["wrong_state"] * 2
    third.refresh_from_db()
    assert (third.state, third.seat.offering_id) == ("admitted", offering.pk)
    assert Application.objects.filter(seat__offering=offering).count() == 1


def test_an_answer_against_the_closing_bell_is_kept_or_lapses_never_both():
    season = make_season()
    offering = make_offering(season, seats=1)
    row = make_submitted(season, "c@example.org", [offering])
    make_published(close_season(season, by=None))
    season_round = Round.objects.get()
    moves = [
        lambda: services.confirm(row, by=row.person.account).state,
        lambda: services.close_answers(season_round, early=True, by=None).state,
    ]
    states = together(2, lambda n: moves[n]())
    row.refresh_from_db()
    assert states[1] == "closed"
    assert (states[0], row.state) in {
        ("confirmed", "confirmed"),
        ("wrong_state", "lapsed"),
        ("not_your_turn", "lapsed"),
    }


def test_one_person_signing_many_times_at_once_signs_once():
    season = make_season()
    make_submitted(season, "c@example.org", [make_offering(season)])
    run = make_run(close_season(season, by=None))
    who = make_user("one@example.org")
    outcomes = together(5, lambda _n: str(services.sign(run, by=who).by_id))
    assert sorted(outcomes) == sorted([str(who.pk)] + ["signed_already"] * 4)


def test_of_two_managers_who_seal_first_at_once_one_begins_the_draw():
    season = make_season()
    people = two_people()
    given = together(
        2, lambda n: services.seal(season, contribution=f"contribution-{n}-of-enough-signs-{n}", by=people[n]).state
    )
    assert sorted(given) == ["begun", "draw_moved"]
    assert Contribution.objects.count() == 1


def test_a_run_prepared_while_applications_open_again_does_not_outlive_the_draw():
    season = make_season()
    make_submitted(season, "c@example.org", [make_offering(season)])
    closed = services.close_applications(season, by=None)
    make_revealed(closed)
    second = ask_void(closed)
    moves = [
        lambda: services.prepare(closed, by=None).state,
        lambda: services.reopen_applications(closed, by=second).state,
    ]
    given = together(2, lambda n: moves[n]())
    assert given[1] == "open"
    assert given[0] in {"prepared", "still_open"}
    assert set(Run.objects.values_list("state", flat=True)) <= {"discarded"}
    assert Draw.objects.get().state == "void"


@pytest.mark.parametrize("step", ["lock", "seats", "messages", "season", "journal"])
def test_a_worker_killed_in_a_publication_loses_nothing_and_publishes_nothing_half(step):
    season = make_season()
    offering = make_offering(season, seats=1)
    for n in range(3):
        row = make_submitted(season, f"c{n}@example.org", [offering], average=1500 + n)
        row.person.phone = f"+21261234567{n}"
        row.person.save()
    run = sign(make_run(close_season(season, by=None)))
    before = (Outbox.objects.count(), Entry.objects.count())
    done = subprocess.run([sys.executable, killed.__file__, run.ref, step], env=environment(), capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    run.refresh_from_db()
    assert (run.state, run.round.state) == ("review", "planned")
    assert not Application.objects.exclude(state="submitted").exists()
    assert (Outbox.objects.count(), Entry.objects.count()) == before
    services.publish(run, by=None)
    assert Application.objects.filter(state="admitted").count() == 1
    assert Outbox.objects.filter(body__contains="/r/").count() == 3
