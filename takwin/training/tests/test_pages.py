"""What the buttons of the desk do, and what a stranger, an auditor and a phone without scripts meet."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from icalendar import Calendar
from openpyxl import load_workbook

from takwin.accounts.models import User
from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.centres.models import Centre
from takwin.training import calendars, services
from takwin.training.models import (
    Absence,
    Assessment,
    Contest,
    Course,
    Enrolment,
    Excuse,
    Group,
    Module,
    RejectedStatement,
    Room,
    Statement,
    Timetable,
    TimetableFeed,
    Trainer,
    Version,
)  # fmt: skip
from takwin.training.selectors import weeks
from takwin.training.tests.make import (
    CENTRE,
    make_enrolment,
    make_group,
    make_proof,
    make_timetable,
    make_trainer,
    make_training,
    make_version,
)  # fmt: skip
from takwin.ui.edits import SEEN, pack_values
from tests.test_edits import seen_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_training()


@pytest.fixture
def registrar(client):
    user = make_user("reg@example.org", "registrar", centre=CENTRE)
    client.force_login(user)
    return user


@pytest.fixture
def now(monkeypatch):
    """Jobs run at once, and short."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda f, **_k: f())
    monkeypatch.setattr("takwin.training.tasks.SECONDS", 1.0)
    monkeypatch.setattr("takwin.training.tasks.REPAIR_SECONDS", 1.0)


