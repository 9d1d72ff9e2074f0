"""Results by the published rule; marks by one or two; contests; what is above the scale."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from takwin.core.errors import Refused
from takwin.core.models import Entry
from takwin.training import services
from takwin.training.choices.assessment import Decision, Kind
from takwin.training.examples import examples, hundredths
from takwin.training.models import Assessment, Mark, Result
from takwin.training.rules.results import CURRENT, RULES, Scored, effective, mean, read_mark, year_result
from takwin.training.selectors import assessment as reads
from takwin.training.tests.make import make_group, make_trainer
from takwin.training.tests.test_services import refused

RULE = RULES[CURRENT]
MARKS = st.integers(0, 2000)


class TestRule:
    @pytest.mark.parametrize("example", examples(), ids=lambda example: example.case["says"])
    def test_the_published_examples_hold(self, example):
        expected, found = example.case, example.found
        assert [line.average for line in found.modules] == [hundredths(average) for average in expected["averages"]]
        assert found.average == hundredths(expected["year"])
        assert (found.decision, found.honours) == (expected["decision"], expected["honours"])

    @given(st.lists(st.tuples(st.integers(1, 5), MARKS, MARKS), min_size=1, max_size=6), MARKS)
    def test_a_better_mark_never_makes_a_result_worse(self, modules_drawn, hands):
        def result(extra):
            modules = [
                (f"m{n}", weight, [Scored(Kind.CONTINUOUS, test), Scored(Kind.MODULE_END, min(2000, exam + extra))])
                for n, (weight, test, exam) in enumerate(modules_drawn)
            ]
            return year_result(modules, [Scored(Kind.PRACTICAL, hands)], RULE)

        order = [Decision.FAILED, Decision.RESIT, Decision.COMPENSATED, Decision.PASSED]
        low, high = result(0), result(100)
        assert high.average >= low.average
        assert order.index(high.decision) >= order.index(low.decision)
        assert 0 <= low.average <= 2000

    @given(st.lists(st.tuples(MARKS, st.integers(1, 9)), min_size=1))
    def test_a_mean_lies_between_its_marks(self, pairs):
        values = [value for value, _weight in pairs]
        assert min(values) <= mean(pairs) <= max(values)

    @pytest.mark.parametrize("text", ["20.01", "-1", "abc", "13.125", "", "NaN", "Infinity", "1e9", "20,5"])
    def test_what_is_no_mark_is_reported_with_the_name(self, text):
        with pytest.raises(Refused) as refusal:
            read_mark(text, "سلمى")
        assert refusal.value.code == "above_scale"
        assert "سلمى" in str(refusal.value)

    def test_marks_are_read_as_people_write_them(self):
        assert [read_mark(text, "") for text in ("13,25", " 13.5 ", "20", "0", "٫5")] == [1325, 1350, 2000, 0, 50]

    def test_two_markers_meet_or_agree(self):
        assert effective("marked", 1200, 1400, None, two=True, rule=RULE) == 1300
        assert effective("marked", 800, 1400, None, two=True, rule=RULE) is None
        assert effective("marked", 800, 1400, 1100, two=True, rule=RULE) == 1100
        assert effective("marked", 1200, None, None, two=True, rule=RULE) is None
        assert effective("absent", None, None, None, two=True, rule=RULE) == 0
        assert effective("excused", None, None, None, two=False, rule=RULE) is None


@pytest.fixture
def exam():
    """An end-of-module examination of three trainees; `exam.sheet_of(values)` is what their marker sends."""
    group = make_group()
    trainer = make_trainer()
    courses = [services.assign(course, trainer=trainer, by=None) for course in services.open_courses(group, term=1)]
    row = services.plan_assessment(courses[0], kind="module-end", on=timezone.localdate(), by=None)
    people = [member.enrolment for member in services.candidates(row)]

    def sheet_of(*values):
        return {
            person.ref: (value if value in {"absent", "excused"} else "marked", value, "")
            for person, value in zip(people, values, strict=False)
        }

    row.sheet_of, row.people, row.group, row.courses, row.trainer = sheet_of, people, group, courses, trainer
    return row


def give(exam, *values, place="first"):
    return services.give_marks(exam, exam.sheet_of(*values), place=place, by=None)


@pytest.mark.django_db
class TestMarks:
    def test_all_are_marked_closed_published_and_read(self, exam):
        assert give(exam, "12", "absent", "7,5") == 3
        assert give(exam, "12", "absent", "7,5") == 0
        row = services.publish_marks(services.close_marks(exam, by=None), by=None)
        assert row.published_at
        assert [mark["value"] for mark in reads.published(exam.people[0])] == [1200]
        assert [mark["value"] for mark in reads.published(exam.people[1])] == [0]

    def test_one_mark_above_the_scale_keeps_none(self, exam):
        with pytest.raises(Refused) as refusal:
            give(exam, "12", "25", "7")
        assert refusal.value.code == "above_scale"
        assert exam.people[1].person.name in str(refusal.value)
        assert Mark.objects.count() == 0

    def test_closing_names_those_without_a_mark(self, exam):
        give(exam, "12", "", "9")
        with pytest.raises(Refused) as refusal:
            services.close_marks(exam, by=None)
        assert exam.people[1].person.name in str(refusal.value)

    def test_a_stranger_of_the_group_is_refused(self, exam):
        refused("not_member", services.give_marks, exam, {"TRN-NOBODY": ("marked", "1", "")}, place="first", by=None)
        refused("no_value", services.give_marks, exam, {exam.people[0].ref: ("x", "1", "")}, place="first", by=None)
        refused(
            "fraud_words", services.give_marks, exam, {exam.people[0].ref: ("fraud", "", "")}, place="first", by=None
        )

    def test_two_markers_do_not_see_one_another_and_must_agree_when_far(self, exam):
        other = make_trainer("ثان")
        row = services.plan_assessment(
            exam.courses[1], kind="practical", on=exam.on, second=other, externals="مهنيان", by=None
        )
        assert services.marker(row, exam.trainer) == "first"
        assert services.marker(row, other) == "second"
        refused("not_marker", services.marker, row, make_trainer("غريب"))
        refused("same_marker", services.plan_assessment, exam.courses[1], kind="practical", on=exam.on,
                second=exam.trainer, by=None)  # fmt: skip
        services.give_marks(row, exam.sheet_of("8", "10", "10"), place="first", by=None)
        refused("marks_missing", services.close_marks, row, by=None)
        services.give_marks(row, exam.sheet_of("14", "11", "10"), place="second", by=None)
        refused("too_far", services.close_marks, row, by=None)
        services.give_marks(row, exam.sheet_of("11"), place="agreed", by=None)
        assert services.close_marks(row, by=None).state == "closed"

    def test_what_is_closed_is_reopened_with_a_reason(self, exam):
        give(exam, "12", "11", "10")
        services.close_marks(exam, by=None)
        refused("not_open", give, exam, "13")
        services.publish_marks(exam, by=None)
        assert services.reopen_marks(exam, reason="خطأ", by=None).published_at is None
        assert reads.published(exam.people[0]) == []

    def test_dates_and_weights_are_possible(self, exam):
        day = exam.group.starts_on - timedelta(days=1)
        refused("before_group", services.plan_assessment, exam.courses[0], kind="continuous", on=day, by=None)
        refused("weight", services.plan_assessment, exam.courses[0], kind="continuous", on=exam.on, weight=0, by=None)


@pytest.mark.django_db
class TestContest:
    @pytest.fixture
    def mark(self, exam):
        give(exam, "9", "11", "10")
        services.publish_marks(services.close_marks(exam, by=None), by=None)
        return reads.own_mark(exam.people[0], exam.ref)

    def test_it_changes_the_mark_or_keeps_it(self, mark):
        row = services.contest(mark, words="السؤال 3", by=None)
        refused("contested", services.contest, mark, words="again", by=None)
        services.answer_contest(row, value="11.5", answer="نقطة منسية", by=None)
        mark.refresh_from_db()
        assert mark.first == 1150
        assert Entry.objects.filter(ref=mark.ref, verb="correct").exists()
        refused("wrong_state", services.answer_contest, row, answer="x", by=None)

    def test_it_has_a_delay_and_wants_a_published_mark(self, mark):
        Assessment.objects.update(published_at=timezone.now() - timedelta(days=8))
        late = reads.own_mark(mark.enrolment, mark.assessment.ref)
        refused("late", services.contest, late, words="x", by=None)
        services.reopen_marks(mark.assessment, reason="x", by=None)
        mark.assessment.refresh_from_db()
        refused("not_published", services.contest, mark, words="x", by=None)


@pytest.mark.django_db
class TestResults:
    def play(self, exam, *values):
        for course in exam.courses:
            row = services.plan_assessment(course, kind="module-end", on=exam.on, by=None)
            services.give_marks(row, exam.sheet_of(*values), place="first", by=None)
            services.close_marks(row, by=None)

    def test_a_year_is_computed_kept_once_and_again_when_it_changed(self, exam):
        refused("nothing_to_publish", services.publish_results, exam.group, by=None)
        self.play(exam, "12", "8", "15")
        assert services.publish_results(exam.group, by=None) == 3
        assert services.publish_results(exam.group, by=None) == 0
        assert set(Result.objects.values_list("decision", flat=True)) == {"passed", "resit"}
        resit = services.plan_assessment(exam.courses[0], kind="module-end", exam_session="resit", on=exam.on, by=None)
        services.give_marks(resit, exam.sheet_of("20", "20", "20"), place="first", by=None)
        services.close_marks(resit, by=None)
        assert services.publish_results(exam.group, by=None) == 3
        assert reads.results(exam.people[0])[0].round == 2
        assert Result.objects.filter(round=1).count() == 3

    def test_results_of_a_group_take_a_constant_number_of_queries(self, exam, django_assert_max_num_queries):
        self.play(exam, "12", "8", "15")
        with django_assert_max_num_queries(4):
            found = reads.of_group(exam.group)
        assert len(found) == 3
