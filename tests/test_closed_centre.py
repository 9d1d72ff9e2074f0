"""A centre that closed: its own staff act no more, and nobody begins anything there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts import granting
from takwin.accounts.models import Grant, User
from takwin.accounts.roles import Role, capabilities
from takwin.accounts.selectors import holds
from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.tests.make import make_submitted
from takwin.centres.models import Centre
from takwin.certification import services as certification
from takwin.certification.tests.make import make_open_jury
from takwin.core.errors import Refused
from takwin.core.models import Outbox
from takwin.core.tests.refusals import refused
from takwin.guidance import services as guidance
from takwin.guidance.selectors.agenda import receiving
from takwin.guidance.tests.make import make_case, make_centre, make_client, make_counsellor, make_hours, make_slot
from takwin.offer import services as offer
from takwin.offer.tests.make import make_offering, make_season
from takwin.territory.models import Area
from takwin.training import services as training
from takwin.training.models import Group
from takwin.training.tests.make import CENTRE, make_enrolment, make_group, make_person
from tests.test_grants import CASES, filled, posted, world  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
FES = "guidance-fes"
TODAY = timezone.localdate()


def shut(*codes):
    """Centres that closed, as a row of the network's list says."""
    Centre.objects.filter(code__in=codes).update(status="closed")


def close(code=CENTRE, **over):
    """Close a centre on its page."""
    from takwin.centres import services

    row = Centre.objects.get(code=code)
    kept = {
        name: getattr(row, name)
        for name in ("name_ar", "name_fr", "locality", "capacity", "beds", "female_share", "area_m2")
    }
    return services.correct(row, status="closed", reason="x", by=None, **kept | over)


class TestItsStaff:
    def test_writes_at_no_address_and_reads_no_name(self, client, world):  # noqa: F811
        user = make_user("all@example.org")
        for role in Role.values:
            for code in (CENTRE, FES):
                Grant.objects.create(user=user, role=role, centre=Centre.objects.get(code=code))
        shut(CENTRE, FES)
        client.force_login(user)
        client.raise_request_exception = False
        faults = []
        for path, bodies in CASES.values():
            for body in bodies:
                status, sql, _lines = posted(client, path, body, world)
                if sql or status not in {302, 403, 404}:
                    faults.append((path, body, status, sql[:2]))
            answer = client.get(filled(path, world))
            if answer.status_code not in {302, 403, 404}:
                faults.append((path, "read", answer.status_code))
        assert faults == [], "\n".join(map(str, faults))

    def test_holds_nothing_and_is_given_nothing(self):
        user = make_user("r@example.org", "registrar", centre=CENTRE)
        centre = Centre.objects.get(code=CENTRE)
        assert holds(user, "training.run", centre)
        shut(CENTRE)
        assert not holds(user, "training.run", centre)
        assert not User.objects.get(pk=user.pk).works_here
        for capability in sorted(capabilities()):
            assert not User.objects.get(pk=user.pk).scope(capability), capability
        boss = make_user("boss@example.org", "national")
        make_user("new@example.org")
        with refused("centre_closed"):
            granting.give_role(login="new@example.org", role="trainer", centre=centre, reason="x", by=boss)
        Centre.objects.filter(code=CENTRE).update(status="operating")
        assert holds(user, "training.run", centre)

    def test_a_role_that_waited_is_refused(self):
        centre = Centre.objects.get(code=CENTRE)
        asker, second = make_user("a@example.org", "national"), make_user("b@example.org", "national")
        make_user("new@example.org")
        request = granting.give_role(login="new@example.org", role="national", centre=centre, reason="x", by=asker)
        shut(CENTRE)
        with refused("centre_closed"):
            granting.accept_grant(request, by=second)

    def test_the_region_finishes_what_is_there(self):
        user = make_user("r@example.org")
        Grant.objects.create(user=user, role="registrar", area=Area.objects.get(code="fes-meknes"))
        shut(CENTRE)
        assert User.objects.get(pk=user.pk).can("training.run", Centre.objects.get(code=CENTRE))


class TestClosing:
    def test_waits_for_its_trainees(self):
        row = make_enrolment()
        with refused("centre_has_trainees"):
            close()
        training.abandon(row, leaving="health", by=None)
        assert close().status == "closed"

    def test_waits_for_its_juries(self):
        jury = make_open_jury("14")
        for row in jury.group.members.all():
            training.abandon(row.enrolment, leaving="health", by=None)
        with refused("centre_has_juries"):
            close()
        certification.cancel_jury(jury, reason="x", by=jury.president)
        assert close().status == "closed"

    def test_waits_for_its_follow_ups(self):
        case = make_case()
        with refused("centre_has_cases"):
            close(FES)
        guidance.end_case(case, closing="work", by=None)
        assert close(FES).status == "closed"

    def test_waits_for_those_who_hold_a_seat(self):
        season = make_season()
        offering = make_offering(season)
        row = make_submitted(season, "c@example.org", [offering])
        type(season).objects.filter(pk=season.pk).update(state="allocated")
        type(row).objects.filter(pk=row.pk).update(state="confirmed", seat=row.wishes.get())
        with refused("centre_has_seats"):
            close()
        type(row).objects.filter(pk=row.pk).update(state="declined", seat=None)
        assert close().status == "closed"

    def test_closes_its_offerings_and_calls_off_what_is_to_come(self):
        offering = make_offering(make_season(), centre=CENTRE)
        elsewhere = make_offering(offering.season, centre="ismss-oujda")
        centre = make_centre()
        counsellor = make_counsellor(centre)
        hours = make_hours(centre, counsellor)
        appointment = guidance.book(make_slot(centre, counsellor), client=make_client())
        day = guidance.announce(
            centre=centre, name_ar="يوم", starts_at=timezone.now() + timedelta(days=2),
            ends_at=timezone.now() + timedelta(days=3), by=counsellor,
        )  # fmt: skip
        sent = Outbox.objects.count()
        close()
        close(FES)
        for row in (offering, elsewhere, hours, day, appointment.slot):
            row.refresh_from_db()
        assert (offering.state, elsewhere.state) == ("closed", "open")
        assert hours.last_on < TODAY
        assert day.state == "cancelled"
        assert appointment.slot.state == "closed"
        assert Outbox.objects.count() == sent + 1  # who is expected has word
        assert centre not in receiving()

    def test_twice_is_one_closing(self):
        shut(CENTRE)
        make_enrolment_of_before()
        assert close().status == "closed"  # its name may still be corrected


