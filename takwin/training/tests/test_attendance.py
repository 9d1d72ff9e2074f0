"""Statements of phones in any order and repeated; corrections and excuses of the office; alerts sent once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from takwin.accounts.tests.make import make_user
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.training import services
from takwin.training.models import Alert, Course, Enrolment, Group, Member, RejectedStatement, Roll, Statement
from takwin.training.selectors import weeks
from takwin.training.tests.make import (
    CENTRE,
    current_statement,
    make_course,
    make_group,
    make_proof,
    make_solved,
    make_trainer,
)
from takwin.training.tests.test_services import refused

pytestmark = pytest.mark.django_db


def anyone(_course, _on):
    return True


def uid(number):
    return str(UUID(int=number))


@pytest.fixture
def roll():
    """A course of three trainees, and a maker of statements about yesterday's first hours."""
    group = make_group()
    course = make_course(group, make_trainer())
    people = [member.enrolment for member in group.members.select_related("enrolment__person")]
    on = timezone.localdate() - timedelta(days=1)

    def statement(number, value="absent", who=0, **over):
        facts = {
            "key": uid(number), "course": course.ref, "on": str(on), "hour": 0, "length": 2,
            "trainee": people[who].ref, "value": value, "told_at": f"{on}T08:{number % 60:02}:00Z", "device": "one",
        }  # fmt: skip
        return facts | over

    statement.people, statement.course, statement.on = people, course, on
    return statement


def state():
    """What the tables say, without the keys of the database."""
    return sorted(
        Statement.objects.values_list(
            "key", "enrolment", "value", "minutes", "is_current", "contested", "roll__hour", "roll__length"
        )
    )


def always(_course, _on, _hour, _length):
    """As if the timetable had a session at every hour; what it says is tested in `TestTimetable`."""
    return True


def send(*batch, **over):
    return services.sync(list(batch), by=None, may=anyone, **{"holds": always} | over)


