"""Two grants must not lend each other their reach: who reads everywhere and writes at one place writes there alone.

The addresses come from the resolver: a new page of the desk that takes a POST needs its case here."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from takwin.accounts.granting import give_role
from takwin.accounts.models import Grant, User
from takwin.accounts.roles import Role, capabilities_of, nationwide, own
from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.forms import ReserveForm
from takwin.admissions.models import Contribution, Draw, Run
from takwin.admissions.tests.make import make_run, make_submitted
from takwin.centres.forms import CorrectForm
from takwin.centres.models import Centre
from takwin.certification.tests.make import MEMBERS, make_certification
from takwin.core.models import ClockBatch, ClockRow, Entry
from takwin.employment import services as employment
from takwin.employment.tests.make import make_employer, make_vacancy
from takwin.guidance import services as guidance
from takwin.guidance.tests.make import make_guidance, make_hours
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering
from takwin.territory.models import Area
from takwin.training import services as training
from takwin.training.forms import EndAbsenceForm
from takwin.training.models import Assessment, Edition
from takwin.training.tests.make import (
    CENTRE,
    make_group,
    make_running_season,
    make_trainer,
    make_training,
)
from takwin.ui.edits import SEEN
from takwin.ui.pages import PUBLIC, READING, SIGNED_IN

pytestmark = pytest.mark.django_db
HERE, AREA, THERE = "ismss-oujda", "oriental", CENTRE  # the outsider's own centre and region; where the rows are
TODAY = timezone.localdate()
SOON, LATER = str(TODAY + timedelta(days=3)), str(TODAY + timedelta(days=40))
WRITES = re.compile(r'^(INSERT|UPDATE|DELETE)\b(?!.*"django_session")', re.S)
DATES = {"first_on": SOON, "last_on": LATER}
TERMS = DATES | {"tutor": "x", "share": "80"}

# Pages whose POST touches no row of a centre but the visitor's own, or nothing at all; each with its reason.
OWN_ROWS = {
    "training:rolls", "employment:employers", "employment:desk_vacancies", "guidance:agenda", "guidance:cases",
    "admissions:scoring", "admissions:whatif", "admissions:job",  # lists and readings: a POST does what a GET does
    "training:mark_list", "training:marks", "training:sync",  # the visitor's own courses, by their account
    "admissions:committee", "guidance:hand_over",  # what the visitor was named to
    "admissions:assist", "guidance:feed_renew",  # a file or a calendar of one's own
    "training:proof",  # reads; its journal line is asked below
    "admissions:corrections", "admissions:correction_file",  # a list and a document: a POST does what a GET does
    "admissions:correction", "admissions:card",  # a registrar of elsewhere: admissions/tests/test_corrections.py
}  # fmt: skip

# Address of each form -> (path, bodies). Each body must be refused to the outsider; one of them, at least, must write
# when someone of the place sends it: else the case shows nothing.
CASES = {
    "web:roles": (
        "/desk/roles/", [{"login": "m1@example.org", "role": "trainer", "centre": THERE, "reason": "x"}],
    ),
    "web:role_take": ("/desk/roles/held/{held}/", [{}]),
    "web:role_decide": ("/desk/roles/asked/{asked}/accept/", [{}]),
    "offer:detail": ("/desk/offerings/{offering}/", [{"do": "close", "reason": "x"}]),
    "offer:import": ("/desk/offerings/import/", ["sheet"]),
    "centres:detail": (
        f"/desk/centres/{THERE}/",
        [{"name_ar": "اسم", "status": "operating", "reason": "x", "seen_values": "{centre_seen}"}],
    ),
    "training:enrol": (f"/desk/training/{THERE}/enrol/", [{}]),
    "training:form_groups": (f"/desk/training/{THERE}/groups/", [{"line": "{line}", "capacity": "20"}]),
    "training:companies": (
        f"/desk/training/{THERE}/companies/", [{"name": "شركة", "kind": "company", "places": "1"}],
    ),
    "training:house": (
        f"/desk/training/{THERE}/house/",
        [{"girls": "3", "boys": "3"}, DATES | {"percent": "50"}, {"trainee": "{enrolment}"}, {"all": "1"}],
    ),
    "training:short_list": (f"/desk/training/{THERE}/continuing/", [{"title": "دورة"}]),
    "training:short": ("/desk/continuing/{short}/", [{"days": SOON, "names": "سعاد"}, {"cancel": "1"},
                                                   {"do": "reopen", "reason": "x"}]),
    "training:staff": (
        f"/desk/training/{THERE}/staff/",
        [{"name": "أستاذ", "status": "permanent", "weekly": "20"},
         {"name": "قاعة", "kind": "classroom", "capacity": "20", "site": "0"}],
    ),
    "training:timetables": (f"/desk/training/{THERE}/timetables/", [{"term": "2"}]),
    "training:trainee": (
        "/desk/trainees/{enrolment}/",
        [{"do": "guardian", "guardian_name": "أم", "guardian_phone": "+212612345600"},
         {"do": "abandon", "leaving": "health"}, {"do": "defer", "leaving": "health"}, {"do": "complete"},
         {"do": "place", "group": "{other_group}"}, {"do": "place", "group": "{group_here}"}],
    ),
    "training:group": (
        "/desk/groups/{group}/", [{"close": "1"}, {"open": "1"}, {"course": "{course}", "trainer": ""}],
    ),
    "training:results": (
        "/desk/groups/{group}/results/",
        [{"publish_results": "1"}, {"publish": "1", "assessment": "{assessment}"},
         {"reopen": "1", "assessment": "{assessment}", "reason": "x"}],
    ),
    "training:trainer": (
        "/desk/trainers/{trainer}/",
        [{"do": "closed", "closed": "5"}, {"do": "leave"}, {"do": "share", "centre": HERE}, {"do": "absence"} | DATES,
         {"do": "x", "name": "اسم آخر", "status": "permanent", "weekly": "3"}],
    ),
    "training:absence": (
        "/desk/trainers/absences/{absence}/",
        [{"last_on": SOON, "seen_values": "{absence_seen}"}, {"timetable": "{timetable}"}],
    ),
    "training:room": (
        "/desk/rooms/{room}/",
        [{"do": "closed", "closed": "5"}, {"name": "قاعة", "kind": "classroom", "capacity": "9", "site": "0"}],
    ),
    "training:timetable": (
        "/desk/timetables/{timetable}/", [{"do": "reopen"}, {"do": "publish"}, {"do": "solve"}, {"do": "stop"}],
    ),
    "training:publish": (
        "/desk/timetables/{timetable}/publish/", [{"starts_on": SOON, "seen": "{week_seen}"}],
    ),
    "training:edition": ("/desk/editions/{edition}/", [{"undo": "1"}, {"confirm": "1"}]),
    "training:session": ("/desk/sessions/{session}/", [{"pin": "1"}, {"slot": "5"}, {"other": "{session}"}]),
    "training:roll": ("/desk/rolls/{roll}/", [{"key": "00000000-0000-4000-8000-000000000001", "value": "present"}]),
    "training:excuse": (
        "/desk/excuses/{excuse}/", [{"accept": "on"}, {"answer": "لا"}, {"do": "reopen", "reason": "x"}]
    ),
    "training:company": (
        "/desk/companies/{company}/", [DATES | {"centre": THERE, "places": "3"}, {"end": "{convention}"}],
    ),
    "training:bind": (
        "/desk/trainees/{enrolment}/bind/contract/", [TERMS | {"company": "{company}"}],
    ),
    "training:contract": (
        "/desk/contracts/{contract}/",
        [{"do": "visit", "on": str(TODAY), "words": "x"}, {"do": "sign"}, {"do": "register", "number": "1"}],
    ),
    "training:placement": (
        "/desk/placements/{placement}/", [{"do": "visit", "on": str(TODAY), "words": "x"}, {"do": "cancel"}],
    ),
    "training:curricula": ("/desk/curricula/", [{"programme": "medical-secretary", "years": "1"}]),
    "training:curriculum": (
        "/desk/curricula/{draft}/",
        [{"put_in_force": "1"}, {"name_ar": "وحدة", "year": "1", "term": "1", "theory": "1", "practice": "1",
          "weight": "1", "weekly": "2", "length": "2", "room_kind": "classroom"}],
    ),
    "certification:jury_form": (
        "/desk/groups/{jury_group}/jury/",
        [{"held_on": str(TODAY), "president": "{president}", "members": MEMBERS}],
    ),
    "certification:jury": (
        "/desk/juries/{jury}/",
        [{"do": name} for name in ("open", "pull", "decide", "rule", "cancel", "issue", "sign")]
        + [{"do": "amend", "verdict": "{verdict}", "decision": "failed", "words": "x"}],
    ),
    "certification:diplomas": ("/desk/diplomas/", [{}]),
    "certification:diploma": (
        "/desk/diplomas/{diploma}/",
        [{"do": "revoke_diploma", "reason": "fraud"}, {"do": "suspend_diploma", "reason": "error"}, {"do": "restore"}],
    ),
    "certification:keys": ("/desk/keys/", [{"do": "rotate"}]),
    "employment:cohorts": ("/desk/employment/", [{"name": "x", "last_on": str(TODAY), "first_on": "2020-01-01"}]),
    "employment:wave": ("/desk/waves/{wave}/", [{"do": "close"}, {"do": "open"}, {"do": "publish"},
                                                  {"do": "reopen", "reason": "x", "closes_on": SOON}]),
    "employment:sample": (
        "/desk/samples/{sample}/",
        [{"do": "attempt", "channel": "phone", "result": "no-answer"},
         {"do": "answer", "channel": "phone", "outcome": "seeking"}],
    ),
    "employment:desk_employer": (
        "/desk/employers/{employer}/", [{"do": "suspend_employer", "reason": "x"}, {"do": "verify_employer"}],
    ),
    "employment:desk_vacancy": (
        "/desk/vacancies/{vacancy}/", [{"do": "open_vacancy"}, {"do": "turn_down_vacancy", "reason": "x"}],
    ),
    "guidance:desk_book": (
        "/desk/guidance/book/?case={case}",
        [{"centre": "guidance-fes", "counsellor": "{counsellor}", "starts_at": f"{SOON}T10:00", "purpose": "choose"}],
    ),
    "guidance:desk_appointment": (
        "/desk/guidance/appointments/{appointment}/", [{"do": "cancel"}, {"do": "attend"}, {"do": "open"}],
    ),
    "guidance:hours": (
        "/desk/guidance/hours/",
        [{"centre": "guidance-fes", "counsellor": "{counsellor}", "weekday": "2", "from_time": "09:00",
          "to_time": "10:00", "minutes": "30", "capacity": "1", "channel": "place", "first_on": SOON}],
    ),
    "guidance:closures": (
        "/desk/guidance/hours/closures/",
        [{"centre": "guidance-fes", "starts_at": f"{SOON}T09:00", "ends_at": f"{SOON}T10:00", "whole": "on"},
         {"reopen": "{closure}"}],
    ),
    "guidance:hours_end": ("/desk/guidance/hours/{hours}/end/", [{"last_on": LATER}]),
    "guidance:case": (
        "/desk/guidance/follow-ups/{case}/",
        [{"do": "record", "purpose": "choose", "channel": "phone", "summary": "x"}, {"do": "end", "closing": "work"},
         {"do": "reopen", "reason": "x"}],
    ),
    "guidance:notes": ("/desk/guidance/follow-ups/{case}/notes/", [{"text": "x"}]),
    "guidance:days": (
        "/desk/guidance/open-days/",
        [{"centre": "guidance-fes", "name_ar": "يوم", "starts_at": f"{SOON}T09:00", "ends_at": f"{SOON}T10:00"}],
    ),
    "guidance:day": ("/desk/guidance/open-days/{day}/", [{"call_off": "1"}, {"walk_ins": "3"},
                                                             {"do": "reopen", "reason": "x"}]),
    "admissions:runs": ("/desk/allocation/", [{"open": "1"}, {"end_answers": "1"}, {"trial": "1"}]),
    "admissions:round_plan": ("/desk/allocation/round/", [{"kind": "next", "results_at": f"{SOON}T10:00",
                                                           "answers_until": f"{LATER}T10:00"}]),
    "admissions:run": ("/desk/allocation/{run}/", [{}]),
    "admissions:run_sign": ("/desk/allocation/{run}/sign/", [{}]),
    "admissions:run_publish": ("/desk/allocation/{run}/publish/", [{}]),
    "admissions:run_discard": ("/desk/allocation/{run}/discard/", [{"reason": "x"}]),
    "admissions:reserves": (
        "/desk/reserves/{offering}/",
        [{"group": "disability", "seats": "1", "seen_values": "{reserves_seen}"}],
    ),
    "admissions:draw": ("/desk/allocation/draw/2024-2025/", [{}]),
    "admissions:lapses": ("/desk/allocation/lapses/2024-2025/1/", [{"reason": "x", "answers_until": f"{SOON}T10:00"},
                                                                   {"do": "confirm", "restoration": "x"}]),
    "web:retry_messages": ("/desk/messages/retry/", [{"up_to": "9"}, {"pk": "9"}]),
    "web:confirm_clock": ("/desk/clock/confirm/", [{"stopped_at": "x"}]),
    "web:taken_batch": ("/desk/clock/taken/{taken}/", [{"reason": "x"}, {"do": "accept", "request": "x"}]),
    "admissions:committee_dissolve": ("/desk/committees/{committee}/dissolve/", [{"reason": "x"}]),
    "admissions:committees": (
        "/desk/committees/",
        [{"offering": "{offering}", "method": "test", "members": "m1@example.org m2@example.org"}],
    ),
}  # fmt: skip
# Shown, or refused by a rule of their own in this small world (nobody waits, no slot, no mark), to those of the place
# too: for these the test shows only that the outsider writes nothing.
NOTHING_TO_DO = {
    "admissions:lapses",
    "admissions:draw", "admissions:run", "admissions:run_publish", "admissions:round_plan", "certification:diplomas",
    "training:enrol", "training:results", "training:bind", "training:roll", "employment:cohorts",
    "guidance:desk_book", "certification:jury", "web:retry_messages", "web:confirm_clock",
}  # fmt: skip

# A page of the outsider's own centre, and in the body a row of the other one.
CROSS = [
    ("/desk/groups/{group_here}/", {"course": "{course}", "trainer": ""}),
    ("/desk/groups/{group_here}/", {"course": "{course_here}", "trainer": "{trainer}"}),
    ("/desk/groups/{group_here}/results/", {"publish": "1", "assessment": "{assessment}"}),
    ("/desk/groups/{group_here}/results/", {"contest": "{contest}", "answer": "x"}),
    ("/desk/trainees/{enrolment_here}/", {"do": "place", "group": "{group}"}),
    (f"/desk/training/{HERE}/house/", {"trainee": "{enrolment}"}),
    (f"/desk/training/{HERE}/groups/", {"line": "{line}", "capacity": "20"}),
    ("/desk/trainers/{trainer_here}/", {"do": "share", "centre": THERE}),
    ("/desk/trainers/absences/{absence_here}/", {"timetable": "{timetable}"}),
    ("/desk/companies/{company}/", {"centre": THERE, "places": "3"} | DATES),
    ("/desk/companies/{company}/", {"end": "{convention}"}),
    # A trainer of the other centre who also teaches here: their file belongs to their own centre.
    ("/desk/trainers/{shared}/", {"do": "leave"}),
    ("/desk/trainers/{shared}/", {"do": "closed", "closed": "5"}),
    ("/desk/trainers/absences/{shared_absence}/", {"last_on": SOON}),
]


def desk_pages():
    """{name: (the view, the capability its POST needs)} of every page of the desk that takes a POST."""

    def walk(patterns, namespace=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, pattern.namespace or namespace)
            elif capability := getattr(pattern.callback, "capability", None):
                yield f"{namespace}:{pattern.name}", capability, getattr(pattern.callback, "moves", "")

    out = {}
    for name, capability, moves in walk(get_resolver().url_patterns):
        needed = capability if callable(moves) else moves or capability
        personal = capability in {PUBLIC, SIGNED_IN} | own()
        if not personal and (callable(moves) or not needed.endswith(READING)):
            out[name] = needed
    return out


def test_every_form_of_the_desk_has_its_case():
    found = set(desk_pages())
    assert len(found) > 50
    assert found - set(CASES) - OWN_ROWS == set()
    assert set(CASES) | OWN_ROWS <= found


def test_an_auditor_holds_nothing_that_moves():
    assert all(capability.endswith(READING) for capability in capabilities_of(Role.AUDITOR))
    # The journal and the events of the door lie at no place: an auditor of a region reads none of them.
    assert {capability for capability in nationwide() if capability.endswith(READING)} == {"journal.audit"}


def make_everywhere(email: str = "insider@example.org") -> User:
    """Every role, everywhere."""
    user = make_user(email)
    for role in Role.values:
        grant(user, role)
    return user


def make_outsider() -> User:
    """Reads everywhere; every role at one centre, and national management of one region."""
    user = make_user("outsider@example.org", "auditor")
    for role in set(Role.values) - {"auditor"}:
        Grant.objects.create(user=user, role=role, centre=Centre.objects.get(code=HERE))
        Grant.objects.create(user=user, role=role, area=Area.objects.get(code=AREA))
    return user


@pytest.fixture
def world():
    """One of each at Meknès and Fez, and a group with its people at the outsider's centre."""
    season = make_running_season()
    now = timezone.now()
    type(season).objects.filter(pk=season.pk).update(
        state="open", opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=2)
    )
    season.refresh_from_db()
    out = make_training() | make_guidance() | make_certification()
    counsellor = out["case"].counsellor
    out["offering"] = make_offering(season, centre=THERE)
    out["application"] = make_submitted(season, "candidate@example.org", [out["offering"]])
    for name in ("m1@example.org", "m2@example.org"):
        make_user(name, "scorer", centre=THERE)
    out["held"] = User.objects.get(email="m1@example.org").grants.get().pk
    out["asked"] = give_role(
        login="m2@example.org", role="regional", area=Area.objects.get(code="fes-meknes"), reason="x",
        by=make_user("asker@example.org", "national"),
    )  # fmt: skip
    members = [make_user(f"s{n}@example.org", "scorer", centre=THERE) for n in range(2)]
    scored = make_offering(season, "medical-secretary", centre=THERE)
    out["committee"] = admissions.form_committee(scored, method="test", members=members, by=None)
    out["run"] = make_run(close_season(season, by=None))
    cohort = employment.freeze_cohort(  # a run may begin before midnight
        name="خريجو اليوم", first_on=TODAY - timedelta(days=30), last_on=timezone.localdate()
    )
    sample = employment.open_wave(cohort.waves.get(months=6)).samples.first()
    employer = make_employer()
    out |= {"sample": sample, "wave": sample.wave, "employer": employer}
    out["vacancy"] = make_vacancy(employer, opened=False)
    out["taken"] = make_taken(employer)
    out["counsellor"], out["hours"] = counsellor, make_hours(out["case"].centre, counsellor)
    begin = now + timedelta(days=9)
    out["closure"] = guidance.close_days(
        centre=out["case"].centre,
        counsellor=counsellor,
        starts_at=begin,
        ends_at=begin + timedelta(hours=1),
        by=counsellor,
    )
    out["centre_seen"] = CorrectForm(row=Centre.objects.get(code=THERE)).fields[SEEN].initial
    out["reserves_seen"] = ReserveForm(row=out["offering"]).fields[SEEN].initial
    out |= more_training(out)
    out["absence_seen"] = EndAbsenceForm(row=out["absence"]).fields[SEEN].initial
    return out


