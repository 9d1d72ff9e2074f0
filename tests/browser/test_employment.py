"""A graduate answers on a phone; a company posts, a graduate applies and is hired, and the rate moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from takwin.employment import tokens
from takwin.employment.models import Employer, JobApplication, SurveyInvitation, SurveyWave, Vacancy
from takwin.employment.selectors import matching
from takwin.offer.models import Offering
from takwin.offer.selectors import current_season
from takwin.web.simulation import graduates
from takwin.web.simulation.demo import account
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_access import barriers
from tests.browser.test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def wave(season, monkeypatch):
    """Three programmes of former trainees, half a year after their diplomas; a follow-up under way."""
    monkeypatch.setattr(graduates, "PROGRAMMES", 3)
    monkeypatch.setattr(graduates, "PEOPLE", 32)
    matching.clear_cache()
    graduates.play(current_season(), account, say=lambda _line: None)
    # So small a sample opens no seat there: the chart wants requests a seat.
    Offering.objects.filter(centre__code=graduates.CENTRE).update(seats=2)
    return SurveyWave.objects.get(months=6)


def test_a_graduate_answers_in_two_minutes_and_corrects(wave, visit, picture):
    sample = SurveyInvitation.objects.filter(wave=wave, state="waiting", graduate__person__account=None).first()
    page = visit(PHONE)
    page.goto(tokens.address(sample.ref))
    picture(page, "survey-ar-390")
    page.get_by_label("أبحث عن عمل", exact=True).check()
    page.get_by_role("button", name="أرسل جوابي").click()
    expect(page.get_by_text("حُفظ جوابك")).to_be_visible()
    page.get_by_label("أعمل في مقاولة").check()
    page.get_by_role("button", name="صحح جوابي").click()
    expect(page.get_by_text("حدد نوع العقد.")).to_be_visible()
    page.select_option("[name=contract]", "permanent")
    page.fill("[name=employer]", "شركة الساحل")
    page.get_by_role("button", name="صحح جوابي").click()
    expect(page.get_by_text("جوابك المصحح")).to_be_visible()
    assert list(sample.answers.values_list("outcome", flat=True)) == ["seeking", "employed"]
    picture(page, "survey-answered-ar-390")
    assert barriers(page) == []
    desk = visit(DESK)
    sign_in(desk, "national@takwin.example")
    desk.goto("/desk/employment/")
    picture(desk, "employment-ar-1440")
    desk.goto(f"/desk/waves/{wave.ref}/")
    picture(desk, "wave-ar-1440")
    assert barriers(desk) == []
    desk.goto("/desk/employment/offer/")
    expect(desk.locator("svg.quadrant .dot")).to_have_count(3)
    picture(desk, "offer-insertion-ar-1440")
    assert barriers(desk) == []
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.goto(f"/desk/waves/{wave.ref}/")
    desk.locator("button[value=close]").click()
    desk.get_by_role("button", name="انشر المعدلات").click()
    expect(desk.get_by_text("نُشرت معدلات هذا التتبع.")).to_be_visible()
    page.goto("/insertion/")
    expect(page.get_by_text("المقام غير مذكور")).to_be_visible()
    picture(page, "insertion-ar-390")
    assert barriers(page) == []


def test_a_company_posts_a_graduate_is_hired_and_the_rate_moves(wave, visit, picture):
    boss, region, graduate = visit(DESK), visit(DESK), visit(PHONE)
    for page in (boss, region, graduate):
        page.on("dialog", lambda dialog: dialog.accept())
    sign_in(region, "national@takwin.example")
    before = _counted(region, wave)
    # The company that waits is verified, posts, and its vacancy is read.
    region.goto("/desk/employers/")
    picture(region, "employers-ar-1440")
    waiting = Employer.objects.get(state="asked")
    region.goto(f"/desk/employers/{waiting.ref}/")
    region.get_by_role("button", name="تم التحقق: اسمح بالنشر").click()
    expect(region.locator("h1 + .badge")).to_have_text("متحقق منها")
    sign_in(boss, "employer2@takwin.example")
    boss.goto("/employer/")
    trade = Vacancy.objects.filter(state="open").first().occupation
    boss.fill("[name=title]", "منصب جديد")
    boss.select_option("[name=occupation]", trade.code)
    boss.fill("[name=words]", "استقبال الزبناء وتتبع الطلبات")
    boss.select_option("[name=area]", graduates.PROVINCE)
    boss.fill("[name=pay_from]", "5000")
    boss.fill("[name=pay_to]", "4000")
    boss.fill("[name=expires_on]", str(timezone.localdate() + timedelta(days=30)))
    boss.get_by_role("button", name="أرسل", exact=True).click()
    expect(boss.get_by_text("أعلى أجر أقل من أدناه.")).to_be_visible()
    boss.fill("[name=pay_to]", "6000")
    boss.get_by_role("button", name="أرسل", exact=True).click()
    vacancy = Vacancy.objects.get(title="منصب جديد")
    region.goto(f"/desk/vacancies/{vacancy.ref}/")
    region.get_by_role("button", name="أظهره للخريجين").click()
    expect(region.locator("h1 + .badge")).to_have_text("مفتوح")
    _apply(graduate, vacancy, picture)
    _hire(boss, vacancy, picture)
    assert _counted(region, wave) == before + 1
    graduate.goto("/work/")
    expect(graduate.locator(".badge", has_text="شُغّل")).to_be_visible()


def _counted(page, wave) -> int:
    """How many answers count as inserted, as the desk says it."""
    page.goto(f"/desk/waves/{wave.ref}/")
    text = page.locator("tbody tr", has_text="معدل الإدماج").first.locator("td").nth(2).inner_text()
    return int(text.split(" ")[0])


def _apply(page, vacancy, picture) -> None:
    from takwin.certification.models import Diploma

    # Whoever holds a diploma of this trade and can sign in.
    trade = {"enrolment__version__programme__occupations": vacancy.occupation}
    rows = Diploma.objects.filter(state="live", graduates__samples__state="waiting", **trade)
    row = rows.select_related("enrolment__person").first()
    person = row.enrolment.person
    if person.account is None:
        person.account = account("seeker@takwin.example", person.name)
        person.save()
    sign_in(page, person.account.email)
    page.goto("/work/")
    expect(page.get_by_text("مهنتك").first).to_be_visible()
    picture(page, "work-ar-390")
    assert barriers(page) == []
    page.get_by_role("link", name="منصب جديد").click()
    page.get_by_label(row.title).check()
    page.fill("[name=words]", "تدربت على هذا في المركز")
    picture(page, "vacancy-ar-390")
    assert barriers(page) == []
    page.get_by_role("button", name="أرسل ترشيحي").click()
    expect(page.get_by_text("أُرسل ترشيحك")).to_be_visible()


def _hire(boss, vacancy, picture) -> None:
    boss.goto(f"/employer/vacancies/{vacancy.ref}/")
    bid = JobApplication.objects.select_related("person").get(vacancy=vacancy)
    boss.get_by_role("link", name=bid.person.name).click()
    if bid.person.phone:
        expect(boss.get_by_text(bid.person.phone)).to_have_count(0)
    picture(boss, "bid-ar-1440")
    assert barriers(boss) == []
    boss.locator("summary", has_text="ادع إلى مقابلة").click()
    boss.fill("[name=appointment]", "الاثنين 10:00")
    boss.locator("form:has([value=invite]) button").click()
    boss.locator("summary", has_text="شُغّل").click()
    boss.locator("form:has([value=hire]) button").click()
    expect(boss.locator("h1 + .badge")).to_have_text("شُغّل")
