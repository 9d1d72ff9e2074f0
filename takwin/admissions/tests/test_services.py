"""Each move of an application and a run, and each refusal."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import Application, Contribution, Demand, Draw, Round, Run, WishResult
from takwin.admissions.rules import list_version
from takwin.admissions.tests.make import make_application, make_published, make_run, make_submitted
from takwin.core.errors import Refused
from takwin.core.flow import FlowReason
from takwin.core.models import Entry, Outbox
from takwin.offer.services import close, close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.people.choices import PeopleReason
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a certificate"


@pytest.fixture
def season():
    return make_season()


@pytest.fixture
def offerings(season):
    return [make_offering(season, code) for code in ("pharmacy-assistant", "medical-secretary", "dental-assistant")]


@contextmanager
def refused(reason):
    """The block is refused for this reason."""
    with pytest.raises(Refused) as info:
        yield info
    assert info.value.reason == reason


class TestStart:
    def test_a_person_has_one_application_a_season(self, season):
        first = make_application(season)
        with refused(R.ALREADY_APPLIED):
            services.start(season=season, person=first.person, by=first.person.account)

    def test_a_deadline_passed_refuses(self, season):
        season.closes_at = timezone.now() - timedelta(seconds=1)
        season.opens_at = season.closes_at - timedelta(days=3)
        season.save()
        with refused(R.DEADLINE_PASSED):
            make_application(season)

    def test_a_counsellor_needs_the_consent_noted(self, season):
        counsellor = make_user("k@example.org", "counsellor")
        who = {"given_name": "علي", "family_name": "حجي", "sex": "male", "born_on": date(2006, 1, 1)}
        who["commune"] = Area.objects.communes().first()
        with refused(PeopleReason.CONSENT_MISSING):
            services.start(season=season, by=counsellor, **who)
        row = services.start(season=season, by=counsellor, consented=True, **who)
        assert row.consent.noted_by == row.entered_by == counsellor


class TestDescribe:
    def test_declared_situations_are_encrypted_and_hidden_from_the_journal(self, season):
        from django.db import connection

        row = make_application(season, disability="motor")
        with connection.cursor() as cursor:
            cursor.execute("SELECT disability FROM admissions_application")
            stored = cursor.fetchone()[0]
        assert Application.objects.get().disability == "motor"
        assert "motor" not in stored
        assert "motor" not in str(list(Entry.objects.filter(ref=row.ref).values_list("changed", "data")))


class TestWishes:
    def test_a_repeated_wish_is_refused_with_its_rank(self, season, offerings):
        row = make_application(season)
        by = row.person.account
        services.add_wish(row, offering=offerings[0], by=by)
        with refused(R.DUPLICATE_WISH) as info:
            services.add_wish(row, offering=offerings[0], by=by)
        assert info.value.facts == {"rank": 1}
        services.add_wish(row, offering=offerings[0], with_bed=True, by=by)

    def test_a_closed_offering_is_refused(self, season, offerings):
        row = make_application(season)
        close(offerings[0], reason="works", by=None)
        offerings[0].refresh_from_db()
        with refused(R.OFFERING_CLOSED):
            services.add_wish(row, offering=offerings[0], by=row.person.account)

    def test_a_bed_needs_a_house(self, season):
        row = make_application(season)
        with refused(R.NO_BOARDING):
            services.add_wish(
                row, offering=make_offering(season, centre="ismss-beni-mellal"), with_bed=True, by=row.person.account
            )

    def test_who_is_not_eligible_gets_the_reason(self, season):
        row = make_application(season, schooling="lower-3", stream="none")
        with refused(R.LEVEL_TOO_LOW):
            services.add_wish(row, offering=make_offering(season, "diagnostic-radiology"), by=row.person.account)

    def test_an_eleventh_wish_is_refused(self, season):
        from takwin.offer.models import Programme

        row = make_application(season)
        codes = Programme.objects.filter(level__code__in=["t", "q"]).values_list("code", flat=True)[:11]
        rows = [make_offering(season, code) for code in codes]
        for offering in rows[:10]:
            services.add_wish(row, offering=offering, by=row.person.account)
        with refused(R.TOO_MANY_WISHES):
            services.add_wish(row, offering=rows[10], by=row.person.account)

    def test_the_order_follows_moves_and_removals(self, season, offerings):
        row = make_application(season)
        by = row.person.account
        for offering in offerings:
            services.add_wish(row, offering=offering, by=by)
        wishes = list(row.wishes.all())
        services.move_wish(row, wish=wishes[2].name, to=1, seen=list_version(wishes), by=by)
        assert [w.offering for w in row.wishes.all()] == [offerings[2], offerings[0], offerings[1]]
        services.remove_wish(row, wish=wishes[2].name, by=by)
        assert [(w.rank, w.offering) for w in row.wishes.all()] == [(1, offerings[0]), (2, offerings[1])]
        for ranks in ([1], [1, 1], [1, 2, 3]):
            with refused(R.BAD_ORDER):
                services.order_wishes(row, ranks=ranks, by=by)
        with refused(R.WISH_GONE):
            services.move_wish(row, wish="OFF-NONE", to=1, seen="", by=by)
        with refused(R.BAD_ORDER):
            services.move_wish(row, wish=offerings[0].ref, to=9, seen=list_version(row.wishes.all()), by=by)


class TestSubmit:
    def test_an_empty_list_is_refused(self, season):
        row = make_application(season)
        with refused(R.NO_WISH):
            services.submit(row, by=row.person.account)

    def test_a_wish_closed_since_is_refused_and_the_draft_stays(self, season, offerings):
        row = make_application(season)
        services.add_wish(row, offering=offerings[0], by=row.person.account)
        close(offerings[0], reason="works", by=None)
        with refused(R.OFFERING_CLOSED):
            services.submit(row, by=row.person.account)
        row.refresh_from_db()
        assert row.state == "draft"

    def test_submission_is_journalled_and_confirmed_by_message(self, season, offerings):
        row = make_application(season)
        row.person.phone = "+212612345678"
        row.person.save()
        services.add_wish(row, offering=offerings[0], by=row.person.account)
        row = services.submit(row, by=row.person.account)
        assert row.submitted_at is not None
        assert Entry.objects.get(ref=row.ref, verb="submit").changed["state"] == ["draft", "submitted"]
        assert row.ref in Outbox.objects.get().body

    def test_a_submitted_list_is_closed_until_taken_back(self, season, offerings):
        row = make_submitted(season, "c@example.org", offerings[:1])
        by = row.person.account
        with refused(FlowReason.WRONG_STATE):
            services.add_wish(row, offering=offerings[1], by=by)
        row = services.reopen(row, by=by)
        services.add_wish(row, offering=offerings[1], by=by)
        assert services.withdraw(row, by=by).state == "withdrawn"


class TestDocuments:
    def test_a_document_is_kept_under_a_name_of_ours(self, season):
        row = make_application(season)
        file = SimpleUploadedFile("../../شهادة.pdf", PDF)
        document = services.join_document(row, kind="marks", file=file, by=row.person.account)
        assert document.ref in document.file.name
        assert document.file.read() == PDF

    def test_documents_are_joined_after_the_deadline_until_corrections_end(self, season, offerings):
        row = make_submitted(season, "c@example.org", offerings[:1])
        now = timezone.now()
        type(season).objects.update(opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))
        file = {"kind": "marks", "by": row.person.account}
        with refused(R.DEADLINE_PASSED):
            services.join_document(row, file=SimpleUploadedFile("a.pdf", PDF), **file)
        type(season).objects.update(corrects_until=now + timedelta(hours=1))
        services.join_document(row, file=SimpleUploadedFile("a.pdf", PDF), **file)
        type(season).objects.update(corrects_until=now)
        with refused(R.DEADLINE_PASSED):
            services.join_document(row, file=SimpleUploadedFile("b.pdf", PDF), **file)
        assert row.documents.count() == 1

    def test_a_program_named_pdf_is_refused(self, season):
        row = make_application(season)
        with refused(R.FILE_KIND):
            services.join_document(
                row, kind="marks", file=SimpleUploadedFile("x.pdf", b"MZ\x90\x00"), by=row.person.account
            )
        assert not row.documents.exists()


class TestRun:
    @pytest.fixture
    def closed(self, season):
        """Two seats of pharmacy, one bed (of 120, half for girls, one in a thousand open), three candidates."""
        pharmacy = make_offering(season, "pharmacy-assistant", seats=2)
        secretary = make_offering(season, "medical-secretary", seats=1)
        make_submitted(season, "first@example.org", [pharmacy, secretary], average=1600)
        make_submitted(season, "second@example.org", [pharmacy, secretary], average=1500)
        make_submitted(season, "third@example.org", [pharmacy, secretary], average=1400)
        make_submitted(season, "fourth@example.org", [pharmacy], average=1300)
        return close_season(season, by=None)

    def test_seats_go_by_score_and_each_wish_has_its_reason(self, closed):
        run = make_run(closed)
        assert run.sound
        assert run.counts["admitted"] == 3
        outcomes = {
            (r.wish.application.person.account.email.split("@")[0], r.wish.rank): (r.outcome, r.rank, r.waiting)
            for r in WishResult.objects.filter(run=run)
        }
        assert outcomes == {
            ("first", 1): ("admitted", 1, None),
            ("first", 2): ("not-reached", 1, None),
            ("second", 1): ("admitted", 2, None),
            ("second", 2): ("not-reached", 2, None),
            ("third", 1): ("waiting", 3, 1),
            ("third", 2): ("admitted", 3, None),
            ("fourth", 1): ("waiting", 4, 2),
        }

    def test_the_same_draw_gives_the_same_bytes(self, closed):
        first = make_run(closed)
        second = make_run(closed)
        assert (first.problem_digest, first.result_digest) == (second.problem_digest, second.result_digest)

    def test_equal_marks_are_parted_by_the_seed(self, season):
        offering = make_offering(season, seats=1)
        emails = [f"c{n}@example.org" for n in range(6)]
        for email in emails:
            make_submitted(season, email, [offering], average=1500)
        closed = close_season(season, by=None)
        winners = set()
        for seed in "abcdefgh":
            Run.objects.update(draw=None)
            Contribution.objects.all().delete()
            Draw.objects.all().delete()
            run = make_run(closed, word=seed)
            winners.add(WishResult.objects.get(run=run, outcome="admitted").wish.application_id)
        assert len(winners) > 1

    def test_a_bed_is_given_with_the_seat_or_the_wish_falls(self, season):
        season.sample_permille = 9  # of 120 beds two are open: one for girls
        season.save()
        offering = make_offering(season, seats=5)
        make_submitted(season, "a@example.org", [(offering, True), offering], average=1500)
        make_submitted(season, "b@example.org", [(offering, True), offering], average=1600)
        run = make_run(close_season(season, by=None))
        outcomes = {
            (r.wish.application.person.account.email[0], r.wish.with_bed): (r.outcome, r.bed_rank)
            for r in WishResult.objects.filter(run=run)
        }
        assert outcomes == {
            ("a", True): ("no-bed", 2),
            ("a", False): ("admitted", None),
            ("b", True): ("admitted", 1),
            ("b", False): ("not-reached", None),
        }
        girls = run.beds.get(group="girls")
        assert (girls.beds, girls.requests, girls.granted) == (1, 2, 1)

    def test_publication_answers_everyone_once(self, closed):
        run = make_published(closed)
        assert run.published_at
        states = dict(Application.objects.values_list("person__account__email", "state"))
        assert states["third@example.org"] == "admitted"
        assert states["fourth@example.org"] == "unplaced"
        closed.refresh_from_db()
        assert closed.state == "allocated"
        with refused(R.ANSWERS_OPEN):
            services.prepare(closed, by=None)
        with refused(FlowReason.WRONG_STATE):
            services.discard(run, reason="x", by=None)

    def test_a_run_with_a_fault_is_not_published(self, closed):
        run = make_run(closed)
        Run.objects.filter(pk=run.pk).update(checks=run.checks | {"envy": False})
        with refused(R.CHECKS_FAILED):
            services.publish(run, by=None)
        assert not Application.objects.filter(state="admitted").exists()

    def test_open_applications_are_not_allocated(self, season):
        with refused(R.STILL_OPEN):
            services.prepare(season, by=None)

    def test_nothing_to_allocate_is_said(self, season):
        with refused(R.NO_APPLICATION):
            services.prepare(close_season(season, by=None), by=None)

    def test_answers_confirm_or_decline_until_the_delay(self, closed):
        make_published(closed)
        row = Application.objects.get(person__account__email="first@example.org")
        assert services.confirm(row, by=row.person.account).state == "confirmed"
        assert services.decline(row, by=row.person.account).state == "declined"
        Round.objects.update(results_at=timezone.now() - timedelta(days=2), answers_until=timezone.now())
        late = Application.objects.get(person__account__email="second@example.org")
        with refused(R.ANSWER_LATE):
            services.confirm(late, by=late.person.account)


class TestDemand:
    def test_a_person_counts_once_an_offering(self, season):
        offering = make_offering(season)
        other = make_offering(season, "medical-secretary")
        make_submitted(season, "a@example.org", [(offering, True), offering, other])
        make_submitted(season, "b@example.org", [other])
        make_application(season, "draft@example.org")
        assert services.count_demand(season) == 3
        counts = {d.offering_id: (d.requests, d.first_choices) for d in Demand.objects.all()}
        assert counts == {offering.pk: (1, 1), other.pk: (2, 1)}
