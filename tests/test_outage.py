"""A database that is locked, lost or full: 503 in the reader's language with a retry, and health says which part."""

import errno

import pytest
from django.db import DataError, OperationalError, connection
from django.test import Client

from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.trouble import trouble_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TROUBLES = [("database is locked", "locked"), ("database or disk is full", "full"), ("disk I/O error", "full")]
PAGES = ("/", "/programmes/", "/season/", "/accounts/login/", "/desk/", "/apply/", "/verify/")


def refusing(words):
    def wrapper(_execute, sql, *_args):
        raise OperationalError(words)

    return connection.execute_wrapper(wrapper)


@pytest.fixture
def visitor():
    client = Client(raise_request_exception=False)
    client.force_login(make_user("boss@example.org", "national"))
    return client


@pytest.mark.parametrize(("words", "trouble"), TROUBLES)
@pytest.mark.parametrize(
    ("prefix", "language", "direction"), [("", "ar", "rtl"), ("/fr", "fr", "ltr"), ("/en", "en", "ltr")]
)
def test_a_page_answers_503_in_the_readers_language_with_a_retry(visitor, words, trouble, prefix, language, direction):
    with refusing(words):
        answer = visitor.get(f"{prefix}/programmes/?q=x")
    text = answer.content.decode()
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert f'<html lang="{language}" dir="{direction}">' in text
    assert f'href="{prefix}/programmes/?q=x"' in text
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_that_asks_the_database_answers_500(visitor, path):
    with refusing("database is locked"):
        assert visitor.get(path).status_code in {200, 302, 503}
        assert visitor.post(path, {"login": "x", "password": "y"}).status_code in {302, 403, 405, 503}


def test_what_was_posted_is_told_not_to_be_saved(visitor):
    with refusing("database is locked"):
        answer = visitor.post("/en/accounts/login/", {"login": "x@example.org", "password": "y"})
    assert answer.status_code == 503
    assert "was not saved" in answer.content.decode()
    assert "<a class" not in answer.content.decode()


def test_a_machine_is_answered_as_a_machine(visitor):
    with refusing("database is locked"):
        answer = visitor.get("/api/v1/centres")
    assert (answer.status_code, answer.json()) == (503, {"detail": "unavailable", "reason": "locked"})


def test_health_lives_without_a_database_and_says_which_part_fails(visitor):
    with refusing("database or disk is full"):
        assert Client().get("/health/live").status_code == 200
        answer = Client(raise_request_exception=False).get("/health/ready")
    assert answer.status_code == 503
    assert (answer.json()["ready"], answer.json()["database"], answer.json()["disk"]) == (False, "full", "ok")


def test_a_full_disk_is_not_ready(client, monkeypatch):
    import shutil

    full = shutil.disk_usage("/")._replace(free=1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["disk"], answer.json()["database"]) == (503, "full", "ok")


def test_a_fault_of_the_program_stays_500(visitor, monkeypatch):
    with refusing("no such column: x"):
        assert visitor.get("/programmes/").status_code == 500


def test_troubles_are_told_apart():
    assert trouble_of(OSError(errno.ENOSPC, "x")) == "full"
    assert trouble_of(OSError(errno.ENOENT, "x")) is None
    assert trouble_of(DataError("value too long")) is None
    assert trouble_of(ValueError("database is locked")) is None
    wrapped = RuntimeError("wrapped")
    wrapped.__cause__ = OperationalError("database is locked")
    assert trouble_of(wrapped) == "locked"


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_another_connection_really_holds_is_503(network, visitor):
    if connection.vendor == "postgresql":
        import psycopg

        facts = connection.get_connection_params()
        keep = {name: facts[name] for name in ("dbname", "user", "password", "host", "port") if facts.get(name)}
        with psycopg.connect(**keep) as other:
            other.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            answer = visitor.get("/desk/")
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    else:
        import sqlite3

        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 100")
        stranger = Client(raise_request_exception=False)
        answer = stranger.post("/accounts/login/", {"login": "boss@example.org", "password": PASSWORD})
        other.execute("ROLLBACK")
        other.close()
        connection.close()
    assert answer.status_code == 503


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_is_503_and_the_next_page_is_whole(network, visitor):
    if connection.vendor == "sqlite":
        return  # a file has no connection to cut
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        number = cursor.fetchone()[0]
        with pytest.raises(OperationalError) as cut:
            cursor.execute("SELECT pg_terminate_backend(%s)", [number])
    assert trouble_of(cut.value) == "lost"
    assert visitor.get("/desk/").status_code in {200, 503}
    connection.close()
    assert visitor.get("/desk/").status_code == 200
