"""Phones tell, in any order, again and again; the office corrects and excuses; thresholds warn once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from takwin.accounts.tests.make import make_user
from takwin.core.models import Entry, Outbox
from takwin.training import services
from takwin.training.models import Alert, Enrolment, Roll, SetAside, Statement
from takwin.training.tests.make import CENTRE, make_course, make_group, make_proof, make_trainer, standing_of
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

    def tell(number, value="absent", who=0, **over):
        told = {
            "key": uid(number), "course": course.ref, "on": str(on), "hour": 0, "length": 2,
            "trainee": people[who].ref, "value": value, "told_at": f"{on}T08:{number % 60:02}:00Z", "device": "one",
        }  # fmt: skip
        return told | over

    tell.people, tell.course, tell.on = people, course, on
    return tell


def state():
    """What the tables say, without the keys of the database."""
    return sorted(
        Statement.objects.values_list(
            "key", "enrolment", "value", "minutes", "stands", "contested", "roll__hour", "roll__length"
        )
    )


def send(*batch):
    return services.sync(list(batch), by=None, may=anyone)


class TestSync:
    def test_a_roll_call_of_three_is_kept(self, roll):
        answers = send(roll(1), roll(2, "late", 1, minutes=5), roll(3, "present", 2))
        assert {one["state"] for one in answers.values()} == {"kept"}
        assert Roll.objects.count() == 1
        assert Statement.objects.filter(stands=True, contested=False).count() == 3

    def test_the_same_batch_ten_times_is_one(self, roll):
        batch = [roll(1), roll(2, "late", 1, minutes=5)]
        send(*batch)
        before = state()
        for _ in range(9):
            assert {one["state"] for one in send(*batch).values()} == {"known"}
        assert state() == before

    def test_two_phones_contest_until_someone_looks_at_both(self, roll):
        send(roll(1, "absent"))
        send(roll(2, "present", device="two"))
        assert standing_of(roll.people[0]).contested
        send(roll(3, "present", after=[uid(1), uid(2)]))
        assert (standing_of(roll.people[0]).value, standing_of(roll.people[0]).contested) == ("present", False)
        assert Statement.objects.count() == 3

    def test_the_office_corrects_by_a_statement_of_its_own(self, roll):
        send(roll(1, "absent"))
        first = standing_of(roll.people[0])
        refused("why_missing", services.correct, first, value="present", why=" ", by=None)
        services.correct(first, value="late", minutes=10, why="bus", by=make_user())
        now = standing_of(roll.people[0])
        assert (now.value, now.minutes, now.rank) == ("late", 10, 1)
        first.refresh_from_db()
        assert (first.value, first.stands) == ("absent", False)
        assert Entry.objects.filter(verb="correct_roll").count() == 1
        send(roll(9, "present", told_at=str(timezone.now())))  # a phone that was offline
        assert standing_of(roll.people[0]).value == "late"

    def test_a_clock_two_years_wrong_changes_no_day_and_loses(self, roll):
        send(roll(1, "absent"), roll(2, "present", told_at="2030-01-01T08:00:00Z"))
        assert standing_of(roll.people[0]).value == "absent"
        assert Statement.objects.get(key=uid(2)).told_at is None
        assert set(Statement.objects.values_list("on", flat=True)) == {roll.on}

    @pytest.mark.parametrize(
        ("over", "reason"),
        [
            ({"on": "2001-01-01"}, "2001-01-01"), ({"on": "2099-01-01"}, "2099-01-01"), ({"on": "soon"}, "soon"),
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
        told = answers[str(bad["key"])]
        assert told["state"] == "refused"
        assert reason in told["why"]
        aside = SetAside.objects.get()
        assert aside.payload == bad
        assert reason in aside.reason
        send(bad)
        assert SetAside.objects.count() == 1
        assert Statement.objects.count() == 1

    def test_a_stranger_s_roll_is_refused(self, roll):
        answers = services.sync([roll(1)], by=None, may=lambda *_: False)
        assert answers[uid(1)]["state"] == "refused"
        assert Statement.objects.count() == 0

    @pytest.mark.parametrize("batch", [None, {}, "x", [1], [{}] * 2001])
    def test_what_is_no_batch_is_refused(self, batch):
        refused("bad_batch", services.sync, batch, by=None, may=anyone)

    def test_someone_who_moved_is_told_of_in_the_group_of_that_day(self, roll):
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
            (number, value, draw(st.integers(0, 1)), {"after": [uid(one) for one in seen]} | more
             | {"length": draw(st.integers(1, 2)), "hour": draw(st.integers(0, 1))})
        )  # fmt: skip
    order = draw(st.permutations(range(size)))
    again = draw(st.lists(st.integers(0, size - 1), max_size=4))
    cuts = draw(st.lists(st.booleans(), min_size=size + len(again), max_size=size + len(again)))
    return rows, [*order, *again], cuts


class TestOrder:
    @given(batches())
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_order_repetition_and_splitting_change_nothing(self, roll, told):
        rows, order, cuts = told
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


class TestExcuses:
    def ask(self, roll, **over):
        values = {"first_on": roll.on, "last_on": roll.on, "kind": "illness", "proof": make_proof(), "by": None}
        return services.ask_excuse(roll.people[0], **values | over)

    def test_accepting_excuses_the_absences_of_those_days_only(self, roll):
        send(roll(1), roll(2, on=str(roll.on - timedelta(days=1))), roll(3, "late", 1, minutes=3))
        services.answer_excuse(self.ask(roll), accept=True, by=None)
        found = dict(Statement.objects.filter(stands=True, enrolment=roll.people[0]).values_list("on", "value"))
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
        told = set(Outbox.objects.values_list("to", flat=True))
        assert told == {person.phone, "+212611111111", registrar.email}
        assert "10" in Outbox.objects.first().body
        self.miss(roll, 5, 2)
        assert Outbox.objects.count() == 3
        self.miss(roll, 7, 8)
        assert set(Alert.objects.values_list("level", flat=True)) == {"first", "second", "council"}
        assert Outbox.objects.count() == 6

    def test_an_adult_s_guardian_is_not_told(self, roll):
        services.set_guardian(roll.people[0], guardian_name="أب", guardian_phone="+212611111111", by=None)
        self.miss(roll, 0, 5)
        assert not Outbox.objects.filter(to="+212611111111").exists()

    def test_the_words_of_an_excuse_stay_out_of_the_journal(self, roll):
        row = TestExcuses().ask(roll, words="a secret")
        services.answer_excuse(row, accept=True, by=None)
        assert "secret" not in str(list(Entry.objects.values_list("changed", "data")))
        assert Enrolment.objects.count() == 3
