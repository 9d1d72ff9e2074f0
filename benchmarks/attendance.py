"""Attendance on PostgreSQL: rows of a nation, then the times that people wait for.

Draws trainees in groups of 24, five courses a group, four rolls a day, straight into the tables; then measures what a
phone waits for when it sends a roll, what a director waits for to read a month, and a month of the nation by programme
and region in PostgreSQL and from columns with DuckDB. Needs a migrated, loaded, otherwise empty PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
import django

django.setup()
import duckdb
from django.db import connection

from takwin.centres.models import Centre
from takwin.offer.models import Mode, Programme, Season
from takwin.training import parquet_export, services
from takwin.training.models import Group, Member, Statement
from takwin.training.selectors import attendance

SIZE, COURSES, A_DAY, GROUPS_A_CENTRE = 24, 5, 4, 24
FIRST = date(2026, 1, 5)


def p(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def print_times(label, values):
    ms = [1000 * value for value in values]
    print(f"  {label:44} median {statistics.median(ms):8.1f} ms   p95 {p(ms, 0.95):8.1f} ms   of {len(ms)}")


def sql(text, *values):
    with connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute(text, values or None)
        return time.perf_counter() - begun


def draw(rows, days):
    """Groups enough for so many rows in so many days; returns the seconds that the statements took."""
    groups = max(1, rows // (SIZE * A_DAY * days))
    season = Season.objects.create(code="2025-2026", starts_on=FIRST, first_year_starts_on=FIRST, simulated=True)
    mode = Mode.objects.get(code="initial")
    versions = []
    for programme in Programme.objects.order_by("pk")[:40]:
        version = services.draft(programme)
        for index in range(COURSES):
            services.add_module(version, name_ar=f"m{index}", weekly=4)
        versions.append(services.put_in_force(version))
    centres = list(Centre.objects.filter(area__isnull=False).order_by("pk"))
    last = FIRST + timedelta(days=200)
    made = Group.objects.bulk_create(
        Group(name=f"G{n}", centre=centres[n % len(centres)], version=versions[n % len(versions)], mode=mode,
              season=season, capacity=SIZE, taken=SIZE, starts_on=FIRST, ends_on=last, simulated=True)
        for n in range(groups)
    )  # fmt: skip
    base = made[0].pk
    sql(
        "INSERT INTO people_person (ref, given_name, family_name, given_name_latin, family_name_latin, sex, born_on, cin,"
        " phone, email, simulated, search_text) SELECT 'PER-' || n, 'a', 'b', '', '', 'female', '2005-01-01', '', '', '',"
        " true, '' FROM generate_series(1, %s) n", groups * SIZE,
    )  # fmt: skip
    sql(
        "INSERT INTO training_enrolment (ref, person_id, version_id, centre_id, mode_id, season_id, year, state, since_on,"
        " leaving, words, guardian_name, guardian_phone, with_bed, simulated) SELECT 'TRN-' || p.rank, p.id, g.version_id,"
        " g.centre_id, g.mode_id, g.season_id, 1, 'enrolled', g.starts_on, '', '', '', '', false, true FROM (SELECT id,"
        " row_number() OVER (ORDER BY id) - 1 AS rank FROM people_person) p JOIN training_group g ON g.id = %s + p.rank / %s",
        base, SIZE,
    )  # fmt: skip
    sql(
        "INSERT INTO training_member (enrolment_id, group_id, since_on) SELECT id, %s + (substr(ref, 5)::int) / %s, since_on"
        " FROM training_enrolment", base, SIZE,
    )  # fmt: skip
    sql(
        "INSERT INTO training_course (ref, group_id, module_id) SELECT 'C' || g.id || '-' || m.\"order\", g.id, m.id FROM"
        " training_group g JOIN training_module m ON m.version_id = g.version_id"
    )
    sql(
        "INSERT INTO training_roll (ref, course_id, \"on\", hour, length) SELECT 'R' || c.id || '-' || d.n || '-' || h.n, c.id,"
        " %s::date + d.n, h.n * 2, 2 FROM (SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY id) - 1 AS rank FROM"
        " training_course) c CROSS JOIN generate_series(0, %s) d(n) JOIN generate_series(0, 3) h(n) ON (d.n * 4 + h.n) %% %s ="
        " c.rank WHERE extract(isodow FROM %s::date + d.n) < 6", FIRST, days * 7 // 5, COURSES, FIRST,
    )  # fmt: skip
    sql("ANALYZE")
    spent = sql(
        'INSERT INTO training_statement (key, roll_id, enrolment_id, "on", value, minutes, rank, after, device, reason, is_current,'
        " contested) SELECT gen_random_uuid(), r.id, m.enrolment_id, r.\"on\", CASE WHEN x.n < 6 THEN 'absent' WHEN x.n < 9"
        " THEN 'late' ELSE 'present' END, CASE WHEN x.n BETWEEN 6 AND 8 THEN 5 ELSE 0 END, 0, '[]', '', '', true, false FROM"
        " training_roll r JOIN training_course c ON c.id = r.course_id JOIN training_member m ON m.group_id = c.group_id"
        " CROSS JOIN LATERAL (SELECT mod(hashint8(r.id * 1000003 + m.id) & 2147483647, 100) AS n) x"
    )
    sql("ANALYZE")
    return spent, groups


def phones(count):
    """A roll of 24 sent by a phone on a new day, each its own transaction."""
    random.seed(1)
    on, spent = str(FIRST + timedelta(days=199)), []
    groups = random.sample(list(Group.objects.values_list("pk", flat=True)), count)
    from unittest.mock import patch

    # The day is drawn, not today's: the check of days to come is told that day.
    with patch("django.utils.timezone.localdate", lambda *_: FIRST + timedelta(days=199)):
        for pk in groups:
            course = Group.objects.get(pk=pk).courses.first()
            refs = Member.objects.filter(group=pk).values_list("enrolment__ref", flat=True)
            batch = [
                {"key": str(uuid4()), "course": course.ref, "on": on, "hour": 0, "length": 2, "trainee": ref,
                 "value": "absent" if place < 2 else "present"}
                for place, ref in enumerate(refs)
            ]  # fmt: skip
            begun = time.perf_counter()
            services.sync(batch, by=None, may=lambda *_: True, holds=lambda *_: True, late=True)
            spent.append(time.perf_counter() - begun)
    print_times("a roll of 24, from the batch to its answer", spent)


def months(count):
    spent = []
    for centre in Centre.objects.filter(groups__isnull=False).distinct().order_by("pk")[:count]:
        begun = time.perf_counter()
        attendance.month(centre, date(2026, 2, 1), date(2026, 2, 28))
        spent.append(time.perf_counter() - begun)
    print_times("a centre's month, by group", spent)


QUESTION = (
    "SELECT {programme}, {region}, sum(CASE WHEN value = 'absent' THEN {hours} ELSE 0 END) * 1.0 / sum({hours}) FROM {rows}"
    " GROUP BY 1, 2 ORDER BY 1, 2"
)


def nation():
    """A month of the nation by programme and region, twice the same question."""
    rows = (
        "training_statement s JOIN training_roll r ON r.id = s.roll_id JOIN training_course c ON c.id = r.course_id JOIN"
        " training_group g ON g.id = c.group_id JOIN training_version v ON v.id = g.version_id JOIN offer_programme p ON"
        " p.id = v.programme_id JOIN centres_centre e ON e.id = g.centre_id JOIN territory_area a ON a.id = e.area_id WHERE"
        " s.is_current AND s.\"on\" BETWEEN '2026-02-01' AND '2026-02-28'"
    )
    text = QUESTION.format(programme="p.code", region="substr(a.path, 1, 3)", hours="r.length", rows=rows)
    spent = []
    for _ in range(3):
        with connection.cursor() as cursor:
            begun = time.perf_counter()
            cursor.execute(text)
            asked = cursor.fetchall()
            spent.append(time.perf_counter() - begun)
    print_times("the nation's month in PostgreSQL", spent)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "month.parquet")
        begun = time.perf_counter()
        count = parquet_export.write(path, date(2026, 2, 1), date(2026, 2, 28))
        print(
            f"  columns of the month written: {count:,} rows, {path.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - begun:.1f} s"
        )
        text = QUESTION.format(programme="programme", region="substr(area, 1, 3)", hours="hours", rows=f"'{path}'")
        spent = []
        for _ in range(3):
            begun = time.perf_counter()
            found = duckdb.sql(text).fetchall()
            spent.append(time.perf_counter() - begun)
        print_times("the same question from columns, DuckDB", spent)
        same = all(a[:2] == b[:2] and abs(float(a[2]) - b[2]) < 1e-9 for a, b in zip(asked, found, strict=True))
        print(f"  {len(found)} lines, {'the same answer' if same else 'ANOTHER ANSWER'}")


def main():
    asks = argparse.ArgumentParser()
    asks.add_argument("--rows", type=int, default=2_000_000)
    asks.add_argument("--days", type=int, default=60)
    wanted = asks.parse_args()
    spent, groups = draw(wanted.rows, wanted.days)
    count = Statement.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('training_statement'), pg_relation_size('training_statement')")
        whole, table = cursor.fetchone()
    print(f"{count:,} statements of {groups * SIZE:,} trainees in {groups:,} groups, written in {spent:.0f} s")
    print(
        f"  {whole / count:.0f} bytes a row with its indexes ({table / count:.0f} without): 100 million are {whole / count / 10:.1f} GB"
    )
    phones(min(200, groups))
    months(60)
    nation()


main()
