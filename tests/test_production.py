"""Production by environment: refuses to start half-configured, and passes Django's deployment checks."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from takwin.config.env import is_loopback, is_public, refuse_demo, refuse_lost_addresses, refuse_weak_keys

FULL = {
    "TAKWIN_PRODUCTION": "1", "TAKWIN_SECRET_KEY": "x" * 64 + "abcdefghijklmnop", "TAKWIN_FIELD_KEYS": "one-key",
    "TAKWIN_HOSTS": "takwin.example", "TAKWIN_DATABASE_URL": "sqlite:///:memory:", "TAKWIN_HASHED_STATIC": "0",
    "TAKWIN_SITE_URL": "https://takwin.example", "TAKWIN_SMS_SENDER": "gateway.Sms",
}  # fmt: skip


def manage(*command, **environment):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("TAKWIN_", "DJANGO_ALLOW"))}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=clean | environment,
        capture_output=True,
        text=True,
    )


def test_without_a_secret_key_it_does_not_start():
    for missing in (
        "TAKWIN_SECRET_KEY", "TAKWIN_FIELD_KEYS", "TAKWIN_HOSTS", "TAKWIN_SITE_URL", "TAKWIN_SMS_SENDER",
    ):  # fmt: skip
        done = manage("check", **{key: value for key, value in FULL.items() if key != missing})
        assert done.returncode != 0
        assert missing in done.stderr


def test_mail_does_not_cross_a_network_in_clear_unless_it_is_said():
    """By default STARTTLS; a server on this machine needs none."""
    code = "from django.conf import settings as s; print(s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)"
    afar = {"TAKWIN_EMAIL_HOST": "mail.example.org"}
    for given, answer in (
        (afar, "True False"), (afar | {"TAKWIN_EMAIL_SSL": "1"}, "False True"), ({}, "False False"),
        (afar | {"TAKWIN_EMAIL_TLS": "0", "TAKWIN_EMAIL_PLAIN": "1"}, "False False"),
    ):  # fmt: skip
        done = manage("shell", "--no-imports", "-c", code, **FULL, **given)
        assert done.stdout.strip() == answer, (given, done.stderr)
    refused = manage("check", **FULL, **afar, TAKWIN_EMAIL_TLS="0")
    assert refused.returncode != 0
    assert "in clear" in refused.stderr


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("LOCALHOST.", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True),
     ("[::1]", True), ("mail.example.org", False),
     ("10.0.0.3", False), ("localhost.evil.example", False), ("0.0.0.0", False)],
)  # fmt: skip
def test_only_this_machine_is_loopback(host, here):
    assert is_loopback(host) is here


def test_the_deployment_checks_are_clean():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **FULL)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000", "https://localhost", "https://LOCALHOST./", "https://[::1]", "http://0.0.0.0",
        "https://10.1.2.3", "https://192.168.1.7:8443", "https://takwin", "https://takwin.local", "takwin.example",
        "https://127.1.2.3", "https://web.localhost", "ftp://takwin.example", "https://", "", "https://[",
    ],
)  # fmt: skip
def test_a_site_address_nobody_can_open_is_not_public(address):
    assert not is_public(address)
    with pytest.raises(ImproperlyConfigured):
        refuse_demo(address, "gateway.Sms", "django.core.mail.backends.smtp.EmailBackend")


@pytest.mark.parametrize("address", ["https://takwin.example", "https://takwin.gov.ma/", "https://1.1.1.1"])
def test_a_site_address_people_can_open_is_public(address):
    assert is_public(address)
    refuse_demo(address, "gateway.Sms", "django.core.mail.backends.smtp.EmailBackend")


OLD, OLDER, NEW = "https://old.example", "https://older.example:8443", "https://takwin.example"


@pytest.mark.parametrize("hosts", [["takwin.example", "old.example", "older.example"], [".example"], ["*"]])
def test_hosts_that_answer_at_every_address_start(hosts):
    refuse_lost_addresses([NEW, OLD, OLDER], hosts)
    refuse_lost_addresses(["https://[2606:4700::1111]"], [*hosts, "[2606:4700::1111]"])


@pytest.mark.parametrize(
    "hosts", [["takwin.example"], ["takwin.example", "old.example"], ["old.example", "older.example"], ["example"], []]
)
def test_an_address_of_diplomas_that_no_host_answers_does_not_start(hosts):
    with pytest.raises(ImproperlyConfigured):
        refuse_lost_addresses([NEW, OLD, OLDER], hosts)


def test_a_former_address_without_its_host_does_not_start():
    moved = FULL | {"TAKWIN_FORMER_SITE_URLS": "https://old.example"}
    done = manage("check", **moved)
    assert done.returncode != 0
    assert "old.example" in done.stderr
    done = manage("check", **moved | {"TAKWIN_HOSTS": "takwin.example,old.example"})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TAKWIN_SITE_URL", "http://127.0.0.1:8000"),
        ("TAKWIN_SMS_SENDER", "takwin.core.messages.ConsoleSms"),
        ("TAKWIN_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"),
    ],
)
def test_what_suits_only_a_demo_does_not_start(name, value):
    done = manage("check", **(FULL | {name: value}))
    assert done.returncode != 0
    assert name in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("TAKWIN_SECRET_KEY", "short"), ("TAKWIN_SECRET_KEY", "ab" * 40), ("TAKWIN_FIELD_KEYS", " , ")]
)
def test_a_secret_that_can_be_guessed_does_not_start(name, value):
    done = manage("check", **(FULL | {name: value}))
    assert done.returncode != 0
    assert name in done.stderr
    refuse_weak_keys(FULL["TAKWIN_SECRET_KEY"], ["one-key"])


def test_cookies_belong_to_this_host_alone_and_the_log_is_written():
    shown = manage("diffsettings", "--all", **FULL).stdout
    for name, cookie in (("SESSION", "sessionid"), ("CSRF", "csrftoken"), ("LANGUAGE", "django_language")):
        assert f"{name}_COOKIE_NAME = '__Host-{cookie}'" in shown
        assert f"{name}_COOKIE_SECURE = True" in shown
        assert f"{name}_COOKIE_HTTPONLY = True" in shown
        assert f"{name}_COOKIE_PATH = '/'" in shown
        assert f"{name}_COOKIE_DOMAIN = None" in shown
    assert "LOGGING = {'level': 'INFO'}" in shown


def test_the_demo_is_not_made_in_production():
    done = manage("make_demo", **FULL)
    assert done.returncode != 0
    assert "not in production" in done.stderr
