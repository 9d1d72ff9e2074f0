"""A director's term, and a trainer's roll call on two phones, one of them in airplane mode."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from takwin.engines.timetabling import MaxSteps, solve
from takwin.engines.timetabling.tests.make import random_problem
from takwin.offer.selectors import current_season
from takwin.training import services, tasks
from takwin.training.models import RejectedStatement, Session, Statement, Term, Timetable
from takwin.web.simulation import training
from takwin.web.simulation.demo import account
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_access import barriers
from tests.browser.test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CENTRE = "/desk/training/cmc-marrakech-safi/"


@pytest.fixture
def school(season, monkeypatch):
    """Two groups of six, their trainers and rooms; no week yet. Calculations are short, and compiled before anybody
    waits for one: on a new machine that takes longer than a click."""
    tiny = random_problem(1)
    first = solve(tiny, MaxSteps(500), threads=2)
    solve(tiny, MaxSteps(500), start=first.timetable, stay=5)
    for name, value in (("PROGRAMMES", 1), ("GROUPS_EACH", 2), ("PEOPLE", 6)):
        monkeypatch.setattr(training, name, value)
    monkeypatch.setattr(tasks, "SECONDS", 2.0)
    monkeypatch.setattr(tasks, "REPAIR_SECONDS", 2.0)
    groups = training.prepare(current_season(), account)
    assert len(groups) == 2
    return groups


@pytest.fixture
def week(school):
    """A published week."""
    row = services.open_timetable(school[0].centre, term=Term.objects.get(number=1))
    services.solve_timetable(row, steps=30_000)
    return services.publish_timetable(row, by=None)


def test_a_director_makes_a_term_moves_repairs_prints_and_publishes(school, visit, picture):
    page = visit(DESK)
    sign_in(page, "director@takwin.example")
    page.goto(CENTRE)
    picture(page, "training-board")
    page.goto(f"{CENTRE}timetables/")
    page.get_by_role("button", name=re.compile("الأسدس 1")).click()
    page.get_by_role("button", name="احسب").click()
    expect(page.locator(".figure").first).to_contain_text("22")
    picture(page, "training-timetable")
    row = Timetable.objects.get()
    assert row.report["unplaced"] == 0
    _pin_and_move(page)
    _repair(page, row)
    page.goto(f"/desk/timetables/{row.ref}/")
    printed = page.request.get(f"/desk/timetables/{row.ref}/week.pdf?by=trainer")
    assert printed.body().startswith(b"%PDF")
    assert len(printed.body()) > 5_000
    page.get_by_role("link", name="انظر ما يتغير ثم انشر").click()
    page.get_by_role("button", name="انشر").click()
    expect(page.locator(".alert, .note").first).to_contain_text("نُشر")
    assert barriers(page) == []


def _pin_and_move(page: Page) -> None:
    page.locator(".week a").first.click()
    page.get_by_role("button", name="ثبّت هنا").click()
    expect(page.get_by_text("تبقى الحصة المثبتة مكانها")).to_be_visible()
    pinned = Session.objects.get(pinned=True)
    page.get_by_role("button", name="ألغ التثبيت").click()
    # Why the other hours are taken stands in their cells.
    expect(page.locator(".week .is-closed small").first).not_to_be_empty()
    page.get_by_role("button", name="انقلها هنا").first.click()
    expect(page.get_by_text("نُقلت الحصة.")).to_be_visible()
    assert Session.objects.get(pk=pinned.pk).slot != pinned.slot
    page.get_by_role("button", name="بادل").first.click()
    expect(page.get_by_text("تبادلت الحصتان مكانيهما.")).to_be_visible()


def _repair(page: Page, row: Timetable) -> None:
    """A trainer falls ill for one day: the week is made anew around it."""
    session = row.sessions.select_related("course__trainer").order_by("slot").first()
    day = session.slot // 8
    first = row.term.starts_on
    from datetime import timedelta

    from takwin.training.rules.weeks import monday

    on = monday(first) + timedelta(days=7 * 12 + day)
    page.goto(f"/desk/trainers/{session.course.trainer.ref}/")
    page.get_by_text("أعلن غيابا").click()
    page.locator("[name=first_on]").fill(str(on))
    page.locator("form:has([name=first_on]) [name=last_on]").fill(str(on))
    page.get_by_role("button", name="أعلن", exact=True).click()
    page.get_by_role("button", name=re.compile("أعد أسبوع الأسدس")).click()
    expect(page.locator(".figures")).to_contain_text("نقلها آخر حساب")
    row.refresh_from_db()
    hours = range(day * 8, day * 8 + 8)
    assert not row.sessions.filter(course__trainer=session.course.trainer, slot__in=hours).exists()
    assert 0 < row.report["moved"] <= 8


def test_a_roll_is_called_in_airplane_mode_and_two_phones_contradict_each_other(week, visit, picture):
    first_phone, second_phone = visit(PHONE), visit(PHONE)
    for page in (first_phone, second_phone):
        sign_in(page, "trainer@takwin.example")
        page.goto("/training/rolls/")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.reload()
        page.wait_for_load_state("networkidle")
    sheet = first_phone.locator("details.roll").first
    name = sheet.locator("form").get_attribute("data-sheet")
    people = sheet.locator("fieldset").count()
    assert people == 6
    # Airplane mode: the page comes from the phone, and what is told stays on it.
    airplane(first_phone)
    first_phone.reload()
    sheet.locator("summary").click()
    sheet.locator("fieldset").nth(0).get_by_text("غائب").click()
    sheet.locator("fieldset").nth(1).get_by_text("متأخر").click()
    sheet.locator("fieldset").nth(1).locator("[data-minutes]").fill("12")
    picture_offline(first_phone, picture)
    sheet.get_by_role("button", name=re.compile("احفظ المناداة")).click()
    expect(first_phone.locator("[data-saved]")).to_be_visible()
    first_phone.reload()
    expect(first_phone.locator("[data-saved] [data-count]")).to_have_text("6")
    assert Statement.objects.count() == 0
    # The other phone, which has a network, tells otherwise of the first person.
    twin = second_phone.locator(f"[data-sheet='{name}']")
    twin.locator("xpath=..").locator("summary").click()
    twin.get_by_role("button", name=re.compile("احفظ المناداة")).click()
    expect(second_phone.locator("[data-sent]")).to_be_visible()
    assert Statement.objects.filter(is_current=True, value="present").count() == 6
    # Back on the network: everything is sent once, nothing is lost, and the contradiction is said.
    first_phone.context.unroute(SYNC)
    first_phone.context.set_offline(False)
    first_phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(first_phone.locator("[data-sent]")).to_be_visible()
    assert Statement.objects.count() == 12
    assert Statement.objects.filter(contested=True).count() == 2
    expect(sheet.locator(".badge.is-wait").first).to_have_text("بوجهين")
    # Someone who sees both settles it.
    sheet.locator("summary").click()
    sheet.locator("fieldset").nth(0).get_by_text("غائب").click()
    sheet.get_by_role("button", name=re.compile("احفظ المناداة")).click()
    expect(first_phone.locator("[data-sent]")).to_be_visible()
    assert Statement.objects.filter(contested=True).count() == 0
    assert Statement.objects.filter(is_current=True).count() == 6
    picture(first_phone, "training-rolls")
    assert barriers(first_phone) == []


SYNC = "**/training/rolls/sync/"


def airplane(page: Page) -> None:
    """No network. A page that is loaded anew may come to life before the browser remembers that, on a busy machine:
    what it would send is cut as well."""
    page.context.route(SYNC, lambda route: route.abort("internetdisconnected"))
    page.context.set_offline(True)


def picture_offline(page: Page, picture) -> None:
    expect(page.locator("[data-offline]")).to_be_visible()
    picture(page, "training-roll-call")


def test_a_trainee_reads_the_week_on_a_phone(week, visit, picture):
    page = visit(PHONE)
    sign_in(page, "trainee@takwin.example")
    page.goto("/training/mine/")
    expect(page.get_by_role("heading", name="تكويني")).to_be_visible()
    assert page.locator(".slot").count() >= 8
    picture(page, "training-mine")
    page.goto("/fr/training/mine/")
    expect(page.get_by_role("heading", name="Ma formation")).to_be_visible()
    page.get_by_text("Demander à être excusé").click()
    page.locator("[name=first_on]").fill("2026-01-05")
    page.locator("[name=last_on]").fill("2026-01-06")
    page.locator("[name=proof]").set_input_files(
        {"name": "certificat.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}
    )
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("En attente de réponse")).to_be_visible()
    assert barriers(page) == []


def test_a_contract_is_signed_broken_and_replaced(school, visit, picture):
    from datetime import timedelta

    from django.utils import timezone

    from takwin.offer.models import Mode
    from takwin.training.models import Contract, Enrolment

    row = Enrolment.objects.select_related("person").first()
    Enrolment.objects.filter(pk=row.pk).update(mode=Mode.objects.get(code="apprenticeship"))
    first_company, second_company = (
        services.add_company(name=name, kind="workshop") for name in ("ورشة النحاس", "ورشة الخشب")
    )
    today = timezone.localdate()
    page = visit(PHONE)
    sign_in(page, "director@takwin.example")
    page.goto(f"/desk/trainees/{row.ref}/")
    page.get_by_role("link", name="حرر عقدا").click()

    def terms(company) -> None:
        page.locator("[name=company]").fill(company.ref)
        page.locator("form:has([name=company]) [name=tutor]").fill("المعلم أحمد")
        page.locator("form:has([name=company]) [name=first_on]").fill(str(today))
        page.locator("form:has([name=company]) [name=last_on]").fill(str(today + timedelta(days=400)))

    terms(first_company)
    page.locator("[name=share]").fill("60")
    page.get_by_role("button", name="حرر").click()
    expect(page.locator("[role=alert]").first).to_contain_text("80 %")
    page.locator("[name=share]").fill("80")
    page.get_by_role("button", name="حرر").click()
    page.get_by_role("button", name="أكد").click()
    page.locator("section", has_text="رقم التسجيل").locator("summary", has_text="املأ").first.click()
    page.locator("[name=number]").fill("AP-2026-7")
    page.locator("form:has([name=number]) button").click()
    expect(page.locator("h1 + .badge")).to_have_text("مسجل وساري المفعول")
    page.locator("section", has_text="افسخ العقد").locator("summary").click()
    page.locator("[name=on]:visible").fill(str(today))
    page.locator("[name=broken_by]").select_option("closure")
    page.locator("form:has([name=broken_by]) [name=reason]").fill("إغلاق الورشة")
    page.locator("form:has([name=broken_by]) button").click()
    expect(page.get_by_text("البحث عن مشغل جديد حتى")).to_be_visible()
    picture(page, "training-contract")
    page.locator("section", has_text="مشغل جديد").locator("summary").last.click()
    terms(second_company)
    page.locator("form:has([name=company]) button").click()
    expect(page.get_by_text("خلفا لـ")).to_be_visible()
    assert Contract.objects.get(company=second_company).replaces.state == "replaced"
    assert barriers(page) == []


def test_a_phone_that_opened_the_rolls_once_has_them_without_a_network(week, visit):
    """Its page, its styles and its scripts: the first visit went past the worker, which holds it while it installs."""
    page = visit(PHONE)
    sign_in(page, "trainer@takwin.example")
    page.goto("/training/rolls/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    airplane(page)
    page.reload()
    sheet = page.locator("details.roll").first
    expect(sheet).to_be_visible()
    expect(page.locator("[data-offline]")).to_be_visible()
    sheet.locator("summary").click()
    sheet.locator("fieldset").nth(0).get_by_text("غائب").click()
    sheet.get_by_role("button", name=re.compile("احفظ المناداة")).click()
    expect(page.locator("[data-saved]")).to_be_visible()
    # A sheet that could not be fetched has no rules; ours are few, since its layers hold the rest.
    links = "[...document.querySelectorAll('link[rel=stylesheet]')]"
    rules = page.evaluate(f"{links}.map((one) => one.sheet?.cssRules.length || 0)")
    assert rules
    assert all(rules)


KEEP_MANY = """async (many) => {
  const form = document.querySelector("[data-sheet]");
  const { course, on, hour, length, sheet } = form.dataset;
  const user = document.querySelector("[data-rolls]").dataset.user;
  const trainee = form.querySelector("[data-trainee]").dataset.trainee;
  const store = new Dexie("takwin-rolls");
  store.version(2).stores({ outbox: "key, user, sheet", refused: "key, user" });
  const row = (value) => ({ key: crypto.randomUUID(), user, sheet, course, on, hour: Number(hour),
    length: Number(length), trainee, who: "سلمى", value, minutes: 0,
    told_at: new Date().toISOString(), raw: 1, device: "test", after: [] });
  const rows = Array.from({ length: many }, () => row("present"));
  await store.outbox.bulkPut([...rows.slice(0, 300), row("\\u0000"), ...rows.slice(300)]);
}"""


def test_760_words_are_all_sent_and_the_one_that_cannot_be_kept_is_shown(week, visit):
    page = visit(PHONE)
    sign_in(page, "trainer@takwin.example")
    page.goto("/training/rolls/")
    page.evaluate(KEEP_MANY, 760)
    page.reload()
    expect(page.locator("[data-refused]")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-refused] li")).to_contain_text("سلمى")
    expect(page.locator("[data-saved]")).to_be_hidden()
    assert Statement.objects.count() == 760
    assert RejectedStatement.objects.count() == 1
    page.reload()
    expect(page.locator("[data-refused] li")).to_have_count(1)  # until somebody has read it
    page.locator("[data-refused] button").click()
    expect(page.locator("[data-refused]")).to_be_hidden()
