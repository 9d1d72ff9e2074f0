"""The state of who acts: a role that ended, an account that was closed, in the middle of an open session."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from takwin.accounts import granting
from takwin.accounts.models import Grant, User
from takwin.accounts.selectors import holders, holds
from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.admissions import assistance, services
from takwin.admissions.tests.make import make_submitted
from takwin.centres.models import Centre
from takwin.certification import services as certification
from takwin.certification.tests.make import make_signed_jury
from takwin.core.models import Entry
from takwin.core.tests.refusals import refused
from takwin.employment import services as employment
from takwin.employment.tests.make import make_employer, make_vacancy
from takwin.guidance import services as guidance
from takwin.guidance.tests.make import make_case, make_counsellor
from takwin.offer.tests.make import make_offering, make_season
from takwin.training import services as training
from takwin.training.tests.make import (
    CENTRE,
    make_company,
    make_contract,
    make_convention,
    make_trainer,
    make_training,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERSON = {"given_name": "مريم", "family_name": "حجي", "sex": "female", "born_on": date(2005, 1, 1), "commune": None}


@pytest.fixture
def centre():
    return Centre.objects.get(code=CENTRE)


@pytest.fixture
def later(monkeypatch):
    """Move the clock by some days."""
    now = timezone.now

    def move(days):
        monkeypatch.setattr(timezone, "now", lambda: now() + days * DAY)

    return move


def fresh(user):
    return User.objects.get(pk=user.pk)


class TestLastDay:
    def test_a_role_holds_through_its_last_day_and_no_longer(self, client, centre, later, settings):
        settings.STAFF_IDLE_MINUTES = 0  # the session itself stays open
        user = make_user("r@example.org")
        grant(user, "registrar", centre=centre, ends_on=timezone.localdate())
        client.force_login(user)
        assert client.get(f"/desk/centres/{CENTRE}/").status_code == 200
        assert holds(fresh(user), "training.run", centre)
        later(1)
        client.force_login(user)  # a session of a quarter of a day is over too; the role is asked of a new one
        assert client.get(f"/desk/centres/{CENTRE}/").status_code == 403
        assert not fresh(user).scope("training.run")
        assert not fresh(user).holds_anywhere("desk.open")
        assert not holds(fresh(user), "training.run", centre)
        assert not holders("training.run", centre).filter(pk=user.pk).exists()

    def test_another_role_of_the_same_person_goes_on(self, centre, later):
        user = make_user("r@example.org", "trainer", centre=CENTRE)
        grant(user, "registrar", centre=centre, ends_on=timezone.localdate())
        later(1)
        assert fresh(user).scope("training.teach")
        assert not fresh(user).scope("training.run")

    def test_it_is_given_on_the_page_with_its_day_shown_and_journalled(self, client, centre):
        make_user("new@example.org")
        client.force_login(make_user("boss@example.org", "national"))
        until = timezone.localdate() + 30 * DAY
        form_data = {"login": "new@example.org", "role": "registrar", "centre": CENTRE, "reason": "x"}
        assert client.post("/desk/roles/", form_data | {"ends_on": str(until - 99 * DAY)}).status_code == 422
        assert client.post("/desk/roles/", form_data | {"ends_on": str(until)}).status_code == 302
        row = Grant.objects.get(user__email="new@example.org")
        assert row.ends_on == until
        assert Entry.objects.filter(verb="grant", data__ends_on=str(until)).exists()
        sooner = timezone.localdate() + DAY
        assert client.post(f"/desk/roles/held/{row.pk}/", {"ends_on": str(sooner)}).status_code == 302
        assert client.post(f"/desk/roles/held/{row.pk}/", {"ends_on": str(until)}).status_code == 422  # never later
        row.refresh_from_db()
        assert row.ends_on == sooner
        assert Entry.objects.filter(verb="end_grant").count() == 1

    def test_a_request_keeps_the_day_and_is_refused_once_it_is_over(self, later):
        asker, second = make_user("a@example.org", "national"), make_user("b@example.org", "national")
        make_user("new@example.org")
        until = timezone.localdate() + DAY
        request = granting.give_role(login="new@example.org", role="national", ends_on=until, reason="x", by=asker)
        later(3)
        with refused("ended"):
            granting.accept_grant(request, by=second)
        later(0)
        assert granting.accept_grant(request, by=second).ends_on == until

    def test_a_role_that_is_over_is_given_again_as_a_new_one(self, centre, later):
        boss, user = make_user("boss@example.org", "national"), make_user("r@example.org")
        terms = {"login": user.email, "role": "registrar", "centre": centre, "reason": "x", "by": boss}
        first = granting.give_role(**terms, ends_on=timezone.localdate())
        with refused("already_held"):
            granting.give_role(**terms)
        later(1)
        second = granting.give_role(**terms)
        assert (second.ends_on, second.pk == first.pk, Grant.objects.filter(user=user).count()) == (None, False, 1)

    def test_files_entered_under_a_role_that_is_over_are_closed(self, centre, later):
        counsellor = make_user("k@example.org")
        grant(counsellor, "counsellor", centre=centre, ends_on=timezone.localdate())
        row = services.start(season=make_season(), account=None, consented=True, by=counsellor, **PERSON)
        assert assistance.assisted(fresh(counsellor), row.ref) == row
        later(1)
        grant(counsellor, "counsellor", centre=centre)
        assert assistance.assisted(fresh(counsellor), row.ref) is None

    def test_the_last_manager_stays(self, later):
        boss = make_user("boss@example.org", "national")
        other = make_user("other@example.org")
        grant(other, "national", ends_on=timezone.localdate() + DAY)  # a deputy for a day is no manager who stays
        row = boss.grants.get()
        with refused("last_manager"):
            granting.set_end(row, ends_on=timezone.localdate() + DAY, by=boss)
        with refused("last_manager"):
            granting.take_role(row, by=boss)
        assert granting.take_role(other.grants.get(), by=boss) is None


class TestOpenSession:
    """What happens to somebody is seen by their next request."""

    def test_an_account_that_was_closed_and_a_role_taken_back(self, client, centre):
        user = make_user("r@example.org", "registrar", centre=CENTRE)
        client.force_login(user)
        path = f"/desk/centres/{CENTRE}/"
        assert client.get(path).status_code == 200
        user.grants.all().delete()
        assert client.get(path).status_code == 403
        grant(user, "registrar", centre=centre)
        assert client.get(path).status_code == 200
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert client.get(path).status_code == 302  # signed out

    def test_a_member_who_lost_the_role_scores_no_more(self, client):
        season = make_season()
        offering = make_offering(season)
        application = make_submitted(season, "c@example.org", [offering])
        members = [make_user(f"m{n}@example.org", "scorer", centre=CENTRE) for n in range(2)]
        room = services.form_committee(offering, method="test", members=members, by=None)
        members[0].grants.all().delete()
        client.force_login(members[0])
        path = f"/desk/scoring/{room.ref}/"
        assert client.post(path, {"ref": application.ref, "value": "12"}).status_code in {403, 404}
        assert not room.scores.exists()

    def test_a_scorer_of_elsewhere_today_scores_nothing_here(self, client):
        """The role is asked at the centre of the offering, not anywhere."""
        season = make_season()
        offering = make_offering(season)
        application = make_submitted(season, "c@example.org", [offering])
        members = [make_user(f"m{n}@example.org", "scorer", centre=CENTRE) for n in range(2)]
        room = services.form_committee(offering, method="test", members=members, by=None)
        members[0].grants.all().delete()
        grant(members[0], "scorer", centre=Centre.objects.get(code="ismss-oujda"))
        client.force_login(members[0])
        client.post(f"/desk/scoring/{room.ref}/", {"ref": application.ref, "value": "12"})
        assert not room.scores.exists()


class TestTrainerWhoLeft:
    def test_a_role_held_elsewhere_marks_nothing_here(self, client):
        world = make_training()
        trainer = world["trainer"]
        trainer.refresh_from_db()
        course = world["group"].courses.first()
        sheet = training.plan_assessment(course, kind="continuous", on=timezone.localdate(), by=None)
        trainer.account.grants.all().delete()
        grant(trainer.account, "trainer", centre=Centre.objects.get(code="ismss-oujda"))
        client.force_login(trainer.account)
        assert client.get(f"/training/marks/{sheet.ref}/").status_code == 404
        assert sheet.ref not in client.get("/training/marks/").content.decode()

    def test_reads_and_writes_nothing_more(self, client):
        world = make_training()
        trainer = world["trainer"]
        trainer.refresh_from_db()
        client.force_login(trainer.account)
        feed = training.new_feed(trainer.account)
        course = world["group"].courses.first()
        sheet = training.plan_assessment(course, kind="continuous", on=timezone.localdate(), by=None)
        assert client.get(f"/training/marks/{sheet.ref}/").status_code == 200
        training.leave(trainer, by=None)
        assert client.get(f"/training/marks/{sheet.ref}/").status_code in {403, 404}
        assert client.post(f"/training/marks/{sheet.ref}/", {"close": "1"}).status_code in {403, 404}
        answer = client.get(f"/training/feed/{feed}.ics")
        assert answer.status_code == 404 or b"VEVENT" not in answer.content
        assert trainer.name not in str(client.get("/training/rolls/").content.decode()).split("<main")[-1]

    def test_is_given_no_course(self):
        world = make_training()
        gone = make_trainer("من غادر")
        training.leave(gone, by=None)
        with refused("left_post"):
            training.assign(world["group"].courses.first(), trainer=gone, by=None)


class TestWhoWithdrew:
    def test_a_candidate_who_withdrew_is_scored_by_nobody(self, client):
        season = make_season()
        offering = make_offering(season)
        application = make_submitted(season, "c@example.org", [offering])
        members = [make_user(f"m{n}@example.org", "scorer", centre=CENTRE) for n in range(2)]
        room = services.form_committee(offering, method="test", members=members, by=None)
        services.withdraw(application, by=None)
        with refused("candidate_gone"):
            services.give_score(room, application=application, value=1200, by=members[0])
        client.force_login(members[0])
        client.post(f"/desk/scoring/{room.ref}/", {"ref": application.ref, "value": "12"})
        assert not room.scores.exists()

    def test_a_trainee_who_left_is_bound_to_no_company(self):
        contract = make_contract()
        company, enrolment = contract.company, contract.enrolment
        convention = make_convention(make_company("أخرى"))
        place = {"company": convention.company, "tutor": "x", "first_on": timezone.localdate()}
        placement = training.plan_placement(enrolment, **place, last_on=timezone.localdate() + DAY, by=None)
        training.abandon(enrolment, leaving="health", by=None)
        with refused("not_in_training"):
            training.sign(contract, by=None)
        with refused("not_in_training"):
            training.move_placement(placement, verb="begin", by=None)
        training.move_placement(placement, verb="cancel", by=None)
        training.give_up(contract, reason="x", by=None)
        with refused("not_in_training"):
            make_contract(enrolment, company)
        with refused("not_in_training"):
            training.plan_placement(enrolment, **place, last_on=timezone.localdate() + DAY, by=None)


class TestNamedBefore:
    """Named once is not enough: who decides holds the role on the day."""

    def test_a_president_who_signs_no_more_amends_nothing(self):
        jury = make_signed_jury("14", "12")
        verdict = jury.verdicts.first()
        jury.president.grants.all().delete()
        grant(jury.president, "registrar", centre=Centre.objects.get(code=CENTRE))
        with refused("cannot_sign"):
            certification.amend_verdict(verdict, decision="failed", words="x", by=fresh(jury.president))

    def test_a_counsellor_who_left_takes_no_follow_up(self):
        case = make_case()
        taker = make_counsellor(case.centre, "taker@example.org")
        offer = guidance.hand_over(case, taker=taker, consented=True, consent="x", by=case.counsellor)
        taker.grants.all().delete()
        with refused("other_centre"):
            guidance.take(offer, by=fresh(taker))

    def test_a_closed_account_is_given_no_role_that_waited(self):
        asker, second = make_user("a@example.org", "national"), make_user("b@example.org", "national")
        user = make_user("new@example.org")
        request = granting.give_role(login=user.email, role="national", reason="x", by=asker)
        User.objects.filter(pk=user.pk).update(is_active=False)
        with refused("no_account"):
            granting.accept_grant(request, by=second)

    def test_a_vacancy_of_a_company_suspended_since_is_opened_by_nobody(self):
        employer = make_employer()
        vacancy = make_vacancy(employer, opened=False)
        employment.suspend_employer(employer, reason="x", by=None)
        with refused("not_verified"):
            employment.open_vacancy(vacancy, by=None)