class TestDesk:
    def test_people_are_enrolled_and_put_in_groups(self, client, registrar):
        version = make_version()
        for number in range(5):
            make_enrolment(version, number)
        page = client.get(f"/desk/training/{CENTRE}/").content.decode()
        assert "متدربين ينتظرون فوجا" in page
        line = f"{version.pk}-{Enrolment.objects.first().mode_id}-1"
        client.post(f"/desk/training/{CENTRE}/groups/", {"line": line, "capacity": "3"})
        assert sorted(Group.objects.values_list("taken", flat=True)) == [2, 3]
        assert client.post(f"/desk/training/{CENTRE}/groups/", {"line": line, "capacity": "x"}).status_code == 302
        assert client.post(f"/desk/training/{CENTRE}/enrol/").status_code == 302

    def test_a_trainee_is_moved_paused_and_comes_back(self, client, registrar, world):
        row, path = world["enrolment"], f"/desk/trainees/{world['enrolment'].ref}/"
        other = make_group(row.version, "PA1-7", people=0)
        assert client.post(path, {"do": "place", "group": other.ref}).status_code == 302
        assert row.memberships.get(until_on=None).group == other
        assert client.post(path, {"do": "interrupt", "leaving": ""}).status_code == 422
        client.post(path, {"do": "interrupt", "leaving": "health"})
        row.refresh_from_db()
        assert row.state == "interrupted"
        client.post(path, {"do": "return_"})
        guardian = {"do": "guardian", "guardian_name": "أب", "guardian_phone": "0612345678"}
        client.post(path, guardian | {SEEN: seen_of(client, path)})
        row.refresh_from_db()
        assert (row.state, row.guardian_phone) == ("enrolled", "+212612345678")

    def test_an_auditor_reads_and_changes_nothing(self, client, world):
        client.force_login(make_user("audit@example.org", "auditor"))
        client.post(f"/desk/trainees/{world['enrolment'].ref}/", {"do": "abandon", "leaving": "work"})
        client.post(f"/desk/timetables/{world['timetable'].ref}/", {"do": "reopen"})
        client.post(f"/desk/groups/{world['group'].ref}/", {"close": "1"})
        assert client.post(f"/desk/training/{CENTRE}/enrol/").status_code == 403
        assert set(Enrolment.objects.values_list("state", flat=True)) == {"enrolled"}
        assert Timetable.objects.get().state == "published"
        assert Group.objects.get().state == "open"

    def test_a_stranger_finds_nothing(self, client, world):
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        paths = [
            f"/desk/training/{CENTRE}/", f"/desk/trainees/{world['enrolment'].ref}/",
            f"/desk/groups/{world['group'].ref}/", f"/desk/trainers/{world['trainer'].ref}/",
            f"/desk/rooms/{world['room'].ref}/", f"/desk/timetables/{world['timetable'].ref}/",
            f"/desk/timetables/{world['timetable'].ref}/week.pdf", f"/desk/sessions/{world['session'].ref}/",
            f"/desk/rolls/{world['roll'].ref}/", f"/desk/excuses/{world['excuse'].ref}/proof/",
        ]  # fmt: skip
        assert {client.get(path).status_code for path in paths} == {404}
        assert client.post(f"/desk/excuses/{world['excuse'].ref}/", {"accept": "on"}).status_code == 404

    def test_trainers_and_rooms_are_added_and_changed(self, client, registrar, world):
        path = f"/desk/training/{CENTRE}/staff/"
        client.post(path, {"name": "ورشة", "kind": "workshop", "capacity": "20", "site": "0"})
        room = Room.objects.get(kind="workshop")
        client.post(f"/desk/rooms/{room.ref}/", {"do": "closed", "closed": ["3", "4"]})
        assert room.unavailabilities.count() == 2
        client.post(path, {"name": "جديد", "status": "hourly", "weekly": "10", "teaches": ["pharmacy-assistant"]})
        trainer = Trainer.objects.get(name="جديد")
        page = f"/desk/trainers/{trainer.ref}/"
        client.post(page, {"do": "closed", "closed": ["1", "x"]})
        client.post(page, {"do": "share", "centre": "ismss-oujda"})
        assert trainer.centres.count() == 1  # a post at Oujda is given by someone who runs Oujda too
        grant(User.objects.get(email="reg@example.org"), "registrar", centre=Centre.objects.get(code="ismss-oujda"))
        client.post(page, {"do": "share", "centre": "ismss-oujda"})
        client.post(page, {"name": "آخر", "status": "hourly", "weekly": "12", SEEN: seen_of(client, page, -1)})
        assert "آخر يوم" not in client.post(page, {"do": "absence", "first_on": "2026-01-05"}).content.decode()[:50]
        client.post(page, {"do": "absence", "first_on": "2026-01-05", "last_on": "2026-01-06"})
        trainer.refresh_from_db()
        assert (trainer.name, trainer.weekly, trainer.centres.count(), trainer.unavailabilities.count()) == (
            "آخر",
            12,
            2,
            1,
        )
        assert Absence.objects.get().trainer == trainer

    def test_courses_are_given_and_refusals_are_said(self, client, registrar, world):
        course = Course.objects.first()
        path = f"/desk/groups/{course.group.ref}/"
        weak = make_trainer("قليل", weekly=1)
        seen = {SEEN: pack_values({"trainer": course.trainer.ref})}
        answer = client.post(path, {"course": course.ref, "trainer": weak.ref} | seen, follow=True)
        assert "والحد هو 1" in answer.content.decode()
        client.post(path, {"course": course.ref, "trainer": ""} | seen)
        assert Course.objects.get(pk=course.pk).trainer is None

    def test_a_curriculum_is_written_by_the_nation(self, client, world):
        client.force_login(make_user("boss@example.org", "national"))
        assert "لا توجد شعبة" in client.post("/desk/curricula/", {"programme": "x", "years": "1"}).content.decode()
        answer = client.post("/desk/curricula/", {"programme": "dental-assistant", "years": "2"})
        version = Version.objects.get(programme__code="dental-assistant")
        assert answer.url == f"/desk/curricula/{version.ref}/"
        fields = {
            "name_ar": "وحدة", "year": "1", "term": "1", "theory": "20", "practice": "40", "weight": "2",
            "weekly": "5", "length": "2", "room_kind": "laboratory",
        }  # fmt: skip
        client.post(answer.url, fields)
        assert Module.objects.get(version=version).weekly == 5
        client.post(answer.url, {"put_in_force": "1"})
        version.refresh_from_db()
        assert version.state == "current"


