"""Page times over the wire-less client: median and 95th centile of 40 requests, queries, and weight; and the engine.

Run by bin/bench on a database that holds the reference network and a simulated season whose results are published.
Prints figures, asserts nothing. Times are of one process on one core, gzip and templates included.
"""

import gzip
import os
import statistics
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
import django

django.setup()
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from takwin.accounts.models import User

settings.ALLOWED_HOSTS = ["*"]
ROUNDS = int(os.environ.get("ROUNDS", "40"))
PAGES = [
    ("home", "/", ""),
    ("centre list", "/centres/", ""),
    ("programme search", "/programmes/?q=مساعد صيدلي", ""),
    ("programme", "/programmes/pharmacy-assistant/", ""),
    ("season", "/season/", ""),
    ("API centres", "/api/v1/centres?limit=100", ""),
    ("interest test", "/guidance/test/", ""),
    ("my advice", "/guidance/advice/", "candidate@takwin.example"),
    ("times of a centre", "/guidance/appointments/sim-guidance-fes-1/", ""),
    ("counsellor's week", "/desk/guidance/?span=week&who=all", "head@takwin.example"),
    ("follow-ups", "/desk/guidance/follow-ups/", "counsellor@takwin.example"),
    ("wall-board", "/desk/guidance/boards/sim-guidance-fes-1/", "national@takwin.example"),
    ("occupations", "/occupations/", ""),
    ("result page", "/apply/result/", "candidate@takwin.example"),
    ("desk", "/desk/", "national@takwin.example"),
    ("desk, region", "/desk/", "region@takwin.example"),
    ("desk list", "/desk/applications/", "national@takwin.example"),
    ("desk list, region", "/desk/applications/", "region@takwin.example"),
    ("desk list, search", "/desk/applications/?q=العلوي", "national@takwin.example"),
    ("desk offerings", "/desk/offerings/?sort=-seats", "national@takwin.example"),
]


def centile(values, share):
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def main():
    print(f"{connection.vendor}, {ROUNDS} requests a page")
    print(f"{'page':22} {'median ms':>10} {'p95 ms':>8} {'queries':>8} {'html kB':>8} {'gzip kB':>8}")
    for name, path, who in PAGES:
        client = Client()
        if who:
            client.force_login(User.objects.get(email=who))
        answer = client.get(path)
        if answer.status_code != 200:
            print(f"{name:22} {answer.status_code}", file=sys.stderr)
            continue
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
            asked = len(queries)
        spent = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            client.get(path)
            spent.append(1000 * (time.perf_counter() - begun))
        body = client.get(path).content
        print(
            f"{name:22} {statistics.median(spent):10.1f} {centile(spent, 0.95):8.1f} {asked:8} "
            f"{len(body) / 1000:8.1f} {len(gzip.compress(body)) / 1000:8.1f}"
        )


main()
