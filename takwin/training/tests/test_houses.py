"""Beds inside the house, a house that takes fewer, and short courses counted in person-days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.centres.models import Centre
from takwin.core.tests.threads import together
from takwin.training import services
from takwin.training.models import Bed, Enrolment, Participant, ShortCourse, Stay
from takwin.training.selectors import houses
from takwin.training.tests.make import CENTRE, make_company, make_enrolment, make_person
from takwin.training.tests.test_services import refused


def house(girls=2, boys=1):
    centre = Centre.objects.get(code=CENTRE)
    services.open_beds(centre, girls=girls, boys=boys)
    return centre


def boarder(number=2, **over):
    """An even number is a girl."""
    row = make_enrolment(person=make_person(number, **over))
    Enrolment.objects.filter(pk=row.pk).update(with_bed=True)
    row.refresh_from_db()
    return row


@pytest.mark.django_db
class TestHouse:
    def test_beds_are_numbered_once_and_never_above_the_house(self):
        centre = house()
        assert services.open_beds(centre, girls=2, boys=1) == 0
        assert services.open_beds(centre, girls=3, boys=1) == 1
        assert sorted(Bed.objects.values_list("name", flat=True)) == ["B1", "G1", "G2", "G3"]
        refused("beds_there", services.open_beds, centre, girls=5000, boys=0)

    def test_each_sleeps_in_their_part_once(self):
        house()
        girl, boy = boarder(2), boarder(3)
        assert services.give_bed(girl, by=None).bed.name == "G1"
        assert services.give_bed(boy, by=None).bed.name == "B1"
        refused("has_bed", services.give_bed, girl, by=None)
        other = boarder(4)
        refused("bed_taken", services.give_bed, other, bed=Bed.objects.get(name="G1"), by=None)
        refused("bed_taken", services.give_bed, boarder(5), by=None)
        services.leave_bed(girl, by=None)
        assert services.give_bed(other, bed=Bed.objects.get(name="G1"), by=None).enrolment == other

    def test_a_bed_of_the_other_part_and_of_another_house_is_refused(self):
        house(2, 2)
        girl = boarder(2)
        refused("other_group", services.give_bed, girl, bed=Bed.objects.get(name="B2"), by=None)
        far = Bed.objects.create(centre=Centre.objects.get(code="ismss-oujda"), name="G1", group="girls")
        refused("not_here", services.give_bed, girl, bed=far, by=None)
        refused("not_boarder", services.give_bed, make_enrolment(number=9), by=None)

    def test_a_lowered_house_takes_its_share_and_sends_nobody_away(self):
        centre, today = house(3, 1), timezone.localdate()
        for number in (2, 4, 6):
            services.give_bed(boarder(number), by=None)
        services.reduce_capacity(
            centre, first_on=today, last_on=today + timedelta(days=30), percent=50, reason="جائحة", by=None
        )
        refused("lowered", services.give_bed, boarder(3), by=None)
        figures = houses.house(centre, today)
        assert (figures["most"], figures["taken"], figures["meals"]) == (2, 3, 9)
        refused("percent", services.reduce_capacity, centre, first_on=today, last_on=today, percent=101, by=None)
        refused(
            "bad_dates",
            services.reduce_capacity,
            centre,
            first_on=today,
            last_on=today - timedelta(1),
            percent=1,
            by=None,
        )

    def test_all_who_wait_get_beds_while_there_are_some(self):
        centre = house(2, 0)
        for number in (2, 4, 6, 3):
            boarder(number)
        assert services.give_beds(centre, by=None) == 2
        assert len(houses.house(centre, timezone.localdate())["waiting"]) == 2

    def test_leaving_training_frees_the_bed(self):
        house()
        row = boarder(2)
        services.give_bed(row, by=None)
        services.abandon(row, leaving="distance", by=None)
        assert not Stay.objects.filter(until_on=None).exists()
        refused("not_open", services.give_bed, row, by=None)


@pytest.mark.django_db
class TestShortCourses:
    def planned(self, days=2):
        today = timezone.localdate()
        row = services.ask_course(
            centre=Centre.objects.get(code=CENTRE), title="التجارة الرقمية", company=make_company(), by=None
        )
        dates = "\n".join(str(today - timedelta(days=turn)) for turn in range(days))
        return services.plan_course(row, days=dates, names="أحمد\n\n سلمى  أمزيان \nعمر", by=None)

    def test_days_and_people_are_read_one_a_line(self):
        row = self.planned()
        assert row.days.count() == 2
        assert list(row.participants.values_list("name", flat=True)) == ["أحمد", "سلمى أمزيان", "عمر"]
        ask = services.ask_course(centre=row.centre, title="x", by=None)
        refused("no_day", services.plan_course, ask, days=" ", names="a", by=None)
        refused("bad_day", services.plan_course, ask, days="2026-11-24\n24/11", names="a", by=None)
        refused("nobody", services.plan_course, ask, days="2026-11-24", names=" ", by=None)
        refused("name_twice", services.plan_course, ask, days="2026-11-24", names="a\na", by=None)
        refused("wrong_state", services.plan_course, row, days="2026-11-24", names="a", by=None)

    def test_person_days_are_counted_never_typed(self):
        row, today = self.planned(), timezone.localdate()
        people = list(row.participants.all())
        refused("no_presence", services.hold_course, row, by=None)
        assert services.mark_day(row, on=today, present=[participant.ref for participant in people], by=None) == 3
        services.mark_day(row, on=today - timedelta(days=1), present=[people[0].ref, "PRT-NOBODY"], by=None)
        services.hold_course(row, by=None)
        assert houses.totals(row.centre) == {"courses": 1, "people": 3, "person_days": 4}
        counted = houses.short_courses(row.centre).get()
        assert (counted.held_days, counted.people, counted.person_days) == (2, 3, 4)
        refused("wrong_state", services.mark_day, row, on=today, present=[], by=None)
        refused("wrong_state", services.cancel_course, row, by=None)

    def test_a_day_is_one_of_the_course_and_not_to_come(self):
        row, today = self.planned(), timezone.localdate()
        refused("not_a_day", services.mark_day, row, on=today - timedelta(days=9), present=[], by=None)
        row.days.create(on=today + timedelta(days=1))
        refused("not_yet", services.mark_day, row, on=today + timedelta(days=1), present=[], by=None)

    def test_the_desk_from_the_request_to_the_certificate(self, client):
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        path = f"/desk/training/{CENTRE}/continuing/"
        assert "لا توجد" in client.post(path, {"title": "x", "company": "CMP-0"}).content.decode()
        page = client.post(path, {"title": "البروكار"}).url
        today = str(timezone.localdate())
        assert "24/11" in client.post(page, {"days": "24/11", "names": "أحمد"}).content.decode()
        client.post(page, {"days": today, "names": "أحمد"})
        participant = Participant.objects.get()
        assert client.get(f"/desk/continuing/certificates/{participant.ref}.pdf").status_code == 404
        client.post(page, {"on": today, "present": [participant.ref]})
        client.post(page, {"hold": "1"})
        assert ShortCourse.objects.get().state == "held"
        assert client.get(f"/desk/continuing/certificates/{participant.ref}.pdf").content.startswith(b"%PDF")
        assert client.get(page).status_code == 200
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(page).status_code == 404
        assert client.get(f"/desk/continuing/certificates/{participant.ref}.pdf").status_code == 404

    def test_the_house_at_the_desk(self, client):
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        path = f"/desk/training/{CENTRE}/house/"
        client.post(path, {"girls": "2", "boys": "1"})
        row = boarder(2)
        boarder(4)
        client.post(path, {"trainee": row.ref})
        assert Stay.objects.get().enrolment == row
        client.post(path, {"trainee": row.ref, "leave": "1"})
        client.post(path, {"all": "1"})
        assert Stay.objects.filter(until_on=None).count() == 2
        today = str(timezone.localdate())
        answer = client.post(path, {"first_on": today, "last_on": "2001-01-01", "percent": "50"})
        assert answer.status_code == 422
        assert 'value="2001-01-01"' in answer.content.decode()
        client.post(path, {"first_on": today, "last_on": today, "percent": "50"})
        assert "50" in client.get(path).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_last_bed_has_one_sleeper(network):
    house(1, 0)
    rows = [boarder(2 * number) for number in range(1, 5)]

    def ask(number):
        services.give_bed(rows[number], by=None)
        return "done"

    assert together(4, ask).count("done") == 1
    assert Stay.objects.filter(until_on=None).count() == 1
