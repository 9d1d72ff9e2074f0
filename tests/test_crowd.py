"""No public page counts fewer than twenty people, or lets one person more be seen."""

import csv
import io
import re

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Demand
from takwin.admissions.tests.make import make_submitted
from takwin.core.crowd import LEAST, STEP, comparable, comparable_count, public_count
from takwin.guidance.selectors.advice import clear_cache
from takwin.offer.tests.make import make_offering, make_season
from takwin.web.selectors import portal


def test_a_count_is_hidden_below_twenty_and_rounded_above():
    counts = (0, 1, 19, 20, 24, 25, 131)
    assert [public_count(n) for n in counts] == [None, None, None, 20, 20, 30, 130]
    assert [comparable_count(n) for n in counts] == [19, 19, 19, 20, 20, 30, 130]


@pytest.mark.parametrize("exact", range(LEAST, LEAST + 4 * STEP))
def test_a_public_count_is_near_the_exact_one(exact):
    assert abs(public_count(exact) - exact) <= STEP // 2


COUNTED_AT = timezone.now()
OTHER = "medical-secretary"
NOISE = r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"'


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
    assert portal.programmes(offering.season).get(pk=offering.programme_id).counted == 4
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


def count_requests(offering, count):
    values = {"requests": count, "first_choices": 0, "counted_at": COUNTED_AT}
    Demand.objects.update_or_create(offering=offering, defaults=values)


def body(response):
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


@pytest.mark.parametrize("count", [0, 1, 19, 20, 24, 25, 131])
def test_the_database_rounds_as_the_page_does(offering, count):
    count_requests(offering, count)
    row = Demand.objects.annotate(shown=comparable("requests")).get(offering=offering)
    assert row.shown == comparable_count(count)


@pytest.mark.parametrize(("before", "after"), [(0, 1), (4, 5), (5, 6), (18, 19), (31, 32)])
def test_one_request_more_changes_no_page_no_file_no_order_and_no_filter(client, offering, before, after):
    """Five seats beside another programme of as many: neither "fewer requests than seats", nor the badge, nor the
    order among the two, nor the exported cells follow one person."""
    other = make_offering(offering.season, OTHER, seats=5)
    count_requests(other, before)

    def seen(count):
        count_requests(offering, count)
        clear_cache()
        list_ = "/en/programmes/"
        files = [f"{list_}?format={kind}" for kind in ("csv", "json")]
        asked = ["?left=yes", "?left=yes&format=csv", "?sort=requests", "?sort=-requests&format=csv"]
        found = [f"/en{path}" for path in pages(offering)] + files + [list_ + query for query in asked]
        return {path: re.sub(NOISE, "", body(client.get(path))) for path in found}

    first, second = seen(before), seen(after)
    assert [path for path in first if first[path] != second[path]] == []


def test_the_exported_list_counts_no_few(client, offering):
    text = body(client.get("/en/programmes/?format=csv")).removeprefix("\ufeff")
    counted = {row["code"]: row["requests"] for row in csv.DictReader(io.StringIO(text))}
    assert counted[offering.programme.code] == ""
    count_requests(offering, 131)
    found = client.get("/en/programmes/?format=json").json()
    assert {row["requests"] for row in found if row["code"] == offering.programme.code} == {130}
