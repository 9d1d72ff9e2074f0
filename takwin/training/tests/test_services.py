"""Curricula, enrolments, groups, staff: each move and each refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.tests.make import make_published, make_submitted
from takwin.centres.models import Centre
from takwin.core.errors import Refused
from takwin.core.models import Entry
from takwin.offer.models import Mode, Programme
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season
from takwin.training import services
from takwin.training.models import CalendarDay, Course, Enrolment, Group, Member, Version
from takwin.training.tests.make import (
    CENTRE,
    PROGRAMME,
    make_course,
    make_enrolment,
    make_group,
    make_person,
    make_room,
    make_running_season,
    make_term,
    make_trainer,
    make_version,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def refused(code, call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    assert refusal.value.code == code
    assert "%(" not in str(refusal.value)


@pytest.fixture
def centre():
    return Centre.objects.get(code=CENTRE)


class TestCurriculum:
    def test_a_second_version_begins_with_the_modules_of_the_first_and_closes_it(self):
        first = make_version()
        second = services.draft(first.programme)
        assert second.modules.count() == 3
        services.put_in_force(second)
        first.refresh_from_db()
        assert (first.state, second.number) == ("closed", 2)

    def test_what_cannot_be_taught_is_refused(self):
        empty = services.draft(Programme.objects.get(code=PROGRAMME))
        refused("no_module", services.put_in_force, empty)
        refused("hours_split", services.add_module, empty, name_ar="وحدة", weekly=-2)
        refused("wrong_state", services.add_module, make_version("dental-assistant"), name_ar="وحدة", weekly=2)


class TestEnrolment:
    @pytest.fixture
    def accepted(self):
        """Three candidates at Meknès; two confirm their seat."""
        season = make_season()
        offering = make_offering(season, PROGRAMME, CENTRE)
        rows = [make_submitted(season, f"c{turn}@example.org", [offering]) for turn in range(3)]
        make_published(close_season(season, by=None))
        for row in rows[:2]:
            row.refresh_from_db()
            admissions.confirm(row, by=row.person.account)
        return season

    def test_those_who_confirmed_are_enrolled_once(self, accepted, centre):
        make_version()
        assert services.enrol_accepted(accepted, centre=centre)["made"] == 2
        assert services.enrol_accepted(accepted)["made"] == 0
        row = Enrolment.objects.first()
        assert row.person.followings.filter(centre=centre, reason="training").exists()
        assert Entry.objects.filter(verb="enrol_accepted").count() == 1

    def test_without_a_curriculum_they_wait_and_it_is_said(self, accepted, centre):
        outcome = services.enrol_accepted(accepted, centre=centre)
        assert outcome == {"made": 0, "without": [PROGRAMME]}

    def test_chunks_enrol_everybody(self, accepted, monkeypatch):
        make_version()
        monkeypatch.setattr("takwin.training.services.enrolments.CHUNK", 1)
        assert services.enrol_accepted(accepted)["made"] == 2

    def test_one_open_enrolment_a_person(self):
        row = make_enrolment()
        refused("enrolled_elsewhere", make_enrolment, person=row.person)
        services.abandon(row, leaving="work", by=None)
        assert make_enrolment(person=row.person).pk != row.pk

    def test_pausing_leaves_the_group_and_coming_back_does_not_find_it_again(self):
        group = make_group(people=1)
        row = group.members.get().enrolment
        services.interrupt(row, leaving="health", words="hospital", by=None)
        group.refresh_from_db()
        row.refresh_from_db()
        assert (group.taken, row.state, row.leaving) == (0, "interrupted", "health")
        services.return_(row, by=None)
        row.refresh_from_db()
        assert (row.state, row.leaving, row.words) == ("enrolled", "", "")
        services.place(row, group=group, by=None)
        assert row.memberships.count() == 2

    def test_moves_are_dated_reasoned_and_in_order(self):
        row = make_enrolment()
        tomorrow, before = timezone.localdate() + timedelta(days=1), row.since_on - timedelta(days=1)
        refused("why_missing", services.defer, row, by=None)
        refused("future", services.defer, row, leaving="family", on=tomorrow, by=None)
        refused("before_last", services.defer, row, leaving="family", on=before, by=None)
        services.complete(row, by=None)
        refused("wrong_state", services.abandon, row, leaving="work", by=None)

    def test_the_words_of_a_leaving_are_not_in_the_journal(self):
        row = make_enrolment()
        services.abandon(row, leaving="health", words="a secret illness", by=None)
        assert "illness" not in str(list(Entry.objects.values_list("changed", "data")))


class TestGroups:
    def form(self, centre, version, capacity=24):
        return services.form_groups(
            centre=centre, version=version, mode=Mode.objects.get(code="initial"), season=make_running_season(),
            capacity=capacity,
        )  # fmt: skip

    def test_groups_are_formed_of_those_who_wait_and_filled_before_new_ones(self, centre):
        version = make_version()
        for number in range(7):
            make_enrolment(version, number)
        first = self.form(centre, version, 5)
        assert [row.taken for row in first] == [4, 3]
        for number in range(7, 12):
            make_enrolment(version, number)
        second = self.form(centre, version, 5)
        assert [row.taken for row in second] == [5, 5, 2]
        assert Member.objects.filter(until_on__isnull=True).count() == 12
        refused("no_group", self.form, centre, version)

    def test_a_name_given_by_hand_is_passed_over(self, centre):
        version = make_version()
        make_group(version, "PA1-2", people=0, capacity=2)
        make_group(version, "PA1-4", people=0, capacity=2)
        for number in range(7):
            make_enrolment(version, number)
        assert [row.name for row in self.form(centre, version, 2)] == ["PA1-2", "PA1-4", "PA1-3", "PA1-5"]

    def test_someone_who_came_back_waits_again(self, centre):
        group = make_group(people=1)
        row = group.members.get().enrolment
        services.defer(row, leaving="family", by=None)
        services.return_(row, by=None)
        assert [formed.name for formed in self.form(centre, group.version)] == [group.name]

    def test_a_group_takes_no_one_too_many_and_nobody_of_another_curriculum(self):
        group = make_group(people=1, capacity=1)
        late = make_enrolment(number=50)
        refused("group_full", services.place, late, group=group, by=None)
        other = make_group(make_version("dental-assistant"), "AD1-1", people=0)
        refused("other_version", services.place, late, group=other, by=None)
        far = make_group(group.version, "PA1-1", people=0, centre="ismss-oujda")
        refused("other_place", services.place, late, group=far, by=None)
        refused("same_group", services.place, group.members.get().enrolment, group=group, by=None)
        services.close_group(far, by=None)
        refused("group_closed", services.transfer, late, group=far, by=None)

    def test_a_transfer_changes_centre_and_both_follow(self):
        here = make_group(people=1)
        there = make_group(here.version, "PA1-9", people=0, centre="ismss-oujda")
        row = services.transfer(here.members.get().enrolment, group=there, by=None)
        here.refresh_from_db()
        there.refresh_from_db()
        assert (here.taken, there.taken, row.centre.code) == (0, 1, "ismss-oujda")
        assert row.person.followings.filter(reason="training").count() == 2

    def test_closing_a_group_keeps_its_past(self):
        group = services.close_group(make_group(), by=None)
        assert (group.state, group.taken) == ("closed", 0)
        assert group.members.filter(until_on__isnull=False).count() == 3


class TestStaff:
    def test_a_course_goes_to_someone_able_posted_and_free(self):
        course = make_course(make_group())
        refused("not_posted", services.assign, course, trainer=make_trainer(centre="ismss-oujda"), by=None)
        refused("not_able", services.assign, course, trainer=make_trainer(teaches=[]), by=None)
        refused("too_many_hours", services.assign, course, trainer=make_trainer(weekly=3), by=None)
        trainer = make_trainer(centre="ismss-oujda")
        services.share(trainer, centre=course.group.centre, by=None)
        assert services.assign(course, trainer=trainer, by=None).trainer == trainer
        services.assign(course, trainer=None, by=None)
        assert Course.objects.get(pk=course.pk).trainer is None

    def test_absences_have_their_days_in_order(self):
        trainer, today = make_trainer(), timezone.localdate()
        refused("bad_dates", services.announce_absence, trainer, first_on=today, last_on=today - timedelta(1), by=None)
        row = services.announce_absence(trainer, first_on=today, last_on=today, substitute=trainer, by=None)
        assert row.substitute is None
        refused("bad_dates", services.end_absence, row, last_on=today - timedelta(days=1), by=None)

    def test_closed_hours_are_replaced(self):
        room = make_room()
        services.close_slots(room, slots=[1, 2, 900], by=None)
        services.close_slots(room, slots=[2, 3], by=None)
        assert sorted(room.unavailabilities.values_list("slot", flat=True)) == [2, 3]
        services.leave(make_trainer(), by=None)
        services.change_room(room, name="ورشة", kind="workshop", capacity=30, by=None)
        services.change_trainer(make_trainer(), name="آخر", status="hourly", weekly=10, by=make_user())


class TestCalendar:
    def test_a_year_has_its_holidays_and_ramadan_once(self):
        assert services.load_calendar(2025) > 12
        assert services.load_calendar(2025) == 0
        ramadan = CalendarDay.objects.get(kind="ramadan")
        assert abs((ramadan.first_on - ramadan.first_on.replace(month=3, day=1)).days) <= 1
        assert not ramadan.sure
        green = CalendarDay.objects.get(first_on="2025-11-06")
        assert (green.name_fr, green.sure) == ("La marche verte", True)

    def test_terms_are_made_once(self):
        assert make_term() == make_term()
        assert make_term().number == 1

    def test_a_person_has_a_name(self):
        assert str(make_enrolment(person=make_person(4))) == "سلمى أمزيان ج"
        assert str(Version.objects.get()).endswith("· 1")
        assert Group.objects.count() == 0
