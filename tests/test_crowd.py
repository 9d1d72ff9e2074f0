"""No public page counts fewer than twenty people, or lets one person more be seen."""

import re

import pytest

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.tests.make import make_submitted
from takwin.core.crowd import LEAST, STEP, public_count
from takwin.offer.tests.make import make_offering, make_season
from takwin.web.selectors import portal


def test_a_count_is_hidden_below_twenty_and_rounded_above():
    assert [public_count(n) for n in (0, 1, 19, 20, 24, 25, 131)] == [0, None, None, 20, 20, 30, 130]


@pytest.mark.parametrize("exact", range(LEAST, LEAST + 4 * STEP))
def test_a_public_count_is_near_the_exact_one(exact):
    assert abs(public_count(exact) - exact) <= STEP // 2


@pytest.fixture
def offering(db):
    season = make_season()
    offering = make_offering(season, seats=5)
    for number in range(4):
        make_submitted(season, f"c{number}@example.org", [offering])
    services.count_demand(season)
    return offering


def pages(offering):
    yield "/"
    yield "/season/"
    yield f"/centres/{offering.centre.code}/"
    yield "/programmes/"
    yield f"/programmes/{offering.programme.code}/"


def test_four_requests_are_told_nowhere(client, offering):
    """Also not by a share: four requests for five seats are 0.8 a seat."""
    assert portal.programmes(offering.season).get(pk=offering.programme_id).requests == 4
    for address in pages(offering):
        text = client.get(f"/en{address}").content.decode()
        assert "request" in text.lower(), address
        for count in ("4", "0.8", "80%"):
            assert f'<span class="num">{count}</span>' not in text, (address, count)
    assert re.search(r'data-label="Requests">\s*fewer than 20\s*</td>', client.get("/en/season/").content.decode())


def test_the_desk_reads_exact_counts(client, offering):
    client.force_login(make_user("nation@example.org", "national"))
    page = client.get("/en/desk/report/").content.decode()
    assert re.search(r'data-label="Requests">\s*<span class="num">4</span>', page)
