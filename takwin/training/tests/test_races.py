"""Many at once: the last place of a group, the same accepted answers, one roll from many phones, one hour."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from takwin.core.tests.threads import together
from takwin.training import services
from takwin.training.models import Enrolment, Group, Member, Roll, SlotReservation, Statement
from takwin.training.tests.make import (
    make_course,
    make_enrolment,
    make_group,
    make_proof,
    make_solved,
    make_trainer,
)

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(call, *args, **kwargs):
    """What `together` hands back: "done", or the refusal's code."""
    call(*args, **kwargs)
    return "done"


def test_the_last_place_of_a_group_has_one_taker(network):
    group = make_group(people=0, capacity=1)
    rows = [make_enrolment(group.version, number) for number in range(6)]
    outcomes = together(6, lambda n: attempt(services.place, rows[n], group=group, by=None))
    assert sorted(outcomes) == ["done"] + ["group_full"] * 5
    assert Group.objects.get(pk=group.pk).taken == Member.objects.filter(until_on__isnull=True).count() == 1


def test_groups_formed_by_two_at_once_hold_everyone_once(network):
    group = make_group(people=0, capacity=4)
    for number in range(9):
        make_enrolment(group.version, number)

    def form(_n):
        return attempt(
            services.form_groups, centre=group.centre, version=group.version, mode=group.mode, season=group.season,
            capacity=4,
        )  # fmt: skip

    assert sorted(together(2, form)) == ["done", "no_group"]
    assert Member.objects.values("enrolment").distinct().count() == Member.objects.count() == 9
    assert all(row.taken <= row.capacity for row in Group.objects.all())


def test_one_roll_from_many_phones_keeps_every_word_and_one_stands(network):
    group = make_group(people=2)
    course = make_course(group, make_trainer())
    people = [member.enrolment.ref for member in group.members.select_related("enrolment")]
    on = str(timezone.localdate() - timedelta(days=1))

    def phone(number):
        batch = [
            {"key": str(uuid4()), "course": course.ref, "on": on, "hour": 0, "length": 2, "trainee": ref,
             "value": ("present", "absent")[number % 2], "told_at": f"{on}T08:0{number}:00Z"}
            for ref in (people if number % 2 else people[::-1])
        ]  # fmt: skip
        return services.sync(batch, by=None, may=lambda *_: True, holds=lambda *_: True)

    together(6, phone)
    assert Roll.objects.count() == 1
    assert Statement.objects.count() == 12
    current = Statement.objects.filter(is_current=True)
    assert current.count() == 2
    assert set(current.values_list("value", "contested")) == {("absent", True)}


def test_an_absence_stated_while_its_excuse_is_accepted_ends_excused(network):
    group = make_group(people=1)
    course = make_course(group, make_trainer())
    person = group.members.select_related("enrolment").get().enrolment
    on = timezone.localdate() - timedelta(days=1)
    excuse = services.ask_excuse(person, first_on=on, last_on=on, kind="illness", proof=make_proof(), by=None)

    def act(number):
        if number == 2:
            return attempt(services.answer_excuse, excuse, accept=True, by=None)
        said = {"key": str(uuid4()), "course": course.ref, "on": str(on), "hour": number, "length": 1,
                "trainee": person.ref, "value": "absent"}  # fmt: skip
        return attempt(services.sync, [said], by=None, may=lambda *_: True, holds=lambda *_: True)

    assert together(5, act) == ["done"] * 5
    assert set(Statement.objects.filter(is_current=True).values_list("value", flat=True)) == {"excused"}
    assert Statement.objects.filter(is_current=True).count() == 4


def test_an_hour_of_a_room_is_taken_once_by_hand(network):
    timetable = make_solved(rooms=1)
    first, second = Group.objects.order_by("pk")
    a, b = (timetable.sessions.filter(course__group=group).first() for group in (first, second))
    held = set(timetable.sessions.values_list("slot", flat=True))
    slot = next(s for s in range(0, 40, 2) if not {s - 1, s, s + 1} & held and s % 8 not in (3, 7))
    outcomes = together(2, lambda n: attempt(services.move_session, (a, b)[n], slot=slot, by=None))
    assert sorted(outcomes) == ["clash", "done"]
    rows = SlotReservation.objects.filter(resource=f"room:{timetable.centre.rooms.get().pk}", week="a")
    assert rows.count() == rows.values("slot").distinct().count() == 24


def test_two_registrars_enrol_the_same_people_once(network):
    from takwin.admissions.models import Application
    from takwin.admissions.tests.make import make_published, make_submitted
    from takwin.offer.services import close_season
    from takwin.offer.tests.make import make_offering, make_season
    from takwin.training.tests.make import make_version

    season = make_season()
    offering = make_offering(season)
    for number in range(4):
        make_submitted(season, f"c{number}@example.org", [offering])
    make_published(close_season(season, by=None))
    Application.objects.filter(state="admitted").update(state="confirmed")
    make_version()
    made = together(3, lambda _n: services.enrol_accepted(season)["made"])
    assert sum(made) == 4
    assert Enrolment.objects.count() == 4
