"""What a phone's calendar is handed, read back by the library `icalendar`: an outside reader, not a check of ours."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from takwin.core.agreed import instant
from takwin.guidance import services, tokens
from takwin.guidance.models import Slot
from takwin.guidance.tests.make import make_centre, make_client, make_counsellor, make_slot

pytestmark = pytest.mark.django_db


def handed(client, row):
    response = client.get(f"/guidance/a/{tokens.token(row.ref)}/calendar.ics")
    calendar = Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    return response, calendar, event


@pytest.fixture
def booked():
    on = timezone.localdate() + timedelta(days=3)
    return services.book(make_slot(starts_at=instant(on, time(10))), client=make_client())


def test_an_appointment_says_when_it_was_written_and_keeps_its_local_hour(client, booked):
    response, calendar, event = handed(client, booked)
    assert calendar["method"] == "PUBLISH"
    assert "method=PUBLISH" in response["Content-Type"]
    assert abs(event.decoded("dtstamp") - timezone.now()) < timedelta(minutes=5)
    assert event["dtstart"].params["TZID"] == "Africa/Casablanca"
    assert event.decoded("dtstart").time() == time(10)
    zone = calendar.walk("VTIMEZONE")[0]
    assert zone["tzid"] == "Africa/Casablanca"
    assert len(event.walk("VALARM")) == 1


def test_each_change_counts_and_one_cancelled_rings_no_more(client, booked):
    _response, _calendar, event = handed(client, booked)
    first = event["sequence"]
    on = timezone.localdate() + timedelta(days=4)
    other = make_slot(booked.slot.centre, booked.slot.counsellor, starts_at=instant(on, time(11)))
    moved = services.move(booked, slot=other)
    _response, _calendar, event = handed(client, moved)
    assert event["sequence"] == first + 1
    assert event["uid"] == f"{booked.ref}@takwin"
    assert event.decoded("dtstart").replace(tzinfo=None) == datetime.combine(on, time(11))
    services.cancel(moved)
    _response, calendar, event = handed(client, moved)
    assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", first + 2)
    assert event.walk("VALARM") == []


def test_a_time_that_was_withdrawn_is_cancelled_for_client_and_counsellor(client, booked):
    slot = booked.slot
    services.close_days(centre=slot.centre, starts_at=slot.starts_at, ends_at=slot.ends_at, by=slot.counsellor)
    _response, calendar, event = handed(client, booked)
    assert (calendar["method"], event["status"]) == ("CANCEL", "CANCELLED")
    assert event["sequence"] > 0
    assert event.walk("VALARM") == []
    feed = services.new_feed(slot.counsellor)
    text = client.get(f"/guidance/feed/{tokens.feed_token(feed.ref)}.ics").content
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)


def test_one_who_waits_is_not_woken(client, booked):
    waiting = services.wait(booked.slot, client=make_client("+212612345679"))
    _response, _calendar, event = handed(client, waiting)
    assert event["status"] == "TENTATIVE"
    assert event.walk("VALARM") == []


def test_a_line_end_in_a_subject_makes_no_line_of_its_own(client):
    centre = make_centre()
    counsellor = make_counsellor(centre)
    slot = make_slot(centre, counsellor, capacity=3, taken=1)
    # PostgreSQL stores no NUL; a column of SQLite or an imported row can hold any other control character.
    Slot.objects.filter(pk=slot.pk).update(
        topic="A\r\nATTENDEE:mailto:x@y.z\x01\u2028B", room="R\nEND:VEVENT", taken=1
    )
    feed = services.new_feed(counsellor)
    text = client.get(f"/guidance/feed/{tokens.feed_token(feed.ref)}.ics").content
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert "attendee" not in event
    assert b"\x01" not in text
    assert "ATTENDEE:mailto:x@y.z" in event["summary"]
