"""A sheet with one bad cell among many: nothing is saved or lost, each bad cell says why and of whom."""

from __future__ import annotations

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.training import services
from takwin.training.models import Contest, Excuse, Mark, Statement, Trainer
from takwin.training.tests.make import CENTRE, make_course, make_group, make_trainer, make_training

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(client):
    user = make_user("marks@example.org", "trainer", centre=CENTRE)
    client.force_login(user)
    return make_trainer(account=user)


def make_sheet(trainer, people=18, **over):
    group = make_group(people=people)
    return services.plan_assessment(
        make_course(group, trainer), kind="module-end", on=timezone.localdate(), by=None, **over
    )


def typed(row, *values):
    """A sheet as a browser sends it."""
    people = sorted(services.candidates(row), key=lambda member: member.enrolment_id)
    out = {}
    for member, value in zip(people, values, strict=False):
        ref = member.enrolment.ref
        out |= {f"value-{ref}": value, f"status-{ref}": "marked", f"words-{ref}": ""}
    return people, out


class TestMarks:
    def test_one_bad_mark_of_eighteen_loses_none(self, client, trainer):
        row = make_sheet(trainer)
        people, sheet = typed(row, *(["12,25"] * 8), "1x", *(["9,75"] * 7), "21", "14")
        answer = client.post(f"/training/marks/{row.ref}/", sheet)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert Mark.objects.count() == 0
        assert (page.count('value="12,25"'), page.count('value="9,75"'), page.count('value="14"')) == (8, 7, 1)
        assert page.count('aria-invalid="true"') == 2
        for bad, value in ((people[8], "1x"), (people[16], "21")):
            cell = page.split(f'name="value-{bad.enrolment.ref}"')[1].split("<input")[0]
            assert f'value="{value}"' in cell
            assert bad.enrolment.person.name in cell.split('role="alert">')[1]
        sheet |= {f"value-{people[8].enrolment.ref}": "11", f"value-{people[16].enrolment.ref}": "20"}
        assert client.post(f"/training/marks/{row.ref}/", sheet).status_code == 302
        assert Mark.objects.count() == 18

    @pytest.mark.parametrize("value", ["15.5", "15,5", "١٥٫٥", "١٥,٥", "١٥،٥", "۱۵٫۵", " 15,50 "])
    def test_a_mark_is_read_as_it_is_typed(self, client, trainer, value):
        row = make_sheet(trainer, 2)
        _people, sheet = typed(row, value, "²")
        answer = client.post(f"/training/marks/{row.ref}/", sheet)
        assert answer.status_code == 422
        assert answer.content.decode().count('aria-invalid="true"') == 1
        _people, sheet = typed(row, value, value)
        client.post(f"/training/marks/{row.ref}/", sheet)
        assert set(Mark.objects.values_list("first", flat=True)) == {1550}

    def test_a_fraud_without_words_is_marked_at_its_words(self, client, trainer):
        row = make_sheet(trainer, 3)
        people, sheet = typed(row, "12", "13", "")
        ref = people[2].enrolment.ref
        page = client.post(f"/training/marks/{row.ref}/", sheet | {f"status-{ref}": "fraud"}).content.decode()
        cell = page.split(f'name="words-{ref}"')[1].split(">")[0]
        assert 'aria-invalid="true"' in cell
        assert '<option value="fraud" selected' in page
        assert Mark.objects.count() == 0

    def test_closing_keeps_what_is_typed_first_and_says_who_lacks_a_mark(self, client, trainer):
        row = make_sheet(trainer, 3)
        people, sheet = typed(row, "12", "13", "")
        answer = client.post(f"/training/marks/{row.ref}/", sheet | {"close": "1"}, follow=True)
        assert people[2].enrolment.person.name in answer.content.decode()
        assert sorted(Mark.objects.values_list("first", flat=True)) == [1200, 1300]
        sheet[f"value-{people[2].enrolment.ref}"] = "14"
        client.post(f"/training/marks/{row.ref}/", sheet | {"close": "1"})
        row.refresh_from_db()
        assert row.state == "closed"

    def test_a_sheet_closed_in_another_tab_hands_the_words_back(self, client, trainer):
        row = make_sheet(trainer, 2)
        _people, sheet = typed(row, "12", "13")
        services.close_marks(row if services.give_marks(
            row, {member.enrolment.ref: ("marked", "10", "") for member in services.candidates(row)},
            place="first", by=None
        ) else row, by=None)  # fmt: skip
        _people, late = typed(row, "17,5", "18,5")
        answer = client.post(f"/training/marks/{row.ref}/", late)
        assert answer.status_code == 422
        words = answer.content.decode()
        assert "17,5 · 18,5" in words
        assert 'value="17,5"' not in words
        assert sheet.keys() == late.keys()
        assert set(Mark.objects.values_list("first", flat=True)) == {1000}

    def test_the_mark_agreed_on_is_marked_in_its_own_cell(self, client, trainer):
        second = make_trainer("مصححة ثانية")
        row = make_sheet(trainer, 1, second=second)
        ref = services.candidates(row)[0].enrolment.ref
        services.give_marks(row, {ref: ("marked", "10", "")}, place="first", by=None)
        services.give_marks(row, {ref: ("marked", "16", "")}, place="second", by=None)
        sheet = {f"value-{ref}": "11", f"status-{ref}": "marked", f"words-{ref}": "", f"agreed-{ref}": "thirteen"}
        page = client.post(f"/training/marks/{row.ref}/", sheet).content.decode()
        assert 'aria-invalid="true"' in page.split(f'name="agreed-{ref}"')[1].split(">")[0]
        assert 'value="thirteen"' in page
        assert Mark.objects.get().first == 1000  # nothing of a refused sheet is saved, the good cell neither


