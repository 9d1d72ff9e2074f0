"""Races: the same work by many threads at once, each with a connection of its own; and processes to kill."""

import os
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from django.conf import settings
from django.db import connections

from takwin.core.errors import Refused


def together(count, work):
    """Run `work(n)` in threads at once; returns what each gave, a refusal as its code."""

    def run(n):
        try:
            return work(n)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def environment(**more):
    """This process's environment, with the test database in the place of the real one."""
    facts = connections["default"].settings_dict
    if facts["ENGINE"].endswith("sqlite3"):
        url = f"sqlite:///{facts['NAME']}"
    else:
        user = f"{facts['USER']}:{facts['PASSWORD']}".rstrip(":")
        url = f"postgres://{user}@{quote(facts['HOST'], safe='')}:{facts['PORT'] or 5432}/{facts['NAME']}"
    return os.environ | {
        "TAKWIN_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "takwin.config.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    } | more  # fmt: skip
