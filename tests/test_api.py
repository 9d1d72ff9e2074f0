"""The public API: shapes, pages, ETags, and odd input from its own schema."""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Config

from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db


def test_pages_follow_each_other_to_the_end(client):
    seen, path = [], "/api/v1/centres?limit=50"
    while path:
        page = client.get(path).json()
        seen += [row["code"] for row in page["items"]]
        path = page["next"]
    assert len(seen) == len(set(seen)) == page["count"] == 114


def test_an_unchanged_answer_costs_304(client):
    first = client.get("/api/v1/figures?source=s2")
    assert client.get("/api/v1/figures?source=s2", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get("/api/v1/figures?source=s1", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_arabic_is_readable_and_filters_filter(client):
    answer = client.get("/api/v1/programmes?q=صيدلي")
    assert "مساعد صيدلي" in answer.content.decode()
    assert [row["code"] for row in answer.json()["items"]] == ["pharmacy-assistant"]
    assert client.get("/api/v1/areas?kind=region").json()["count"] == 12
    make_offering(make_season())
    assert client.get("/api/v1/offerings?centre=ismss-meknes").json()["items"][0]["seats"] == 20
    assert sum(not row["holds"] for row in client.get("/api/v1/identities").json()) == 12


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "offset=-1", "limit=x", "kind=planet"])
def test_wrong_parameters_are_told(client, query):
    assert client.get(f"/api/v1/areas?{query}").status_code == 422


schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json",
    WSGIHandler(),
    config=Config.from_dict({"checks": {"unsupported_method": {"enabled": False}}}),
)


@pytest.fixture
def one_connection():
    """As Django's own test client: a request does not close the connection the test's transaction lives on."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_input_breaks_it(case):
    case.call_and_validate(headers={"Accept-Encoding": "identity"})
