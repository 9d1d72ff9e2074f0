"""Clients, tests, agenda, follow-up, open days: what is allowed, refused and reported."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.core.dates import CASABLANCA
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.core.scope import Scope
from takwin.guidance import services
from takwin.guidance.models import Appointment, Case, Client, Hours, Sitting, Slot
from takwin.guidance.rules import MOST_A_NUMBER
from takwin.guidance.selectors import agenda, board, cases, clients
from takwin.guidance.tests.make import (
    make_case,
    make_centre,
    make_client,
    make_counsellor,
    make_hours,
    make_slot,
)
from takwin.offer.tests.make import make_season

pytestmark = pytest.mark.django_db
FULL = {n: "2" if n % 6 == 4 else "0" for n in range(1, 49)}  # likes all that is Social


def refused(work, *args, **kwargs):
    """The code and the field of a refusal."""
    with pytest.raises(Refused) as refusal:
        work(*args, **kwargs)
    return refusal.value.code, refusal.value.field


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def counsellor(centre):
    return make_counsellor(centre)


class TestSitting:
    def test_answers_are_kept_and_half_a_test_is_never_scored(self):
        client = make_client()
        row = services.answer(client, answers={1: "2", 2: "0"})
        assert refused(services.answer, client, answers={3: "1"}, finish=True) == ("unfinished", None)
        row.refresh_from_db()
        assert (row.answers[:4], row.state, row.scores) == ("201-", "draft", [])
        done = services.answer(client, answers=FULL, finish=True)
        assert (done.pk, done.state, done.scores, done.version) == (
            row.pk,
            "finished",
            [0, 0, 0, 16, 0, 0],
            "riasec-1",
        )
        assert clients.newest_test(client) == done

    def test_another_version_or_another_answer_is_refused(self):
        client = make_client()
        assert refused(services.answer, client, answers={}, version="riasec-0")[0] == "other_version"
        assert refused(services.answer, client, answers={1: "7"})[0] == "bad_answer"
        assert not Sitting.objects.exists()

    def test_the_database_refuses_a_finished_test_with_a_gap(self):
        from django.db import IntegrityError, transaction

        with pytest.raises(IntegrityError), transaction.atomic():
            Sitting.objects.create(
                client=make_client(), version="riasec-1", language="ar", state="finished", finished_at=timezone.now()
            )


class TestJoining:
    def test_what_a_guest_did_joins_the_account_once(self):
        guest = services.new_guest("fr")
        services.answer(guest, answers=FULL, finish=True)
        user = make_user(phone="+212612345678", phone_verified=True)
        first = services.client_of(user, guest)
        assert first.pk == guest.pk
        assert services.client_of(user) == first
        assert Client.objects.filter(merged_into__isnull=True).count() == 1
        assert clients.guest(guest.ref) is None

    def test_a_number_alone_joins_when_the_account_has_verified_it(self):
        slot = make_slot()
        known = make_client("+212612345678", name="سلمى")
        services.book(slot, client=known)
        stranger = make_user("s@example.org", phone="+212612345678", phone_verified=False)
        assert services.found_of(stranger) is None
        stranger.phone_verified = True
        stranger.save()
        mine = services.client_of(stranger)
        assert mine.appointments.get().slot == slot
        assert Client.objects.filter(merged_into__isnull=True).count() == 1

    def test_two_records_become_one_without_doubles(self, centre, counsellor):
        user = make_user("u@example.org")
        account_client, phone_client = services.client_of(user), make_client("+212612345678")
        group = make_slot(centre, counsellor, capacity=5)
        services.book(group, client=account_client)
        services.book(group, client=phone_client)
        for who in (account_client, phone_client):
            services.open_case(who, centre=centre, counsellor=counsellor, by=counsellor)
        services.record(Case.objects.get(client=phone_client), purpose="choose", summary="نص", by=counsellor)
        services.answer(phone_client, answers=FULL, finish=True)
        Client.objects.filter(pk=account_client.pk).update(phone="+212612345678")
        account_client.refresh_from_db()
        assert services.join_phone(account_client, by=counsellor) == 1
        group.refresh_from_db()
        assert group.taken == Appointment.objects.filter(state="booked").count() == 1
        assert [row.contacts.count() for row in Case.objects.filter(client=account_client, state="open")] == [1]
        assert Case.objects.get(state="closed").closing == "joined"
        assert account_client.sittings.get().state == "finished"
        phone_client.refresh_from_db()
        assert phone_client.merged_into == account_client
        assert services.twins(account_client).count() == 0


class TestHours:
    def test_weeks_of_times_are_made_and_the_clock_adds_no_double(self, centre, counsellor):
        make_hours(centre, counsellor)
        count = Slot.objects.count()
        assert count in {24, 28}  # six weeks of Mondays, a seventh when today is one
        assert services.fill_slots() == 0
        Slot.objects.all().delete()
        Hours.objects.update(filled_until=timezone.localdate() + timedelta(weeks=4))
        assert services.fill_slots() == count
        assert services.fill_slots() == 0
        assert {timezone.localtime(row.starts_at).time() for row in Slot.objects.all()} == {
            time(9), time(9, 30), time(10), time(10, 30)
        }  # fmt: skip

    def test_another_centre_s_counsellor_is_refused(self, centre):
        other = make_counsellor(make_centre("guidance-oujda", "oujda-angad"), "east@example.org")
        assert refused(make_hours, centre, other) == ("other_centre", "counsellor")
        assert not Hours.objects.exists()

    def test_hours_that_meet_are_refused_even_at_two_centres(self, counsellor, centre):
        make_hours(centre, counsellor)
        assert refused(make_hours, centre, counsellor, from_time=time(10), to_time=time(12)) == (
            "hours_overlap", "from_time"
        )  # fmt: skip
        make_hours(centre, counsellor, from_time=time(11), to_time=time(12))

    def test_an_exception_withdraws_times_and_keeps_who_is_expected(self, centre, counsellor):
        make_hours(centre, counsellor)
        slot = Slot.objects.filter(starts_at__gt=timezone.now()).first()
        booked = services.book(slot, client=make_client())
        day = timezone.localtime(slot.starts_at).date()
        begin = datetime.combine(day, time(0), CASABLANCA)
        closure = services.close_days(
            centre=centre, starts_at=begin, ends_at=begin + timedelta(days=1), reason="عيد", by=counsellor
        )
        scope = Scope(centres=frozenset({centre.pk}))
        assert agenda.to_move(scope) == [booked]
        assert day not in {timezone.localtime(row.starts_at).date() for row in agenda.free_slots(centre)}
        assert services.fill_slots() == 0
        services.reopen_days(closure, by=counsellor)
        assert day in {timezone.localtime(row.starts_at).date() for row in agenda.free_slots(centre, days=60)}
        assert agenda.to_move(scope) == []
        # The kept time is offered again as itself: a second one beside it would hold two people for one counsellor.
        assert Slot.objects.filter(starts_at=slot.starts_at, state="open").get() == slot

    def test_a_time_somebody_keeps_is_not_offered_again_by_new_hours(self, centre, counsellor):
        row = make_hours(centre, counsellor)
        slot = Slot.objects.filter(starts_at__gt=timezone.now()).first()
        services.book(slot, client=make_client())
        assert services.end_hours(row, last_on=timezone.localdate() - timedelta(days=1), by=counsellor) == 1
        make_hours(centre, counsellor, from_time=time(9, 15), to_time=time(11, 15))
        kept = timezone.localtime(slot.starts_at)
        others = [
            row
            for row in agenda.free_slots(centre, days=60)
            if timezone.localtime(row.starts_at).date() == kept.date()
        ]
        assert others
        assert all(row.starts_at >= slot.ends_at or row.ends_at <= slot.starts_at for row in others)

    def test_ended_hours_offer_nothing_more(self, centre, counsellor):
        row = make_hours(centre, counsellor)
        services.end_hours(row, last_on=timezone.localdate() - timedelta(days=1), by=counsellor)
        assert agenda.free_slots(centre) == []
        assert services.fill_slots() == 0


class TestBooking:
    def test_the_message_carries_an_address_where_one_cancels(self, settings):
        settings.SITE_URL = "https://takwin.example"
        row = services.book(make_slot(), client=make_client())
        message = Outbox.objects.get(about=row.ref)
        assert "https://takwin.example/guidance/a/" in message.body
        assert Entry.objects.filter(ref=row.ref, verb="book").exists()

    def test_the_past_the_withdrawn_and_the_full_are_refused(self, centre, counsellor):
        client, now = make_client(), timezone.now()
        past = make_slot(centre, counsellor, starts_at=now - timedelta(minutes=1))
        assert refused(services.book, past, client=client) == ("past", "slot")
        gone = make_slot(centre, counsellor, state="closed")
        assert refused(services.book, gone, client=client) == ("not_offered", "slot")
        full = make_slot(centre, counsellor, capacity=1, taken=1, starts_at=now + timedelta(days=2))
        assert refused(services.book, full, client=client) == ("slot_full", "slot")

    def test_one_appointment_to_come_at_a_centre_and_never_two_at_once(self, centre, counsellor):
        client = make_client()
        first = make_slot(centre, counsellor)
        services.book(first, client=client)
        later = make_slot(centre, counsellor, starts_at=first.starts_at + timedelta(days=3))
        assert refused(services.book, later, client=client)[0] == "booked_here"
        other = make_centre("guidance-oujda", "oujda-angad")
        same_time = make_slot(other, make_counsellor(other, "east@example.org"), starts_at=first.starts_at)
        assert refused(services.book, same_time, client=client)[0] == "booked_then"
        # A number is no person: a mother books for her children with hers, each by name, but not without end.
        for n in range(MOST_A_NUMBER - 1):
            at = make_slot(centre, counsellor, starts_at=first.starts_at + timedelta(days=4 + n))
            assert services.book(at, client=make_client(name=f"طفل {n}")).state == "booked"
        assert refused(services.book, later, client=make_client(name="طفل آخر"))[0] == "number_busy"

    def test_at_the_desk_a_moment_outside_the_hours_is_refused_with_the_reason(self, centre, counsellor):
        make_hours(centre, counsellor)
        slot = Slot.objects.filter(starts_at__gt=timezone.now()).first()
        booking = {"centre": centre, "counsellor": counsellor, "phone": "+212612345678", "by": counsellor}
        minute = timedelta(minutes=1)
        assert refused(services.book_at, starts_at=slot.starts_at + minute, **booking) == (
            "outside_hours",
            "starts_at",
        )
        assert refused(services.book_at, starts_at=timezone.now() - minute, **booking) == ("past", "starts_at")
        stranger = make_counsellor(make_centre("guidance-oujda", "oujda-angad"), "east@example.org")
        wrong = booking | {"counsellor": stranger}
        assert refused(services.book_at, starts_at=slot.starts_at, **wrong) == ("other_centre", "counsellor")
        row = services.book_at(starts_at=slot.starts_at, **booking)
        assert (row.client.phone, row.booked_by) == ("+212612345678", counsellor)
        assert refused(services.reserve, slot, client=services.new_guest("ar"), phone="") == ("no_phone", "phone")

    def test_the_waiting_list_moves_up_when_a_place_is_given_back(self, centre, counsellor):
        slot = make_slot(centre, counsellor)
        first = services.book(slot, client=make_client("+212612340001"))
        assert (
            refused(services.wait, make_slot(starts_at=slot.starts_at + timedelta(hours=3)), client=make_client())[0]
            == "slot_free"
        )
        second, third = (services.wait(slot, client=make_client(f"+21261234000{n}")) for n in (2, 3))
        assert refused(services.wait, slot, client=second.client)[0] == "in_this_slot"
        services.cancel(first)
        second.refresh_from_db()
        third.refresh_from_db()
        assert (second.state, third.state) == ("booked", "waiting")
        assert Outbox.objects.filter(to="+212612340002").count() == 1
        slot.refresh_from_db()
        assert slot.taken == 1

    def test_moving_frees_the_old_time_for_who_waits(self, centre, counsellor):
        slot = make_slot(centre, counsellor)
        later = make_slot(centre, counsellor, starts_at=slot.starts_at + timedelta(days=1))
        row = services.book(slot, client=make_client("+212612340001"))
        waiting = services.wait(slot, client=make_client("+212612340002"))
        services.move(row, slot=later)
        waiting.refresh_from_db()
        assert waiting.state == "booked"
        assert [Slot.objects.get(pk=s.pk).taken for s in (slot, later)] == [1, 1]
        assert refused(services.move, Appointment.objects.get(pk=row.pk), slot=slot)[0] == "slot_full"

    def test_attendance_is_recorded_once_it_has_begun(self, centre, counsellor):
        row = services.book(make_slot(centre, counsellor), client=make_client())
        assert refused(services.miss, row, by=counsellor)[0] == "not_yet"
        Slot.objects.update(starts_at=timezone.now() - timedelta(minutes=5))
        assert services.miss(row, by=counsellor).state == "missed"
        assert services.attend(row, by=counsellor).state == "attended"
        assert refused(services.cancel, Appointment.objects.get())[0] == "wrong_state"

    def test_a_reminder_goes_out_once_a_day_before(self, centre, counsellor):
        soon = make_slot(centre, counsellor, starts_at=timezone.now() + timedelta(hours=20))
        far = make_slot(centre, counsellor, starts_at=timezone.now() + timedelta(hours=40))
        services.book(soon, client=make_client("+212612340001"))
        services.book(far, client=make_client("+212612340002"))
        Appointment.objects.update(booked_at=timezone.now() - timedelta(hours=3))
        Outbox.objects.all().delete()
        assert services.remind_appointments() == 1
        assert services.remind_appointments() == 0
        assert Outbox.objects.get().to == "+212612340001"


class TestCases:
    def test_a_case_is_opened_once_a_centre(self, centre, counsellor):
        case = make_case(centre)
        opening = {"centre": centre, "counsellor": counsellor, "by": counsellor}
        assert refused(services.open_case, case.client, **opening) == ("case_open", None)
        services.end_case(case, closing="work", by=counsellor)
        assert services.open_case(case.client, **opening).ref != case.ref

    def test_a_contact_sets_the_next_date_and_an_ended_case_takes_none(self, centre, counsellor):
        case, today = make_case(centre), timezone.localdate()
        entry = {
            "purpose": "choose",
            "summary": "ناقشنا ثلاث شعب",
            "steps": "زيارة المعهد\nإجراء الاختبار",
            "by": counsellor,
        }
        late = today - timedelta(days=1)
        assert refused(services.record, case, next_on=late, **entry) == ("next_past", "next_on")
        contact = services.record(case, next_on=today, **entry)
        assert contact.step_lines == ["زيارة المعهد", "إجراء الاختبار"]
        case.refresh_from_db()
        assert case.next_on == today
        scope = Scope(centres=frozenset({centre.pk}))
        assert list(cases.undated(cases.cases(scope))) == []
        services.record(case, **entry)
        assert list(cases.undated(cases.cases(scope))) == [case]
        services.end_case(case, closing="training", by=counsellor)
        assert refused(services.record, case, **entry)[0] == "case_ended"

    def test_notes_are_encrypted_and_each_reading_is_written_down(self, centre, counsellor):
        from django.db import connection

        case = make_case(centre)
        services.note(case, text="سر لا يقرأ", by=counsellor)
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM guidance_note")
            assert "سر" not in cursor.fetchone()[0]
        assert [row.text for row in services.read_notes(case, by=counsellor)] == ["سر لا يقرأ"]
        services.read_notes(case, by=counsellor)
        assert Entry.objects.filter(ref=case.ref, verb="read_note", by=counsellor).count() == 2
        assert "سر" not in str(list(Entry.objects.values_list("data", "changed")))

    def test_a_hand_over_needs_consent_a_counsellor_and_an_answer(self, centre, counsellor):
        case = make_case(centre)
        east = make_centre("guidance-oujda", "oujda-angad")
        taker = make_counsellor(east, "east@example.org")
        terms = {"taker": taker, "centre": east, "by": counsellor}
        assert refused(services.hand_over, case, **terms) == ("no_consent", "consented")
        assert refused(services.hand_over, case, consented=True, **terms) == ("no_consent", "consent")
        agreed = {"consented": True, "consent": "وافقت هاتفيا"}
        assert refused(services.hand_over, case, taker=taker, by=counsellor, **agreed) == ("other_centre", "taker")
        assert refused(services.hand_over, case, taker=counsellor, by=counsellor, **agreed) == ("same_hands", "taker")
        offer = services.hand_over(case, **terms, **agreed)
        assert refused(services.hand_over, case, **terms, **agreed)[0] == "hand_over_waits"
        assert refused(services.take, offer, by=counsellor)[0] == "not_yours"
        services.turn_down(offer, reason="لا مكان", by=taker)
        offer = services.hand_over(case, **terms, **agreed)
        services.take(offer, by=taker)
        case.refresh_from_db()
        assert (case.counsellor, case.centre) == (taker, east)
        here, there = (Scope(centres=frozenset({c.pk})) for c in (centre, east))
        assert not cases.cases(here).exists()
        assert cases.case(case.ref, there) == case

    def test_a_hand_over_to_a_centre_that_follows_them_already_is_refused(self, centre, counsellor):
        case = make_case(centre)
        east = make_centre("guidance-oujda", "oujda-angad")
        taker = make_counsellor(east, "east@example.org")
        services.open_case(case.client, centre=east, counsellor=taker, by=taker)
        agreed = {"consented": True, "consent": "نعم", "by": counsellor}
        assert refused(services.hand_over, case, taker=taker, centre=east, **agreed) == ("case_open", "centre")


class TestOpenDays:
    def day(self, centre, counsellor, **over):
        begin = timezone.now() + timedelta(days=2)
        values = {"name_ar": "أبواب مفتوحة", "starts_at": begin, "ends_at": begin + timedelta(hours=6), "capacity": 1}
        return services.announce(centre=centre, by=counsellor, **values | over)

    def test_places_end_and_come_back(self, centre, counsellor):
        day = self.day(centre, counsellor)
        first = services.register(day, client=make_client("+212612340001"))
        assert refused(services.register, day, client=make_client("+212612340002"))[0] == "day_full"
        services.unregister(first)
        again = services.register(day, client=first.client)
        assert refused(services.mark, again, came=True, by=counsellor)[0] == "not_yet"
        type(day).objects.update(starts_at=timezone.now() - timedelta(hours=1))
        again.refresh_from_db()
        assert services.mark(again, came=True, by=counsellor).state == "came"
        day.refresh_from_db()
        assert services.hold(day, walk_ins=40, by=counsellor).walk_ins == 40
        assert refused(services.call_off, day, by=counsellor)[0] == "wrong_state"

    def test_a_day_in_the_past_or_backwards_is_refused(self, centre, counsellor):
        past = timezone.now() - timedelta(days=1)
        assert refused(self.day, centre, counsellor, starts_at=past)[1] == "starts_at"
        assert refused(self.day, centre, counsellor, ends_at=timezone.now())[1] == "ends_at"


def test_the_board_counts_what_happened(centre, counsellor):
    """Three due, one missed; one waits; two followed, one of them without a date."""
    season, now = make_season(), timezone.now()
    for n, state in enumerate(["attended", "attended", "missed"]):
        slot = make_slot(centre, counsellor, starts_at=now - timedelta(days=1, hours=n), taken=1)
        Appointment.objects.create(slot=slot, client=make_client(f"+21261234000{n}"), state=state)
    full = make_slot(centre, counsellor)
    services.book(full, client=make_client("+212612340008"))
    services.wait(full, client=make_client("+212612340009"))
    case = make_case(centre)
    services.record(case, purpose="choose", summary="نص", next_on=timezone.localdate(), by=counsellor)
    make_case(centre, make_client("+212612340007"))
    figures = board.board(centre, season)
    assert (figures.due, figures.missed, figures.waiting, figures.cases, figures.undated) == (3, 1, 1, 2, 1)
    assert figures.no_show == pytest.approx(1 / 3)
    assert figures.followed.advised == 0
