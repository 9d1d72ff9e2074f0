"""What the clock took away too early is given back by two people; what moved on since is left alone and counted."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts.models import Grant
from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.tests.make import two_people
from takwin.centres.models import Centre
from takwin.core import clock, clock_undo
from takwin.core.errors import Refused
from takwin.core.models import ClockBatch, ClockRow, Entry, GivingBack
from takwin.core.tests.threads import together
from takwin.employment import services as employment
from takwin.employment.models import PublishedRate, SurveyWave, Vacancy
from takwin.employment.rules.rates import LEAST
from takwin.employment.tests.make import make_employer, make_sample, make_vacancy
from takwin.offer.models import Season
from takwin.offer.tests.make import make_season
from takwin.training import services as training
from takwin.training.models import Contract
from takwin.training.tests.make import make_contract
from takwin.web import clock as steps

pytestmark = pytest.mark.django_db
MONTHS = timedelta(days=90)
PAGE = "/desk/clock/taken/"


@pytest.fixture
def ahead(monkeypatch):
    """Run one function with both clocks three months ahead."""
    real = timezone.now

    def run(work):
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "now", lambda: real() + MONTHS)
            patch.setattr(clock, "database_now", lambda: real() + MONTHS)
            return work()

    return run


def run_step(name):
    step = next(each for each in steps.STEPS if each.name == name)
    return step.work()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def undo_all(step):
    """Ask and accept the last batch of a step."""
    first, second = two_people()
    batch = ClockBatch.objects.filter(step=step).latest("pk")
    undo = steps.undo_of(step)
    asked = clock_undo.ask_give_back(batch, undo=undo, reason="wrong clock", by=first)
    return clock_undo.accept_give_back(asked, undo=undo, by=second)


def code_of(work, *args, **kwargs):
    with pytest.raises(Refused) as info:
        work(*args, **kwargs)
    return info.value.code


def make_vacancies(count=3, **over):
    employer = make_employer()
    return [make_vacancy(employer, **over) for _n in range(count)]


def make_broken():
    contract = make_contract()
    today = timezone.localdate()
    Contract.objects.filter(pk=contract.pk).update(
        state="broken", broken_by="both", ended_on=today - timedelta(days=3)
    )
    return fresh(contract)


class TestEveryStep:
    def test_each_step_that_takes_says_how_it_is_given_back_or_why_it_is_not(self):
        for step in steps.STEPS:
            declared = [bool(step.undo), bool(step.elsewhere), bool(step.lasting)]
            assert sum(declared) == 1 if step.takes else sum(declared) <= 1, step.name

    def test_vacancies_open_and_waiting_are_as_they_were(self, ahead):
        opened, posted = make_vacancies(1)[0], make_vacancy(fresh_employer(), opened=False)
        assert ahead(lambda: run_step("vacancies")) == 2
        assert [fresh(opened).state, fresh(posted).state] == ["expired", "expired"]
        done = undo_all("vacancies")
        assert [fresh(opened).state, fresh(posted).state] == ["open", "posted"]
        assert (done.restored, done.left_alone, done.ended_at is None) == (2, 0, False)
        line = Entry.objects.get(ref=opened.ref, verb="restore_vacancy")
        assert (line.data["reason"], line.by) == ("wrong clock", two_people()[1])
        assert {"ask_give_back", "accept_give_back", "finish_give_back"} == set(
            Entry.objects.filter(ref=done.ref).values_list("verb", flat=True)
        )

    def test_the_batch_keeps_the_time_that_was_believed(self, ahead):
        make_vacancies(1)
        ahead(lambda: run_step("vacancies"))
        assert ClockBatch.objects.get().believed_at - timezone.now() > MONTHS - timedelta(hours=1)

    def test_a_contract_waits_for_a_new_employer_again(self, ahead):
        contract = make_broken()
        assert ahead(lambda: run_step("contracts")) == 1
        assert fresh(contract).state == "lapsed"
        undo_all("contracts")
        assert fresh(contract).state == "broken"
        assert run_step("contracts") == 0

    def test_a_follow_up_takes_answers_again_unless_its_rates_are_published(self, ahead):
        sample = make_sample()
        today = timezone.localdate()
        SurveyWave.objects.filter(pk=sample.wave_id).update(
            state="open", opens_on=today - timedelta(days=9), closes_on=today + timedelta(days=9)
        )
        ahead(lambda: run_step("waves"))
        assert SurveyWave.objects.get(pk=sample.wave_id).state == "closed"
        undo_all("waves")
        assert SurveyWave.objects.get(pk=sample.wave_id).state == "open"
        employment.answer(fresh(sample), outcome="seeking")
        ahead(lambda: run_step("waves"))
        PublishedRate.objects.create(
            wave_id=sample.wave_id, indicator="insertion", counted=LEAST, answered=LEAST, frame=LEAST, on=today
        )
        assert code_of(undo_all, "waves") == "undo_nothing"

    def test_a_season_is_open_again_until_its_deadline(self, ahead):
        season = make_season()
        assert ahead(lambda: run_step("seasons")) == 1
        assert Season.objects.get(pk=season.pk).state == "closed"
        undo_all("seasons")
        assert (Season.objects.get(pk=season.pk).state, run_step("seasons")) == ("open", 0)


def fresh_employer():
    from takwin.employment.models import Employer

    return Employer.objects.get()


class TestLeftAlone:
    def test_what_moved_on_what_is_over_now_and_what_a_later_run_took_are_left_and_counted(self, ahead):
        rows = make_vacancies(4)
        ahead(lambda: run_step("vacancies"))
        Vacancy.objects.filter(pk=rows[0].pk).update(state="closed")  # moved on
        Vacancy.objects.filter(pk=rows[1].pk).update(expires_on=timezone.localdate() - timedelta(days=1))  # over
        later = ClockBatch.objects.create(
            step="vacancies", count=1, believed_at=timezone.now(), database_at=timezone.now()
        )
        first = ClockBatch.objects.earliest("pk")
        ClockRow.objects.create(batch=later, row=rows[2].pk, before="open")
        undo = steps.undo_of("vacancies")
        plan = clock_undo.plan_undo(first, undo)
        assert (plan.ready, plan.due, plan.moved) == (1, 1, 2)
        ClockRow.objects.filter(batch=later).delete()
        later.delete()
        Vacancy.objects.filter(pk=rows[2].pk).update(taken=1)
        done = undo_all("vacancies")
        assert (done.restored, done.left_alone) == (1, 3)
        assert [fresh(row).state for row in rows] == ["closed", "expired", "expired", "open"]

    def test_an_employer_suspended_since_keeps_nothing_open(self, ahead):
        row = make_vacancies(1)[0]
        ahead(lambda: run_step("vacancies"))
        employment.suspend_employer(row.employer, reason="x", by=None)
        assert code_of(undo_all, "vacancies") == "undo_nothing"

    def test_a_contract_whose_trainee_has_a_new_one_stays_ended(self, ahead):
        contract = make_broken()
        ahead(lambda: run_step("contracts"))
        Contract.objects.create(
            enrolment=contract.enrolment, company=contract.company, tutor="x", first_on=contract.first_on,
            last_on=contract.last_on,
        )  # fmt: skip
        assert code_of(undo_all, "contracts") == "undo_nothing"

    def test_a_contract_of_a_trainee_who_left_since_stays_ended(self, ahead):
        contract = make_broken()
        ahead(lambda: run_step("contracts"))
        training.abandon(contract.enrolment, leaving="health", by=None)
        assert code_of(undo_all, "contracts") == "undo_nothing"

    def test_a_season_closed_by_hand_since_is_not_the_clock_s_any_more(self, ahead):
        season = make_season()
        ahead(lambda: run_step("seasons"))
        admissions.reopen_applications(season, by=two_people()[0])
        admissions.close_applications(season, by=two_people()[1])
        assert code_of(undo_all, "seasons") == "undo_nothing"
        assert Season.objects.get(pk=season.pk).state == "closed"

    def test_nor_is_a_follow_up(self, ahead):
        wave = make_sample().wave
        today = timezone.localdate()
        days = {"opens_on": today - timedelta(days=9), "closes_on": today + timedelta(days=9)}
        SurveyWave.objects.filter(pk=wave.pk).update(state="open", **days)
        ahead(lambda: run_step("waves"))
        person = two_people()[0]
        employment.reopen_wave(fresh(wave), closes_on=today + timedelta(days=9), reason="x", by=person)
        employment.close_wave(fresh(wave), by=person)
        assert code_of(undo_all, "waves") == "undo_nothing"

    def test_one_row_that_cannot_move_stops_no_other(self, ahead, monkeypatch):
        rows = make_vacancies(3)
        today = timezone.localdate()
        Vacancy.objects.update(expires_on=today - timedelta(days=1))
        Vacancy.objects.filter(pk=rows[0].pk).update(state="filled")
        assert run_step("vacancies") == 2
        assert run_step("vacancies") == 0
        assert list(ClockBatch.objects.values_list("count", flat=True)) == [2]

    def test_nor_does_one_that_its_table_would_refuse_today(self, ahead):
        """It has no words: a form would ask for them. Neither the step nor the giving back ends at it."""
        rows = make_vacancies(3)
        Vacancy.objects.filter(pk=rows[0].pk).update(words="")
        assert ahead(lambda: run_step("vacancies")) == 2
        assert [fresh(row).state for row in rows] == ["open", "expired", "expired"]
        Vacancy.objects.filter(pk=rows[1].pk).update(words="")
        done = undo_all("vacancies")
        assert (done.restored, done.left_alone, done.ended_at is None) == (1, 1, False)

    def test_not_after_the_period(self, ahead):
        make_vacancies(1)
        ahead(lambda: run_step("vacancies"))
        past = timezone.now() - timedelta(days=14, minutes=1)
        ClockBatch.objects.update(believed_at=past, database_at=past)
        assert code_of(undo_all, "vacancies") == "undo_late"

    def test_thousands_are_given_back_in_chunks_by_the_clock(self, ahead, monkeypatch):
        rows = make_vacancies(5)
        ahead(lambda: run_step("vacancies"))
        monkeypatch.setattr(clock_undo.give_chunk, "__defaults__", (2,))
        done = undo_all("vacancies")
        assert ([fresh(row).state for row in rows].count("open"), done.ended_at) == (2, None)
        assert [run_step("giving"), run_step("giving"), run_step("giving")] == [2, 1, 0]
        assert (fresh(done).restored, fresh(done).ended_at is None) == (5, False)


class TestTwoPeople:
    def asked(self, ahead):
        make_vacancies(1)
        ahead(lambda: run_step("vacancies"))
        first, second = two_people()
        undo = steps.undo_of("vacancies")
        return clock_undo.ask_give_back(ClockBatch.objects.get(), undo=undo, reason="x", by=first), undo, first, second

    def test_one_person_alone_gives_nothing_back(self, ahead):
        row, undo, first, second = self.asked(ahead)
        assert code_of(clock_undo.accept_give_back, row, undo=undo, by=first) == "same_person"
        assert code_of(clock_undo.ask_give_back, row.batch, undo=undo, reason="x", by=second) == "undo_asked"
        with pytest.raises(IntegrityError), transaction.atomic():
            GivingBack.objects.filter(pk=row.pk).update(
                state="accepted", decided_by=first, decided_at=timezone.now(), ended_at=timezone.now()
            )
        assert Vacancy.objects.get().state == "expired"

    def test_refused_and_recalled_requests_give_nothing_and_another_may_be_asked(self, ahead):
        row, undo, first, second = self.asked(ahead)
        assert code_of(clock_undo.recall_give_back, row, by=second) == "not_your_request"
        clock_undo.refuse_give_back(row, by=second)
        again = clock_undo.ask_give_back(row.batch, undo=undo, reason="y", by=first)
        clock_undo.recall_give_back(again, by=first)
        assert code_of(clock_undo.accept_give_back, again, undo=undo, by=second) == "wrong_state"
        assert Vacancy.objects.get().state == "expired"

    def test_who_lost_the_right_since_asks_for_nobody(self, ahead):
        row, undo, first, second = self.asked(ahead)
        Grant.objects.filter(user=first).delete()
        assert code_of(clock_undo.accept_give_back, row, undo=undo, by=second) == "asked_lost_right"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_five_who_accept_at_once_one_gives_back(self, network, ahead):
        row, undo, _first, second = TestTwoPeople().asked(ahead)
        given = together(5, lambda _n: clock_undo.accept_give_back(row, undo=undo, by=second).restored)
        assert sorted(map(str, given)) == ["1"] + ["wrong_state"] * 4
        assert Entry.objects.filter(verb="restore_vacancy").count() == 1

    def test_two_runs_of_the_clock_take_each_row_once(self, network):
        make_vacancies(3)
        Vacancy.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
        given = together(2, lambda _n: run_step("vacancies"))
        assert sum(given) == 3
        assert ClockRow.objects.count() == 3
        assert sum(ClockBatch.objects.values_list("count", flat=True)) == 3

    def test_two_processes_that_go_on_give_each_row_back_once(self, network, ahead, monkeypatch):
        make_vacancies(4)
        ahead(lambda: run_step("vacancies"))
        monkeypatch.setattr(clock_undo.give_chunk, "__defaults__", (1,))
        undo_all("vacancies")
        monkeypatch.undo()
        given = together(2, lambda _n: run_step("giving"))
        assert sum(given) == 3
        assert Entry.objects.filter(verb="restore_vacancy").count() == 4
        assert GivingBack.objects.get().restored == 4


class TestPage:
    def press(self, client, person, path, **data):
        client.force_login(person)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
        session.save()
        return client.post(path, data)

    @pytest.mark.parametrize("prefix", ["", "/fr", "/en"])
    def test_two_people_at_the_desk(self, client, ahead, prefix):
        row = make_vacancies(1)[0]
        ahead(lambda: run_step("vacancies"))
        batch = ClockBatch.objects.get()
        path = f"{prefix}{PAGE}{batch.ref}/"
        first, second = two_people()
        client.force_login(first)
        assert batch.ref in client.get(f"{prefix}{PAGE}").content.decode()
        assert 'name="reason"' in client.get(path).content.decode()
        assert self.press(client, first, path, reason="").status_code == 422
        assert self.press(client, first, path, reason="ساعة خاطئة").status_code == 302
        asked = GivingBack.objects.get()
        assert 'value="accept"' not in client.get(path).content.decode()
        assert self.press(client, first, path, do="accept", request=asked.ref).status_code == 422
        assert self.press(client, second, path, do="accept", request="GBK-of-before").status_code == 404
        client.force_login(second)
        assert "ساعة خاطئة" in client.get(path).content.decode()
        assert self.press(client, second, path, do="accept", request=asked.ref).status_code == 302
        assert fresh(row).state == "open"
        assert self.press(client, second, path, do="accept", request=asked.ref).status_code == 422
        assert client.get(path).status_code == 200

    def test_one_place_a_stranger_and_an_auditor_press_nothing(self, client, ahead):
        make_vacancies(1)
        ahead(lambda: run_step("vacancies"))
        path = f"{PAGE}{ClockBatch.objects.get().ref}/"
        assert client.get(path).status_code == 302
        user = make_user("p@example.org")
        grant(user, "national", centre=Centre.objects.first())
        for person, seen in ((user, 403), (make_user("d@example.org", "director"), 403)):
            client.force_login(person)
            assert client.get(path).status_code == seen
            assert self.press(client, person, path, reason="x").status_code == 403
        auditor = make_user("a@example.org", "auditor")
        client.force_login(auditor)
        assert 'name="reason"' not in client.get(path).content.decode()
        assert self.press(client, auditor, path, reason="x").status_code == 403
        assert not GivingBack.objects.exists()

    def test_constant_queries_however_many_rows(self, client, ahead, django_assert_max_num_queries):
        make_vacancies(9)
        ahead(lambda: run_step("vacancies"))
        client.force_login(two_people()[0])
        with django_assert_max_num_queries(40):
            assert client.get(f"{PAGE}{ClockBatch.objects.get().ref}/").status_code == 200
