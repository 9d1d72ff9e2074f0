"""What a jury may decide, who signs, and what a correction means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from takwin.accounts.tests.make import make_user
from takwin.certification import services
from takwin.certification.choices import Decision
from takwin.certification.forms import JuryForm
from takwin.certification.models import Amendment, Diploma, Jury
from takwin.certification.rules.juries import CURRENT, RULES, check_decision, check_present, needed, proposed
from takwin.certification.services.juries import parse_members
from takwin.certification.tests.make import (
    MEMBERS,
    make_diploma,
    make_jury,
    make_open_jury,
    make_president,
    make_results,
    make_signed_jury,
)
from takwin.core.errors import Refused
from takwin.core.models import Entry
from takwin.core.scope import EVERYWHERE
from takwin.core.tests.refusals import refused
from takwin.training import services as training
from takwin.training.models import Assessment, Enrolment

RULE = RULES[CURRENT]


class TestRule:
    @pytest.mark.parametrize(("members", "least"), [(3, 2), (4, 2), (5, 3), (6, 3), (7, 4)])
    def test_half_of_a_jury_must_be_present_rounded_up(self, members, least):
        assert needed(members, RULE) == least
        check_present(least, members, True, RULE)
        with refused("no_quorum"):
            check_present(least - 1, members, True, RULE)

    def test_nothing_begins_without_the_president(self):
        with refused("president_away"):
            check_present(5, 5, False, RULE)

    @pytest.mark.parametrize(
        ("result", "says"),
        [("passed", "admitted"), ("compensated", "admitted"), ("resit", "resit"), ("failed", "failed"),
         ("incomplete", "deferred"), (None, "deferred")],
    )  # fmt: skip
    def test_a_result_proposes(self, result, says):
        assert proposed(result) == says

    @pytest.mark.parametrize(
        ("decision", "result", "average", "words", "code"),
        [
            ("admitted", "resit", 949, "قريب", "too_low"), ("admitted", "resit", 950, "", "words"),
            ("failed", "passed", 1400, "سلوك", "not_harder"), ("resit", "compensated", 1100, "x", "not_harder"),
            ("admitted", None, None, "x", "no_result"), ("deferred", "passed", 1400, "", "words"),
        ],
    )  # fmt: skip
    def test_what_a_jury_may_not(self, decision, result, average, words, code):
        with refused(code):
            check_decision(decision, result, average, words, who="سلمى", rule=RULE)

    def test_what_a_jury_may(self):
        assert check_decision("admitted", "resit", 950, "عمل جاد", who="", rule=RULE) == Decision.ADMITTED
        assert check_decision("deferred", "passed", 1400, "ملف ناقص", who="", rule=RULE) == Decision.DEFERRED
        assert check_decision("failed", "failed", 500, "", who="", rule=RULE) == Decision.FAILED

    @given(
        st.sampled_from([str(choice.value) for choice in Decision]),
        st.sampled_from(["passed", "compensated", "resit", "failed", "incomplete", None]),
        st.integers(0, 2000), st.text(max_size=5),
    )  # fmt: skip
    def test_who_passed_is_never_failed_and_nobody_far_below_is_admitted(self, decision, result, average, words):
        try:
            decided = check_decision(decision, result, average if result else None, words, who="", rule=RULE)
        except Refused:
            return
        if result in {"passed", "compensated"}:
            assert decided in {"admitted", "deferred"}
        elif decided == "admitted":
            assert result is not None
            assert average >= RULE.pass_mark - RULE.grace
            assert words.strip()


@pytest.mark.django_db
class TestForming:
    def test_a_group_has_one_jury_a_year(self):
        row = make_jury()
        assert [member.seat for member in row.members.all()] == ["president", "trainer", "professional"]
        with refused("group_has_jury"):
            make_jury(group=row.group, president=row.president)
        services.cancel_jury(row, reason="موعد آخر", by=row.president)
        assert make_jury(group=row.group, president=row.president).pk != row.pk

    @pytest.mark.parametrize(
        ("members", "code", "place"),
        [("واحد", "few_sitters", None), ("واحد; chef", "bad_sitter", "1"), ("واحد\nواحد", "sitter_twice", None),
         ("واحد; president", "bad_sitter", "1"), ("واحد\n; trainer", "bad_sitter", "2")],
    )  # fmt: skip
    def test_refused_members_are_reported_with_their_line(self, members, code, place):
        group, president = make_results("12"), make_president()
        with pytest.raises(Refused) as refusal:
            services.form_jury(group, held_on=timezone.localdate(), president=president, members=members, by=president)
        assert refusal.value.code == code
        assert place is None or place in str(refusal.value)
        assert not Jury.objects.exists()

    def test_a_day_to_come_is_refused(self):
        group, president = make_results("12"), make_president()
        with refused("future"):
            tomorrow = timezone.localdate() + timedelta(days=1)
            services.form_jury(group, held_on=tomorrow, president=president, members=MEMBERS, by=president)


@pytest.mark.django_db
class TestDeliberation:
    def test_results_are_pulled_and_decided_by_the_rule(self):
        row = make_open_jury("14", "9", "")
        proposals = {
            verdict.result.average if verdict.result else None: verdict.proposed for verdict in row.verdicts.all()
        }
        assert proposals == {1400: "admitted", 900: "resit", None: "deferred"}
        assert services.follow_rule(row, by=row.president) == 3

    def test_too_few_present_open_nothing(self):
        row = make_jury()
        with refused("no_quorum"):
            services.open_jury(row, present=[row.members.get(seat="president").ref], by=row.president)
        row.refresh_from_db()
        assert row.state == "formed"
        assert not row.verdicts.exists()

    def test_all_decisions_or_none(self):
        row = make_open_jury("14", "9")
        good, low = row.verdicts.order_by("-result__average")
        with refused("too_low"):
            services.decide(row, {good.pk: ("admitted", ""), low.pk: ("admitted", "رحمة")}, by=row.president)
        assert set(row.verdicts.values_list("decision", flat=True)) == {""}

    def test_only_the_president_signs_and_nobody_is_left(self):
        row = make_open_jury("14", "9")
        with refused("undecided"):
            services.sign_minutes(row, by=row.president)
        services.follow_rule(row, by=row.president)
        with refused("not_president"):
            services.sign_minutes(row, by=make_president("other@example.org"))
        row = services.sign_minutes(row, by=row.president)
        assert row.state == "signed"
        assert Entry.objects.filter(ref=row.ref, verb="sign_minutes", by=row.president).exists()
        with refused("wrong_state"):
            services.decide(row, {}, by=row.president)

    def test_results_published_anew_stop_the_signature(self):
        row = make_open_jury("14", "9")
        services.follow_rule(row, by=row.president)
        exam = Assessment.objects.first()
        training.reopen_marks(exam, reason="خطأ", by=None)
        low = row.verdicts.get(proposed="resit").enrolment
        training.give_marks(exam, {low.ref: ("marked", "15", "")}, place="first", by=None)
        training.publish_marks(training.close_marks(exam, by=None), by=None)
        training.publish_results(row.group, by=None)
        with refused("new_results"):
            services.sign_minutes(row, by=row.president)
        assert services.pull_results(row, by=row.president) == 1
        assert row.verdicts.get(enrolment=low).decision == ""

    def test_who_is_admitted_in_the_last_year_has_finished(self):
        row = make_signed_jury("14", "9")
        states = {verdict.decision: verdict.enrolment.state for verdict in row.verdicts.select_related("enrolment")}
        assert states == {"admitted": "finished", "resit": "enrolled"}
        row.group.refresh_from_db()
        assert row.group.taken == 1


@pytest.mark.django_db
class TestAmendment:
    def test_a_signed_decision_changes_only_by_a_signed_amendment(self):
        diploma = make_diploma("14", "12")
        verdict = diploma.verdict
        president = verdict.jury.president
        with refused("words"):
            services.amend_verdict(verdict, decision="deferred", words=" ", by=president)
        with refused("not_president"):
            services.amend_verdict(verdict, decision="deferred", words="ملف", by=make_president("x@example.org"))
        with refused("same_decision"):
            services.amend_verdict(verdict, decision="admitted", words="ملف", by=president)
        made = services.amend_verdict(verdict, decision="deferred", words="ملف ناقص", by=president)
        assert (made.before, made.after) == ("admitted", "deferred")
        diploma.refresh_from_db()
        assert (diploma.state, diploma.reason) == ("revoked", "amended")
        assert Enrolment.objects.get(pk=diploma.enrolment_id).state == "enrolled"

    def test_amended_back_a_new_diploma_is_due(self):
        diploma = make_diploma("14")
        president = diploma.verdict.jury.president
        services.amend_verdict(diploma.verdict, decision="deferred", words="ملف ناقص", by=president)
        services.amend_verdict(diploma.verdict, decision="admitted", words="اكتمل الملف", by=president)
        assert Amendment.objects.count() == 2
        assert services.issue(EVERYWHERE) == 1
        assert Diploma.objects.filter(state="live").count() == 1
        assert Diploma.objects.count() == 2

    def test_an_open_jury_is_not_amended(self):
        row = make_open_jury("14")
        services.follow_rule(row, by=row.president)
        with refused("undecided"):
            services.amend_verdict(row.verdicts.get(), decision="deferred", words="x", by=row.president)


@pytest.mark.django_db
def test_a_president_may_sign_there_when_appointed_and_when_signing():
    group, today = make_results("14"), timezone.localdate()
    for user in (
        make_user("reg@example.org", "registrar", centre="ismss-meknes"), make_user("nobody@example.org"),
        make_user("far@example.org", "director", centre="ismss-oujda"),
    ):  # fmt: skip
        with refused("cannot_sign"):
            services.form_jury(group, held_on=today, president=user, members=MEMBERS, by=None)
    president = make_president()
    jury = services.form_jury(group, held_on=today, president=president, members=MEMBERS, by=None)
    services.open_jury(jury, present=[member.ref for member in jury.members.all()], by=president)
    services.follow_rule(jury, by=president)
    president.grants.all().delete()
    with refused("cannot_sign"):
        services.sign_minutes(jury, by=president)
    services.cancel_jury(jury, reason="الرئيس غادر", by=None)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_roles_that_the_form_names_are_those_it_reads(language):
    """In the reader's own words: nobody types an English code on an Arabic page."""
    with translation.override(language):
        roles = str(JuryForm.base_fields["members"].help_text).rpartition(":")[2].strip(" .").replace("،", ",")
        seats = [parse_members(f"ليلى; {role}")[0][1] for role in roles.split(",")]
    assert seats == ["trainer", "professional", "office"]
