"""What visitors and counsellors meet on the pages, and what strangers do not."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.rules import Candidate, eligibility
from takwin.admissions.tests.make import make_application
from takwin.core.models import Entry
from takwin.engines.advice.solve import eligible
from takwin.guidance import services, tokens
from takwin.guidance.models import Advice, Appointment, Case, Client, Sitting, Slot
from takwin.guidance.selectors import advice
from takwin.guidance.selectors.clients import Subject
from takwin.guidance.tests.make import (
    make_case,
    make_centre,
    make_client,
    make_counsellor,
    make_guidance,
    make_hours,
    make_slot,
    send_code,
)
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.offer.tests.make import make_offering, make_season
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
WHOLE = {f"q{n}": "2" if n % 6 == 4 else "0" for n in range(1, 49)} | {"version": "riasec-1"}
ABOUT = {"schooling": "bac", "stream": "life-sciences", "diploma": "none", "born_on": "2005-03-12"}


@pytest.fixture
def season():
    """Three programmes at Meknès, one a bachelor of science may not ask for yet at Oujda, and one far."""
    row = make_season()
    make_offering(row, "pharmacy-assistant")
    make_offering(row, "medical-analysis")
    make_offering(row, "car-repair", centre="cmc-marrakech-safi")
    return row


class TestTest:
    def test_without_script_it_is_saved_resumed_and_finished(self, client):
        client.post("/guidance/test/", {"version": "riasec-1", "q1": "2", "q2": "0", "save": "1"})
        page = client.get("/guidance/test/").content.decode()
        assert re.search(r'name="q1"\s+value="2"\s+checked', page)
        answer = client.post("/guidance/test/", {"version": "riasec-1", "q3": "1", "finish": "1"})
        assert answer.status_code == 422
        assert "بقي بلا جواب: 45 سؤالا." in answer.content.decode()
        assert answer.content.decode().count("is-missing") == 45
        assert client.post("/guidance/test/", WHOLE | {"finish": "1"}).url == "/guidance/test/result/"
        page = client.get("/guidance/test/result/").content.decode()
        assert "اجتماعي" in page
        assert "SRI" in page
        assert Sitting.objects.get().scores == [0, 0, 0, 16, 0, 0]

    def test_the_script_s_door_keeps_refuses_and_points_onward(self, client):
        assert client.post("/guidance/test/keep/", {"version": "riasec-1", "q1": "1"}).json() == {
            "kept": True,
            "next": "",
        }
        refusal = client.post("/guidance/test/keep/", {"version": "riasec-1", "finish": "1"})
        assert (refusal.status_code, refusal.json()["code"]) == (422, "unfinished")
        assert (
            client.post("/fr/guidance/test/keep/", WHOLE | {"finish": "1"}).json()["next"]
            == "/fr/guidance/test/result/"
        )
        assert client.post("/guidance/test/keep/", {"version": "old"}).json()["code"] == "other_version"

    def test_a_mere_visit_makes_nothing(self, client):
        for path in ("/guidance/", "/guidance/test/", "/guidance/about/", "/guidance/advice/"):
            client.get(path)
        assert client.get("/guidance/test/result/").status_code == 302
        assert not Client.objects.exists()

    def test_beginning_again_drops_the_draft_only(self, client):
        client.post("/guidance/test/", WHOLE | {"finish": "1"})
        client.post("/guidance/test/", {"version": "riasec-1", "q1": "1", "save": "1"})
        client.post("/guidance/test/again/")
        assert list(Sitting.objects.values_list("state", flat=True)) == ["finished"]

    def test_item_figures_wait_for_a_hundred_real_answers(self, client):
        def sit(count, simulated):
            who = make_client(f"+2126{count}{simulated:d}")
            now = timezone.now()
            Sitting.objects.bulk_create(
                Sitting(client=who, version="riasec-1", language="ar", state="finished", finished_at=now,
                        answers=("012" * 16)[n % 3:] + "012"[: n % 3], scores=[8] * 6, simulated=simulated)
                for n in range(count)
            )  # fmt: skip

        sit(99, False)
        sit(150, True)
        page = client.get("/guidance/test/how/").content.decode()
        assert "ألفا كرونباخ" not in page
        assert "attachment" not in client.get("/guidance/test/how/?format=csv").headers.get("Content-Disposition", "")
        sit(1, False)
        assert "ألفا كرونباخ" in client.get("/guidance/test/how/").content.decode()
        rows = client.get("/guidance/test/how/?format=json").json()
        assert [row["item"] for row in rows] == list(range(1, 49))
        assert "simulated" in client.get("/guidance/test/how/?answers=simulated").content.decode()


class TestAdvice:
    def test_a_guest_reads_reasons_and_weak_points_and_nothing_is_hidden(self, client, season):
        client.post("/guidance/test/", WHOLE | {"finish": "1"})
        commune = Area.objects.filter(kind="commune", parent__code="meknes").first()
        assert client.post("/guidance/about/", ABOUT | {"commune": commune.code, "max_km": "60"}).status_code == 302
        page = client.get("/guidance/advice/").content.decode()
        assert page.count("data-offering=") == 3
        assert "في إقليمك" in page
        assert "يمكنك الترشح" in page
        assert "السرير ممكن" in page
        first = page.index("data-offering=")
        assert page.index("pharmacy-assistant", first) < page.index("car-repair", first)
        row = Advice.objects.get()
        assert len(row.programmes) == 3
        client.get("/guidance/advice/")
        assert Advice.objects.count() == 1

    def test_the_barred_stay_in_the_list_with_their_reason(self, client, season):
        client.post("/guidance/about/", ABOUT | {"schooling": "lower-3", "stream": "none"})
        page = client.get("/guidance/advice/").content.decode()
        assert page.count("data-offering=") == 3
        assert page.count("ليس بعد") == 3
        assert "admissions" not in page

    def test_what_an_application_says_need_not_be_said_again(self, client, season):
        application = make_application(season, "c@example.org")
        client.force_login(application.person.account)
        page = client.get("/guidance/about/").content.decode()
        assert re.search(r'value="bac" selected', page)
        page = client.get("/guidance/advice/").content.decode()
        assert page.count("data-offering=") == 3
        offering = re.search(r'data-offering="([^"]+)"', page).group(1)
        answer = client.post("/apply/wishes/add/", {"offering": offering, "next": "/guidance/advice/"})
        assert answer.url == "/guidance/advice/"
        assert "في اختياراتك" in client.get("/guidance/advice/").content.decode()
        evil = client.post("/apply/wishes/add/", {"offering": offering, "next": "https://evil.example/"})
        assert evil.url.startswith("/programmes/")

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.sampled_from(["", *Schooling.values]), st.sampled_from(Stream.values), st.sampled_from(Diploma.values),
        st.dates(date(1970, 1, 1), date(2012, 1, 1)),
    )  # fmt: skip
    def test_arrays_bar_whom_the_rule_of_admissions_bars(self, season, schooling, stream, diploma, born_on):
        if season.offerings.count() == 3:
            for code, streams in (("biomedical-maintenance", ["physics", "technology"]), ("craft-leather", [])):
                row = make_offering(season, code)
                if streams:
                    row.programme.access_rules.create(
                        schooling="bac-1", bridge="t", streams=streams, age_min=18, age_max=25
                    )
            make_offering(season, "basic-languages")
            advice.clear_cache()
        held = advice.catalogue(season)
        subject = Subject(schooling=schooling, stream=stream, diploma=diploma, born_on=born_on)
        may_apply = eligible(advice.people([subject], held), held.offers)[0]
        who = Candidate(born_on, schooling, diploma, stream)
        for at, programme in enumerate(held.offers.programme):
            assert bool(may_apply[at]) == (eligibility(who, held.access.get(int(programme))) == [])


class TestBooking:
    def test_a_number_is_enough_and_the_address_moves_and_cancels(self, client):
        centre = make_centre()
        make_hours(centre, make_counsellor(centre))
        assert "مركز التوجيه" in client.get("/guidance/appointments/").content.decode()
        slots = list(Slot.objects.filter(starts_at__gt=timezone.now())[:2])
        path = f"/guidance/book/{slots[0].ref}/"
        assert "اترك رقم هاتف" in client.post(path, {"purpose": "choose"}).content.decode()
        assert "رقم هاتف" in client.post(path, {"purpose": "choose", "phone": "12"}).content.decode()
        answer = send_code(client, client.post(path, {"purpose": "choose", "phone": "0612345678", "name": "سلمى"}))
        row = Appointment.objects.get()
        assert answer.url == f"/guidance/a/{tokens.token(row.ref)}/"
        page = client.get(answer.url)
        assert "سلمى" not in page.content.decode()
        assert "0612345678" not in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex"
        moving = client.get(f"{answer.url}?move=1").content.decode()
        assert slots[1].ref in moving
        assert f'href="{answer.url}"' in moving  # a way back for who changes their mind
        assert "data-confirm" in moving
        client.post(answer.url, {"do": "move", "slot": slots[1].ref})
        row.refresh_from_db()
        assert row.slot == slots[1]
        client.post(answer.url, {"do": "cancel"})
        row.refresh_from_db()
        assert row.state == "cancelled"

    def test_a_full_time_offers_its_waiting_list(self, client):
        slot = make_slot()
        services.book(slot, client=make_client("+212699999999"))
        path = f"/guidance/book/{slot.ref}/"
        assert "لائحة الانتظار" in client.get(path).content.decode()
        send_code(client, client.post(path, {"purpose": "choose", "phone": "0612345678"}))
        assert Appointment.objects.get(client__phone="+212612345678").state == "waiting"

    def test_the_video_room_is_for_who_has_the_time(self, client):
        slot = make_slot(channel="video", link="https://meet.example/room")
        assert "meet.example" not in client.get(f"/guidance/book/{slot.ref}/").content.decode()
        assert "meet.example" not in client.get(f"/guidance/appointments/{slot.centre.code}/").content.decode()
        booked = services.book(slot, client=make_client())
        waiting = services.wait(slot, client=make_client("+212612345671"))
        page = client.get(f"/guidance/a/{tokens.token(booked.ref)}/").content.decode()
        assert "https://meet.example/room" in page
        assert "meet.example" not in client.get(f"/guidance/a/{tokens.token(waiting.ref)}/").content.decode()
        assert "meet.example" in client.get(f"/guidance/a/{tokens.token(booked.ref)}/calendar.ics").content.decode()
        calendar_text = client.get(f"/guidance/a/{tokens.token(waiting.ref)}/calendar.ics").content.decode()
        assert "meet.example" not in calendar_text
        assert "TENTATIVE" in calendar_text

    def test_guest_then_account_is_one_record(self, client):
        client.post("/guidance/test/", WHOLE | {"finish": "1"})
        path = f"/guidance/book/{make_slot().ref}/"
        send_code(client, client.post(path, {"purpose": "choose", "phone": "0612345678"}))
        client.force_login(make_user("x@example.org", phone="+212612345678", phone_verified=True))
        page = client.get("/guidance/mine/").content.decode()
        assert "محجوز" in page
        assert Client.objects.filter(merged_into__isnull=True).count() == 1
        assert Client.objects.get().sittings.count() == 1

    def test_a_guess_or_another_s_address_is_404(self, client):
        row = services.book(make_slot(), client=make_client())
        signed = tokens.token(row.ref)
        wrong = signed[:-1] + ("A" if signed[-1] != "A" else "B")
        for path in (wrong, row.ref, "x"):
            assert client.get(f"/guidance/a/{path}/").status_code == 404
            assert client.get(f"/guidance/a/{path}/calendar.ics").status_code == 404
        assert client.get("/guidance/book/SLT-11111111-1/").status_code == 404

    def test_calendars_are_read_by_the_library_and_name_nobody(self, client):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        row = services.book(make_slot(centre, counsellor), client=make_client(name="سلمى أمزيان"))
        calendar = Calendar.from_ical(client.get(f"/guidance/a/{tokens.token(row.ref)}/calendar.ics").content)
        event = calendar.walk("VEVENT")[0]
        assert event.decoded("dtstart") == row.slot.starts_at
        assert "/guidance/a/" in event["description"]
        feed = services.new_feed(counsellor)
        old = f"/guidance/feed/{tokens.feed_token(feed.ref)}.ics"
        text = client.get(old).content
        assert [event.decoded("dtend") for event in Calendar.from_ical(text).walk("VEVENT")] == [row.slot.ends_at]
        assert "سلمى" not in text.decode()
        assert "+212" not in text.decode()
        services.new_feed(counsellor)
        assert client.get(old).status_code == 404

    def test_an_open_day_takes_a_registration_and_gives_it_back(self, client):
        day = make_guidance()["day"]
        path = f"/guidance/open-days/{day.ref}/"
        assert send_code(client, client.post(path, {"phone": "0612345670", "name": "آية"})).url == path
        assert "أنت مسجل" in client.get(path).content.decode()
        client.force_login(make_user("x@example.org", phone="+212612345670", phone_verified=True))
        client.get("/guidance/mine/")
        client.post("/guidance/mine/", {"registration": day.registrations.get().ref})
        day.refresh_from_db()
        assert day.taken == 0


@pytest.fixture
def desk(client):
    """The counsellor of the centre of Fez, signed in."""
    centre = make_centre()
    counsellor = make_counsellor(centre)
    client.force_login(counsellor)
    return centre, counsellor


class TestDesk:
    def test_the_day_of_a_counsellor(self, client, desk):
        centre, counsellor = desk
        row = services.book(make_slot(centre, counsellor), client=make_client(name="سلمى"))
        begun = timezone.now() - timedelta(minutes=5)
        Slot.objects.update(starts_at=begun)
        on = timezone.localtime(begun).date()  # just after midnight that was yesterday
        assert "سلمى" in client.get(f"/desk/guidance/?on={on}").content.decode()
        path = f"/desk/guidance/appointments/{row.ref}/"
        client.post(path, {"do": "attend"})
        case_path = client.post(path, {"do": "open"}).url
        assert "قيد المواكبة هنا" in client.post(path, {"do": "open"}, follow=True).content.decode()
        contact_data = {
            "do": "record",
            "purpose": "choose",
            "channel": "place",
            "summary": "اتفقنا على زيارة",
            "steps": "زيارة",
        }
        past = str(timezone.localdate() - timedelta(days=2))
        assert "في الماضي" in client.post(case_path, contact_data | {"next_on": past}).content.decode()
        assert client.post(case_path, contact_data | {"next_on": str(timezone.localdate())}).status_code == 302
        case = Case.objects.get()
        assert (case.counsellor, case.contacts.get().summary) == (counsellor, "اتفقنا على زيارة")

    def test_a_stranger_of_another_centre_gets_404(self, client):
        world = make_guidance()
        east = make_centre("guidance-oujda", "oujda-angad")
        client.force_login(make_counsellor(east, "east@example.org", "head"))
        for path in ("appointments/{appointment}", "follow-ups/{case}", "follow-ups/{case}/notes", "open-days/{day}"):
            where = f"/desk/guidance/{path.format(**{name: row.ref for name, row in world.items()})}/"
            assert client.get(where).status_code == 404, where
            assert client.post(where, {"do": "cancel", "text": "x"}).status_code == 404, where
        assert client.get("/desk/guidance/boards/guidance-fes/").status_code == 404
        assert json.loads(client.get("/desk/guidance/follow-ups/?format=json").content) == []
        assert Appointment.objects.get().state == "booked"

    def test_notes_need_their_own_capability_and_leave_a_trace(self, client, desk):
        centre, counsellor = desk
        case = make_case(centre)
        path = f"/desk/guidance/follow-ups/{case.ref}/notes/"
        assert client.get(path).status_code == 403
        head = make_counsellor(centre, "head@example.org", "head")
        client.force_login(head)
        client.post(path, {"text": "وضعية أسرية صعبة"})
        assert "وضعية أسرية صعبة" in client.get(path).content.decode()
        assert Entry.objects.filter(ref=case.ref, verb="read_note", by=head).count() == 1
        client.force_login(counsellor)
        assert "وضعية" not in client.get(f"/desk/guidance/follow-ups/{case.ref}/").content.decode()

    def test_one_s_own_hours_only_unless_one_is_the_head(self, client, desk):
        centre, counsellor = desk
        other = make_counsellor(centre, "other@example.org")
        form = {"centre": centre.code, "counsellor": other.ref, "weekday": 1, "from_time": "09:00", "to_time": "10:00",
                "minutes": 30, "capacity": 1, "channel": "place", "first_on": str(timezone.localdate())}  # fmt: skip
        assert client.post("/desk/guidance/hours/", form).status_code == 422
        assert not Slot.objects.exists()
        assert client.post("/desk/guidance/hours/", form | {"counsellor": counsellor.ref}).status_code == 302
        hours = Slot.objects.first().hours
        client.force_login(other)
        assert client.post(f"/desk/guidance/hours/{hours.ref}/end/", {"last_on": "2030-01-01"}).status_code == 404
        client.force_login(make_counsellor(centre, "head@example.org", "head"))
        assert client.post("/desk/guidance/hours/", form).status_code == 302
        client.post("/desk/guidance/hours/closures/", {
            "centre": centre.code, "starts_at": "2030-01-01T08:00", "ends_at": "2030-01-02T08:00", "whole": "on",
        })  # fmt: skip
        assert "المركز كله" in client.get("/desk/guidance/hours/").content.decode()

    def test_a_case_changes_hands_and_centres(self, client, desk):
        centre, counsellor = desk
        case = make_case(centre)
        east = make_centre("guidance-oujda", "oujda-angad")
        taker = make_counsellor(east, "east@example.org")
        path = f"/desk/guidance/follow-ups/{case.ref}/"
        hand_over_data = {"do": "hand_over", "centre": east.code, "taker": taker.email, "consent": "وافقت"}
        assert "دوّن موافقة" in client.post(path, hand_over_data).content.decode()
        assert "ليس مستشارا" in client.post(path, hand_over_data | {"consented": "on", "centre": ""}).content.decode()
        assert client.post(path, hand_over_data | {"consented": "on"}).status_code == 302
        offer = case.hand_overs.get()
        assert client.post(f"/desk/guidance/hand-overs/{offer.ref}/take/").status_code == 422
        case.refresh_from_db()
        assert case.counsellor == counsellor
        client.force_login(taker)
        assert "عُرضت عليك مواكبة" in client.get("/desk/guidance/").content.decode()
        assert client.post(f"/desk/guidance/hand-overs/{offer.ref}/take/").url == path
        assert client.get(path).status_code == 200
        client.force_login(counsellor)
        assert client.get(path).status_code == 404

    def test_the_board_names_nobody_and_counts_advice_that_was_followed(self, client, season):
        centre = make_centre()
        counsellor = make_counsellor(centre)
        application = make_application(season, "c@example.org")
        offering = season.offerings.get(programme__code="pharmacy-assistant")
        admissions.add_wish(application, offering=offering, by=application.person.account)
        admissions.submit(application, by=application.person.account)
        who = services.client_of(application.person.account)
        services.book(make_slot(centre, counsellor), client=who)
        services.keep_advice(who, season, ["pharmacy-assistant"])
        advised_only = make_client("+212611111111", name="يوسف")
        services.open_case(advised_only, centre=centre, counsellor=counsellor, by=counsellor)
        services.keep_advice(advised_only, season, ["car-repair"])
        client.force_login(make_user("n@example.org", "national"))
        page = client.get("/desk/guidance/boards/guidance-fes/").content.decode()
        facts = re.findall(r'<dd><span class="num">(\d+)</span></dd>', page)
        assert facts == ["2", "1", "1", "0"]
        assert "يوسف" not in page
        assert application.person.family_name not in page
        wall = re.search(r'href="(/guidance/wall/[^"]+)"', page)[1]
        stranger = Browser()
        shown = stranger.get(wall).content.decode()
        assert re.findall(r'<dd><span class="num">(\d+)</span></dd>', shown) == facts
        assert application.person.family_name not in shown
        for other in (wall.replace("guidance-fes", "guidance-oujda"), "/guidance/wall/guidance-fes/", wall[:-2] + "/"):
            assert stranger.get(other).status_code == 404
        assert not stranger.cookies.get("sessionid")

    def test_twins_are_joined_by_who_met_the_person(self, client, desk):
        centre, counsellor = desk
        row = services.book(make_slot(centre, counsellor), client=make_client())
        make_client()
        path = f"/desk/guidance/appointments/{row.ref}/"
        assert "له رقم الهاتف نفسه" in client.get(path).content.decode()
        client.post(path, {"do": "join"})
        assert Client.objects.filter(merged_into__isnull=True).count() == 1

    def test_queries_do_not_grow_with_the_centres_of_a_region(self, client):
        def asked(path):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            return len(queries)

        client.force_login(make_user("area@example.org", "counsellor", area="fes-meknes"))
        paths = [
            "/desk/guidance/hours/",
            "/desk/guidance/book/",
            "/desk/guidance/open-days/",
            "/guidance/appointments/",
        ]
        make_hours(make_centre(), make_counsellor(make_centre()))
        asked(paths[0])  # the first page of a session notes when staff were last at work
        before = [asked(path) for path in paths]
        for n in range(6):
            centre = make_centre(f"guidance-fes-{n}")
            make_hours(centre, make_counsellor(centre, f"c{n}@example.org"))
        assert [asked(path) for path in paths] == before

    def test_someone_assisted_is_booked_under_their_record(self, client, desk, season):
        centre, counsellor = desk
        make_hours(centre, counsellor)
        slot = Slot.objects.filter(starts_at__gt=timezone.now()).first()
        application = admissions.start(
            season=season, consented=True, by=counsellor, given_name="يوسف", family_name="التازي", sex="male",
            born_on=date(2006, 5, 1), commune=Area.objects.communes().first(), phone="+212612345600",
        )  # fmt: skip
        booking_data = {
            "centre": centre.code, "counsellor": counsellor.ref, "purpose": "apply", "name": "يوسف التازي",
            "starts_at": timezone.localtime(slot.starts_at).strftime("%Y-%m-%dT%H:%M"), "phone": "0612345600",
        }  # fmt: skip
        assert client.get("/desk/guidance/book/?application=ADM-11111111-1").status_code == 404
        path = f"/desk/guidance/book/?application={application.ref}"
        assert "يوسف التازي" in client.get(path).content.decode()
        answer = client.post(path, booking_data)
        assert answer.status_code == 302
        row = Appointment.objects.get()
        assert row.client.person == application.person
        assert "مسودة" in client.get(answer.url).content.decode()
