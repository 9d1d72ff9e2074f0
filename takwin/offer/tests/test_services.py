"""Seats, closing, importing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from takwin.core.errors import Refused
from takwin.core.models import Entry
from takwin.core.scope import EVERYWHERE, Scope
from takwin.core.spreadsheets import SheetReason
from takwin.core.tests.threads import together
from takwin.offer import services
from takwin.offer.choices import OfferReason as R
from takwin.offer.models import AccessRule, Level, Offering, Programme, Season
from takwin.offer.selectors import access
from takwin.offer.services.offerings import centre_closes
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db
HEAD = "centre,programme,mode,capacity,first_year,seats\n"


@pytest.fixture
def season():
    return make_season()


class TestSeats:
    def test_a_change_is_journalled(self, season):
        row = make_offering(season)
        services.set_seats(row, seats=25, first_year=30, capacity=60, reason="a second group", by=None)
        assert Entry.objects.get(ref=row.ref).changed == {"seats": [20, 25]}

    def test_more_than_the_capacity_is_refused(self, season):
        with pytest.raises(Refused) as refusal:
            services.set_seats(make_offering(season), seats=31, first_year=30, capacity=60, reason="x", by=None)
        assert refusal.value.reason == R.ABOVE_CAPACITY

    @pytest.mark.parametrize("write", ["set_seats", "close"])
    def test_published_results_settle_the_seats(self, season, write):
        row = make_offering(season)
        Season.objects.update(state="allocated")
        more = {"seats": 1, "first_year": 30, "capacity": 60} if write == "set_seats" else {}
        with pytest.raises(Refused) as refusal:
            getattr(services, write)(row, **more, reason="x", by=None)
        assert refusal.value.reason == R.SEASON_PUBLISHED

    def test_closed_and_reopened(self, season):
        row = services.close(make_offering(season), reason="works", by=None)
        assert row.state == "closed"
        assert services.reopen(row, reason="done", by=None).state == "open"


class TestAccess:
    def test_the_most_precise_rule_wins(self, season):
        programme, level = Programme.objects.get(code="pharmacy-assistant"), Level.objects.get(code="t")
        assert access([programme], season)[programme.pk].schooling == "bac-2"
        AccessRule.objects.create(level=level, season=season, schooling="bac-1", bridge="none")
        assert access([programme], season)[programme.pk].schooling == "bac-1"
        AccessRule.objects.create(programme=programme, schooling="core", bridge="none")
        assert access([programme], season)[programme.pk].schooling == "core"


def run(text, season, dry_run=False, scope=EVERYWHERE, name="x.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, content)
    return services.import_offerings(file=file, season=season, scope=scope, dry_run=dry_run, by=None)


class TestImport:
    good = HEAD + "ismss-meknes,pharmacy-assistant,initial,60,30,25\nismss-oujda,pharmacy-assistant,initial,60,30,20\n"

    def test_a_dry_run_tells_and_writes_nothing(self, season):
        make_offering(season)
        assert [line.action for line in run(self.good, season, dry_run=True)] == ["change", "add"]
        assert Offering.objects.get().seats == 20

    def test_all_rows_are_written_and_counted_in_the_journal(self, season):
        make_offering(season)
        run("\ufeff" + self.good.replace(",", ";"), season)
        assert sorted(Offering.objects.values_list("seats", flat=True)) == [20, 25]
        assert Entry.objects.get(verb="import").data["counts"] == {"add": 1, "change": 1, "same": 0}
        assert {line.action for line in run(self.good, season)} == {"same"}

    def test_a_spreadsheet_reads_alike(self, season):
        book = Workbook()
        for line in self.good.strip().split("\n"):
            book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
        out = io.BytesIO()
        book.save(out)
        assert [line.action for line in run(out.getvalue(), season, name="x.xlsx")] == ["add", "add"]

    def test_one_wrong_row_writes_nothing_and_each_fault_has_its_column(self, season):
        bad = self.good + (
            "nowhere,pharmacy-assistant,initial,1,1,1\n"
            "ismss-meknes,pharmacy-assistant,initial,60,30,25\n"
            "ismss-meknes,medical-secretary,initial,60,70,25\n"
            "ismss-meknes,dental-assistant,initial,-1,x,\n"
        )
        with pytest.raises(Refused) as refusal:
            run(bad, season)
        assert (refusal.value.reason, refusal.value.facts) == (R.ROWS_REFUSED, {"count": 4})
        assert not Offering.objects.exists()
        errors = {line.number: [(c, e.reason) for c, e in line.errors] for line in run(bad, season, dry_run=True)}
        assert errors == {
            2: [], 3: [],
            4: [("centre", R.UNKNOWN_CODE)], 5: [("programme", R.REPEATED_ROW)],
            6: [("first_year", R.NOT_A_NUMBER)], 7: [("capacity", R.NOT_A_NUMBER)],
        }  # fmt: skip

    def test_a_centre_outside_the_scope_is_refused(self, season):
        lines = run(self.good, season, dry_run=True, scope=Scope(areas=frozenset({"03."})))
        assert [[e.reason for _c, e in line.errors] for line in lines] == [[], [R.OUT_OF_SCOPE]]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("", SheetReason.EMPTY),
            (HEAD, R.NOTHING_TO_IMPORT),
            ("centre,programme\na,b\n", R.MISSING_COLUMN),
            (b"\xff\xfe\x00broken", SheetReason.ENCODING),
            (b"PK\x03\x04 not a workbook", SheetReason.BROKEN),
        ],
    )
    def test_what_is_no_table_is_refused_politely(self, season, content, reason):
        with pytest.raises(Refused) as refusal:
            run(content, season)
        assert refusal.value.reason == reason


class TestClock:
    def test_a_season_past_its_deadline_is_closed_by_the_tick_and_messages_leave(self, season, capsys):
        from datetime import timedelta

        from django.core.management import call_command
        from django.utils import timezone

        from takwin.core.messages import post
        from takwin.core.models import Outbox

        post("mail", "a@example.org", "x", subject="y")
        season.opens_at, season.closes_at = timezone.now() - timedelta(days=2), timezone.now() - timedelta(seconds=1)
        season.save()
        call_command("tick")
        season.refresh_from_db()
        assert (season.state, Outbox.objects.get().state) == ("closed", "sent")
        assert "seasons 1" in capsys.readouterr().out


class TestLocks:
    """Publication and an import lock a season, then its offerings: locked the other way round, two people who act at
    once wait for each other, and PostgreSQL ends one of the two."""

    def moves(self, offering):
        text = {"reason": "x", "by": None}
        yield lambda: services.set_seats(offering, seats=9, first_year=30, capacity=60, **text)
        yield lambda: services.close(offering, **text)
        yield lambda: services.reopen(offering, **text)
        yield lambda: centre_closes(centre=offering.centre, by=None)

    def test_the_season_is_locked_before_its_offerings(self):
        season = make_season()
        offering = make_offering(season)
        make_offering(season, "medical-secretary")
        tables = [f'SELECT "{model._meta.db_table}"' for model in (Season, Offering)]
        for number, move in enumerate(self.moves(offering)):
            with CaptureQueriesContext(connection) as seen:
                move()
            read = [query["sql"][: len(table)] for query in seen for table in tables if query["sql"].startswith(table)]
            assert read[0] == tables[0], number
        assert not Offering.objects.filter(season=season, state="open").exists()

    @pytest.mark.django_db(transaction=True)
    def test_a_centre_closes_while_its_offerings_are_closed(self, network):
        season = make_season()
        rows = [make_offering(season, code) for code in ("pharmacy-assistant", "medical-secretary")]

        def press(number):
            if number:
                return services.close(rows[-1], reason="x", by=None).state
            with transaction.atomic():
                centre_closes(centre=rows[0].centre, by=None)
            return "closed"

        assert set(together(2, press)) <= {"closed", "wrong_state"}
        assert not Offering.objects.filter(season=season, state="open").exists()
