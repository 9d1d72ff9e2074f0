"""What was published stays true for its days: a changed week begins on a day, an absence changes its days alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.training import services
from takwin.training.models import Edition, Trainer
from takwin.training.rules.weeks import HOURS, monday
from takwin.training.selectors import weeks
from takwin.training.tests.make import CENTRE, make_solved, make_trainer
from takwin.training.tests.test_services import refused
from takwin.training.tests.test_weeks import free_slot

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def timetable():
    row = make_solved(groups=1)
    return services.publish_timetable(row, by=None)


def held(timetable, first, last):
    """(day, slot) of each session held between two days."""
    group = timetable.sessions.first().course.group
    return [(sitting.on, sitting.session.slot) for sitting in weeks.of_group(group, first, last)]


def move_one(timetable):
    """Move one session in the week that is being made."""
    session = timetable.sessions.order_by("slot").first()
    before = session.slot
    services.move_session(session, slot=free_slot(session), by=None)
    session.refresh_from_db()
    return before, session.slot


class TestPublishing:
    def test_a_changed_week_begins_on_its_day_and_rewrites_nothing_before(self, timetable):
        today = timezone.localdate()
        start = monday(today) + 7 * DAY
        past, next_week = (today - 14 * DAY, start - DAY), (start, start + 5 * DAY)
        past_sessions, before = held(timetable, *past), held(timetable, *next_week)
        old, new = move_one(timetable)
        assert held(timetable, *next_week) == before  # not published yet: nobody sees it
        services.publish_timetable(timetable, starts_on=start, by=None)
        assert held(timetable, *past) == past_sessions
        slots = [slot for _on, slot in held(timetable, *next_week)]
        assert new in slots
        assert old not in slots

    def test_rolls_of_past_days_are_those_of_the_week_that_was_in_force(self, timetable):
        trainer, today = Trainer.objects.get(), timezone.localdate()
        due = [(sitting.on, sitting.hour) for sitting in weeks.sittings_of_trainer(trainer, today - 6 * DAY, today)]
        move_one(timetable)
        services.publish_timetable(timetable, by=None)
        assert [
            (sitting.on, sitting.hour) for sitting in weeks.sittings_of_trainer(trainer, today - 6 * DAY, today)
        ] == due

    def test_refusals(self, timetable):
        today = timezone.localdate()
        refused("past_edition", services.publish_timetable, timetable, starts_on=today, by=None)
        refused("past_edition", services.publish_timetable, timetable, starts_on=today - 30 * DAY, by=None)
        refused("after_term", services.publish_timetable, timetable, starts_on=timetable.term.ends_on + DAY, by=None)
        seen = services.digest(services.working(timetable))
        move_one(timetable)
        refused("seen_other", services.publish_timetable, timetable, seen=seen, by=None)
        assert Edition.objects.count() == 1

    def test_taken_back_the_week_before_holds_again_and_past_days_keep_theirs(self, timetable):
        today = timezone.localdate()
        start = monday(today) + 7 * DAY
        before = held(timetable, start, start + 5 * DAY)
        move_one(timetable)
        services.publish_timetable(timetable, starts_on=start, by=None)
        assert held(timetable, start, start + 5 * DAY) != before
        last = Edition.objects.order_by("number").last()
        services.undo_edition(last, by=None)
        assert held(timetable, start, start + 5 * DAY) == before
        refused("wrong_state", services.undo_edition, last, by=None)
        first = Edition.objects.order_by("number").first()
        past = held(timetable, today - 14 * DAY, today)
        services.undo_edition(first, by=None)
        assert held(timetable, today - 14 * DAY, today) == past
        assert held(timetable, today + DAY, start + 5 * DAY) == []

    def test_what_moves_is_shown_from_where_to_where(self, timetable):
        old, new = move_one(timetable)
        start = timezone.localdate() + DAY
        (move,) = services.differences(services.placed_on(timetable, start), services.working(timetable))
        assert (move.before[0], move.after[0]) == (old, new)
        assert move.course.trainer == Trainer.objects.get()


class TestAbsence:
    def away(self, timetable, days=0):
        session = timetable.sessions.order_by("slot").first()
        on = monday(timezone.localdate()) + timedelta(days=7 + session.slot // HOURS)
        return services.announce_absence(session.course.trainer, first_on=on, last_on=on + days * DAY, by=None), on

    def test_a_day_away_changes_its_week_once_it_is_confirmed_and_no_other(self, timetable):
        away, on = self.away(timetable)
        first, last = monday(on), monday(on) + 6 * DAY
        before = held(timetable, on - 21 * DAY, on + 21 * DAY)
        places = services.working(timetable)
        services.solve_timetable(timetable, steps=20_000, repair=True, around=[away])
        change = Edition.objects.get(absence=away)
        assert (change.state, change.starts_on, change.ends_on) == ("proposed", first, last)
        assert services.working(timetable) == places
        assert held(timetable, on - 21 * DAY, on + 21 * DAY) == before  # looked at first
        services.confirm_change(change, by=None)
        after = held(timetable, on - 21 * DAY, on + 21 * DAY)
        assert [session for session in after if not first <= session[0] <= last] == [
            session for session in before if not first <= session[0] <= last
        ]
        assert [session for session in after if session[0] == on] == []
        assert len(after) == len(before)  # what was on the day away is held on another day of its week
        services.undo_edition(change, by=None)
        assert held(timetable, on - 21 * DAY, on + 21 * DAY) == before

    def test_an_absence_that_is_over_changes_nothing(self, timetable):
        today = timezone.localdate()
        away = services.announce_absence(Trainer.objects.get(), first_on=today - 3 * DAY, last_on=today - DAY, by=None)
        refused("absence_over", services.solve_timetable, timetable, steps=500, repair=True, around=[away])
        assert Edition.objects.count() == 1

    def test_one_under_way_changes_only_what_is_to_come(self, timetable):
        today = timezone.localdate()
        away = services.announce_absence(
            Trainer.objects.get(), first_on=today - 3 * DAY, last_on=today + 3 * DAY, by=None
        )
        services.solve_timetable(timetable, steps=2_000, repair=True, around=[away])
        assert Edition.objects.get(absence=away).starts_on == today


class TestPages:
    def test_it_is_looked_at_published_and_taken_back(self, client, timetable):
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        old, new = move_one(timetable)
        path = f"/desk/timetables/{timetable.ref}/publish/"
        page = client.get(path)
        assert len(page.context["moves"]) == 1
        form = page.context["form"].initial
        stale = client.post(path, {"starts_on": str(form["starts_on"]), "seen": "0" * 16})
        assert stale.status_code == 422
        past = client.post(path, {"starts_on": "2001-01-01", "seen": form["seen"]})
        assert past.status_code == 422
        assert 'value="2001-01-01"' in past.content.decode()
        assert client.post(path, {"starts_on": str(form["starts_on"]), "seen": form["seen"]}).status_code == 302
        after = client.get(path)
        assert ("starts_on" in after.content.decode()) == bool(after.context["moves"])  # nothing to publish: no button
        last = Edition.objects.order_by("number").last()
        here = f"/desk/editions/{last.ref}/"
        assert len(client.get(here).context["moves"]) == 1
        assert last.ref in client.get(f"/desk/timetables/{timetable.ref}/").content.decode()
        client.force_login(make_user("audit@example.org", "auditor"))
        client.post(here, {"undo": "1"})
        last.refresh_from_db()
        assert last.state == "published"
        assert client.get(path).status_code == 403
        client.force_login(make_user("far@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(here).status_code == client.get(path).status_code == 404
        client.force_login(make_user("reg2@example.org", "registrar", centre=CENTRE))
        assert client.post(here, {"undo": "1"}).status_code == 302
        last.refresh_from_db()
        assert last.state == "undone"
        assert (old, new) != (new, old)

    def test_a_change_of_some_days_is_confirmed_on_its_page(self, client, timetable):
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        away, _on = TestAbsence().away(timetable)
        services.solve_timetable(timetable, steps=5_000, repair=True, around=[away])
        change = Edition.objects.get(absence=away)
        page = client.get(f"/desk/editions/{change.ref}/")
        assert page.context["moves"]
        client.post(f"/desk/editions/{change.ref}/", {"confirm": "1"})
        change.refresh_from_db()
        assert change.state == "published"
        assert client.post(f"/desk/editions/{change.ref}/", {"confirm": "1"}).status_code == 422
        assert make_trainer("آخر") is not None
