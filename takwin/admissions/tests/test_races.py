"""Races: threads of their own connections, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from takwin.admissions import services
from takwin.admissions.models import Application, Wish
from takwin.admissions.tests.make import make_application, make_run, make_submitted, sign
from takwin.core import jobs
from takwin.core.errors import Refused
from takwin.core.models import Entry, Job
from takwin.offer.models import Programme
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("network")]


def together(count, work):
    """Run `work(n)` in threads at once; returns what each gave, a refusal as its code."""

    def one(n):
        try:
            return work(n)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_two_tenth_wishes_at_once_one_is_refused():
    season = make_season()
    codes = Programme.objects.filter(level__code__in=["t", "q"]).values_list("code", flat=True)[:15]
    offerings = [make_offering(season, code) for code in codes]
    row = make_application(season)
    by = row.person.account
    for offering in offerings[:9]:
        services.add_wish(row, offering=offering, by=by)
    told = together(6, lambda n: services.add_wish(row, offering=offerings[9 + n], by=by).rank)
    assert sorted(map(str, told)) == ["10"] + ["too_many_wishes"] * 5
    assert sorted(row.wishes.values_list("rank", flat=True)) == list(range(1, 11))


def test_a_person_pressing_twice_has_one_application():
    season = make_season()
    person = make_application(season).person
    Application.objects.all().delete()
    told = together(6, lambda _n: services.start(season=season, person=person, by=person.account).state)
    assert sorted(told) == ["already_applied"] * 5 + ["draft"]


def test_two_directors_publishing_at_once_publish_once():
    season = make_season()
    offering = make_offering(season, seats=1)
    for n in range(3):
        make_submitted(season, f"c{n}@example.org", [offering], average=1500 + n)
    run = sign(make_run(close_season(season, by=None)))
    told = together(5, lambda _n: services.publish(run, by=None).state)
    assert sorted(told) == ["published"] + ["wrong_state"] * 4
    assert Entry.objects.filter(ref=run.ref, verb="publish").count() == 1
    assert Application.objects.filter(state="admitted").count() == 1
    assert Wish.objects.count() == 3


def test_a_second_click_finds_the_job_alive():
    class Silent:
        @staticmethod
        def enqueue(_ref):
            return None

    told = together(5, lambda _n: jobs.start(Silent, "allocate", "RUN-1").state)
    assert sorted(told) == ["already_running"] * 4 + ["queued"]
    assert Job.objects.count() == 1
