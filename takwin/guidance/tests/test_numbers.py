"""A number is proved before a place is kept in its name; it is nobody's identity; it tells a stranger nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from takwin.accounts.models import User
from takwin.accounts.tests.enter import join
from takwin.accounts.tests.make import make_user
from takwin.core.errors import Refused
from takwin.core.models import Outbox
from takwin.core.tests.gateway import last_sms
from takwin.core.tests.threads import together
from takwin.guidance import services
from takwin.guidance.models import Appointment, Client, Slot
from takwin.guidance.rules import CODE_TRIES, MOST_HELD
from takwin.guidance.tests.make import make_centre, make_client, make_counsellor, make_slot, send_code
from takwin.guidance.tokens import token

pytestmark = pytest.mark.django_db
ASKED = {"purpose": "choose", "phone": "0612345678", "name": "سلمى"}


def address(slot):
    return f"/guidance/book/{slot.ref}/"


def over(row):
    """Its few minutes are over."""
    Appointment.objects.filter(pk=row.pk).update(held_until=timezone.now() - timedelta(seconds=1))


class TestProof:
    def test_a_place_is_kept_then_booked_by_the_code(self, client):
        slot = make_slot()
        asked = client.post(address(slot), ASKED)
        held = Appointment.objects.get()
        slot.refresh_from_db()
        assert (held.state, slot.taken, held.client.phone) == ("held", 1, "")
        page = client.get(asked.url).content.decode()
        assert "612345678" not in page
        answer = send_code(client, asked)
        held.refresh_from_db()
        assert (held.state, held.held_until, held.client.phone, held.client.name) == (
            "booked", None, "+212612345678", "سلمى"
        )  # fmt: skip
        assert Outbox.objects.filter(about=held.ref).count() == 1
        assert client.get(answer.url).status_code == 200
        # Within the half hour the same session books again without another code.
        other = make_centre("guidance-oujda", "oujda-angad")
        later = make_slot(other, make_counsellor(other, "e@example.org"), starts_at=slot.starts_at + timedelta(days=1))
        assert "/guidance/a/" in client.post(address(later), ASKED).url

    def test_a_wrong_code_books_nothing_and_five_tries_end_it(self, client):
        slot = make_slot()
        asked = client.post(address(slot), ASKED)
        right = last_sms().split()[-1].strip(".")
        wrong = "000000" if right != "000000" else "111111"
        for _n in range(CODE_TRIES):
            assert send_code(client, asked, wrong).status_code == 422
        assert send_code(client, asked, right).status_code == 422
        assert Appointment.objects.get().state == "held"
        client.post(asked.url, {"again": "1"})
        assert "/guidance/a/" in send_code(client, asked).url

    def test_another_session_cannot_finish_it(self, client):
        asked = client.post(address(make_slot()), ASKED)
        assert send_code(Browser(), asked).url == "/guidance/appointments/"
        assert Appointment.objects.get().state == "held"

    def test_a_code_in_arabic_digits_serves(self, client):
        asked = client.post(address(make_slot()), ASKED)
        code = last_sms().split()[-1].strip(".")
        answer = send_code(client, asked, code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
        assert "/guidance/a/" in answer.url

    def test_two_tabs_finish_each_its_own(self, client):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        slot, other_slot = (
            make_slot(centre, counsellor, starts_at=timezone.now() + timedelta(days=n)) for n in (1, 2)
        )
        first = client.post(address(slot), ASKED | {"name": "سلمى"})
        sent = last_sms().split()[-1].strip(".")
        client.post(address(other_slot), ASKED | {"name": "يوسف"})
        assert "/guidance/a/" in send_code(client, first, sent).url
        assert Appointment.objects.get(state="booked").slot == slot
        assert Appointment.objects.get(state="booked").client.name == "سلمى"
        assert Appointment.objects.get(state="held").slot == other_slot

    def test_a_verified_account_books_at_once_and_an_unverified_number_does_not(self, client):
        client.force_login(make_user("v@example.org", phone="+212612345678", phone_verified=True))
        assert "/guidance/a/" in client.post(address(make_slot()), ASKED).url
        other = make_centre("guidance-oujda", "oujda-angad")
        slot = make_slot(other, make_counsellor(other, "e@example.org"))
        client.force_login(make_user("u@example.org", phone="+212612345679", phone_verified=False))
        assert "/guidance/number/" in client.post(address(slot), ASKED | {"phone": "0612345679"}).url

    def test_the_page_of_the_code_leads_back_to_the_number(self, client):
        slot = make_slot()
        page = client.get(client.post(address(slot), ASKED).url).content.decode()
        assert f'href="{address(slot)}"' in page


class TestHolds:
    def test_a_place_not_confirmed_in_time_is_free_when_the_times_are_read_and_by_the_clock(self, client):
        slot = make_slot()
        for free in (lambda: client.get(f"/guidance/appointments/{slot.centre.code}/"), services.expire_holds):
            Browser().post(address(slot), ASKED)
            over(Appointment.objects.get(state="held"))
            free()
            slot.refresh_from_db()
            assert slot.taken == 0
            assert not Appointment.objects.filter(state="held").exists()

    def test_a_late_code_takes_what_is_still_free_and_never_another_s_place(self, client):
        slot = make_slot()
        asked = client.post(address(slot), ASKED)
        over(Appointment.objects.get())
        services.book(slot, client=make_client("+212699999999"))
        send_code(client, asked)
        slot.refresh_from_db()
        assert slot.taken == 1
        assert Appointment.objects.exclude(state="cancelled").get(client__phone="+212612345678").state == "waiting"

    def test_invented_numbers_do_not_take_every_place_of_a_centre(self):
        slot = make_slot(capacity=200)
        for n in range(MOST_HELD + 5):
            services.hold_place(slot, client=services.new_guest("ar"), purpose="choose")
            assert n >= 0
        slot.refresh_from_db()
        assert slot.taken == MOST_HELD

    def test_one_address_does_not_keep_every_place_of_a_centre_for_long(self):
        """Forty kept places an hour from one address, ten minutes each: a class once, nobody all day."""
        slot = make_slot(capacity=200)
        for n in range(45):
            Browser().post(address(slot), ASKED | {"phone": f"06123400{n:02d}"}, REMOTE_ADDR="203.0.113.7")
            over(Appointment.objects.order_by("-pk")[0])
        assert Appointment.objects.with_all().count() == 40

    def test_forty_of_one_class_behind_one_address_all_book(self, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS
        slot = make_slot(capacity=40)
        for n in range(40):
            pupil = Browser()
            asked = pupil.post(address(slot), ASKED | {"phone": f"06123400{n:02d}", "name": f"تلميذ {n}"})
            assert "/guidance/a/" in send_code(pupil, asked).url
        slot.refresh_from_db()
        assert (slot.taken, Appointment.objects.filter(state="booked").count()) == (40, 40)

    def test_moving_back_and_forth_does_not_ring_a_phone_all_day(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS
        centre = make_centre()
        counsellor = make_counsellor(centre)
        slots = [make_slot(centre, counsellor, starts_at=timezone.now() + timedelta(days=n)) for n in (1, 2)]
        answer = send_code(client, client.post(address(slots[0]), ASKED))
        for n in range(31):
            client.post(answer.url, {"do": "move", "slot": slots[(n + 1) % 2].ref})
        assert Outbox.objects.exclude(about="number").count() == 5  # the booking and four moves


def ask_from(network, slot, visitor=None, **typed):
    """Ask for a code from an address; whether one was sent."""
    visitor = visitor or Browser()
    return visitor.post(address(slot), ASKED | typed, REMOTE_ADDR=network).status_code == 302


class TestLimits:
    """Nobody is rung all day, and nobody's codes are used up by another."""

    def test_one_number_gets_four_codes_an_hour_from_an_address_and_its_owner_one_from_elsewhere(self):
        slot = make_slot(capacity=50)
        for network in ("203.0.113.7", "203.0.113.8", "203.0.113.9"):
            assert [ask_from(network, slot) for _n in range(11)] == [True] * 4 + [False] * 7
        owner = Browser()
        asked = owner.post(address(slot), ASKED, REMOTE_ADDR="198.51.100.9")
        assert "/guidance/a/" in send_code(owner, asked).url

    def test_a_thousand_addresses_do_not_ring_one_phone_all_day(self):
        slot = make_slot(capacity=50)
        assert sum(ask_from(f"203.0.113.{n}", slot) for n in range(40)) == 24
        assert Outbox.objects.count() == 24

    def test_the_browser_of_the_owner_has_codes_of_its_own(self):
        own = Browser()
        join(own, "+212612345678")
        own.post("/accounts/logout/")
        slot = make_slot(capacity=50)
        for n in range(40):
            ask_from(f"203.0.113.{n}", slot)
        assert ask_from("203.0.113.1", slot, own)

    def test_what_is_refused_counts_nowhere(self):
        """Two classes behind one address: what a number is refused takes nothing from the others."""
        slot = make_slot(capacity=50)
        for _n in range(200):
            ask_from("203.0.113.7", slot)
        assert ask_from("203.0.113.7", slot, phone="0612340000")

    def test_a_few_addresses_do_not_close_a_centre(self, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.LIMITS | {
            "guidance_code_centre_from": "10/h/key", "guidance_code_centre": "20/h/key"
        }  # fmt: skip
        slot = make_slot(capacity=2)
        for busy in range(6):
            for n in range(12):
                ask_from(f"203.0.113.{busy}", slot, phone=f"0612{busy}400{n:02d}")
        assert [ask_from("198.51.100.9", slot, phone=f"06129400{n:02d}") for n in range(6)] == [True] * 5 + [False]

    def test_wrong_digits_of_a_stranger_do_not_spend_the_tries_of_the_owner(self):
        slot = make_slot(capacity=50)
        for network in ("203.0.113.7", "203.0.113.8"):
            for _n in range(4):
                stranger = Browser()
                asked = stranger.post(address(slot), ASKED, REMOTE_ADDR=network)
                for _try in range(CODE_TRIES + 1):
                    stranger.post(asked.url, {"code": "0"}, REMOTE_ADDR=network)
        owner = Browser()
        asked = owner.post(address(slot), ASKED, REMOTE_ADDR="198.51.100.9")
        assert "/guidance/a/" in send_code(owner, asked).url

    def test_an_old_copy_of_the_session_has_no_tries_of_its_own(self, client):
        """Sixty-four requests at once hold the same session: the tries are counted apart from it."""
        asked = client.post(address(make_slot()), ASKED)
        right = last_sms().split()[-1].strip(".")
        before = dict(client.session)
        for _n in range(CODE_TRIES):
            send_code(client, asked, "000000" if right != "000000" else "111111")
            session = client.session
            session.update(before)
            session.save()
        assert send_code(client, asked, right).status_code == 422

    @pytest.mark.parametrize(
        ("language", "words"), [("", "أعد المحاولة بعد"), ("/fr", "Réessayez dans"), ("/en", "Try again in")]
    )
    def test_the_refusal_says_how_long_is_left(self, language, words):
        slot = make_slot(capacity=50)
        for _n in range(5):
            answer = Browser().post(f"{language}{address(slot)}", ASKED)
        assert answer.status_code == 422
        assert words in answer.content.decode()


class TestNeutral:
    def test_the_answer_is_the_same_whether_the_number_is_known_or_not(self):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        slots = [make_slot(centre, counsellor, starts_at=timezone.now() + timedelta(days=n)) for n in (1, 2, 3)]
        services.book(slots[0], client=make_client("+212612345678", name="سلمى"))
        pages = []
        for slot, phone in ((slots[1], "0612345678"), (slots[2], "0698765478")):
            stranger = Browser()
            asked = stranger.post(address(slot), ASKED | {"phone": phone})
            page = stranger.get(asked.url).content.decode()
            pages.append((asked.status_code, asked.url.rsplit("/", 2)[0], len(page.split("<h1")[1].split("<dl")[0])))
            assert slots[0].ref not in page
        assert pages[0] == pages[1]

    def test_the_owner_sees_their_own_appointment_once_the_number_is_proved(self, client):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        slots = [make_slot(centre, counsellor, starts_at=timezone.now() + timedelta(days=n)) for n in (1, 2)]
        services.book(slots[0], client=make_client("+212612345678", name="سلمى"))
        send_code(client, client.post(address(slots[1]), ASKED))
        assert "يوجد موعد" in client.get("/guidance/appointments/").content.decode()
        assert Slot.objects.get(pk=slots[1].pk).taken == 0


class TestHousehold:
    def test_a_mother_books_for_three_children_with_one_number(self, client):
        slot = make_slot(capacity=5)
        asked = client.post(address(slot), ASKED | {"name": "آية"})
        assert "/guidance/a/" in send_code(client, asked).url
        for name in ("يوسف", "مريم"):
            assert "/guidance/a/" in client.post(address(slot), ASKED | {"name": name}).url
        assert set(Appointment.objects.filter(state="booked").values_list("client__name", flat=True)) == {
            "آية", "يوسف", "مريم"
        }  # fmt: skip

    def test_a_second_booking_without_a_name_asks_for_whom_once_the_number_is_proved(self, client):
        slot, nameless = make_slot(capacity=5), ASKED | {"name": ""}
        assert "/guidance/a/" in send_code(client, client.post(address(slot), nameless)).url
        answer = client.post(address(slot), nameless)  # proved within the half hour: the form itself asks
        assert answer.status_code == 422
        assert "اسم" in answer.content.decode()
        assert "/guidance/a/" in client.post(address(slot), ASKED | {"name": "آية"}).url
        other = Browser()
        unknown = Browser().post(address(slot), nameless | {"phone": "0612345699"})
        asked = other.post(address(slot), nameless)
        # A stranger does not learn that there is a booking.
        assert (asked.status_code, unknown.status_code) == (302, 302)
        answer = send_code(other, asked)
        assert answer.url == asked.url
        assert "لمن هذا الموعد" in other.get(asked.url).content.decode()
        assert other.post(asked.url, {"name": ""}).status_code == 422
        assert "/guidance/a/" in other.post(asked.url, {"name": "يوسف"}).url
        booked = Appointment.objects.filter(state="booked").order_by("pk")
        assert list(booked.values_list("client__name", flat=True)) == ["", "آية", "يوسف"]

    def test_the_name_of_the_second_is_not_given_to_the_first(self):
        slot = make_slot(capacity=5)
        first = services.reserve(slot, client=services.new_guest("ar"), phone="+212612345678")
        second = services.reserve(slot, client=first.client, phone="+212612345678", name="آية")
        first.client.refresh_from_db()
        assert (first.client.name, second.client.name) == ("", "آية")

    def test_messages_calendar_and_page_name_the_child_where_a_number_serves_several(self, client):
        slot = make_slot(capacity=5)
        alone = services.reserve(slot, client=services.new_guest("ar"), phone="+212612345678", name="آية")
        assert "آية" not in Outbox.objects.get(about=alone.ref).body
        page = f"/guidance/a/{token(alone.ref)}/"
        assert "آية" not in client.get(page).content.decode()
        assert "آية" not in client.get(f"{page}calendar.ics").content.decode()
        brother = services.reserve(slot, client=services.new_guest("fr"), phone="+212612345678", name="Youssef",
                                   language="fr")  # fmt: skip
        assert "pour Youssef" in Outbox.objects.get(about=brother.ref).body
        assert "آية" in client.get(page).content.decode()
        assert "آية" in client.get(f"{page}calendar.ics").content.decode()
        Appointment.objects.update(booked_at=timezone.now() - timedelta(days=9))
        starts = timezone.now() + timedelta(hours=5)
        Slot.objects.update(starts_at=starts, ends_at=starts + timedelta(hours=1))
        Outbox.objects.all().delete()
        services.remind_appointments()
        said = {row.about: row.body for row in Outbox.objects.all()}
        assert "آية" in said[alone.ref]
        assert "Youssef" in said[brother.ref]

    def test_her_own_space_lists_each_child_by_name_and_a_stranger_s_none(self, client):
        slot = make_slot(capacity=5)
        for name in ("آية", "يوسف"):
            services.reserve(slot, client=services.new_guest("ar"), phone="+212612345678", name=name)
        mother = make_user("m@example.org", name="خديجة", phone="+212612345678", phone_verified=True)
        client.force_login(mother)
        page = client.get("/guidance/mine/").content.decode()
        assert "آية" in page
        assert "يوسف" in page
        stranger = make_user("x@example.org", name="غريب", phone="+212612345677", phone_verified=True)
        for change in ({}, {"phone": "+212612345678", "phone_verified": False}):
            User.objects.filter(pk=mother.pk).update(phone=None)
            User.objects.filter(pk=stranger.pk).update(**change)
            client.force_login(stranger)
            assert "آية" not in client.get("/guidance/mine/").content.decode()

    def test_the_desk_must_say_for_whom_too_and_lists_each_by_name(self, client):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        slot = make_slot(centre, counsellor, capacity=3)
        booking = {"centre": centre, "counsellor": counsellor, "starts_at": slot.starts_at, "by": counsellor}
        services.book_at(**booking, name="آية", phone="+212612345678")
        with pytest.raises(Refused) as info:
            services.book_at(**booking, phone="+212612345678")
        assert (info.value.code, info.value.field) == ("for_whom", "name")
        services.book_at(**booking, name="يوسف", phone="+212612345678")
        client.force_login(counsellor)
        page = client.get(f"/desk/guidance/?who=all&on={timezone.localtime(slot.starts_at):%Y-%m-%d}").content.decode()
        assert "آية" in page
        assert "يوسف" in page

    def test_the_mother_s_account_does_not_swallow_her_children(self):
        for name in ("آية", "يوسف", ""):
            make_client("+212612345678", name=name)
        mother = make_user("m@example.org", name="خديجة", phone="+212612345678", phone_verified=True)
        services.client_of(mother)
        assert Client.objects.filter(merged_into__isnull=True, account__isnull=True).count() == 2
        assert not Client.objects.filter(name__in=["آية", "يوسف"], account=mother).exists()

    def test_the_desk_books_for_the_child_it_names_and_joins_no_sibling(self):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        known = make_client("+212612345678", name="آية")
        slot = make_slot(centre, counsellor, capacity=3)
        booking = {"centre": centre, "counsellor": counsellor, "starts_at": slot.starts_at, "by": counsellor}
        other = services.book_at(**booking, name="يوسف", phone="+212612345678").client
        assert (other.name, other.pk == known.pk) == ("يوسف", False)
        assert services.book_at(**booking, name="آية", phone="+212612345678").client == known
        assert services.twins(known).count() == 0
        assert services.join_phone(known, by=counsellor) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_a_kept_place_is_confirmed_or_given_back_never_both():
    slot = make_slot()
    row = services.hold_place(slot, client=services.new_guest("ar"), purpose="choose")
    over(row)
    rival = make_client("+212699999999")
    moves = (
        lambda: services.confirm_hold(row, client=make_client("+212612340001")).state,
        lambda: str(services.expire_holds()),
        lambda: services.book(slot, client=rival).state,
    )
    outcomes = together(3, lambda n: moves[n]())
    assert "booked" in outcomes
    slot.refresh_from_db()
    assert slot.taken == Appointment.objects.filter(state__in=["booked", "held"]).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_of_twenty_holds_for_one_place_one_is_kept():
    slot = make_slot()
    people = [services.new_guest("ar") for _n in range(20)]
    states = together(
        20, lambda n: getattr(services.hold_place(slot, client=people[n], purpose="choose"), "state", "")
    )
    assert sorted(states) == [""] * 19 + ["held"]
    assert Slot.objects.get().taken == 1