def more_training(out):
    """What the pages of training name beside their own row."""
    group, centre = out["group"], Centre.objects.get(code=HERE)
    here = make_group(group.version, "OU-1", people=1, first=40, centre=HERE)
    shared = make_trainer("أستاذ مشترك")
    training.share(shared, centre=centre, by=None)
    trainer_here = make_trainer("أستاذ وجدة", centre=HERE)
    away = {"first_on": TODAY, "last_on": TODAY + timedelta(days=9), "by": None}
    course = group.courses.first()
    assessment = training.plan_assessment(course, kind="continuous", on=TODAY, by=None)
    mark = Assessment.objects.exclude(pk=assessment.pk).first().marks.first()
    apprentice = out["contract"].enrolment
    return {
        "other_group": make_group(group.version, "PA1-7", people=0), "group_here": here,
        "enrolment_here": here.members.first().enrolment, "course": course,
        "course_here": training.open_courses(here, term=1)[0], "shared": shared, "trainer_here": trainer_here,
        "absence": training.announce_absence(out["trainer"], **away),
        "absence_here": training.announce_absence(trainer_here, **away),
        "shared_absence": training.announce_absence(shared, **away),
        "assessment": assessment, "contest": training.contest(mark, words="x", by=None),
        "short": training.ask_course(centre=out["room"].centre, title="دورة", by=None),
        "convention": out["placement"].convention, "draft": make_draft(group),
        "edition": Edition.objects.filter(timetable=out["timetable"]).first(),
        "week_seen": training.digest(training.working(out["timetable"])),
        "president": out["jury"].president, "verdict": out["jury"].verdicts.first(),
        "line": f"{apprentice.version_id}-{apprentice.mode_id}-{apprentice.year}",
    }  # fmt: skip


