"""What every visitor is owed: no serious barrier, a light page, no need of JavaScript, a keyboard that suffices."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from takwin.centres.models import Centre
from takwin.offer.models import Offering

from .conftest import DESK, PHONE
from .test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PORTAL = [
    "/", "/season/", "/centres/", "/centres/?region=marrakech-safi", "/centres/cmc-marrakech-safi/", "/programmes/",
    "/programmes/pharmacy-assistant/", "/figures/", "/figures/checks/", "/figures/uncertain/", "/projects/",
    "/agreements/", "/sources/s1/", "/open-data/", "/accounts/login/", "/accounts/signup/", "/_ui/", "/allocation/",
    "/guidance/", "/guidance/test/", "/guidance/test/how/", "/guidance/about/", "/guidance/advice/",
    "/guidance/advice/how/", "/guidance/appointments/", "/guidance/open-days/", "/occupations/", "/occupations/7212/",
]  # fmt: skip
MINE = ["/apply/", "/apply/identity/", "/apply/schooling/", "/apply/wishes/", "/apply/documents/", "/apply/receipt/"]
LIMIT = 150_000  # bytes over the wire at the first load, fonts included


def barriers(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (rule["id"], [node["html"][:160] for node in rule["nodes"][:3]])
        for rule in found
        if rule["impact"] in {"serious", "critical"}
    ]


def desk_pages():
    offering = Offering.objects.filter(centre__code="cmc-marrakech-safi").first()
    return [
        "/desk/", "/desk/report/", "/desk/centres/", "/desk/centres/cmc-marrakech-safi/", "/desk/offerings/",
        f"/desk/offerings/{offering.ref}/", "/desk/offerings/import/", "/desk/applications/", "/desk/allocation/",
        f"/desk/reserves/{offering.ref}/", "/desk/committees/",
    ]  # fmt: skip


LANGUAGES = {"ar": "", "fr": "/fr", "en": "/en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_no_serious_barrier(visit, picture, language):
    """A test a language, so that the workers share them."""
    phone, desk = visit(PHONE), visit(DESK)
    found = {}

    def judge(page, path, size):
        page.goto(LANGUAGES[language] + path)
        found[path] = barriers(page)
        if language == "ar" and "?" not in path:
            picture(page, f"{path.strip('/').replace('/', '-').split('-OFF')[0] or 'home'}-ar-{size}")

    for path in PORTAL:
        judge(phone, path, 390)
    if language != "en":
        sign_in(phone, "candidate@takwin.example")
        sign_in(desk, "national@takwin.example")
        for path in MINE:
            judge(phone, path, 390)
        for path in desk_pages():
            judge(desk, path, 1440)
    assert {path: rules for path, rules in found.items() if rules} == {}


def test_a_phone_loads_little(visit):
    for path in (
        "/",
        "/programmes/?q=صيدلي",
        "/programmes/pharmacy-assistant/",
        "/centres/",
        "/season/",
        "/guidance/test/",
    ):
        page = visit(PHONE)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        weights: list[float] = []
        session.on("Network.loadingFinished", lambda event, into=weights: into.append(event["encodedDataLength"]))
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert 20_000 < sum(weights) <= LIMIT, (path, sum(weights))


def test_without_javascript_a_search_and_a_file_work(visit):
    page = visit(PHONE, java_script_enabled=False)
    page.goto("/programmes/?q=صيدلي")
    page.locator("#rows h2 a").first.click()
    expect(page.locator("h1")).to_contain_text("صيدلي")
    sign_in(page, "candidate@takwin.example")
    page.goto("/apply/")
    expect(page.locator(".why")).to_have_count(3)


def test_the_keyboard_reaches_the_content_the_map_and_the_menu(visit):
    page = visit(DESK)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    region = page.locator(".map a").first
    region.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/centres/?region=*")
    assert Centre.objects.filter(area__path__startswith="01.").exists()
    expect(page.locator("#rows h2 a").first).to_be_visible()


def test_a_filter_changes_the_list_without_a_new_page(visit):
    page = visit(PHONE)
    page.goto("/programmes/")
    before = page.locator("#rows p").first.inner_text()
    page.locator("summary", has_text="معايير").click()
    page.evaluate("window.same = true")
    page.select_option("select[name=level]", "ts")
    page.wait_for_url("**level=ts**")
    expect(page.locator("#rows p").first).not_to_have_text(before)
    assert page.evaluate("window.same") is True
