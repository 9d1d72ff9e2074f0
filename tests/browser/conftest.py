"""A real browser on a real server, and a small simulated season behind it. No browser is a failure, not a skip."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from threading import Lock

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Page, sync_playwright

from tests import stored

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# A page that is not there; a form that is to be corrected; a window without a network (ERR_FAILED when a worker
# stands between), and its worker that looks for a newer one of itself.
EXPECTED = ("404", "422", "ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "error occurred when fetching the script")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield started
        started.close()


class InFlight:
    """How many requests the live server is answering: tables are emptied only when it is at rest.

    A window that is closed leaves its last requests running on the server; PostgreSQL then sees a deadlock between
    them and the emptying of the tables.
    """

    def __init__(self) -> None:
        self.lock, self.count, self.seen = Lock(), 0, time.monotonic()

    def _add(self, by: int) -> None:
        with self.lock:
            self.count, self.seen = self.count + by, time.monotonic()

    def started(self, **_: object) -> None:
        self._add(1)

    def finished(self, **_: object) -> None:
        self._add(-1)

    def rest(self, calm: float = 0.3, limit: float = 20) -> None:
        """Waits until nothing ran for `calm` seconds; fails after `limit`."""
        end = time.monotonic() + limit
        while self.count or time.monotonic() - self.seen < calm:
            assert time.monotonic() < end, f"{self.count} requests still run"
            time.sleep(0.05)


@pytest.fixture
def in_flight():
    counter = InFlight()
    request_started.connect(counter.started)
    request_finished.connect(counter.finished)
    yield counter
    request_started.disconnect(counter.started)
    request_finished.disconnect(counter.finished)


@pytest.fixture(scope="session")
def season_files(tmp_path_factory):
    """The documents of the simulated season: empty until the first test of this process has made them."""
    return tmp_path_factory.mktemp("season") / "media"


@pytest.fixture
def season(transactional_db, settings, live_server, monkeypatch, in_flight, season_files):
    """300 simulated candidates and the accounts of the demo: made once a process, then put back as it was."""
    from takwin.web.simulation import simulate
    from takwin.web.simulation.demo import make_demo

    # Static files by whitenoise, compressed, as in the demo and in production.
    monkeypatch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler._should_handle", lambda *_: False)
    settings.SITE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    if season_files.exists():
        stored.restore("season")
        shutil.copytree(season_files, settings.MEDIA_ROOT, dirs_exist_ok=True)
    else:
        stored.restore("network")
        simulate(300, 1, say=lambda _line: None)
        make_demo()
        stored.store("season")
        Path(settings.MEDIA_ROOT).mkdir(exist_ok=True)
        shutil.copytree(settings.MEDIA_ROOT, season_files)
    yield live_server.url
    in_flight.rest()


@pytest.fixture
def visit(browser, season):
    """`visit(size)` opens a window; it fails the test on any error of the console or any sideways scroll."""
    contexts, complaints = [], []

    def open_window(size: dict[str, int], **more) -> Page:
        context = browser.new_context(viewport=size, base_url=season, **more)
        contexts.append(context)
        page = context.new_page()
        # The first calculation after a change of the engine compiles it, which takes a loaded machine half a minute.
        page.set_default_timeout(45_000)
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text) if m.type == "error" and not any(x in m.text for x in EXPECTED) else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def picture():
    """`picture(page, name)`: checks the page fits its window, and keeps a PNG where TAKWIN_SCREENS says."""
    folder = os.environ.get("TAKWIN_SCREENS", "")

    def take(page: Page, name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"], f"{name} scrolls sideways: {wide}"
        if folder:
            page.wait_for_load_state("networkidle")
            # A bar that sticks to the window would lie across a picture of the whole page.
            page.evaluate(
                "document.querySelectorAll('.phone-bar, .test-bar').forEach((bar) => (bar.style.position = 'static'))"
            )
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder, f"{name}.png")), full_page=True)

    return take