def make_taken(employer):
    """A vacancy that the clock ended."""
    row, now = make_vacancy(employer), timezone.now()
    type(row).objects.filter(pk=row.pk).update(state="expired")
    batch = ClockBatch.objects.create(step="vacancies", count=1, believed_at=now, database_at=now)
    ClockRow.objects.create(batch=batch, row=row.pk, before="open")
    return batch


def make_draft(group):
    return training.draft(group.version.programme)


def filled(template, world):
    """A path or a body with the references of the world's rows in it."""
    if isinstance(template, dict):
        return {name: filled(value, world) for name, value in template.items()}
    return template.format(
        **{name: getattr(row, "ref", row) for name, row in world.items()} | {"verdict": world["verdict"].pk}
    )


# What a run reads stays from the day its draw is known: their own people write these in a season without a draw.
FROZEN = {
    "offer:detail", "offer:import", "centres:detail", "training:absence", "admissions:reserves",
    "admissions:committee_dissolve", "admissions:committees",
}  # fmt: skip


def posted(client, path, body, world, *, undrawn=False):
    """(status, what was written, lines of the journal) of one POST, undone afterwards. `undrawn`: before the draw."""
    if body == "sheet":
        from django.core.files.uploadedfile import SimpleUploadedFile

        text = f"centre,programme,mode,capacity,first_year,seats\n{THERE},medical-secretary,initial,20,10,9\n"
        body = {"file": SimpleUploadedFile("x.csv", text.encode())}
    before = Entry.objects.count()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        if undrawn:
            for model in (Run, Contribution, Draw):
                model.objects.all().delete()
        answer = client.post(filled(path, world), filled(body, world) if "file" not in body else body)
        lines = Entry.objects.count() - before
        transaction.set_rollback(True)
    return answer.status_code, [row["sql"][:160] for row in queries if WRITES.match(row["sql"])], lines


def test_nobody_writes_where_their_grant_does_not_reach(client, world):
    client.raise_request_exception = False
    faults = []
    client.force_login(make_everywhere())
    for name, (path, bodies) in CASES.items():
        sent = [posted(client, path, body, world, undrawn=name in FROZEN) for body in bodies]
        if any(status >= 500 for status, _sql, _lines in sent):
            faults.append((name, "breaks", [status for status, _sql, _lines in sent]))
        if name not in NOTHING_TO_DO and not any(lines for _status, _sql, lines in sent):
            faults.append((name, "writes nothing for its own people", [status for status, _sql, _lines in sent]))
    client.force_login(make_outsider())
    forms = [(path, body) for path, bodies in CASES.values() for body in bodies]
    for path, body in [*forms, ("/desk/excuses/{excuse}/proof/", {}), *CROSS]:
        status, sql, _lines = posted(client, path, body, world)
        if sql or status >= 500:
            faults.append((filled(path, world), body, status, sql[:2]))
    assert faults == [], "\n".join(map(str, faults))
