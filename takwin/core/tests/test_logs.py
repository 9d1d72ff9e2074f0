"""What the log of requests says of an address that opens something."""

import logging

import pytest
from django.conf import settings
from structlog.testing import capture_logs

from takwin.core import logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """As in production: a line a request."""
    logs.configure({"level": "INFO"})
    yield
    logs.configure(settings.LOGGING)


@pytest.mark.parametrize("path", ["/r/7R68N7NAWsecretmark12/", "/fr/r/7R68N7NAWsecretmark12/line.json", "/nowhere/x/"])
def test_the_log_holds_the_pattern_and_never_the_address(client, written, caplog, path):
    with capture_logs() as lines, caplog.at_level(logging.INFO):
        client.get(path)
    (line,) = (line for line in lines if line["event"] == "request")
    assert line["status"] == 404
    assert line["route"].endswith(("r/<str:signed>/", "r/<str:signed>/line.json", "(no page)"))
    assert path not in f"{lines}{caplog.text}"
