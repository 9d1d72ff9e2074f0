"""An announced closing hour is what was announced: another zone file moves its instant, never the hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from takwin.admissions.models import Round
from takwin.core.agreed import ZONE, derive_instants
from takwin.core.changes import change
from takwin.guidance.tests.test_agreed import decree  # noqa: F401 - a fixture
from takwin.offer.models import Season
from takwin.offer.tests.make import make_season
from takwin.web.clock import run_steps

pytestmark = pytest.mark.django_db


def hour(value):
    return value.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)


@pytest.fixture
def season():
    return make_season()


def test_the_closing_hour_of_a_season_and_of_a_round_stays(season, decree):  # noqa: F811
    season_round = Round.objects.create(
        season=season, number=1, results_at=season.results_at, answers_until=season.answers_until
    )
    announced = {name: hour(getattr(season, name)) for name in ("closes_at", "results_at", "answers_until")}
    decree()
    assert hour(season.closes_at) != announced["closes_at"]  # by the instant alone the announced hour would move
    assert run_steps()["zones"] == 2
    season.refresh_from_db()
    season_round.refresh_from_db()
    assert {name: hour(getattr(season, name)) for name in announced} == announced
    assert (hour(season_round.results_at), hour(season_round.answers_until)) == (
        announced["results_at"],
        announced["answers_until"],
    )
    assert season.closes_at == announced["closes_at"].replace(tzinfo=UTC)
    assert derive_instants((Season, Round)) == 0


def test_an_hour_set_after_the_decree_and_a_row_saved_for_another_reason(season, decree):  # noqa: F811
    announced = hour(season.closes_at)
    decree()
    with change(season, "open", by=None) as row:  # saved between the decree and the hourly step
        row.ages_on = row.ages_on + timedelta(days=1)
    until = datetime.combine(timezone.localdate() + timedelta(days=30), announced.time(), ZoneInfo(ZONE))
    with change(season, "open", by=None) as row:
        row.answers_until = until
    derive_instants((Season,))
    season.refresh_from_db()
    assert hour(season.closes_at) == announced
    assert season.answers_until == until


def test_what_is_over_and_what_was_never_noted(season, decree):  # noqa: F811
    past = timezone.now() - timedelta(days=40)
    Season.objects.filter(pk=season.pk).update(opens_at=past, agreed={})  # a row of before
    assert derive_instants((Season,)) == 0
    announced = hour(season.closes_at)
    decree()
    assert derive_instants((Season,)) == 1
    season.refresh_from_db()
    assert season.opens_at == past
    assert hour(season.closes_at) == announced