class TestSync:
    def test_a_roll_call_of_three_is_kept(self, roll):
        answers = send(roll(1), roll(2, "late", 1, minutes=5), roll(3, "present", 2))
        assert {answer["state"] for answer in answers.values()} == {"kept"}
        assert Roll.objects.count() == 1
        assert Statement.objects.filter(is_current=True, contested=False).count() == 3

    def test_the_same_batch_ten_times_is_one(self, roll):
        batch = [roll(1), roll(2, "late", 1, minutes=5)]
        send(*batch)
        before = state()
        for _ in range(9):
            assert {answer["state"] for answer in send(*batch).values()} == {"known"}
        assert state() == before

    def test_two_phones_contest_until_someone_looks_at_both(self, roll):
        send(roll(1, "absent"))
        send(roll(2, "present", device="two"))
        assert current_statement(roll.people[0]).contested
        send(roll(3, "present", after=[uid(1), uid(2)]))
        assert (current_statement(roll.people[0]).value, current_statement(roll.people[0]).contested) == (
            "present",
            False,
        )
        assert Statement.objects.count() == 3

    def test_the_office_corrects_by_a_statement_of_its_own(self, roll):
        send(roll(1, "absent"))
        first = current_statement(roll.people[0])
        refused("why_missing", services.correct, first, value="present", reason=" ", by=None)
        services.correct(first, value="late", minutes=10, reason="bus", by=make_user())
        now = current_statement(roll.people[0])
        assert (now.value, now.minutes, now.rank) == ("late", 10, 1)
        first.refresh_from_db()
        assert (first.value, first.is_current) == ("absent", False)
        assert Entry.objects.filter(verb="correct_roll").count() == 1
        send(roll(9, "present", told_at=str(timezone.now())))  # a phone that was offline
        assert current_statement(roll.people[0]).value == "late"

    def test_a_clock_two_years_wrong_gives_the_right_time_by_its_own_time_of_sending(self, roll):
        wrong = timedelta(days=731)
        stated_at = datetime.combine(roll.on, time(8, 40), UTC) + wrong
        send(roll(1, "absent"))
        send(roll(2, "present", told_at=stated_at.isoformat()), now=(timezone.now() + wrong).isoformat())
        assert abs(Statement.objects.get(key=uid(2)).stated_at - (stated_at - wrong)) < timedelta(seconds=30)
        assert current_statement(roll.people[0]).value == "present"
        assert set(Statement.objects.values_list("on", flat=True)) == {roll.on}

    @pytest.mark.parametrize("days", [43, 1, -56, -15])
    def test_what_was_stated_after_it_arrived_or_weeks_ago_is_not_believed(self, roll, days):
        send(roll(1, "absent"))
        answer = send(roll(2, "present", told_at=(timezone.now() + timedelta(days=days)).isoformat()))[uid(2)]
        assert answer["state"] == "refused"
        assert current_statement(roll.people[0]).value == "absent"
        assert RejectedStatement.objects.count() == 1

    @pytest.mark.parametrize("now", ["", "soon", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
    def test_a_time_of_sending_that_makes_no_sense_breaks_nothing(self, roll, now):
        assert send(roll(1), now=now)[uid(1)]["state"] in {"kept", "refused"}
        assert send(roll(2, told_at=None), now=now)[uid(2)]["state"] == "kept"

    def test_days_to_come_and_days_eight_weeks_ago_are_set_aside(self, roll):
        today = timezone.localdate()
        Group.objects.update(starts_on=today - timedelta(days=90))
        Member.objects.update(since_on=today - timedelta(days=90))
        for number, days in enumerate((1, -15, -56), 1):
            answer = send(roll(number, on=str(today + timedelta(days=days)), told_at=None))
            assert answer[uid(number)]["state"] == "refused"
        assert send(roll(9, on=str(today - timedelta(days=14)), told_at=None))[uid(9)]["state"] == "kept"

    @pytest.mark.parametrize(
        ("over", "reason"),
        [
            ({"on": "2001-01-01"}, "1 يناير 2001"), ({"on": "2099-01-01"}, "1 يناير 2099"), ({"on": "soon"}, "soon"),
            ({"course": "CRS-NOWHERE"}, "CRS-NOWHERE"), ({"trainee": "TRN-NOBODY"}, "PA1-1"),
            ({"value": "gone"}, "gone"), ({"value": "late", "minutes": 999}, "999"), ({"value": "late"}, "0"),
            ({"hour": 99}, "99"), ({"hour": "x"}, "x"), ({"length": 0}, "0"), ({"key": "me"}, "me"),
            ({"after": ["x"]}, "x"), ({"after": "x"}, "after"), ({"minutes": True, "value": "late"}, "True"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_set_aside_whole_and_the_rest_is_kept(self, roll, over, reason):
        bad = roll(7) | over
        answers = send(roll(1, who=1), bad)
        assert answers[uid(1)]["state"] == "kept"
        answer = answers[str(bad["key"])]
        assert answer["state"] == "refused"
        assert reason in answer["why"]
        aside = RejectedStatement.objects.get()
        assert aside.payload == bad
        assert reason in aside.reason
        send(bad)
        assert RejectedStatement.objects.count() == 1
        assert Statement.objects.count() == 1

    def test_a_stranger_s_roll_is_refused(self, roll):
        answers = services.sync([roll(1)], by=None, may=lambda *_: False, holds=always)
        assert answers[uid(1)]["state"] == "refused"
        assert Statement.objects.count() == 0

    @pytest.mark.parametrize(
        "bad",
        [1, None, "{", [], {}, {"key": 7}, {"key": uid(5), "value": "\x00"}, {"key": uid(5), "value": "\ud800"},
         {"key": uid(5), "minutes": float("nan")}, {"key": uid(5), "minutes": float("inf")}, {"\x00": "x"},
         {"key": uid(5), "minutes": "²"}, {"key": uid(5), "hour": 10**40}, {"key": uid(5), "after": [["x"]]},
         {"key": uid(5), "device": "x" * 9_000}, {"key": uid(5), "on": "٢٠٢٦"}, {"key": "\ud800"}],
        ids=repr,
    )  # fmt: skip
    def test_one_that_no_database_keeps_stops_no_other(self, roll, bad):
        each = services.sync_each([roll(1, who=1), bad, roll(2, who=2)], by=None, may=anyone, holds=always)
        assert [answer["outcome"]["state"] for answer in each] == ["kept", "refused", "kept"]
        assert each[1]["outcome"]["why"]
        assert Statement.objects.count() == 2
        assert RejectedStatement.objects.count() == 1

    def test_one_key_in_two_spellings_is_one(self, roll):
        first = roll(0xABC)
        again = first | {"key": first["key"].upper()}
        assert send(first, again)[first["key"].upper()]["state"] == "kept"
        assert {answer["state"] for answer in send(again).values()} == {"known"}
        assert Statement.objects.count() == 1

    @pytest.mark.parametrize("batch", [None, {}, "x", [{}] * 2001])
    def test_what_is_no_batch_is_refused(self, batch):
        refused("bad_batch", services.sync, batch, by=None, may=anyone)

    def test_someone_who_moved_is_called_in_the_group_of_that_day(self, roll):
        other = make_group(roll.course.group.version, "PA1-2", people=0)
        today = timezone.localdate()
        services.change_group(roll.people[0], group=other, on=today, by=None)
        assert send(roll(1))[uid(1)]["state"] == "kept"
        late = roll(2, on=str(today + timedelta(days=1)))
        assert send(late)[uid(2)]["state"] == "refused"

    def test_the_number_of_queries_does_not_grow_with_the_batch(self, roll, django_assert_max_num_queries):
        with django_assert_max_num_queries(24):
            send(*(roll(turn, ("present", "absent")[turn % 2], turn % 3, hour=turn % 8) for turn in range(60)))


VALUES = st.sampled_from(["present", "absent", "late", "excused"])


@st.composite
def batches(draw):
    """Statements of two phones about two people, some in sight of others, and a way to send them."""
    size = draw(st.integers(1, 6))
    rows = []
    for number in range(1, size + 1):
        value = draw(VALUES)
        seen = draw(st.lists(st.integers(1, number - 1), unique=True, max_size=2)) if number > 1 else []
        more = {"minutes": 7} if value == "late" else {}
        rows.append(
            (number, value, draw(st.integers(0, 1)), {"after": [uid(earlier) for earlier in seen]} | more
             | {"length": draw(st.integers(1, 2)), "hour": draw(st.integers(0, 1))})
        )  # fmt: skip
    order = draw(st.permutations(range(size)))
    again = draw(st.lists(st.integers(0, size - 1), max_size=4))
    cuts = draw(st.lists(st.booleans(), min_size=size + len(again), max_size=size + len(again)))
    return rows, [*order, *again], cuts


class TestOrder:
    @given(batches())
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_order_repetition_and_splitting_change_nothing(self, roll, drawn):
        rows, order, cuts = drawn
        made = [roll(number, value, who, **more) for number, value, who, more in rows]

        def result(parts):
            # Each way is played on the same tables, then taken back.
            with transaction.atomic():
                for part in parts:
                    send(*part)
                found = state()
                transaction.set_rollback(True)
            return found

        parts, now = [], []
        for place, cut in zip(order, cuts, strict=True):
            now.append(made[place])
            if cut:
                parts.append(now)
                now = []
        assert result([made]) == result([*parts, now])


STEPS = ["send absent", "send present", "send again", "accept", "correct"]


class TestExcusesInAnyOrder:
    @given(st.permutations(STEPS), st.sampled_from(["absent", "present", "late"]))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_what_stands_does_not_depend_on_what_came_first(self, roll, order, second):
        """An excuse that is accepted, two phones, and a correction by a phone that saw the first: all the orders in
        which they can arrive leave the same."""
        more = {"minutes": 5} if second == "late" else {}
        statements = {
            "send absent": roll(1), "send present": roll(2, second, **more), "send again": roll(3),
            "correct": roll(4, after=[uid(1), uid(2)]),
        }  # fmt: skip

        def result(steps):
            with transaction.atomic():
                excuse = TestExcuses().ask(roll)
                for step in steps:
                    if step == "accept":
                        services.answer_excuse(excuse, accept=True, by=None)
                    else:
                        send(statements[step])
                now = current_statement(roll.people[0])
                found = (now.value, now.minutes, now.contested, Statement.objects.filter(is_current=True).count())
                transaction.set_rollback(True)
            return found

        assert result(order) == result(STEPS)

    def test_the_office_may_say_otherwise_in_sight_of_the_excuse(self, roll):
        services.answer_excuse(TestExcuses().ask(roll), accept=True, by=None)
        send(roll(1))
        now = current_statement(roll.people[0])
        assert now.value == "excused"
        services.correct(now, value="absent", reason="الشهادة مزورة", by=None)
        assert current_statement(roll.people[0]).value == "absent"
        send(roll(2))
        assert current_statement(roll.people[0]).value == "absent"

    def test_a_refused_excuse_excuses_nothing(self, roll):
        services.answer_excuse(TestExcuses().ask(roll), accept=False, answer="غير مقروءة", by=None)
        send(roll(1))
        assert current_statement(roll.people[0]).value == "absent"


class TestTimetable:
    def test_only_hours_that_the_timetable_has_are_believed(self):
        timetable = make_solved(groups=1)
        group, today = Group.objects.get(), timezone.localdate()
        person = group.members.first().enrolment.ref

        def statement(number, sitting, **over):
            session = sitting.session
            return {
                "key": uid(number), "course": session.course.ref, "on": str(sitting.on), "hour": sitting.hour,
                "length": session.length, "trainee": person, "value": "absent",
            } | over  # fmt: skip

        services.publish_timetable(timetable, by=None)
        sitting = weeks.of_group(group, today - timedelta(days=7), today)[0]
        other = Course.objects.filter(group=group).exclude(pk=sitting.session.course_id).first()
        beside = next(hour for hour in range(8) if not sitting.hour - 1 <= hour <= sitting.hour + 2)
        wrong = [
            statement(2, sitting, hour=beside), statement(3, sitting, length=4),
            statement(4, sitting, course=other.ref),
            statement(5, sitting, on=str(sitting.on - timedelta(days=sitting.on.weekday() + 1))),  # a Sunday
        ]  # fmt: skip
        answers = services.sync([statement(1, sitting), *wrong], by=None, may=anyone)
        assert [answer["state"] for answer in answers.values()] == ["kept", *["refused"] * 4]
        assert Statement.objects.count() == 1
        # What is being changed does not change what was in force on that day.
        services.reopen_timetable(timetable, by=None)
        timetable.sessions.filter(course=sitting.session.course).update(slot=None, room=None)
        assert services.sync([statement(6, sitting)], by=None, may=anyone)[uid(6)]["state"] == "kept"


class TestBody:
    """What arrives over the wire, before it is JSON."""

    GOOD = '{"key": "k", "value": "a]},{"}'

    def test_each_statement_is_read_alone(self):
        deep = "[" * 50_000 + "]" * 50_000
        for bad in (deep, "NaN", "{bad", '{"minutes": NaN}', "²", "1" * 5_000, '{"a": "\\ud800"}', '"open'):
            found, now = services.split_batch(f"[{self.GOOD}, {bad}]".encode())
            assert found[0] == {"key": "k", "value": "a]},{"}, bad[:20]
            assert len(found) == 2, bad[:20]
            assert now is None

    def test_the_time_of_sending_comes_along(self):
        body = json.dumps({"now": "2026-11-25T08:00:00Z", "items": [{"key": "a"}, {"key": "b"}]})
        assert services.split_batch(body.encode()) == ([{"key": "a"}, {"key": "b"}], "2026-11-25T08:00:00Z")
        assert services.split_batch(b"[]") == ([], None)

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b"{not json", b"7", b'{"items": []}', b"\xff\xfe", b"[1" + b",1" * 2001 + b"]"]
    )
    def test_what_is_no_batch_is_refused(self, body):
        refused("bad_batch", services.split_batch, body)

    @given(st.binary(max_size=200))
    @settings(max_examples=80, deadline=None)
    def test_no_bytes_break_it(self, body):
        try:
            found, _now = services.split_batch(b"[" + body + b"]")
        except Refused:
            return
        assert isinstance(found, list)


class TestExcuses:
    def ask(self, roll, **over):
        values = {"first_on": roll.on, "last_on": roll.on, "kind": "illness", "proof": make_proof(), "by": None}
        return services.ask_excuse(roll.people[0], **values | over)

    def test_accepting_excuses_the_absences_of_those_days_only(self, roll):
        send(roll(1), roll(2, on=str(roll.on - timedelta(days=1))), roll(3, "late", 1, minutes=3))
        services.answer_excuse(self.ask(roll), accept=True, by=None)
        found = dict(Statement.objects.filter(is_current=True, enrolment=roll.people[0]).values_list("on", "value"))
        assert found == {roll.on: "excused", roll.on - timedelta(days=1): "absent"}

    def test_refusals(self, roll):
        refused("proof_missing", self.ask, roll, proof=None)
        refused("file_kind", self.ask, roll, proof=SimpleUploadedFile("x.pdf", b"MZ not a PDF"))
        refused("bad_dates", self.ask, roll, last_on=roll.on - timedelta(days=1))
        refused("long_excuse", self.ask, roll, last_on=roll.on + timedelta(days=60))
        row = self.ask(roll)
        refused("why_missing", services.answer_excuse, row, accept=False, by=None)
        services.answer_excuse(row, accept=False, answer="unreadable", by=None)
        refused("wrong_state", services.answer_excuse, row, accept=True, by=None)


class TestAlerts:
    def miss(self, roll, first, count):
        send(*(roll(turn, who=0, hour=turn % 4 * 2, on=str(roll.on - timedelta(days=turn // 4)))
               for turn in range(first, first + count)))  # fmt: skip

    def test_ten_hours_warn_trainee_guardian_of_a_minor_and_registrar_once(self, roll):
        registrar = make_user("reg@example.org", "registrar", centre=CENTRE)
        person = roll.people[0].person
        person.born_on = timezone.localdate() - timedelta(days=17 * 365)
        person.save()
        services.set_guardian(roll.people[0], guardian_name="أب", guardian_phone="+212611111111", by=None)
        self.miss(roll, 0, 4)
        assert Outbox.objects.count() == 0
        self.miss(roll, 4, 1)
        assert Alert.objects.get().level == "first"
        recipients = set(Outbox.objects.values_list("to", flat=True))
        assert recipients == {person.phone, "+212611111111", registrar.email}
        assert "10" in Outbox.objects.first().body
        self.miss(roll, 5, 2)
        assert Outbox.objects.count() == 3
        self.miss(roll, 7, 8)
        assert set(Alert.objects.values_list("level", flat=True)) == {"first", "second", "council"}
        assert Outbox.objects.count() == 6

    def test_an_adult_s_guardian_is_not_warned(self, roll):
        services.set_guardian(roll.people[0], guardian_name="أب", guardian_phone="+212611111111", by=None)
        self.miss(roll, 0, 5)
        assert not Outbox.objects.filter(to="+212611111111").exists()

    @pytest.mark.parametrize("verb", ["abandon", "defer", "interrupt"])
    def test_a_late_roll_warns_nobody_of_a_trainee_who_left(self, roll, verb):
        make_user("reg@example.org", "registrar", centre=CENTRE)
        services.set_guardian(roll.people[0], guardian_name="أب", guardian_phone="+212611111111", by=None)
        getattr(services, verb)(roll.people[0], leaving="health", by=None)
        self.miss(roll, 4, 6)
        assert Statement.objects.filter(enrolment=roll.people[0], is_current=True, value="absent").count() == 6
        assert (Alert.objects.count(), Outbox.objects.count()) == (0, 0)

    def test_who_comes_back_is_warned_with_the_next_absence(self, roll):
        services.interrupt(roll.people[0], leaving="health", by=None)
        self.miss(roll, 4, 6)
        services.return_(roll.people[0], by=None)
        self.miss(roll, 10, 1)
        assert Alert.objects.get().level == "first"

    def test_the_words_of_an_excuse_stay_out_of_the_journal(self, roll):
        row = TestExcuses().ask(roll, words="a secret")
        services.answer_excuse(row, accept=True, by=None)
        assert "secret" not in str(list(Entry.objects.values_list("changed", "data")))
        assert Enrolment.objects.count() == 3
