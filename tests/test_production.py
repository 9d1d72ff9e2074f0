"""Production by environment: refuses to start half-configured, and passes Django's deployment checks."""

import os
import subprocess
import sys

from django.conf import settings

FULL = {
    "TAKWIN_PRODUCTION": "1", "TAKWIN_SECRET_KEY": "x" * 64 + "abcdefghijklmnop", "TAKWIN_FIELD_KEYS": "one-key",
    "TAKWIN_HOSTS": "takwin.example", "TAKWIN_DATABASE_URL": "sqlite:///:memory:", "TAKWIN_HASHED_STATIC": "0",
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
    for missing in ("TAKWIN_SECRET_KEY", "TAKWIN_FIELD_KEYS", "TAKWIN_HOSTS"):
        done = manage("check", **{key: value for key, value in FULL.items() if key != missing})
        assert done.returncode != 0
        assert missing in done.stderr


def test_the_deployment_checks_are_clean():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **FULL)
    assert done.returncode == 0, done.stderr
