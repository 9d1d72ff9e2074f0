"""Fixtures of the whole house: the reference network once a test database, small lawful worlds on top."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from tests import stored

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs an event loop in the test's thread


PAGES = {"client", "visit"}  # a test that reads pages by one of these


def pytest_collection_modifyitems(items):
    """Marks `database`: what asks a database something that the other might answer differently (docs/testing.md).

    Rules and engines know none; pages show what selectors and services gave them, whose own tests run on both.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is None or item.get_closest_marker("browser"):
            continue
        is_page = PAGES & set(item.fixturenames)
        races = marker.kwargs.get("transaction") or "transactional_db" in item.fixturenames
        if not is_page or races or item.get_closest_marker("both"):
            item.add_marker("database")


def load_network() -> None:
    from takwin.reporting.reference import load_all

    load_all(settings.BASE_DIR / "data" / "reference")


BLOCKERS: list = []  # the one of this process, once its database stands


@pytest.fixture(scope="session")
def django_db_setup(
    request, tmp_path_factory, django_test_environment, django_db_blocker, django_db_use_migrations
) -> Iterator[None]:
    """The reference network is in every test database before the first test; both are made once a run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    folder = tmp_path_factory.getbasetemp()
    if not django_db_use_migrations:
        from pytest_django.fixtures import _disable_migrations

        _disable_migrations()
    with (
        django_db_blocker.unblock(),
        stored.worker_database(folder.parent if worker else folder, worker or "alone", load_network),
    ):
        BLOCKERS.append(django_db_blocker)
        with django_db_blocker.block():
            yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Work moves between workers: a test may come after one that emptied the tables. Before its transaction begins
    the network is loaded again, once, not in each test."""
    marker = item.get_closest_marker("django_db")
    if marker is None or marker.kwargs.get("transaction") or not BLOCKERS:
        return
    with BLOCKERS[0].unblock():
        refill()


def refill() -> None:
    from takwin.territory.models import Area

    if not Area.objects.exists():
        stored.restore("network")


@pytest.fixture
def network(transactional_db):
    """For tests whose tables are emptied afterwards: the network is put back when it was."""
    refill()


@pytest.fixture(autouse=True)
def _quiet(settings, tmp_path):
    # A page asked for in French leaves its thread in French: each test begins in the language of the house.
    translation.activate(settings.LANGUAGE_CODE)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ACCOUNT_RATE_LIMITS = settings.LIMITS
    settings.SMS_SENDER = "takwin.core.tests.gateway.KeptSms"
    from takwin.core.tests.gateway import KeptSms

    KeptSms.sent.clear()
    settings.STAFF_PROVE_AGAIN = False  # a test's visitor signs in without a password; its own test turns it on
    # What is kept beside a database belongs to it: a list signed by another test's key would be believed by nobody.
    cache.clear()
    # A published run never changes in a database; here each test has its own, and numbers come again.
    from takwin.admissions import selectors

    selectors.forget_published()
    from takwin.guidance.selectors import advice, clients

    advice.clear_cache()
    clients.clear_cache()
    from takwin.offer import catalogue

    catalogue.clear_cache()


@pytest.fixture
def english():
    from django.utils.translation import override

    with override("en"):
        yield
