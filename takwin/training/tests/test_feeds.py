"""What a calendar feed says of sessions that were called off or came back: their sequence numbers rise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from takwin.accounts.tests.make import make_user
from takwin.training import calendars, services
from takwin.training.choices import DayKind
from takwin.training.models import CalendarDay, Timetable, TimetableFeed, Trainer
from takwin.training.rules.feeds import Entry, follow, packed, unpacked
from takwin.training.rules.weeks import monday
from takwin.training.selectors import weeks
from takwin.training.tests.make import CENTRE, make_solved, make_trainer
from takwin.training.tests.test_editions import move_one

DAY = timedelta(days=1)
TODAY = date(2026, 11, 25)
FIRST = TODAY - 7 * DAY
LESSON = Entry(1, 2, "2026-11-30T08:30", "10:30", sequence=1)


def following(*readings):
    """What a feed says after each reading of what is held: {name: entry} each time."""
    said, out = {}, []
    for now in readings:
        said = unpacked(packed(follow(said, now, first=FIRST, today=TODAY)))
        out.append(said)
    return out


class TestRule:
    def test_what_does_not_change_keeps_its_number(self):
        later = replace(LESSON, sequence=9)  # its timetable was published anew, and this session stayed
        assert following({"a": LESSON}, {"a": later})[-1] == {"a": LESSON}

    @pytest.mark.parametrize("change", [{"room": 3}, {"begins": "2026-11-30T09:00"}, {"ends": "11:30"}, {"course": 5}])
    def test_what_changes_has_a_higher_number(self, change):
        said = following({"a": LESSON}, {"a": replace(LESSON, **change)})[-1]
        assert said == {"a": replace(LESSON, **change, sequence=2)}

    def test_called_off_and_back_and_off_again(self):
        said = following({"a": LESSON}, {}, {}, {"a": LESSON}, {})
        assert [(entries["a"].sequence, bool(entries["a"].gone_on)) for entries in said] == [
            (1, False), (2, True), (2, True), (3, False), (4, True),
        ]  # fmt: skip

    def test_among_many_only_what_is_gone_is_marked(self):
        many = {f"{n}": replace(LESSON, course=n) for n in range(300)}
        said = following(many, {uid: entry for uid, entry in many.items() if uid != "7"})[-1]
        assert len(said) == 300
        assert [uid for uid, entry in said.items() if entry.gone_on] == ["7"]

    def test_a_day_that_left_the_feed_is_not_called_off(self):
        past = replace(LESSON, begins="2026-11-17T08:30")
        assert following({"a": past}, {})[-1] == {}
        edge = replace(LESSON, begins="2026-11-18T08:30")
        assert following({"a": edge}, {})[-1]["a"].gone_on == "2026-11-25"


@pytest.fixture
def trainer(db):
    services.publish_timetable(make_solved(groups=1), by=None)
    row = Trainer.objects.get()
    row.account = make_user("trainer@example.org", "trainer", centre=CENTRE)
    row.save()
    return row


def read(client, feed):
    """{name: (status, number)} as a phone gets it."""
    answer = client.get(f"/training/feed/{calendars.feed_token(feed)}.ics")
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert not any(event.walk("VALARM") for event in events)
    found = {str(event["uid"]): (str(event["status"]), int(event["sequence"])) for event in events}
    assert len(found) == len(events)
    return found


def off(found):
    return {uid for uid, (status, _number) in found.items() if status == "CANCELLED"}


class TestFeed:
    def test_a_session_of_another_day_is_called_off_where_it_was(self, client, trainer):
        feed = services.new_feed(trainer.account)
        before = read(client, feed)
        assert before
        assert not off(before)
        timetable = Timetable.objects.get()
        start = monday(timezone.localdate()) + 7 * DAY
        old, new = move_one(timetable)
        services.publish_timetable(timetable, starts_on=start, by=None)
        after = read(client, feed)
        assert before.keys() <= after.keys()  # nothing leaves with no word
        held = {
            f"{sitting.session.ref}-{sitting.on}@takwin"
            for sitting in weeks.sittings_of_trainer(
                trainer, timezone.localdate() - 7 * DAY, timezone.localdate() + timedelta(weeks=8)
            )
        }
        assert off(after) == after.keys() - held
        changed = {uid for uid in before if after[uid] != before[uid]}
        assert changed
        assert all(after[uid][1] > before[uid][1] for uid in changed)
        assert read(client, feed) == after

    def test_a_holiday_calls_off_and_one_that_moved_gives_back(self, client, trainer):
        feed = services.new_feed(trainer.account)
        before = read(client, feed)
        lesson = next(uid for uid in sorted(before) if uid.split("@")[0][-10:] > str(timezone.localdate() + DAY))
        on = lesson.split("@")[0][-10:]
        feast = CalendarDay.objects.create(kind=DayKind.HOLIDAY, first_on=on, last_on=on, name_ar="عيد", sure=False)
        assert lesson in off(read(client, feed))
        assert {uid.split("@")[0][-10:] for uid in off(read(client, feed))} == {on}
        feast.delete()
        after = read(client, feed)
        assert not off(after)
        assert after[lesson] == ("CONFIRMED", before[lesson][1] + 2)

    def test_two_feeds_do_not_speak_for_each_other(self, client, trainer):
        other = make_trainer("أستاذ آخر")
        other.account = make_user("other@example.org", "trainer", centre=CENTRE)
        other.save()
        first, second = services.new_feed(trainer.account), services.new_feed(other.account)
        before = read(client, first)
        assert read(client, second) == {}
        trainer.courses.update(trainer=other)
        assert off(read(client, first)) == before.keys()
        assert read(client, second).keys() == before.keys()
        assert not off(read(client, second))

    def test_the_feed_of_who_leaves_calls_all_off_and_then_is_empty(self, client, trainer):
        feed = services.new_feed(trainer.account)
        before = read(client, feed)
        trainer.account = None
        trainer.save()
        assert off(read(client, feed)) == before.keys()
        TimetableFeed.objects.update(served={})
        assert client.get(f"/training/feed/{calendars.feed_token(feed)}.ics").status_code == 404

    def test_who_never_had_a_week_has_no_feed(self, client, db):
        feed = services.new_feed(make_user("nobody@example.org"))
        assert client.get(f"/training/feed/{calendars.feed_token(feed)}.ics").status_code == 404

    def test_a_new_address_has_said_nothing(self, client, trainer):
        read(client, services.new_feed(trainer.account))
        trainer.courses.update(trainer=None)
        assert read(client, services.new_feed(trainer.account)) == {}

    def test_a_reading_that_learns_nothing_writes_nothing(self, client, trainer, django_assert_max_num_queries):
        feed = services.new_feed(trainer.account)
        read(client, feed)
        kept = TimetableFeed.objects.get().served
        with django_assert_max_num_queries(25) as queries:
            read(client, feed)
        assert not [query for query in queries if query["sql"].startswith("UPDATE")]
        assert TimetableFeed.objects.get().served == kept
