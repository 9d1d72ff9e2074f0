"""An agreed hour stays when the country's clocks change, and no time is offered on a day without work."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from takwin.admissions.tests.make import two_people
from takwin.core.agreed import instant
from takwin.core.clock_undo import accept_give_back, ask_give_back, plan_undo
from takwin.core.errors import Refused
from takwin.core.models import ClockBatch, Outbox
from takwin.guidance import services
from takwin.guidance.models import Appointment, Slot
from takwin.guidance.tests.make import make_centre, make_client, make_counsellor, make_guidance, make_hours, make_slot
from takwin.training.models import CalendarDay
from takwin.training.services import ensure_calendar, load_calendar
from takwin.training.services.calendar import ramadan_days

pytestmark = pytest.mark.django_db
ZONE = "Africa/Casablanca"


@pytest.fixture
def decree(tmp_path):
    """The zone file of a country that leaves UTC+1 for good: the file of UTC under its name."""

    def publish():
        source = next(Path(root, "Etc/UTC") for root in zoneinfo.TZPATH if Path(root, "Etc/UTC").exists())
        (tmp_path / "Africa").mkdir()
        (tmp_path / ZONE).write_bytes(source.read_bytes())
        zoneinfo.reset_tzpath([str(tmp_path)])
        ZoneInfo.clear_cache()

    yield publish
    zoneinfo.reset_tzpath()
    ZoneInfo.clear_cache()


def next_monday(weeks: int = 1) -> date:
    today = timezone.localdate()
    return today + timedelta(days=7 * weeks - today.weekday())


class TestZones:
    def open_day(self):
        centre, begin = make_centre(), instant(next_monday(), time(8))
        return services.announce(
            centre=centre, name_ar="أبواب", starts_at=begin, ends_at=begin + timedelta(hours=4),
            by=make_counsellor(centre),
        )  # fmt: skip

    def test_ten_o_clock_stays_ten_o_clock_by_a_new_zone_file(self, decree):
        on = next_monday()
        begin = instant(on, time(10))
        row = services.book(make_slot(starts_at=begin), client=make_client())
        day = self.open_day()
        agreed_day = (day.starts_on, day.starts_time)
        decree()
        call_command("derive_times")
        row.slot.refresh_from_db()
        day.refresh_from_db()
        assert row.slot.starts_at == datetime.combine(on, time(10), UTC)
        assert row.slot.ends_at == datetime.combine(on, time(10, 30), UTC)
        assert (row.slot.starts_on, row.slot.starts_time) == (on, time(10))
        assert day.starts_at == datetime.combine(*agreed_day, UTC)
        assert services.derive_times() == 0

    def test_two_times_that_touch_change_places_without_a_clash(self, decree):
        """At 10:00 and at 11:00: one hour later, the first has the instant the second had."""
        centre, on = make_centre(), next_monday()
        counsellor = make_counsellor(centre)
        for hour in (11, 10, 9):
            make_slot(centre, counsellor, starts_at=instant(on, time(hour)))
        decree()
        assert services.derive_times() == 3
        times = Slot.objects.order_by("starts_at").values_list("starts_time", flat=True)
        assert list(times) == [time(9), time(10), time(11)]

    def test_what_is_over_is_history(self, decree):
        past = timezone.now() - timedelta(days=9)
        slot = make_slot(starts_at=past)
        decree()
        assert services.derive_times() == 0
        slot.refresh_from_db()
        assert slot.starts_at == past

    def test_a_time_that_ends_at_midnight_ends_on_the_next_day(self):
        centre = make_centre()
        make_hours(centre, make_counsellor(centre), from_time=time(23), to_time=time(23, 59), minutes=59)
        slot = Slot.objects.order_by("starts_at").last()
        assert slot.ends_at - slot.starts_at == timedelta(minutes=59)


class TestDaysOff:
    def feast(self, on, sure=True):
        return CalendarDay.objects.create(kind="holiday", first_on=on, last_on=on, name_ar="عيد", sure=sure)

    @pytest.mark.parametrize("sure", [True, False])
    def test_hours_are_not_offered_on_a_holiday_even_an_estimated_one(self, sure):
        self.feast(next_monday(2), sure)
        centre = make_centre()
        make_hours(centre, make_counsellor(centre))
        days = set(Slot.objects.values_list("starts_on", flat=True))
        assert next_monday(2) not in days
        assert {next_monday(1), next_monday(3)} <= days

    def test_a_feast_that_is_fixed_later_withdraws_times_and_sends_word_once(self):
        centre = make_centre()
        make_hours(centre, make_counsellor(centre))
        slot = Slot.objects.get(starts_on=next_monday(2), starts_time=time(9))
        row = services.book(slot, client=make_client())
        other = Slot.objects.get(starts_on=next_monday(3), starts_time=time(9))
        services.book(other, client=make_client("+212612345679"))
        Outbox.objects.all().delete()
        self.feast(next_monday(2))
        assert services.close_days_off() == 4
        assert services.close_days_off() == 0
        (message,) = Outbox.objects.all()
        assert (message.to, message.about) == ("+212612345678", row.ref)
        assert Slot.objects.get(pk=other.pk).state == "open"

    def test_times_withdrawn_for_a_feast_that_moved_are_offered_again_by_two_people(self):
        centre = make_centre()
        make_hours(centre, make_counsellor(centre))
        slot = Slot.objects.get(starts_on=next_monday(2), starts_time=time(9))
        booked = services.book(slot, client=make_client())
        feast = self.feast(next_monday(2))
        assert services.close_days_off() == 4
        batch, (first, second) = ClockBatch.objects.get(step="holidays"), two_people()
        undo = services.HOLIDAY_UNDO
        assert plan_undo(batch, undo).due == 4
        feast.delete()
        Outbox.objects.all().delete()
        asked = ask_give_back(batch, undo=undo, reason="the feast moved", by=first)
        offered = Slot.objects.filter(starts_on=next_monday(2)).exclude(pk=slot.pk).first()
        Slot.objects.filter(pk=offered.pk).update(starts_at=timezone.now() - timedelta(hours=1))
        done = accept_give_back(asked, undo=undo, by=second)
        assert (done.restored, done.left_alone) == (3, 1)
        assert Slot.objects.get(pk=slot.pk).state == "open"
        assert [message.about for message in Outbox.objects.all()] == [booked.ref]

    def test_a_closed_day_sends_word_and_stops_reminders_and_again_when_it_opens(self):
        slot = make_slot(starts_at=timezone.now() + timedelta(hours=20), capacity=2)
        for phone in ("+212612345678", "+212612345679"):
            services.book(slot, client=make_client(phone))
        Appointment.objects.update(booked_at=timezone.now() - timedelta(days=3))
        Outbox.objects.all().delete()
        closure = services.close_days(
            centre=slot.centre, counsellor=slot.counsellor, starts_at=slot.starts_at, ends_at=slot.ends_at,
            by=slot.counsellor,
        )  # fmt: skip
        assert sorted(Outbox.objects.values_list("to", flat=True)) == ["+212612345678", "+212612345679"]
        assert services.remind_appointments() == 0
        assert Outbox.objects.count() == 2
        Slot.objects.update(hours=make_hours(slot.centre, slot.counsellor, from_time=time(5), to_time=time(6)))
        services.reopen_days(closure, by=slot.counsellor)
        assert Outbox.objects.count() == 4
        assert services.remind_appointments() == 2

    def test_a_counsellor_s_leave_closes_nobody_else_s_times(self):
        centre = make_centre()
        away, here = make_counsellor(centre), make_counsellor(centre, "two@example.org")
        begin = timezone.now() + timedelta(days=2)
        mine, other = make_slot(centre, away, starts_at=begin), make_slot(centre, here, starts_at=begin)
        services.close_days(
            centre=centre, counsellor=away, starts_at=begin, ends_at=begin + timedelta(days=3), by=away
        )
        assert Slot.objects.get(pk=mine.pk).state == "closed"
        assert Slot.objects.get(pk=other.pk).state == "open"

    def test_an_open_day_is_not_announced_on_a_holiday(self):
        centre = make_centre()
        begin = timezone.now() + timedelta(days=5)
        self.feast(timezone.localdate(begin))
        with pytest.raises(Refused) as refusal:
            services.announce(
                centre=centre, name_ar="أبواب", starts_at=begin, ends_at=begin + timedelta(hours=1),
                by=make_counsellor(centre),
            )  # fmt: skip
        assert refusal.value.reason.value == "on_holiday"

    def test_an_open_day_called_off_sends_word_to_those_who_come_and_no_other(self):
        day = make_guidance()["day"]
        first = services.register(day, client=make_client("+212612000001"))
        services.register(day, client=make_client("+212612000002"))
        services.unregister(first)
        Outbox.objects.all().delete()
        services.call_off(day, by=None)
        assert list(Outbox.objects.values_list("to", flat=True)) == ["+212612000002"]


class TestRamadan:
    # Umm al-Qura: 1447 has thirty days of Ramadan, 1446 and 1448 twenty-nine.
    @pytest.mark.parametrize(("year", "first", "days"), [
        (2025, date(2025, 3, 1), 29), (2026, date(2026, 2, 18), 30), (2027, date(2027, 2, 8), 29),
    ])  # fmt: skip
    def test_it_has_as_many_days_as_the_library_counts(self, year, first, days):
        load_calendar(year)
        row = CalendarDay.objects.get(kind="ramadan")
        assert row.first_on == first
        assert (row.last_on - row.first_on).days + 1 == days == ramadan_days(first)

    def test_the_clock_loads_this_year_and_the_next_once(self):
        assert ensure_calendar(date(2026, 11, 25)) > 0
        years = {row.first_on.year for row in CalendarDay.objects.filter(kind="holiday")}
        assert years == {2026, 2027}
        assert ensure_calendar(date(2026, 12, 31)) == 0
