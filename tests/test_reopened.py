"""What somebody ended by mistake is opened again, with a reason, by whoever may end it; the journal says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.centres.models import Centre
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.core.tests.threads import together
from takwin.employment import services as employment
from takwin.employment.models import PublishedRate, SurveyWave
from takwin.employment.rules.rates import LEAST
from takwin.employment.tests.make import make_sample
from takwin.guidance import services as guidance
from takwin.guidance.tests.make import make_case, make_centre, make_client, make_counsellor
from takwin.training import services as training
from takwin.training.models import Statement
from takwin.training.tests.make import CENTRE, make_course, make_group, make_proof, make_trainer

pytestmark = pytest.mark.django_db
REASON = "ضغطت خطأ"


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def code_of(work, *args, **kwargs):
    with pytest.raises(Refused) as info:
        work(*args, **kwargs)
    return info.value.code


def journalled(row, verb):
    return Entry.objects.get(ref=row.ref, verb=verb).data["reason"]


def make_excuse():
    """An absence of yesterday and a request that excuses it."""
    group = make_group()
    course, trainee = make_course(group, make_trainer()), group.members.select_related("enrolment").first().enrolment
    on = timezone.localdate() - timedelta(days=1)
    statement = {
        "key": "00000000-0000-4000-8000-000000000001", "course": course.ref, "on": str(on), "hour": 0, "length": 2,
        "trainee": trainee.ref, "value": "absent", "told_at": f"{on}T08:00:00Z", "device": "one",
    }  # fmt: skip
    training.sync([statement], by=None, may=lambda _course, _day: True, holds=lambda *_facts: True)
    return training.ask_excuse(trainee, first_on=on, last_on=on, kind="illness", proof=make_proof(), by=None)


def standing():
    return list(Statement.objects.filter(is_current=True).values_list("value", flat=True))


class TestExcuse:
    def test_an_accepted_excuse_waits_again_and_the_absence_is_one_again(self):
        row = make_excuse()
        training.answer_excuse(row, accept=True, by=None)
        assert standing() == ["excused"]
        assert code_of(training.reopen_excuse, row, reason=" ", by=None) == "why_missing"
        training.reopen_excuse(row, reason=REASON, by=None)
        assert (fresh(row).state, standing(), journalled(row, "reopen_excuse")) == ("asked", ["absent"], REASON)
        assert code_of(training.reopen_excuse, row, reason=REASON, by=None) == "wrong_state"
        training.answer_excuse(row, accept=True, by=None)
        assert standing() == ["excused"]

    def test_a_refused_one_waits_again_without_its_answer(self):
        row = make_excuse()
        training.answer_excuse(row, accept=False, answer="لا", by=None)
        training.reopen_excuse(row, reason=REASON, by=None)
        assert (fresh(row).state, fresh(row).answer) == ("asked", "")

    def test_at_the_desk(self, client):
        row = make_excuse()
        training.answer_excuse(row, accept=True, by=None)
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        assert 'value="reopen"' in client.get(f"/desk/training/{CENTRE}/absences/").content.decode()
        path = f"/desk/excuses/{row.ref}/"
        assert client.post(path, {"do": "reopen", "reason": ""}).status_code == 422
        assert client.post(path, {"do": "reopen", "reason": REASON}).status_code == 302
        assert standing() == ["absent"]
        client.force_login(make_user("else@example.org", "registrar", centre=make_centre().code))
        assert client.post(path, {"do": "reopen", "reason": REASON}).status_code == 404


def make_held():
    course = training.ask_course(centre=Centre.objects.get(code=CENTRE), title="دورة", by=None)
    today = timezone.localdate()
    training.plan_course(course, days=str(today), names="سعاد\nعمر", by=None)
    training.mark_day(
        course, on=today, present=[participant.ref for participant in course.participants.all()], by=None
    )
    return training.hold_course(course, by=None)


class TestShortCourse:
    def test_held_by_mistake_it_is_planned_again_and_keeps_its_presences(self):
        row = make_held()
        training.reopen_course(row, reason=REASON, by=None)
        assert (fresh(row).state, journalled(row, "reopen_course")) == ("planned", REASON)
        assert row.days.get().present.count() == 2
        assert training.hold_course(row, by=None).state == "held"

    def test_called_off_it_is_planned_or_asked_for_again(self):
        row = make_held()
        training.reopen_course(row, reason=REASON, by=None)
        training.cancel_course(row, by=None)
        assert training.reopen_course(row, reason=REASON, by=None).state == "planned"
        other = training.ask_course(centre=row.centre, title="أخرى", by=None)
        training.cancel_course(other, by=None)
        assert training.reopen_course(other, reason=REASON, by=None).state == "asked"
        assert code_of(training.reopen_course, other, reason=REASON, by=None) == "wrong_state"

    def test_at_the_desk(self, client):
        row = make_held()
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        path = f"/desk/continuing/{row.ref}/"
        assert 'value="reopen"' in client.get(path).content.decode()
        assert client.post(path, {"do": "reopen", "reason": ""}).status_code == 422
        assert client.post(path, {"do": "reopen", "reason": REASON}).status_code == 302
        assert fresh(row).state == "planned"


class TestWave:
    def test_it_takes_answers_again_until_a_day_and_not_once_its_rates_are_published(self):
        sample = make_sample()
        wave, today = SurveyWave.objects.get(pk=sample.wave_id), timezone.localdate()
        SurveyWave.objects.filter(pk=wave.pk).update(opens_on=today - timedelta(days=9), closes_on=today)
        employment.close_wave(wave)
        assert code_of(employment.answer, sample, outcome="seeking") == "wave_not_open"
        late = {"closes_on": today - timedelta(days=1), "reason": REASON, "by": None}
        assert code_of(employment.reopen_wave, wave, **late) == "day_over"
        employment.reopen_wave(wave, closes_on=today + timedelta(days=5), reason=REASON, by=None)
        assert (fresh(wave).closes_on, journalled(wave, "reopen_wave")) == (today + timedelta(days=5), REASON)
        employment.answer(sample, outcome="seeking")
        employment.close_wave(wave)
        PublishedRate.objects.create(
            wave=wave, indicator="insertion", counted=LEAST, answered=LEAST, frame=LEAST, on=today
        )
        again = {"closes_on": today, "reason": REASON, "by": None}
        assert code_of(employment.reopen_wave, wave, **again) == "published"

    def test_at_the_desk(self, client):
        wave, today = SurveyWave.objects.get(pk=make_sample().wave_id), timezone.localdate()
        SurveyWave.objects.filter(pk=wave.pk).update(opens_on=today - timedelta(days=9), closes_on=today)
        employment.close_wave(wave)
        client.force_login(make_user("boss@example.org", "national"))
        path = f"/desk/waves/{wave.ref}/"
        assert 'value="reopen"' in client.get(path).content.decode()
        refused = client.post(path, {"do": "reopen", "reason": REASON, "closes_on": "2020-01-01"})
        assert (refused.status_code, REASON in refused.content.decode()) == (422, True)
        assert client.post(path, {"do": "reopen", "reason": REASON, "closes_on": str(today)}).status_code == 302
        assert fresh(wave).state == "open"


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def counsellor(centre):
    return make_counsellor(centre)


def make_day(centre, counsellor):
    begin = timezone.now() + timedelta(days=9)
    return guidance.announce(
        centre=centre, name_ar="أبواب مفتوحة", starts_at=begin, ends_at=begin + timedelta(hours=3), by=counsellor
    )


class TestOpenDay:
    def test_called_off_by_mistake_it_takes_place_and_those_who_registered_have_word(self, centre, counsellor):
        day = make_day(centre, counsellor)
        guidance.register(day, client=make_client("+212612340001"))
        guidance.call_off(day, by=counsellor)
        Outbox.objects.all().delete()
        guidance.reopen_day(day, reason=REASON, by=counsellor)
        assert (fresh(day).state, journalled(day, "reopen_day")) == ("planned", REASON)
        assert Outbox.objects.get().to == "+212612340001"
        guidance.register(day, client=make_client("+212612340002"))
        assert code_of(guidance.reopen_day, day, reason=REASON, by=counsellor) == "wrong_state"

    def test_not_once_it_would_have_begun_but_a_day_marked_held_may_be_corrected(self, centre, counsellor):
        day, held = make_day(centre, counsellor), make_day(centre, counsellor)
        guidance.call_off(day, by=counsellor)
        type(day).objects.update(starts_at=timezone.now() - timedelta(hours=1))
        assert code_of(guidance.reopen_day, day, reason=REASON, by=counsellor) == "past"
        guidance.hold(held, walk_ins=400, by=counsellor)
        guidance.reopen_day(held, reason=REASON, by=counsellor)
        assert (fresh(held).state, fresh(held).walk_ins) == ("planned", 0)
        assert guidance.hold(held, walk_ins=40, by=counsellor).walk_ins == 40
        assert not Outbox.objects.exists()

    def test_at_the_desk(self, client, centre, counsellor):
        day = make_day(centre, counsellor)
        guidance.call_off(day, by=counsellor)
        client.force_login(counsellor)
        path = f"/desk/guidance/open-days/{day.ref}/"
        assert 'value="reopen"' in client.get(path).content.decode()
        assert client.post(path, {"do": "reopen", "reason": ""}).status_code == 422
        assert client.post(path, {"do": "reopen", "reason": REASON}).status_code == 302
        assert fresh(day).state == "planned"


class TestCase:
    def test_it_goes_on_unless_another_follows_the_person_now(self, centre, counsellor):
        case = make_case(centre)
        guidance.end_case(case, closing="work", by=counsellor)
        guidance.reopen_case(case, reason=REASON, by=counsellor)
        row = fresh(case)
        assert (row.state, row.closing, row.ended_at) == ("open", "", None)
        assert journalled(case, "reopen_case") == REASON
        guidance.end_case(case, closing="work", by=counsellor)
        guidance.open_case(case.client, centre=centre, counsellor=counsellor, by=counsellor)
        assert code_of(guidance.reopen_case, case, reason=REASON, by=counsellor) == "case_open"

    def test_whoever_opens_it_follows_it_when_its_counsellor_left(self, centre, counsellor):
        case = make_case(centre)
        guidance.end_case(case, closing="work", by=counsellor)
        case.counsellor.grants.all().delete()
        other = make_counsellor(centre, "other@example.org")
        assert guidance.reopen_case(case, reason=REASON, by=other).counsellor == other

    def test_at_the_desk(self, client, centre, counsellor):
        case = make_case(centre)
        guidance.end_case(case, closing="work", by=counsellor)
        client.force_login(counsellor)
        path = f"/desk/guidance/follow-ups/{case.ref}/"
        assert 'value="reopen"' in client.get(path).content.decode()
        assert client.post(path, {"do": "reopen", "reason": ""}).status_code == 422
        assert client.post(path, {"do": "reopen", "reason": REASON}).status_code == 302
        assert fresh(case).state == "open"


@pytest.mark.django_db(transaction=True)
def test_one_case_goes_on_while_another_is_begun_for_the_same_person(network):
    centre = make_centre()
    counsellor, case = make_counsellor(centre), make_case(centre)
    guidance.end_case(case, closing="work", by=counsellor)

    def race(n):
        if n:
            return guidance.open_case(case.client, centre=centre, counsellor=counsellor, by=counsellor).state
        return guidance.reopen_case(case, reason=REASON, by=counsellor).state

    assert sorted(together(2, race)) == ["case_open", "open"]
