"""Frames, waves, answers kept twice, rates with and without a denominator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.centres.models import Centre
from takwin.core.models import Outbox
from takwin.core.scope import EVERYWHERE, Scope
from takwin.core.tests.refusals import refused
from takwin.core.tests.threads import together
from takwin.employment import services
from takwin.employment.models import Answer, Graduate, PublishedOutcome, PublishedRate, SurveyInvitation, SurveyWave
from takwin.employment.rules.rates import INDICATORS
from takwin.employment.selectors import leaving, rates
from takwin.employment.tests.make import make_cohort, make_graduates, make_sample, make_wave
from takwin.training import services as training
from takwin.training.models import Contract, Enrolment
from takwin.training.tests.make import make_apprentice, make_contract

pytestmark = pytest.mark.django_db


class TestFrame:
    def test_everyone_with_a_diploma_of_the_days_is_in_all_three_waves(self):
        row = make_cohort(3)
        assert row.graduates.count() == 3
        assert [wave.months for wave in row.waves.all()] == [6, 12, 36]
        assert SurveyInvitation.objects.filter(wave__cohort=row).count() == 9
        wave = row.waves.get(months=6)
        assert (wave.opens_on.month - row.last_on.month) % 12 == 6

    def test_it_never_changes_and_no_graduate_is_counted_twice(self):
        row = make_cohort(2)
        with refused("overlaps"):
            services.freeze_cohort(name="x", first_on=row.last_on, last_on=row.last_on)
        assert Graduate.objects.count() == 2

    def test_days_that_cannot_be(self):
        today = timezone.localdate()
        for first, last, code in (
            (today, today - timedelta(days=1), "bad_days"), (today, today + timedelta(days=1), "not_yet"),
            (today, today, "nobody"),
        ):  # fmt: skip
            with refused(code):
                services.freeze_cohort(name="x", first_on=first, last_on=last)

    def test_a_revoked_diploma_makes_no_graduate(self):
        from takwin.certification import services as certification

        first, *_rest = make_graduates(2)
        certification.revoke_diploma(first, reason="fraud", by=None)
        today = timezone.localdate()
        assert services.freeze_cohort(name="x", first_on=today, last_on=today).graduates.count() == 1


class TestWaves:
    def test_the_clock_opens_and_closes_them_and_invites_once(self):
        row = make_cohort(2)
        wave = row.waves.get(months=6)
        assert services.open_due() == 0
        assert services.open_due(wave.opens_on) == 1
        assert Outbox.objects.filter(body__contains="/survey/").count() == 2
        assert services.open_due(wave.opens_on) == 0
        assert services.open_due(wave.closes_on + timedelta(days=1)) == 1
        wave.refresh_from_db()
        assert wave.state == "closed"

    def test_answers_are_taken_while_it_is_open_alone(self):
        row = make_cohort(1)
        sample = row.waves.get(months=6).samples.get()
        with refused("wave_not_open"):
            services.answer(sample, outcome="seeking")
        wave = services.open_wave(sample.wave)
        services.answer(sample, outcome="seeking")
        services.close_wave(wave)
        with refused("wave_not_open"):
            services.answer(sample, outcome="employed", contract="permanent")


class TestAnswers:
    def test_a_second_answer_stands_and_the_first_is_kept(self):
        sample = make_sample()
        services.answer(sample, outcome="seeking")
        services.answer(sample, outcome="employed", contract="fixed", employer=" شركة ", in_field="yes")
        rows = list(Answer.objects.order_by("turn").values_list("turn", "outcome", "employer"))
        assert rows == [(1, "seeking", ""), (2, "employed", "شركة")]
        sample.refresh_from_db()
        assert (sample.state, sample.outcome) == ("answered", "employed")

    def test_what_does_not_belong_is_not_kept(self):
        made = services.answer(
            make_sample(), outcome="studying", contract="fixed", employer="x", in_field="yes",
            since_on=timezone.localdate(),
        )  # fmt: skip
        assert (made.contract, made.employer, made.in_field, made.since_on) == ("", "", "", None)

    def test_what_cannot_be(self):
        sample = make_sample()
        with refused("contract_missing"):
            services.answer(sample, outcome="employed")
        with refused("since_future"):
            services.answer(sample, outcome="self-employed", since_on=timezone.localdate() + timedelta(days=1))
        assert not Answer.objects.exists()

    def test_three_misses_or_a_refusal_are_counted_in_the_frame(self):
        missed, refusing = make_wave(2).samples.order_by("pk")
        for _turn in range(3):
            services.record_attempt(missed, channel="phone", result="no-answer", by=None)
        services.record_attempt(refusing, channel="phone", result="refused", by=None)
        assert set(SurveyInvitation.objects.filter(wave=missed.wave).values_list("state", flat=True)) == {
            "unreachable",
            "refused",
        }
        services.answer(missed, outcome="seeking", channel="counsellor")
        with refused("has_answered"):
            services.record_attempt(missed, channel="phone", result="later", by=None)
        assert missed.attempts.count() == 4  # the SMS, and three calls

    def test_the_database_refuses_an_outcome_of_somebody_silent(self):
        sample = make_sample()
        with pytest.raises(IntegrityError), transaction.atomic():
            SurveyInvitation.objects.filter(pk=sample.pk).update(outcome="employed")


@pytest.mark.django_db(transaction=True)
def test_a_link_pressed_by_two_phones_at_once_keeps_both(network):
    sample = make_sample()
    turns = together(4, lambda n: services.answer(sample, outcome=("seeking", "inactive")[n % 2]).turn)
    assert sorted(turns) == [1, 2, 3, 4]
    assert SurveyInvitation.objects.get(pk=sample.pk).outcome == Answer.objects.get(turn=4).outcome


class TestRates:
    @pytest.fixture
    def wave(self):
        """Twenty-four graduates; twenty answered, twelve of them work."""
        row = make_wave(24)
        for place, sample in enumerate(row.samples.order_by("pk")[:20]):
            if place < 12:
                services.answer(sample, outcome="employed", contract="permanent")
            else:
                services.answer(sample, outcome="seeking")
        return row

    def test_they_carry_their_denominator_and_the_silent_stay_in_the_frame(self, wave):
        measured = dict(rates.whole(EVERYWHERE, wave))
        found = measured[INDICATORS["insertion"]]
        assert (found.counted, found.answered, found.frame) == (12, 20, 24)
        assert found.share == 0.6
        assert found.bounds == (0.5, 16 / 24)

    def test_published_when_closed_once_and_never_from_too_few(self, wave):
        with refused("wave_running"):
            services.publish_rates(wave, by=None)
        services.close_wave(wave)
        assert services.publish_rates(wave, by=None) == 7  # five of all, one programme, one region
        with refused("published"):
            services.publish_rates(wave, by=None)

    @pytest.mark.parametrize(("answers", "code"), [(0, "no_denominator"), (3, "few")])
    def test_nothing_is_published_without_enough(self, answers, code):
        wave = make_wave(3)
        for sample in wave.samples.all()[:answers]:
            services.answer(sample, outcome="seeking")
        services.close_wave(wave)
        with refused(code):
            services.publish_rates(wave, by=None)
        assert not PublishedRate.objects.exists()

    def test_the_database_refuses_a_rate_without_a_denominator(self, wave):
        with pytest.raises(IntegrityError), transaction.atomic():
            PublishedRate.objects.create(
                wave=wave, indicator="insertion", counted=0, answered=0, frame=24, on=timezone.localdate()
            )

    def test_another_centre_sees_nobody(self, wave):
        elsewhere = Scope(centres=frozenset({Centre.objects.get(code="ismss-oujda").pk}))
        counts, frame = rates.outcomes(elsewhere, wave)
        assert frame == 0
        assert all(count == 0 for _one, count in counts)

    def test_queries_do_not_grow_with_programmes(self, wave, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):
            rates.by("programme", INDICATORS["insertion"], wave)


class TestDocuments:
    def test_the_three_craft_centres_come_out_as_printed(self):
        """s3, lines 2988 to 2993, centre by centre."""
        persons = {entry["centre"].code: [row.persons for row in entry["rows"]] for entry in rates.documented()}
        assert persons == {
            "craft-marrakech": [180, 120, 30, 120, 25], "craft-sale": [41, 33, 25, 19, 14],
            "craft-fes": [127, 58, 16, 1, 1],
        }  # fmt: skip
        assert {entry["centre"].code: entry["sum"] for entry in rates.documented()} == {
            "craft-marrakech": 475, "craft-sale": 132, "craft-fes": 203,
        }  # fmt: skip
        assert set(PublishedOutcome.objects.values_list("outcome", flat=True)) == {
            "employed", "cooperative", "self-employed", "cooperative-made", "own-project",
        }  # fmt: skip


def _break(row, on):
    training.sign(row, by=None)
    return training.terminate_contract(row, on=on, broken_by="closure", reason="إغلاق", by=None)


class TestLeaving:
    def test_counts_of_a_scope_by_the_definitions(self):
        today = timezone.localdate()
        broken = _break(make_contract(make_apprentice(71)), today)
        Contract.objects.filter(pk=broken.pk).update(ended_on=today - timedelta(days=181))
        _break(make_contract(make_apprentice(72), company=broken.company), today)
        bare = make_apprentice(73)
        Enrolment.objects.filter(pk=bare.pk).update(since_on=today - timedelta(days=91))
        make_apprentice(74)
        counted = leaving.counts(EVERYWHERE, today)
        assert {status.value: count for status, count in counted.items()} == {"drop-out": 2, "break": 1, "in": 1}


def test_a_wave_has_its_dates_in_order():
    row = make_cohort(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyWave.objects.filter(cohort=row).update(closes_on=row.first_on)


@pytest.mark.parametrize(
    ("line", "column"),
    [("nowhere,2021,self-entrepreneurs,أ,a,5,inferred,s3,2990", "centre"),
     ("craft-fes,2021,lucky,أ,a,5,inferred,s3,2990", "status"),
     ("craft-fes,2021,self-entrepreneurs,أ,a,-5,inferred,s3,2990", "persons"),
     ("craft-fes,2021,self-entrepreneurs,أ,a,5,inferred,s9,2990", "source")],
)  # fmt: skip
def test_a_broken_table_of_outcomes_is_refused_with_its_line(tmp_path, line, column):
    from takwin.core.csv_loader import TableError
    from takwin.employment.reference import load

    head = "centre,year,status,status_ar,status_fr,persons,basis,source,line\n"
    (tmp_path / "graduate_outcomes.csv").write_text(f"{head}{line}\n")
    with pytest.raises(TableError, match=f'graduate_outcomes.csv:2: column "{column}"'):
        load(tmp_path, {"s3": 5000})
    assert PublishedOutcome.objects.count() == 15
