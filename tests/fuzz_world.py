"""A world where nearly every page has something to show and nearly every form stands on a page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from takwin.accounts.granting import give_role
from takwin.accounts.models import User
from takwin.accounts.roles import Role
from takwin.accounts.services import grant
from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.tests.make import make_application, make_correction, make_submitted
from takwin.certification import services as certification
from takwin.certification.tests.make import make_certification, make_jury, make_open_jury, make_results
from takwin.core import messages
from takwin.core.models import Clock, Outbox
from takwin.employment import services as employment
from takwin.employment import tokens as surveys
from takwin.employment.tests.make import OTHER_ICE, make_employer, make_vacancy
from takwin.guidance import services as guidance
from takwin.guidance import tokens as appointments
from takwin.guidance.tests.make import make_case, make_client, make_guidance, make_hours, make_slot
from takwin.offer.tests.make import make_offering
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.training import services as training
from takwin.training.models import Assessment, Edition
from takwin.training.tests.make import CENTRE, make_group, make_proof, make_running_season, make_training

World = dict[str, Any]
DAY = timedelta(days=1)


def make_insider(email: str = "insider@example.org", **over: Any) -> User:
    """Every role, everywhere: shown every page of the desk."""
    user = make_user(email, **over)
    for role in Role.values:
        grant(user, role)
    return user


def make_world() -> World:
    """{"visitors": {name: account}, "starts": addresses that no page links, "season": open}."""
    season, now = make_running_season(), timezone.now()
    type(season).objects.filter(pk=season.pk).update(state="open", opens_at=now - 2 * DAY, closes_at=now + 2 * DAY)
    season.refresh_from_db()
    insider = make_insider(is_staff=True, is_superuser=True)
    visitors: World = {
        "stranger": AnonymousUser(), "insider": insider,
        "director": make_user("head@example.org", "director", centre=CENTRE),
        "national": make_user("boss@office.example", "national"),
    }  # fmt: skip
    starts: list[str] = []
    parts = (_admissions(season, insider), _training(), _certification(insider), _guidance(insider))
    for accounts, more in (*parts, _employment(), _desk()):
        visitors |= accounts
        starts += more
    return {"visitors": visitors, "starts": starts, "season": season}


def _admissions(season: Any, insider: User) -> tuple[World, list[str]]:
    offering = make_offering(season, centre=CENTRE)
    scored = make_offering(season, "medical-secretary", centre=CENTRE)
    candidate = make_submitted(season, "candidate@example.org", [offering, scored])
    drafting = make_application(season, "draft@example.org")
    owner = drafting.person.account
    for row in (offering, scored):
        admissions.add_wish(drafting, offering=row, by=owner)
    file = SimpleUploadedFile("marks.pdf", b"%PDF-1.4 marks")
    admissions.join_document(drafting, kind="marks", file=file, by=owner)
    correction = make_correction(candidate.person)
    members = [make_user(f"s{n}@example.org", "scorer", centre=CENTRE) for n in range(2)]
    admissions.form_committee(scored, method="test", members=[insider, *members], by=None)
    assisted = make_application(season, user=make_user("assisted@example.org"), phone="+212612345611")
    Person.objects.filter(pk=assisted.person_id).update(account=None)
    admissions.set_reserve(offering, group="girls", seats=1, by=None)
    starts = [
        f"/desk/reserves/{offering.ref}/", f"/desk/corrections/{correction.ref}/",
        f"/desk/cards/{candidate.person.ref}/", f"/desk/allocation/draw/{season.code}/",
        f"/desk/assist/{assisted.ref}/", "/desk/allocation/round/",
    ]  # fmt: skip
    return {"candidate": candidate.person.account, "drafting": owner}, starts


def _training() -> tuple[World, list[str]]:
    made = make_training()
    group, today = made["group"], timezone.localdate()
    trainee = make_user("trainee@example.org")
    Person.objects.filter(pk=made["enrolment"].person_id).update(account=trainee)
    trainer = type(made["trainer"]).objects.get(pk=made["trainer"].pk)
    make_group(group.version, "PA1-7", people=0)
    training.plan_assessment(group.courses.first(), kind="continuous", on=today, by=None)
    absence = training.announce_absence(trainer, first_on=today, last_on=today + 9 * DAY, by=None)
    training.ask_course(centre=made["room"].centre, title="دورة", by=None)
    draft = training.draft(group.version.programme)
    mine = training.ask_excuse(
        made["enrolment"], first_on=today, last_on=today, kind="illness", proof=make_proof(), by=trainee
    )
    edition = Edition.objects.filter(timetable=made["timetable"]).first()
    enrolment = made["enrolment"].ref
    starts = [
        f"/desk/curricula/{draft.ref}/", f"/desk/trainers/absences/{absence.ref}/", f"/desk/editions/{edition.ref}/",
        f"/desk/excuses/{mine.ref}/", f"/desk/contracts/{made['contract'].ref}/", f"/desk/rolls/{made['roll'].ref}/",
        f"/desk/placements/{made['placement'].ref}/", f"/desk/sessions/{made['session'].ref}/",
        f"/desk/trainees/{enrolment}/bind/contract/", f"/desk/trainees/{enrolment}/bind/placement/",
        f"/desk/timetables/{made['timetable'].ref}/publish/",
    ]  # fmt: skip
    return {"trainer": trainer.account, "trainee": trainee}, starts


def _certification(insider: User) -> tuple[World, list[str]]:
    made = make_certification()
    diploma = made["diploma"]
    graduate = make_user("graduate@example.org")
    Person.objects.filter(pk=diploma.enrolment.person_id).update(account=graduate)
    share = certification.share_diploma(diploma, until_on=timezone.localdate() + 9 * DAY, by=graduate)
    groups = [make_results("13", group=make_group(name=f"PA1-{n}", people=1, first=100 + n)) for n in (5, 6)]
    formed, opened = (
        make(president=insider, group=group) for make, group in zip((make_jury, make_open_jury), groups, strict=True)
    )
    mark = Assessment.objects.filter(marks__isnull=False).first().marks.first()
    training.contest(mark, words="x", by=None)
    starts = [
        f"/desk/groups/{made['jury_group'].ref}/jury/", f"/desk/juries/{formed.ref}/", f"/desk/juries/{opened.ref}/",
        f"/desk/juries/{made['jury'].ref}/", f"/desk/diplomas/{diploma.ref}/", f"/credentials/{diploma.ref}",
        f"/shared/{certification.address(share)}/",
    ]  # fmt: skip
    return {"graduate": graduate}, starts


def _guidance(insider: User) -> tuple[World, list[str]]:
    made = make_guidance()
    case, day = made["case"], made["day"]
    counsellor, centre = case.counsellor, case.centre
    make_hours(centre, counsellor)
    begin = timezone.now() + 9 * DAY
    guidance.close_days(
        centre=centre, counsellor=counsellor, starts_at=begin, ends_at=begin + timedelta(hours=1), by=counsellor
    )
    free = make_slot(centre, counsellor, starts_at=timezone.now() + 3 * DAY)
    own = make_case(centre, make_client("+212612345601"))
    type(own).objects.filter(pk=own.pk).update(counsellor=insider)
    starts = [
        f"/guidance/a/{appointments.token(made['appointment'].ref)}/", f"/guidance/book/{free.ref}/",
        f"/guidance/open-days/{day.ref}/", f"/desk/guidance/appointments/{made['appointment'].ref}/",
        f"/desk/guidance/follow-ups/{case.ref}/", f"/desk/guidance/follow-ups/{case.ref}/notes/",
        f"/desk/guidance/follow-ups/{own.ref}/", f"/desk/guidance/book/?case={case.ref}",
    ]  # fmt: skip
    return {"counsellor": counsellor}, starts


def _employment() -> tuple[World, list[str]]:
    today = timezone.localdate()
    cohort = employment.freeze_cohort(name="خريجو اليوم", first_on=today - 30 * DAY, last_on=today)
    wave = employment.open_wave(cohort.waves.get(months=6))
    sample = wave.samples.with_names().filter(graduate__person__account__isnull=False).first()
    employer, waiting = make_employer(), make_employer("next@example.org", OTHER_ICE, verified=False)
    vacancy, posted = make_vacancy(employer), make_vacancy(employer, opened=False, title="لحام")
    bid = employment.bid(vacancy, person=sample.graduate.person)
    starts = [
        f"/survey/{surveys.address(sample.ref).rsplit('/', 2)[1]}/", f"/desk/samples/{sample.ref}/",
        f"/desk/waves/{wave.ref}/", f"/desk/employers/{employer.ref}/", f"/desk/employers/{waiting.ref}/",
        f"/desk/vacancies/{vacancy.ref}/", f"/desk/vacancies/{posted.ref}/", f"/employer/bids/{bid.ref}/",
        f"/employer/vacancies/{vacancy.ref}/", f"/employer/vacancies/{posted.ref}/",
    ]  # fmt: skip
    return {"employer": employer.account, "unverified": waiting.account}, starts


def _desk() -> tuple[World, list[str]]:
    area = Area.objects.get(code="fes-meknes")
    asker, held = make_user("asker@example.org", "national"), make_user("m2@example.org", "scorer", centre=CENTRE)
    request = give_role(login=held.email, role="regional", area=area, reason="x", by=asker)
    messages.post(channel="sms", to="+212612345699", body="x", about=held.ref)
    Outbox.objects.update(state="failed")
    Clock.objects.create(pk=1, ran_at=timezone.now() - 90 * DAY, stopped_at=timezone.now(), reason="ahead")
    return {}, [f"/desk/roles/asked/{request.ref}/accept/"]
