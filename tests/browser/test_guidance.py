"""From the test to the counsellor, and a counsellor's day. Arabic, phone and desk; no network, no script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from takwin.admissions.models import Application
from takwin.core.models import Outbox
from takwin.guidance.models import Appointment, Case, Client, Sitting, Slot

from .conftest import DESK, PHONE
from .test_access import barriers
from .test_journey import WORDS, sign_in, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AR = WORDS["ar"]
LIKED = {"S": "2", "I": "2", "C": "1"}  # a pupil who likes to care and to understand


def answer_step(page):
    """Answer the six questions on the screen, the way a thumb would."""
    for n, scale in enumerate("RIASEC"):
        item = page.locator("[data-step]:not([hidden]) [data-item]").nth(n)
        item.locator(f'label:has(input[value="{LIKED.get(scale, "0")}"])').click()


def take_test(page, picture=None):
    page.goto("/guidance/")
    if picture:
        picture(page, "guidance-ar-390")
    page.get_by_role("link", name="ابدأ الاختبار").click()
    for step in range(8):
        answer_step(page)
        if picture and step == 0:
            picture(page, "guidance-test-ar-390")
            assert barriers(page) == []
        if step < 7:
            page.get_by_role("button", name="التالي").click()
    page.get_by_role("button", name="اعرض نتيجتي").click()
    page.wait_for_url(re.compile("/guidance/test/result/"))


def about(page, commune):
    page.select_option("select[name=schooling]", "bac")
    page.select_option("select[name=stream]", "life-sciences")
    page.fill("input[name=born_on]", "2005-03-12")
    page.select_option("select[name=commune]", label=commune)
    page.select_option("select[name=max_km]", "120")


def apply(page):
    """The identity and the schooling of an application, without a wish yet."""
    page.fill("input[name=given_name]", "مريم")
    page.fill("input[name=family_name]", "العمراني")
    page.select_option("select[name=sex]", "female")
    page.fill("input[name=born_on]", "2005-03-12")
    page.select_option("select[name=commune]", index=40)
    page.get_by_role("button", name=AR["go on"]).click()
    page.wait_for_url(re.compile("schooling"))
    page.select_option("select[name=schooling]", "bac")
    page.fill("input[name=average]", "14,96")
    page.select_option("select[name=stream]", "life-sciences")
    page.get_by_role("button", name=AR["go on"]).click()
    page.wait_for_url(re.compile("wishes"))


def test_from_the_test_to_two_wishes_and_a_counsellor(visit, picture):
    page = visit(PHONE)
    take_test(page, picture)
    expect(page.locator(".bars li").first).to_contain_text("16/16")
    picture(page, "guidance-result-ar-390")
    page.get_by_role("link", name="تابع: أي شعب؟").click()
    about(page, "فاس")
    picture(page, "guidance-about-ar-390")
    page.get_by_role("button", name="اعرض شعبي").click()
    expect(page.locator("[data-offering]")).to_have_count(15)
    expect(page.locator("[data-offering] li", has_text="يناسب ما تحب").first).to_be_visible()
    picture(page, "guidance-advice-ar-390")
    assert barriers(page) == []
    # The guest makes an account: what was done is theirs.
    sign_up(page, AR)
    apply(page)
    page.goto("/guidance/advice/")
    expect(page.locator("[data-offering] li", has_text="يناسب ما تحب").first).to_be_visible()
    for n in range(2):
        page.get_by_role("button", name=AR["add"]).first.click()
        expect(page.get_by_text("في اختياراتك")).to_have_count(n + 1)
    picture(page, "guidance-advice-wished-ar-390")
    assert Application.objects.filter(simulated=False, state="draft").get().wishes.count() == 2
    book(page, picture)
    assert Client.objects.filter(simulated=False, merged_into__isnull=True, account__isnull=False).count() == 1
    page.goto("/fr/guidance/advice/")
    picture(page, "guidance-advice-fr-390")


def book(page, picture):
    page.get_by_role("link", name="تحدث مع مستشار").click()
    expect(page.locator(".wish").first).to_contain_text("قريب منك")
    picture(page, "guidance-centres-ar-390")
    page.locator(".wish", has_text="فاس").get_by_role("link", name="الأوقات").first.click()
    picture(page, "guidance-times-ar-390")
    page.locator(".times a.btn-outline").first.click()
    page.select_option("select[name=purpose]", "choose")
    picture(page, "guidance-reserve-ar-390")
    page.get_by_role("button", name="احجز هذا الوقت").click()
    expect(page.locator("h1 .badge")).to_have_text("محجوز")
    picture(page, "guidance-appointment-ar-390")
    assert barriers(page) == []
    row = Appointment.objects.latest("pk")
    assert page.url.rstrip("/").split("/")[-1] in Outbox.objects.get(about=row.ref).body
    page.get_by_role("link", name="غيّر الوقت").click()
    page.once("dialog", lambda dialog: dialog.accept())  # one touch among 170 would move it
    page.locator(".times button").last.click()
    expect(page.locator("[role=alert], [role=status], .alert").first).to_contain_text("تغير موعدك")
    page.goto("/guidance/mine/")
    expect(page.locator("main")).to_contain_text("محجوز")
    picture(page, "guidance-mine-ar-390")


def test_the_test_goes_on_without_a_network(visit):
    page = visit(PHONE)
    page.goto("/guidance/test/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible()
    for step in range(8):
        answer_step(page)
        if step < 7:
            page.get_by_role("button", name="التالي").click()
    page.get_by_role("button", name="اعرض نتيجتي").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    assert not Sitting.objects.filter(simulated=False).exists()
    page.context.set_offline(False)
    page.wait_for_url(re.compile("/guidance/test/result/"))
    assert Sitting.objects.get(simulated=False).state == "finished"


def test_the_page_itself_opens_again_without_a_network(visit):
    page = visit(PHONE)
    page.goto("/guidance/test/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now through the worker, which keeps it
    answer_step(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("ماذا تحب أن تعمل؟")
    expect(page.locator("[data-count] .num").first).to_have_text("6")
    expect(page.locator("[data-step]:not([hidden]) .picture svg").first).to_be_visible()
    # Stays offline: answers sent while the tables are emptied would wait for each other.


def test_answers_come_back_after_the_page_was_closed(visit):
    page = visit(PHONE)
    page.goto("/guidance/test/")
    answer_step(page)
    page.reload()
    expect(page.locator("[data-step]:not([hidden]) input:checked")).to_have_count(0)  # the second six
    expect(page.locator("[data-count] .num").first).to_have_text("6")
    page.get_by_role("button", name="رجوع").click()
    expect(page.locator("[data-step]:not([hidden]) input:checked")).to_have_count(6)


def test_the_test_needs_no_script(visit):
    page = visit(PHONE, java_script_enabled=False)
    page.goto("/fr/guidance/test/")
    for number in range(1, 49):
        page.locator(f'[data-item="{number}"] label').nth(number % 3).click()
    page.get_by_role("button", name="Voir mon résultat").click()
    expect(page.locator("h1")).to_contain_text("Ce que vous aimez")


def test_a_counsellor_s_day(visit, picture):
    row = Appointment.objects.filter(state="booked").order_by("slot__starts_at").first()
    begun = timezone.now() - timedelta(minutes=10)
    Slot.objects.filter(pk=row.slot_id).update(starts_at=begun)
    desk, head = visit(DESK), visit(DESK)
    sign_in(desk, "counsellor@takwin.example")
    desk.goto(f"/desk/guidance/?on={timezone.localtime(begun).date()}")  # just after midnight that was yesterday
    picture(desk, "guidance-agenda-ar-1440")
    assert barriers(desk) == []
    desk.get_by_role("link", name=row.client.name).first.click()
    desk.get_by_role("button", name="حضر", exact=True).click()
    expect(desk.locator("h1 .badge")).to_have_text("حضر")
    picture(desk, "guidance-desk-appointment-ar-1440")
    desk.get_by_role("button", name="ابدأ مواكبة").click()
    desk.wait_for_url(re.compile("follow-ups"))
    desk.fill("textarea[name=summary]", "ناقشنا نتيجة الاختبار، وتميل إلى مهن العلاج.")
    desk.fill("textarea[name=steps]", "زيارة معهد مكناس\nإعداد الوثائق")
    desk.fill("input[name=next_on]", str(timezone.localdate() + timedelta(days=7)))
    desk.get_by_role("button", name="سجل", exact=True).click()
    expect(desk.locator(".story")).to_contain_text("زيارة معهد مكناس")
    picture(desk, "guidance-case-ar-1440")
    assert barriers(desk) == []
    desk.get_by_text("سلّم هذه المواكبة").click()
    desk.fill("input[name=taker]", "head@takwin.example")
    desk.check("input[name=consented]")
    desk.fill("input[name=consent]", "وافقت خلال اللقاء.")
    desk.get_by_role("button", name="اعرض التسليم").click()
    expect(desk.locator("main")).to_contain_text("عُرض تسليم المواكبة")
    sign_in(head, "head@takwin.example")
    head.goto("/desk/guidance/")
    picture(head, "guidance-offered-ar-1440")
    head.get_by_role("button", name="أتسلمها").click()
    head.wait_for_url(re.compile("follow-ups"))
    case = Case.objects.get(client=row.client)
    assert (case.counsellor.email, case.state) == ("head@takwin.example", "open")
    for path, name in (
        ("/desk/guidance/?span=week&who=all", "guidance-week-ar-1440"),
        ("/desk/guidance/follow-ups/", "guidance-cases-ar-1440"),
        ("/desk/guidance/hours/", "guidance-hours-ar-1440"),
        ("/desk/guidance/open-days/", "guidance-days-ar-1440"),
        (f"/desk/guidance/boards/{case.centre.code}/", "guidance-board-ar-1440"),
        ("/fr/desk/guidance/", "guidance-agenda-fr-1440"),
    ):
        head.goto(path)
        picture(head, name)
        assert barriers(head) == [], path
    small = visit(PHONE)
    sign_in(small, "head@takwin.example")
    for path in ("/desk/guidance/", "/desk/guidance/hours/", f"/desk/guidance/follow-ups/{case.ref}/"):
        small.goto(path)
        picture(small, f"guidance-desk-{path.strip('/').split('/')[2] if path.count('/') > 3 else 'agenda'}-ar-390")
