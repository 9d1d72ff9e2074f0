"""Never 500: every address with a dozen poisons and more, every form that a page shows, every body of JSON."""

import pytest
from django.test import Client
from django.urls import reverse

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.tests.make import make_application, make_run, make_submitted
from takwin.guidance.tests.make import make_guidance
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.training.tests.make import make_training
from tests.fuzz import PARAMETER, POISONS, Fuzz, routes

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitors():
    """Clients by who they are, in a world where most pages have something to show."""
    season = make_season()
    offering = make_offering(season, centre="ismss-meknes")
    made = make_submitted(season, "candidate@example.org", [offering])
    drafting = make_application(season, "draft@example.org")
    services.count_demand(season)
    guidance, training = make_guidance(), make_training()
    accounts = {
        "nobody": None, "national": make_user("boss@example.org", "national"), "candidate": made.person.account,
        "drafting": drafting.person.account,
        "director": make_user("head@example.org", "director", centre="ismss-meknes"),
    }  # fmt: skip
    for told in (guidance, training):
        accounts |= {f"made-{key}": row for key, row in told.items() if hasattr(row, "is_active")}
    out = {}
    for name, account in accounts.items():
        out[name] = Client()
        if account is not None:
            out[name].force_login(account)
    return out | {"season": season}


def starts():
    return sorted({route for _name, route in routes() if not PARAMETER.search(route)})


def test_no_address_no_form_and_no_body_is_answered_with_500(visitors, capsys):
    season = visitors.pop("season")
    with Fuzz() as fuzz:
        for client in visitors.values():
            fuzz.crawl(client, starts())
        forms, addresses = len(fuzz.forms), len(fuzz.addresses)
        fields = sum(len(form.given) + len(form.typed) for _client, form in fuzz.forms.values())
        fuzz.addresses_with(visitors["national"], POISONS[:12])
        fuzz.forms_with(POISONS[::2])
        for client in list(visitors.values())[1:]:
            fuzz.json_with(client, reverse("training:sync"))
        make_run(close_season(season, by=None))
        fuzz.crawl(visitors["national"], [path for path in starts() if path.startswith("/desk/")])
    told = f"fuzz: {sum(1 for _route in routes())} addresses, {addresses} read, {forms} forms, {fields} fields, "
    with capsys.disabled():
        print(f"\n{told}{fuzz.requests} requests, {len(fuzz.broken)} broken")
    assert fuzz.broken == []
    assert addresses > 100
    assert forms > 30
    assert fields > 150