def make_enrolment_of_before():
    Centre.objects.filter(code=CENTRE).update(status="operating")
    row = make_enrolment()
    shut(CENTRE)
    return row


class TestNothingBegins:
    def test_at_a_closed_centre(self):
        season = make_season(code="2025-2026")
        offering = make_offering(season)
        application = make_submitted(season, "c@example.org", [offering])
        elsewhere = make_offering(season, centre="ismss-oujda")
        admissions.reopen(application, by=None)
        group = make_group(people=1)
        there = make_group(group.version, "OU-1", people=1, first=40, centre="ismss-oujda")
        member, stranger = there.members.get().enrolment, make_person(77)
        gone = group.members.get().enrolment
        training.abandon(gone, leaving="health", by=None)
        scorers = [make_user(f"s{n}@example.org", "scorer") for n in range(2)]
        centre = group.centre
        shut(CENTRE)
        trainer = training.add_trainer(centre=there.centre, name="أستاذ")
        later = {"first_on": TODAY, "last_on": TODAY + timedelta(days=40), "by": None}
        seats = {"first_year": 30, "capacity": 60, "reason": "x", "by": None}
        begun = {
            "enrol": lambda: training.enrol(
                stranger, programme=group.version.programme, centre=centre, mode=group.mode, season=group.season
            ),
            "return": lambda: training.return_(gone, by=None),
            "make_group": lambda: training.make_group(
                centre=centre, version=group.version, mode=group.mode, season=group.season, name="X", capacity=9
            ),
            "transfer": lambda: training.transfer(member, group=group, by=None),
            "reopen_group": lambda: training.reopen_group(group, by=None),
            "add_trainer": lambda: training.add_trainer(centre=centre, name="x"),
            "share": lambda: training.share(trainer, centre=centre, by=None),
            "add_room": lambda: training.add_room(centre=centre, name="x"),
            "open_beds": lambda: training.open_beds(centre, girls=1, boys=1),
            "ask_course": lambda: training.ask_course(centre=centre, title="x", by=None),
            "convention": lambda: training.draw_up_convention(
                training.add_company(name="شركة"), centre=centre, places=3, **later
            ),
            "committee": lambda: admissions.form_committee(offering, method="test", members=scorers, by=None),
            "wish": lambda: admissions.submit(application, by=None),
            "seats": lambda: offer.set_seats(offering, seats=21, **seats),
            "reopen": lambda: offer.reopen(offering, reason="x", by=None),
        }
        Group.objects.filter(pk=group.pk).update(state="open")
        left = {"reopen_group"}
        faults = []
        for name, begin in begun.items():
            if name in left:
                Group.objects.filter(pk=group.pk).update(state="closed")
            if name == "reopen":
                offer.close(offering, reason="x", by=None)
            try:
                begin()
                faults.append(name)
            except Refused as refusal:
                if refusal.reason.value not in {"centre_closed", "offering_closed"}:
                    faults.append((name, str(refusal)))
        assert faults == []
        assert offer.set_seats(elsewhere, seats=21, **seats).seats == 21

    def test_at_a_closed_guidance_centre(self):
        centre = make_centre()
        counsellor, head = make_counsellor(centre), make_user("region@example.org")
        Grant.objects.create(user=head, role="head", area=Area.objects.get(code="fes-meknes"))
        slot, client = make_slot(centre, counsellor), make_client()
        other = make_centre("guidance-taza", "taza")
        second = make_counsellor(other, "second@example.org")
        case = guidance.open_case(make_client("+212612345690"), centre=other, counsellor=second, by=second)
        begin = timezone.now() + timedelta(days=2)
        day = guidance.announce(
            centre=centre, name_ar="يوم", starts_at=begin, ends_at=begin + timedelta(hours=4), by=counsellor
        )
        ended = make_case(centre, make_client("+212612345691"))
        guidance.end_case(ended, closing="work", by=counsellor)
        guidance.call_off(day, by=counsellor)
        shut(FES)
        with refused("centre_closed"):
            guidance.reopen_case(ended, reason="x", by=head)
        with refused("centre_closed"):
            guidance.reopen_day(day, reason="x", by=head)
        with refused("centre_closed"):
            make_hours(centre, head)
        with refused("centre_closed"):
            guidance.book(slot, client=client)
        assert guidance.hold_place(slot, client=client, purpose="choose") is None
        with refused("centre_closed"):
            guidance.open_case(client, centre=centre, counsellor=head, by=head)
        with refused("centre_closed"):
            guidance.hand_over(case, taker=head, centre=centre, consented=True, consent="x", by=case.counsellor)
        with refused("centre_closed"):
            guidance.announce(
                centre=centre, name_ar="يوم", starts_at=timezone.now() + timedelta(days=2),
                ends_at=timezone.now() + timedelta(days=3), by=head,
            )  # fmt: skip
        assert centre not in receiving()
