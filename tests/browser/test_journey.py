"""A young person finds, applies, and reads the result with its reason; the desk allocates. Arabic, then French."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from takwin.core.tests.gateway import last_sms
from takwin.offer.models import Season
from takwin.web.simulation.demo import PASSWORD

from .conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = {
    "ar": {
        "prefix": "", "query": "مساعد صيدلي", "programme": "تقني مساعد صيدلي", "add": "أضف إلى اختياراتي",
        "go on": "احفظ وتابع", "submit": "أودع ترشيحي", "receipt": "وصل الترشيح", "why": "لماذا هذه النتيجة؟",
        "more": ("سكرتير طبي", "مساعد طب الأسنان"), "join": "أرفق الوثيقة", "names": ("مريم", "العمراني"),
        "close": "أغلق الترشيح", "calculate": "احسب عملية", "publish": "انشر النتائج", "phone": "0661234567",
        "up": "إلى أعلى", "sign": "وقّع هذه العملية",
    },
    "fr": {
        "prefix": "/fr", "query": "assistant pharmacie", "programme": "pharmac", "add": "Ajouter à mes vœux",
        "go on": "Enregistrer et continuer", "submit": "Déposer ma candidature", "receipt": "Récépissé de candidature",
        "why": "Pourquoi ce résultat ?", "more": ("secrétaire médical", "dentaire"), "join": "Joindre le document",
        "names": ("Maryam", "Amrani"), "close": "Clôturer les candidatures", "calculate": "Lancer un calcul",
        "publish": "Publier les résultats", "phone": "0661234568", "up": "Monter",
        "sign": "Signer ce calcul",
    },
}  # fmt: skip


def sign_up(page, words):
    """An account with a phone alone: the code is read from the gateway."""
    page.goto(f"{words['prefix']}/accounts/signup/")
    page.fill("input[name=phone]", words["phone"])
    page.fill("input[name=password1]", PASSWORD)
    page.locator("#main form button:not([type=button])").first.click()
    page.wait_for_url(re.compile("accounts/code"))
    code = re.search(r"[0-9]{6}", last_sms()).group()
    page.fill("input[name=code]", code)
    page.locator("#main form button:not([type=button])").first.click()
    page.wait_for_url(re.compile("/apply/"))


def find(page, words, query):
    page.goto(f"{words['prefix']}/programmes/")
    page.locator("#main input[name=q]").fill(query)
    page.locator("#main input[name=q]").press("Enter")
    page.wait_for_url(re.compile("q="))
    page.locator("#rows h2 a").first.click()
    page.wait_for_url(re.compile("/programmes/[a-z0-9-]+/"))


def sign_in(page, email):
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("#main form button:not([type=button])").first.click()
    page.wait_for_url(re.compile("/(desk|apply|training)/"))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_from_the_search_to_the_reason(visit, picture, language, tmp_path):
    words = WORDS[language]
    page = visit(PHONE)
    page.goto(f"{words['prefix']}/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    picture(page, f"home-{language}-390")
    page.fill(".hero input[name=q]", words["query"])
    page.locator(".hero button").click()
    expect(page.locator("#rows h2 a").first).to_contain_text(words["programme"])
    picture(page, f"programmes-{language}-390")
    sign_up(page, words)
    fill_the_file(page, words, language, picture, tmp_path)
    desk = visit(DESK)
    desk.on("dialog", lambda dialog: dialog.accept())
    sign_in(desk, "national@takwin.example")
    desk.goto(f"{words['prefix']}/desk/")
    picture(desk, f"desk-{language}-1440")
    desk.goto(f"{words['prefix']}/desk/allocation/")
    desk.get_by_role("button", name=words["close"]).click()
    deputy = visit(DESK)
    deputy.on("dialog", lambda dialog: dialog.accept())
    sign_in(deputy, "deputy@takwin.example")
    allocate(desk, deputy, words, picture, f"run-{language}-1440")
    desk.goto(f"{words['prefix']}/desk/")
    picture(desk, f"desk-published-{language}-1440")
    page.goto(f"{words['prefix']}/apply/")
    expect(page.locator("#main")).to_contain_text(words["why"])
    expect(page.locator(".why")).to_have_count(3)
    picture(page, f"result-{language}-390")


def fill_the_file(page, words, language, picture, tmp_path):
    """Three wishes, one document, submitted; the receipt shows."""
    find(page, words, words["query"])
    picture(page, f"programme-{language}-390")
    page.get_by_role("button", name=words["add"]).first.click()
    page.wait_for_url(re.compile("/apply/$"))
    page.fill("input[name=given_name]", words["names"][0])
    page.fill("input[name=family_name]", words["names"][1])
    page.select_option("select[name=sex]", "female")
    page.fill("input[name=born_on]", "2005-03-12")
    page.select_option("select[name=commune]", index=40)
    picture(page, f"identity-{language}-390")
    page.get_by_role("button", name=words["go on"]).click()
    page.wait_for_url(re.compile("schooling"))
    page.select_option("select[name=schooling]", "bac")
    page.fill("input[name=average]", "14,96")
    page.select_option("select[name=stream]", "life-sciences")
    page.get_by_role("button", name=words["go on"]).click()
    page.wait_for_url(re.compile("wishes"))
    for query in words["more"]:
        find(page, words, query)
        page.get_by_role("button", name=words["add"]).first.click()
        page.wait_for_url(re.compile("wishes"))
    expect(page.locator(".wish")).to_have_count(3)
    last = page.locator(".wish b").nth(2).inner_text()
    page.get_by_role("button", name=re.compile(f"^{words['up']}")).last.click()
    expect(page.locator(".wish b").nth(1)).to_have_text(last)
    picture(page, f"wishes-{language}-390")
    page.goto(f"{words['prefix']}/apply/documents/")
    marks = tmp_path / "marks.pdf"
    marks.write_bytes(b"%PDF-1.7 marks")
    page.set_input_files("input[name=file]", str(marks))
    page.get_by_role("button", name=words["join"]).click()
    expect(page.locator("ul.todo li")).to_have_count(1)
    page.goto(f"{words['prefix']}/apply/")
    picture(page, f"application-{language}-390")
    page.get_by_role("button", name=words["submit"]).click()
    expect(page.locator("h1")).to_have_text(words["receipt"])
    expect(page.locator(".answer svg path").first).to_be_visible()
    picture(page, f"receipt-{language}-390")


def complete_draw(desk, deputy, words):
    """One person enters the public value, another confirms it; later rounds use the same draw."""
    for page in (desk, deputy):
        page.goto(f"{words['prefix']}/desk/allocation/draw/{Season.objects.get().code}/")
        if page.locator("input[name=value]").count():
            page.fill("input[name=value]", "0123456789abcdef" * 4)
            if page.locator("input[name=value_read_at]").count():
                page.fill("input[name=value_read_at]", "api.drand.sh")
            page.locator("form button.btn-primary").click()


def allocate(desk, deputy, words, picture, name):
    """Complete the draw; calculate and review; two people sign; publish."""
    complete_draw(desk, deputy, words)
    desk.goto(f"{words['prefix']}/desk/allocation/")
    desk.get_by_role("button", name=words["calculate"]).click()
    desk.wait_for_url(re.compile("RUN-"))
    expect(desk.locator(".badge.is-bad", has_text="✗")).to_have_count(0)
    desk.get_by_role("button", name=words["sign"]).click()
    expect(desk.get_by_role("button", name=words["sign"])).to_have_count(0)
    expect(desk.get_by_role("button", name=words["publish"])).to_have_count(0)
    picture(desk, name)
    deputy.goto(desk.url)
    deputy.get_by_role("button", name=words["sign"]).click()
    deputy.get_by_role("button", name=words["publish"]).click()
    expect(deputy.get_by_role("button", name=words["publish"])).to_have_count(0)
    desk.reload()
