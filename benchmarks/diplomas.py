"""Ten thousand diplomas in one job, from signed minutes to signed documents, and a stranger's questions, a second.

Rows are made in bulk: juries are not what is measured.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from datetime import date

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
django.setup()

from django.db import connection
from django.utils import timezone

from takwin.accounts.models import User
from takwin.centres.models import Centre
from takwin.certification import pdf, services
from takwin.certification.models import Diploma, Jury, Verdict
from takwin.certification.selectors import findings
from takwin.core.scope import EVERYWHERE
from takwin.offer.models import Mode, Programme, Season
from takwin.people.models import Person
from takwin.training import services as training
from takwin.training.models import Enrolment, Group, Result


def world(count: int) -> Jury:
    season = Season.objects.create(code="2024-2025", starts_on=date(2024, 9, 4), first_year_starts_on=date(2024, 9, 6))
    version = training.draft(Programme.objects.get(code="pharmacy-assistant"))
    for number in range(6):
        training.add_module(version, name_ar=f"وحدة {number}", name_fr=f"Module {number}", weekly=4, length=2)
    training.put_in_force(version)
    centre, mode = Centre.objects.get(code="ismss-meknes"), Mode.objects.get(code="initial")
    group = Group.objects.create(
        name="B", centre=centre, version=version, mode=mode, season=season, capacity=24, starts_on=date(2024, 9, 6),
        ends_on=date(2025, 6, 30),
    )  # fmt: skip
    people = Person.objects.bulk_create(
        [
            Person(given_name="سلمى", family_name=f"أمزيان {n}", sex="female", born_on=date(2005, 3, 12))
            for n in range(count)
        ],
        batch_size=1000,
    )
    rows = Enrolment.objects.bulk_create(
        [
            Enrolment(
                person=person, version=version, centre=centre, mode=mode, season=season, state="finished",
                since_on=date(2025, 7, 1), simulated=True,
            )
            for person in people
        ],
        batch_size=1000,
    )  # fmt: skip
    codes = list(version.modules.values_list("code", flat=True))
    lines = [{"code": code, "weight": 1, "average": 1300, "decision": "passed"} for code in codes]
    results = Result.objects.bulk_create(
        [Result(enrolment=row, year=1, rule="2024.1", average=1300, decision="passed", lines=lines) for row in rows],
        batch_size=1000,
    )
    jury = Jury.objects.create(
        group=group, year=1, held_on=date(2025, 7, 1), president=User.objects.create_user("p@example.org", "x"),
        rule="2024.1", state="signed", signed_at=timezone.now(),
    )  # fmt: skip
    Verdict.objects.bulk_create(
        [
            Verdict(jury=jury, enrolment=row, result=result, proposed="admitted", decision="admitted")
            for row, result in zip(rows, results, strict=True)
        ],
        batch_size=1000,
    )
    return jury


def timed(name: str, work, times: int = 200) -> None:
    spent = []
    for _turn in range(times):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    middle, worst = statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]
    print(f"  {name:44} median {middle * 1e3:7.2f} ms   p95 {worst * 1e3:7.2f} ms   {1 / middle:6.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    jury = world(count)
    print(f"diplomas, {connection.vendor}, one process")
    begun = time.perf_counter()
    signed = services.issue(EVERYWHERE, jury)
    spent = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again = services.issue(EVERYWHERE, jury)
    print(
        f"  {signed:,} of {count:,} issued in one job: {spent:.0f} s, {signed / spent:.0f} a second, "
        f"{memory:.0f} MB at the peak; again: {again}"
    )
    row = Diploma.objects.select_related("enrolment__person").order_by("pk").first()
    assert row is not None
    encoded = row.credential.encode()
    timed("a document verified and looked up", lambda: findings.of_document(encoded))
    timed("a line verified and looked up", lambda: findings.of_line(row.line))
    timed("a reference looked up", lambda: findings.of_ref(row.ref))
    timed("a sheet drawn as PDF", lambda: pdf.diploma_pdf(row), 20)


if __name__ == "__main__":
    main()