class TestWeek:
    def test_calculate_publish_take_back_and_bring_in(self, client, registrar, now):
        row = make_timetable()
        path = f"/desk/timetables/{row.ref}/"
        publish = {"starts_on": str(timezone.localdate()), "seen": services.digest(services.working(row))}
        refusal = client.post(f"{path}publish/", publish).content.decode()
        assert "12" in refusal
        client.post(path, {"do": "solve"})
        row.refresh_from_db()
        assert row.report["unplaced"] == 0
        assert client.get(f"{path}progress/").json()["ended"]
        book = client.get(f"{path}week.xlsx").content
        assert load_workbook(io.BytesIO(book)).active.max_row == 13
        file = SimpleUploadedFile("week.xlsx", book)
        assert "لم تُنقل أي حصة" in client.post(path, {"do": "import", "file": file}, follow=True).content.decode()
        bad = SimpleUploadedFile("week.xlsx", b"no")
        assert "XLSX" in client.post(path, {"do": "import", "file": bad}, follow=True).content.decode()
        publish["seen"] = services.digest(services.working(row))
        client.post(f"{path}publish/", publish)
        row.refresh_from_db()
        assert row.state == "published"
        assert "منشور" in client.post(path, {"do": "solve"}, follow=True).content.decode()
        client.post(path, {"do": "stop"})
        client.post(path, {"do": "reopen"})
        row.refresh_from_db()
        assert row.state == "draft"
        for kind in ("group", "trainer", "room", "nonsense"):
            assert client.get(path, {"by": kind, "of": "nobody"}).status_code == 200
        assert client.get(f"/fr{path}week.pdf", {"by": "room"}).content.startswith(b"%PDF")

    def test_a_session_is_moved_pinned_and_refused(self, client, registrar, world):
        session = world["session"]
        path = f"/desk/sessions/{session.ref}/"
        page = client.get(path)
        slot = page.context["found"].free[0]
        client.post(path, {"slot": str(slot)})
        session.refresh_from_db()
        assert session.slot == slot
        assert "الظهر" in client.post(path, {"slot": "x"}, follow=True).content.decode()
        other = page.context["found"].exchanges[0]
        assert client.post(path, {"other": other.ref}).status_code == 302
        assert client.post(path, {"other": "SES-NOTHERE"}).status_code == 404
        client.post(path, {"pin": "1"})
        session.refresh_from_db()
        assert session.pinned

    @pytest.mark.parametrize("published", [True, False])
    def test_a_week_is_made_around_an_absence(self, client, registrar, world, now, published):
        if not published:
            world["timetable"].editions.all().delete()
            Timetable.objects.update(state="draft")
        session = world["timetable"].sessions.order_by("slot").first()
        slot, on = session.slot, timezone.localdate()
        on = on.fromordinal(on.toordinal() - on.weekday() + 7 + session.slot // 8)
        away = services.announce_absence(world["trainer"], first_on=on, last_on=on, by=None)
        client.post(f"/desk/trainers/absences/{away.ref}/", {"timetable": world["timetable"].ref})
        session.refresh_from_db()
        page = client.get(f"/desk/timetables/{world['timetable'].ref}/").content.decode()
        if published:  # the week stays; a change of those days waits to be confirmed
            change = world["timetable"].editions.get(state="proposed")
            placed = change.placed.get(course=session.course, part=session.part)
            assert (session.slot, placed.slot // 8 != on.weekday()) == (slot, True)
            assert f"/desk/editions/{change.ref}/" in page
        else:
            assert session.slot // 8 != on.weekday()
            assert "نقلها آخر حساب" in page
        client.post(f"/desk/trainers/absences/{away.ref}/", {"last_on": "2001-01-01"})
        away.refresh_from_db()
        assert away.last_on == on

    def test_a_timetable_is_opened_for_a_term_once(self, client, registrar, world):
        path = f"/desk/training/{CENTRE}/timetables/"
        client.post(path, {"term": "2"})
        client.post(path, {"term": "2"})
        client.post(path, {"term": "9"})
        assert Timetable.objects.count() == 2


class TestRolls:
    def batch(self, world, **over):
        today = timezone.localdate()
        sitting = weeks.of_group(world["group"], today - timedelta(days=6), today)[0]
        statement = {
            "key": "00000000-0000-4000-8000-0000000000aa", "course": sitting.session.course.ref, "on": str(sitting.on),
            "hour": sitting.hour, "length": sitting.session.length, "trainee": world["enrolment"].ref, "value": "late",
            "minutes": 4,
        }  # fmt: skip
        return [statement | over]

    def send(self, client, batch):
        return client.post("/training/rolls/sync/", json.dumps(batch), content_type="application/json")

    def send_raw(self, client, body):
        return client.post("/training/rolls/sync/", body, content_type="application/json")

    def test_a_phone_sends_and_is_answered_for_each(self, client, world):
        client.force_login(world["trainer"].__class__.objects.get().account)
        answer = self.send(client, self.batch(world))
        assert answer.json()["answers"]["00000000-0000-4000-8000-0000000000aa"]["state"] == "kept"
        assert self.send(client, {"x": 1}).status_code == 422
        poison = self.batch(world, key="00000000-0000-4000-8000-0000000000ab", value="\x00")[0]
        fresh = self.batch(world, key="00000000-0000-4000-8000-0000000000ac", value="present", minutes=0)[0]
        body = {"now": timezone.now().isoformat(), "items": [poison, fresh]}
        each = self.send_raw(client, json.dumps(body)).json()["each"]
        assert [outcome["state"] for outcome in each] == ["refused", "kept"]
        deep = "[" * 30_000 + "]" * 30_000
        each = self.send_raw(client, f"[{deep}, NaN, {json.dumps(fresh)}]").json()["each"]
        assert [outcome["state"] for outcome in each] == ["refused", "refused", "known"]
        answer = client.post("/training/rolls/sync/", "{not json", content_type="application/json")
        assert answer.status_code == 422

    def test_another_trainer_s_words_are_set_aside(self, client, world):
        make_trainer("آخر", make_user("other@example.org", "trainer", centre=CENTRE))
        client.force_login(Trainer.objects.get(name="آخر").account)
        answers = self.send(client, self.batch(world)).json()["answers"]
        assert {answer["state"] for answer in answers.values()} == {"refused"}
        assert RejectedStatement.objects.count() == 1

    def test_without_scripts_the_page_is_a_form(self, client, world):
        client.force_login(Trainer.objects.get().account)
        page = client.get("/training/rolls/")
        sheet = next(shown for shown in page.context["sheets"] if shown.rows)
        sitting = sheet.sitting
        form = {
            "course": sitting.session.course.ref, "on": str(sitting.on), "hour": sitting.hour,
            "length": sitting.session.length, "sheet": "x1",
        }  # fmt: skip
        for row in sheet.rows:
            form[f"value-{row.enrolment.ref}"] = "absent"
        before = Statement.objects.count()
        for _ in range(2):
            client.post("/training/rolls/sync/", form)
        assert Statement.objects.count() == before + len(sheet.rows)

    def test_the_office_corrects_and_answers_excuses(self, client, registrar, world):
        path = f"/desk/rolls/{world['roll'].ref}/"
        now = Statement.objects.get(is_current=True)
        assert "اذكر السبب" in client.post(path, {"key": now.key, "value": "present"}, follow=True).content.decode()
        client.post(path, {"key": now.key, "value": "late", "minutes": "5", "reason": "حافلة"})
        assert Statement.objects.get(is_current=True).value == "late"
        assert client.get(f"/desk/excuses/{world['excuse'].ref}/proof/").status_code == 200
        client.post(f"/desk/excuses/{world['excuse'].ref}/", {"answer": ""})
        assert Excuse.objects.get().state == "asked"
        client.post(f"/desk/excuses/{world['excuse'].ref}/", {"accept": "on"})
        assert Excuse.objects.get().state == "accepted"
        page = client.get(f"/desk/training/{CENTRE}/absences/", {"format": "csv"})
        assert b"PA1-1" in b"".join(page.streaming_content)
        assert client.get(f"/desk/training/{CENTRE}/absences/", {"month": "2024-13"}).status_code == 200


class TestMarks:
    def test_from_the_plan_to_the_transcript(self, client, world):
        trainer = Trainer.objects.get()
        course = Course.objects.first()
        client.force_login(trainer.account)
        fields = {
            "course": course.ref, "kind": "module-end", "exam_session": "first", "on": str(timezone.localdate()),
            "weight": "1",
        }  # fmt: skip
        early = client.post("/training/marks/", fields | {"on": "2001-01-01"}).content.decode()
        assert "قبل بداية" in early
        path = client.post("/training/marks/", fields).url
        assert client.post("/training/marks/", fields).url == path  # sent twice, planned once
        people = [line["enrolment"] for line in client.get(path).context["people"]]
        sent = {f"value-{row.ref}": "21" for row in people}
        assert "«21»" in client.post(path, sent, follow=True).content.decode()
        client.post(path, dict.fromkeys(sent, "13,5") | {f"status-{people[0].ref}": "absent"})
        client.post(path, {"close": "1"})
        row = Assessment.objects.get()
        assert row.state == "closed"
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        desk = f"/desk/groups/{course.group.ref}/results/"
        client.post(desk, {"assessment": row.ref, "publish": "1"})
        assert "لا نتيجة مكتملة" in client.post(desk, {"publish_results": "1"}, follow=True).content.decode()
        client.post(desk, {"assessment": row.ref, "reopen": "1", "reason": ""})
        row.refresh_from_db()
        assert row.state == "published"
        person = people[1].person
        person.account = make_user("me@example.org")
        person.save()
        client.force_login(person.account)
        assert client.get("/training/mine/transcript.pdf").status_code == 404
        assert "13,50" in client.get("/training/mine/").content.decode()
        assert client.post(f"/training/mine/marks/{row.ref}/contest/", {"words": "نقطة"}).status_code == 302
        assert client.post("/training/mine/marks/EVL-NOTHERE/contest/", {"words": "x"}).status_code == 404
        client.force_login(make_user("reg2@example.org", "registrar", centre=CENTRE))
        assert client.get(f"/desk/trainees/{people[1].ref}/transcript.pdf").content.startswith(b"%PDF")
        contest = Contest.objects.get()
        client.post(desk, {"contest": contest.ref, "answer": "نعم", "value": "14"})
        contest.refresh_from_db()
        assert (contest.state, contest.mark.first) == ("upheld", 1400)
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(desk).status_code == 404
        assert client.get(f"/desk/trainees/{people[1].ref}/transcript.pdf").status_code == 404

    def test_another_trainer_finds_no_sheet_and_a_trainee_no_other_mark(self, client, world):
        course = Course.objects.first()
        row = services.plan_assessment(course, kind="continuous", on=timezone.localdate(), by=None)
        make_trainer("آخر", make_user("other@example.org", "trainer", centre=CENTRE))
        client.force_login(Trainer.objects.get(name="آخر").account)
        assert client.get(f"/training/marks/{row.ref}/").status_code == 404
        client.force_login(make_user("me@example.org"))
        assert client.post(f"/training/mine/marks/{row.ref}/contest/", {"words": "x"}).status_code == 404
        assert client.get("/training/mine/transcript.pdf").status_code == 404


class TestMine:
    def test_who_is_not_enrolled_is_shown_what_comes(self, client):
        client.force_login(make_user("c@example.org"))
        assert "لست مسجلا بعد" in client.get("/training/mine/").content.decode()

    def test_a_trainee_sees_the_week_asks_and_subscribes(self, client, world):
        user = make_user("me@example.org")
        person = world["enrolment"].person
        person.account = user
        person.save()
        client.force_login(user)
        page = client.get("/training/mine/", {"on": "2024-01-01"})
        assert page.status_code == 200
        assert client.get("/training/mine/", {"on": "2024-13-99"}).status_code == 200
        assert client.get("/accounts/").status_code == 200
        fields = {"first_on": "2026-01-05", "last_on": "2026-01-05", "kind": "illness"}
        assert client.post("/training/mine/", fields).status_code == 422
        assert client.post("/training/mine/", fields | {"proof": make_proof()}).status_code == 302
        client.post("/training/feed/")
        token = calendars.feed_token(TimetableFeed.objects.get())
        client.logout()
        text = client.get(f"/training/feed/{token}.ics")
        events = Calendar.from_ical(text.content).walk("VEVENT")
        assert len(events) >= 6
        assert person.family_name not in text.content.decode()
        assert client.get(f"/training/feed/{token[:-1]}x.ics").status_code == 404
        services.new_feed(user)
        assert client.get(f"/training/feed/{token}.ics").status_code == 404