class TestOthers:
    """Every other form of the desk that used to forget."""

    @pytest.fixture
    def world(self, client):
        world = make_training()
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        return world

    def test_a_roll_as_a_plain_form_keeps_its_ticks(self, client, world):
        user = Trainer.objects.get().account
        client.force_login(user)
        page = client.get("/training/rolls/").content.decode()
        sheet = page.split("<form")[-2]
        form = {
            name: sheet.split(f'name="{name}" value="')[1].split('"')[0] for name in ("course", "on", "hour", "length")
        }
        refs = [part.split('"')[0] for part in sheet.split('name="value-')[1::3]]
        form |= {f"value-{ref}": "late" for ref in refs} | {f"minutes-{ref}": "7" for ref in refs}
        before = Statement.objects.count()
        form[f"minutes-{refs[0]}"] = "999"
        answer = client.post("/training/rolls/sync/", form)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert f'name="minutes-{refs[0]}" value="999"' in page
        assert page.count('value="late" checked=""') == len(refs)
        assert Statement.objects.count() == before
        form[f"minutes-{refs[0]}"] = "9"
        assert client.post("/training/rolls/sync/", form).status_code == 302
        assert Statement.objects.count() == before + len(refs)

    def test_an_answer_to_an_excuse_and_a_correction(self, client, world):
        excuse = f"/desk/excuses/{world['excuse'].ref}/"
        assert client.post(excuse, {"answer": ""}).status_code == 422
        assert Excuse.objects.get().state == "asked"
        roll, key = f"/desk/rolls/{world['roll'].ref}/", Statement.objects.get().key
        answer = client.post(roll, {"key": str(key), "value": "late", "minutes": "900", "reason": "الحافلة تأخرت"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="الحافلة تأخرت"' in page
        assert 'value="900"' in page
        assert '<details class="mt-1" open>' in page

    def test_a_contest_and_its_answer(self, client, world):
        row = services.plan_assessment(
            world["group"].courses.first(), kind="module-end", on=timezone.localdate(), by=None
        )
        marks = {member.enrolment.ref: ("marked", "12", "") for member in services.candidates(row)}
        services.give_marks(row, marks, place="first", by=None)
        services.publish_marks(services.close_marks(row, by=None), by=None)
        services.contest(Mark.objects.first(), words="نقطة", by=None)
        contest = Contest.objects.get()
        path = f"/desk/groups/{world['group'].ref}/results/"
        answer = client.post(path, {"contest": contest.ref, "value": "1x", "answer": "أعدنا قراءة الورقة"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="أعدنا قراءة الورقة"' in page
        assert 'value="1x"' in page
        assert client.post(path, {"assessment": row.ref, "reopen": "1", "reason": ""}).status_code == 422
        contest.refresh_from_db()
        assert contest.state == "asked"

    def test_a_day_away_ended_wrongly_and_a_centre_that_is_not(self, client, world):
        trainer, today = world["trainer"], timezone.localdate()
        away = services.announce_absence(trainer, first_on=today, last_on=today, by=None)
        answer = client.post(f"/desk/trainers/absences/{away.ref}/", {"last_on": "2001-01-01"})
        assert answer.status_code == 422
        assert 'value="2001-01-01"' in answer.content.decode()
        answer = client.post(f"/desk/trainers/{trainer.ref}/", {"do": "share", "centre": "nowhere"})
        assert answer.status_code == 422
        cell = answer.content.decode().split('name="centre"')[1].split(">")[0]
        assert 'value="nowhere"' in cell
        assert 'aria-invalid="true"' in cell
