"""Never 500: every address with a dozen poisons and more, every form that a page shows, every body of JSON."""

import pytest
from django.urls import reverse

from takwin.admissions import services
from takwin.admissions.tests.make import make_run, sign
from takwin.offer.services import close_season
from tests.fuzz import DOZEN, PARAMETER, POISONS, Fuzz, Visitor, routes
from tests.fuzz_world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.both]
# Pages that a visitor reads though another read them: the same address shows each of them something of their own.
AGAIN = {
    "insider": "/desk/", "trainer": "/training/", "trainee": "/training/", "candidate": "/apply/",
    "drafting": "/apply/", "graduate": "/(wallet|work|vacancies|training)/", "employer": "/employer/",
    "unverified": "/employer/", "counsellor": "/desk/guidance/",
}  # fmt: skip
STATES = {"insider": "/desk/allocation/", "candidate": "/apply/"}  # what a published run shows anew


def starts():
    return sorted({route for _name, route in routes() if not PARAMETER.search(route)})


def meet(fuzz, visitors, again, addresses):
    for name, visitor in visitors.items():
        fuzz.crawl(visitor, addresses, again.get(name, ""), most=2)
    fuzz.forms_with(POISONS[:DOZEN] + POISONS[-3:])


def test_no_address_no_form_and_no_body_is_answered_with_500(capsys):
    world = make_world()
    visitors = {name: Visitor(account) for name, account in world["visitors"].items()}
    first_pages = [*world["starts"], *starts()]
    with Fuzz() as fuzz:
        meet(fuzz, visitors, AGAIN, first_pages)
        fuzz.addresses_with(visitors["insider"], POISONS[:DOZEN])
        for name in ("stranger", "trainer"):
            fuzz.json_with(visitors[name], reverse("training:sync"))
        run = make_run(close_season(world["season"], by=None))
        named = {name: visitors[name] for name in STATES}
        meet(fuzz, named, STATES, [f"/desk/allocation/{run.ref}/", "/desk/allocation/"])
        services.publish(sign(run), by=None)
        meet(fuzz, named, STATES, ["/apply/", "/apply/result/", "/desk/allocation/", f"/allocation/{run.ref}/"])
    addresses = sum(1 for _route in routes())
    line = f"fuzz: {addresses} addresses, {len(fuzz.addresses)} read, {len(fuzz.forms)} forms, {fuzz.fields} fields"
    with capsys.disabled():
        print(f"\n{line}, {fuzz.requests} requests, {len(fuzz.broken)} broken")
    assert fuzz.broken == [], "\n".join(map(str, fuzz.broken))
    assert len(fuzz.addresses) >= 150
    assert len(fuzz.forms) >= 110
    assert fuzz.fields >= 361
