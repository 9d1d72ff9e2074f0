"""Races: threads of their own connections, on both databases."""

import pytest
from django.utils import timezone

from takwin.centres.services import correct
from takwin.core.tests.threads import together
from takwin.guidance import services
from takwin.guidance.models import Appointment, Case, Slot
from takwin.guidance.tests.make import make_case, make_centre, make_client, make_counsellor, make_slot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("network")]


def test_of_twenty_people_for_one_slot_one_has_it():
    slot = make_slot()
    people = [make_client(f"+2126123400{n:02d}") for n in range(20)]
    states = together(20, lambda n: services.book(slot, client=people[n]).state)
    assert sorted(states) == ["booked"] + ["slot_full"] * 19
    assert Appointment.objects.filter(slot=slot, state="booked").count() == 1
    assert Slot.objects.get().taken == 1


def test_a_person_pressing_ten_times_has_one_appointment():
    slot, client = make_slot(capacity=10), make_client()
    states = together(10, lambda _n: services.book(slot, client=client).state)
    assert states.count("booked") == 1
    assert Slot.objects.get().taken == Appointment.objects.count() == 1


def test_two_who_swap_their_times_do_not_wait_for_each_other():
    centre = make_centre()
    counsellor = make_counsellor(centre)
    from datetime import timedelta

    first = make_slot(centre, counsellor, capacity=2)
    second = make_slot(centre, counsellor, capacity=2, starts_at=first.starts_at + timedelta(hours=2))
    first_booking = services.book(first, client=make_client("+212612340001"))
    second_booking = services.book(second, client=make_client("+212612340002"))
    states = together(2, lambda n: services.move((first_booking, second_booking)[n], slot=(second, first)[n]).state)
    assert states == ["booked", "booked"]
    assert list(Slot.objects.order_by("pk").values_list("taken", flat=True)) == [1, 1]


def test_a_place_given_up_by_many_goes_to_one_who_waits():
    slot = make_slot()
    holder = services.book(slot, client=make_client("+212612340001"))
    for n in range(5):
        services.wait(slot, client=make_client(f"+21261235000{n}"))
    states = together(6, lambda _n: services.cancel(holder).state)
    assert states.count("cancelled") == 1
    assert states.count("wrong_state") == 5
    assert Appointment.objects.filter(state="booked").get().client.phone == "+212612350000"
    assert Slot.objects.get().taken == 1


def test_two_counsellors_open_one_case():
    centre, client = make_centre(), make_client()
    staff = [make_counsellor(centre, f"c{n}@example.org") for n in range(6)]
    states = together(6, lambda n: services.open_case(client, centre=centre, counsellor=staff[n], by=staff[n]).state)
    assert sorted(states) == ["case_open"] * 5 + ["open"]
    assert Case.objects.count() == 1


def test_a_hand_over_is_taken_once():
    case = make_case()
    other = make_counsellor(case.centre, "other@example.org")
    offer = services.hand_over(case, taker=other, consented=True, consent="نعم", by=case.counsellor)
    states = together(5, lambda _n: services.take(offer, by=other).state)
    assert sorted(states) == ["taken"] + ["wrong_state"] * 4
    assert Case.objects.get().counsellor == other


def test_a_booking_while_its_centre_closes_is_either_before_or_after():
    centre = make_centre()
    slots = [make_slot(centre, make_counsellor(centre, f"k{n}@example.org")) for n in range(6)]
    people = [make_client(f"+2126123500{n:02d}") for n in range(6)]
    kept = {name: getattr(centre, name) for name in ("name_ar", "name_fr", "locality", "capacity", "beds")}
    kept |= {"female_share": None, "area_m2": None, "reason": "x", "by": None}

    def work(n):
        if n == 3:
            return correct(centre, status="closed", **kept).status
        return services.book(slots[n], client=people[n]).state

    outcomes = together(6, work)
    assert outcomes[3] == "closed"
    assert set(outcomes) <= {"closed", "booked", "centre_closed", "not_offered"}
    # Whoever has a time has had word that it is called off: no booking slipped in behind the closing.
    assert not Slot.objects.filter(state="open", starts_at__gt=timezone.now()).exists()
