"""What is published of a run: no person can be found in it, and each can prove their own result."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date

import numpy as np
import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import services, tokens
from takwin.admissions.models import Application, Leaf, PoolResult, Run, Wish, WishResult
from takwin.admissions.services import lines, numbers, shown
from takwin.admissions.tests.make import make_published, make_run, make_submitted, next_round
from takwin.core.models import Entry
from takwin.engines.allocation import at_home
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.people.models import Person
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
CROWD = 300
PROGRAMMES = ("pharmacy-assistant", "medical-secretary", "dental-assistant")


def make_crowd(season, offerings, number=CROWD):
    """Applications of invented people, written in bulk: marks, sexes, needs and wishes by a fixed generator."""
    rng = np.random.default_rng(7)
    communes = list(Area.objects.communes()[:40])
    weight = 1 / np.arange(1, len(offerings) + 1)
    people = Person.objects.bulk_create(
        Person(
            given_name=f"n{n}", family_name=f"f{n}", sex="female" if rng.random() < 0.5 else "male",
            born_on=date(2005, 1, 1), commune=communes[int(rng.integers(len(communes)))], search_text=f"n{n}",
        )
        for n in range(number)
    )  # fmt: skip
    applications = Application.objects.bulk_create(
        Application(
            person=person, season=season, state="submitted", schooling="bac", stream="life-sciences",
            average=int(np.clip(rng.normal(1250, 200), 900, 2000)), submitted_at=timezone.now(),
            disability="motor" if rng.random() < 0.05 else None,
        )
        for person in people
    )  # fmt: skip
    wishes = []
    for application in applications:
        chosen = rng.choice(len(offerings), size=min(4, len(offerings)), replace=False, p=weight / weight.sum())
        bed = rng.random() < 0.3
        for rank, at in enumerate(chosen.tolist(), start=1):
            wishes.append(
                Wish(application=application, rank=rank, offering=offerings[at], with_bed=bool(bed and rank == 1))
            )
    Wish.objects.bulk_create(wishes)
    return applications


def make_world(number=CROWD):
    """A season of a crowd, popular and tiny pools, reserves open and confidential, houses; published."""
    season = make_season(sample_permille=200)
    offerings = [
        make_offering(season, programme, centre=centre, seats=seats, capacity=100, first_year=50)
        for programme, seats in zip(PROGRAMMES, (40, 12, 25), strict=True)
        for centre in ("ismss-meknes", "ismss-oujda")
    ]
    offerings.append(make_offering(season, "pharmacy-assistant", centre="cmc-marrakech-safi", seats=3))
    for group, seats in (("girls", 4), ("disability", 2), ("rural", 5)):
        services.set_reserve(offerings[0], group=group, seats=seats, by=None)
    make_crowd(season, offerings, number)
    return make_published(close_season(season, by=None))


@pytest.fixture
def run():
    return make_world()


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def unzip(answer):
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


class TestTheAttack:
    """On everything the public can read: join what is known of a person with what is published, and count who fits."""

    def test_the_exact_lines_single_nearly_everybody_out(self, run):
        # What the files used to hold: were it still published, the attack would work.
        rows = WishResult.objects.filter(run=run, wish__rank=1).values_list("score", "wish__offering")
        alone = sum(1 for number in Counter(rows).values() if number == 1)
        assert alone > CROWD * 0.15

    def test_no_file_has_a_row_of_a_person(self, client, run):
        files = unzip(client.get(f"/allocation/{run.ref}/files.zip"))
        assert sorted(files) == [
            "at_home.py", "certificate.json", "houses.csv", "pools.csv", "published.json", "reserves.csv",
        ]  # fmt: skip
        pools = run.pools.count()
        assert len(table(files["pools.csv"])) == pools
        everything = b"\n".join(files.values()) + body(client.get(f"/allocation/{run.ref}/certificate.json"))
        everything += body(client.get(f"/allocation/{run.ref}/")) + body(client.get("/allocation/"))
        everything += body(client.get(f"/allocation/{run.ref}/published.json")) + body(
            client.get("/allocation/draws.json")
        )
        text = everything.decode()
        for ref in Application.objects.values_list("ref", flat=True):
            assert ref not in text
            assert services.number(run.season, ref) not in text
        for lot in PoolResult.objects.filter(run=run, last_lot__gt=10**6).values_list("last_lot", flat=True):
            assert str(lot) not in text
        assert "kept-" not in text
        assert run.problem_digest not in text
        assert run.result_digest not in text

    def test_no_record_is_unique_below_twenty_on_published_columns(self, client, run):
        files = unzip(client.get(f"/allocation/{run.ref}/files.zip"))
        scores = {}
        for offering, application, score, sex in WishResult.objects.filter(run=run).values_list(
            "wish__offering__ref", "wish__application", "score", "wish__application__person__sex"
        ):
            scores.setdefault(offering, {})[application] = (score, sex)
        bands = 0
        for row in table(files["pools.csv"]):
            people = scores.get(row["offering"], {})
            for name in ("requests", "first_choices", "admitted"):
                assert row[name] == "" or int(row[name]) == 0 or int(row[name]) >= shown.K
            if row["from"]:
                bands += 1
                fits = [1 for score, _sex in people.values() if int(row["from"]) <= score < int(row["to"])]
                assert len(fits) >= shown.K
            if len(people) < shown.K:
                assert [row[name] for name in ("admitted", "full", "from")] == ["", "", ""]
        assert bands >= 4
        for row in table(files["reserves.csv"]):
            if row["from"]:
                assert row["group"] in {"girls", "rural", "region"}
                people = scores[row["offering"]].values()
                fits = [
                    1 for score, sex in people
                    if int(row["from"]) <= score < int(row["to"]) and (sex == "female" or row["group"] != "girls")
                ]  # fmt: skip
                assert len(fits) >= shown.K
        for row in table(files["houses.csv"]):
            for name in ("requests", "granted"):
                assert row[name] == "" or int(row[name]) == 0 or int(row[name]) >= shown.K

    def test_nothing_hidden_follows_from_a_total(self, client, run):
        rows = table(unzip(client.get(f"/allocation/{run.ref}/files.zip"))["pools.csv"])
        exact = {pool.offering.ref: pool for pool in PoolResult.objects.filter(run=run).select_related("offering")}
        for name in ("first_choices", "admitted"):
            hidden = [getattr(exact[row["offering"]], name) for row in rows if row[name] == ""]
            assert not hidden or (len(hidden) >= 2 and sum(hidden) >= shown.K)

    def test_a_full_pool_of_few_seats_hides_how_many_were_admitted(self, client, run):
        """Seats are public: "full" beside fifteen of them is a count of fifteen people."""
        rows = table(unzip(client.get(f"/allocation/{run.ref}/files.zip"))["pools.csv"])
        assert any(row["admitted"] == "" and int(row["seats"]) < shown.K for row in rows)
        for row in rows:
            if row["admitted"] == "":
                assert row["full"] == ""

    def test_nor_does_a_cut_off_with_the_total(self, client, run):
        files = unzip(client.get(f"/allocation/{run.ref}/files.zip"))
        rows, total = table(files["pools.csv"]), json.loads(files["published.json"])["counts"]["admitted"]
        left = total - sum(int(row["admitted"]) for row in rows if row["admitted"])
        unknown = []
        for row in rows:
            if row["admitted"] == "" and row["from"]:
                left -= int(row["seats"])
            elif row["admitted"] == "":
                unknown.append(row)
        assert not unknown or (len(unknown) >= 2 and left >= shown.K)

    @pytest.mark.parametrize(
        ("cells", "exact", "known", "kept"),
        [
            ([None, None, 30, 40], [10, 7, 30, 40], {0}, [None, None, None, 40]),
            ([None, None, 30, 40], [10, 15, 30, 40], set(), [None, None, 30, 40]),
            ([None, 30], [10, 30], {0}, [None, 30]),
            ([25, 30], [25, 30], {0, 1}, [25, 30]),
        ],
    )
    def test_what_follows_from_a_cut_off_hides_nothing(self, cells, exact, known, kept):
        assert shown.hide_beside(cells, exact, frozenset(known)) == kept

    def test_a_season_of_a_handful_publishes_no_count_of_it(self, client):
        season = make_season()
        offering = make_offering(season, seats=2)
        for n in range(3):
            make_submitted(season, f"c{n}@example.org", [offering], average=1400 + n)
        run = make_published(close_season(season, by=None))
        files = unzip(client.get(f"/allocation/{run.ref}/files.zip"))
        assert [row[name] for row in table(files["pools.csv"]) for name in ("requests", "admitted", "from")] == [
            ""
        ] * 3
        assert json.loads(files["published.json"])["counts"]["admitted"] is None
        assert client.get(f"/allocation/{run.ref}/certificate.json").json()["counts"]["placed"] is None

    def test_other_public_exports_hold_no_line_of_a_person(self, client, run):
        for path in (
            "/api/v1/offerings?limit=500",
            "/api/v1/programmes",
            "/programmes/?format=json",
            "/centres/?format=json",
        ):
            answer = client.get(path)
            assert answer.status_code == 200
            text = body(answer).decode()
            assert not any(ref in text for ref in Application.objects.values_list("ref", flat=True)[:50])
            assert "last_score" not in text


class TestAtHome:
    def test_every_candidate_proves_their_own_result(self, run):
        public = services.public_summary(run)
        refs = list(Application.objects.order_by("pk").values_list("ref", flat=True))
        for ref in refs[:: max(1, len(refs) // 60)]:
            assert at_home.line_faults(services.line_file(run, ref), public) == []

    def test_another_line_score_salt_or_result_is_found(self, run):
        public = services.public_summary(run)
        application = Application.objects.filter(state="admitted").first()

        def faults(spoil):
            mine = json.loads(json.dumps(services.line_file(run, application.ref)))
            spoil(mine)
            return at_home.line_faults(mine, public)

        assert faults(lambda mine: None) == []
        assert faults(lambda mine: mine["line"]["body"].update(result=9))
        assert faults(lambda mine: mine["line"]["body"]["wishes"][0].update(score=1))
        assert faults(lambda mine: mine["line"].update(salt="00" * 16))
        assert faults(lambda mine: mine["line"].update(at=mine["line"]["at"] + 1))
        assert faults(lambda mine: mine["cutoffs"][0]["body"].update(least=1))
        assert faults(lambda mine: mine["cutoffs"].clear())
        assert faults(lambda mine: mine.update(run="RUN-OTHER"))

    def test_someone_who_was_passed_over_would_see_it(self, run):
        """A run that gave somebody less than they cleared fails its own check."""
        waiting = Application.objects.filter(state="unplaced").first()
        mine = services.line_file(run, waiting.ref)
        for row in mine["cutoffs"]:
            row["body"]["least"] = None
        assert any("you clear first" in fault for fault in at_home.line_faults(mine, services.public_summary(run)))

    def test_the_script_and_two_files_are_enough(self, client, run, tmp_path):
        application = Application.objects.filter(state="admitted").first()
        answer = client.get(f"/r/{tokens.token(application.ref)}/line.json")
        assert "no-store" in answer["Cache-Control"]
        (tmp_path / "my-line.json").write_bytes(answer.content)
        for name, data in unzip(client.get(f"/allocation/{run.ref}/files.zip")).items():
            (tmp_path / name).write_bytes(data)
        command = [sys.executable, "-I", "at_home.py", "line", "my-line.json", "published.json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, "holds\n"), done.stderr

    def test_a_line_is_its_owners_alone(self, client, run):
        season = run.season
        application = Application.objects.first()
        person, other = make_user("own@example.org"), make_user("other@example.org")
        Person.objects.filter(pk=application.person_id).update(account=person)
        client.force_login(person)
        assert client.get("/apply/result/line.json").json()["line"]["body"]["application"] == application.ref
        client.force_login(other)
        assert client.get("/apply/result/line.json").status_code != 200
        client.logout()
        assert client.get(f"/r/{application.ref}/line.json").status_code == 404
        assert season.code in services.public_summary(run)["season"]

    def test_cut_offs_below_ones_own_wish_and_of_other_groups_are_not_given(self, run):
        for application in Application.objects.filter(state="admitted")[:30]:
            mine = services.line_file(run, application.ref)
            asked = {
                wish["offering"]
                for wish in mine["line"]["body"]["wishes"]
                if wish["rank"] <= mine["line"]["body"]["result"]
            }
            places = {row["body"]["place"] for row in mine["cutoffs"] if row["body"]["place"].startswith("OFF-")}
            assert places <= asked
        assert "disability" not in json.dumps([json.loads(leaf.body) for leaf in Leaf.objects.filter(run=run)])

    def test_a_later_round_has_trees_of_its_own_and_firm_seats_hold(self, run):
        held = Application.objects.filter(state="admitted", seat__rank__gt=1).first()
        services.hold(held, by=None)
        next_round(run.season)
        second = make_published(run.season)
        assert second.trees["lines"]["root"] != run.trees["lines"]["root"]
        assert at_home.line_faults(services.line_file(second, held.ref), services.public_summary(second)) == []

    def test_a_run_whose_lines_do_not_follow_is_not_sound(self):
        season = make_season()
        make_submitted(season, "a@example.org", [make_offering(season)])
        run = make_run(close_season(season, by=None))
        assert run.checks["lines"]
        Run.objects.filter(pk=run.pk).update(checks=run.checks | {"lines": False})
        run.refresh_from_db()
        assert not run.sound

    def test_a_discarded_run_keeps_no_lines(self):
        season = make_season()
        make_submitted(season, "a@example.org", [make_offering(season)])
        run = make_run(close_season(season, by=None))
        assert Leaf.objects.filter(run=run).exists()
        services.discard(run, reason="x", by=None)
        assert not Leaf.objects.filter(run=run).exists()

    def test_the_secret_of_the_salts_is_kept_encrypted(self, run):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT salt FROM admissions_run")
            stored = [str(row[0]) for row in cursor.fetchall()]
        assert run.salt not in stored
        assert len(bytes.fromhex(run.salt)) == 32
        assert run.salt not in str(list(Entry.objects.values_list("changed", "data")))


class TestTrees:
    def test_parts_and_the_whole_give_the_same_root(self, monkeypatch):
        leaves = [at_home.leaf_hash(b"s", bytes([n])) for n in range(23)]
        for size in range(1, 24):
            some = leaves[:size]
            parts = [at_home.root(some[at : at + 4]) for at in range(0, size, 4)]
            assert at_home.root(parts) == at_home.root(some)
            for at in range(size):
                beside = at_home.path(some[at // 4 * 4 : at // 4 * 4 + 4], at % 4) + at_home.path(parts, at // 4)
                assert beside == at_home.path(some, at)
                assert at_home.root_by_path(some[at], at, size, beside) == at_home.root(some)
                assert at_home.root_by_path(some[at], at, size, [*beside, leaves[0]]) != at_home.root(some)

    def test_it_is_the_tree_of_rfc_6962(self):
        # Test vectors of the reference implementation of Certificate Transparency (merkletree tests, eight leaves).
        leaf_texts = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ]
        leaves = [at_home.leaf_hash(b"", bytes.fromhex(leaf_hex)) for leaf_hex in leaf_texts]
        assert at_home.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert at_home.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        assert at_home.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"

    def test_salts_differ_and_groups_have_labels_that_say_nothing(self):
        season, other = make_season(), make_season(code="2025-2026")
        assert len({lines.salt("00" * 32, kind, n) for kind in ("line", "cutoff") for n in range(50)}) == 100
        labels = {
            numbers.group_label(each_season, group)
            for each_season in (season, other)
            for group in ("disability", "reentry")
        }
        assert len(labels) == 4
        assert numbers.group_label(season, "girls") == "girls"


class TestAuditors:
    def test_full_files_are_read_under_a_grant_and_each_reading_is_noted(self, client, run):
        path = f"/desk/audit/allocation/{run.ref}/files.zip"
        assert client.get(path).status_code == 302
        for role, where in (("national", {}), ("auditor", {"centre": "ismss-meknes"}), ("registrar", {})):
            client.force_login(make_user(f"{role}{len(where)}@example.org", role, **where))
            assert client.get(path).status_code == 404
            assert client.get("/desk/audit/allocation/").status_code == 404
        assert not Entry.objects.filter(verb="read_full_files").exists()
        auditor = make_user("audit@example.org", "auditor")
        client.force_login(auditor)
        files = unzip(client.get(path))
        assert "problem/candidates.parquet" in files
        line = Entry.objects.get(verb="read_full_files")
        assert (line.by, line.ref, line.data["candidates"]) == (auditor, run.ref, CROWD)
        assert "audit@example.org" in client.get("/desk/audit/allocation/").content.decode()

    def test_the_files_are_those_whose_digest_is_published_and_they_verify(self, client, run, tmp_path):
        import hashlib

        from takwin.engines.allocation.__main__ import main

        client.force_login(make_user("audit@example.org", "auditor"))
        data = body(client.get(f"/desk/audit/allocation/{run.ref}/files.zip"))
        assert hashlib.sha256(data).hexdigest() == services.public_summary(run)["files"]
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(tmp_path)
        assert main(["verify", str(tmp_path / "problem"), str(tmp_path / "result")]) == 0
        everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"kept-1" not in everything
        assert b"disability" not in everything
