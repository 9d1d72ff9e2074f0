"""From a jury to a diploma, to a stranger's phone that verifies it, to its revocation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from takwin.certification.models import Diploma, Jury
from takwin.web.simulation import graduates
from takwin.web.simulation.demo import account
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_access import barriers
from tests.browser.test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def group(season, monkeypatch):
    """One group whose results are published; no jury yet."""
    import numpy as np

    from takwin.centres.models import Centre
    from takwin.offer.selectors import current_season

    monkeypatch.setattr(graduates, "PEOPLE", 5)
    monkeypatch.setattr(graduates, "PROGRAMMES", 1)
    monkeypatch.setattr(graduates, "_mark", lambda _rng: "13.5")
    centre = Centre.objects.get(code=graduates.CENTRE)
    version = graduates._versions(centre, current_season())[0]
    return graduates._group(version, centre, current_season(), np.random.default_rng(1))


def test_jury_diploma_verification_on_a_phone_and_revocation(group, visit, picture, tmp_path):
    desk = visit(DESK)
    desk.on("dialog", lambda dialog: dialog.accept())
    sign_in(desk, "director@takwin.example")
    _jury(desk, group, picture)
    desk.get_by_role("button", name="امنح الدبلومات").click()
    desk.get_by_role("link", name="كل الدبلومات").click()
    expect(desk.locator("table.rows tbody tr")).to_have_count(5)
    picture(desk, "diplomas-ar-1440")
    assert barriers(desk) == []
    diploma = Diploma.objects.select_related("enrolment__person").order_by("pk").first()
    holder = _wallet(visit, diploma, picture, tmp_path)
    stranger = visit(PHONE)
    # The code on the paper leads here; the file says the same.
    stranger.goto(f"/verify/?line={diploma.line}")
    expect(stranger.locator(".finding h2")).to_have_text("صالح")
    expect(stranger.get_by_text(diploma.holder)).to_be_visible()
    picture(stranger, "verify-valid-ar-390")
    stranger.goto("/verify/")
    picture(stranger, "verify-ar-390")
    stranger.set_input_files("#file", str(tmp_path / "diploma.pdf"))
    stranger.locator("form:has(#file) button").click()
    expect(stranger.locator(".finding h2")).to_have_text("صالح")
    stranger.goto("/fr/verify/")
    stranger.get_by_label("Référence du diplôme").fill(diploma.ref)
    stranger.locator("form:has([name=ref]) button").click()
    expect(stranger.locator(".finding h2")).to_have_text("Valide")
    expect(stranger.get_by_text(diploma.holder)).to_have_count(0)
    # From an answer to the next question: the browser still says where it comes from.
    stranger.set_input_files("#file", str(tmp_path / "diploma.pdf"))
    stranger.locator("form:has(#file) button").click()
    expect(stranger.locator(".finding h2")).to_have_text("Valide")
    assert barriers(stranger) == []
    _revoke(desk, diploma, picture)
    stranger.goto(f"/fr/verify/?ref={diploma.ref}")
    expect(stranger.locator(".finding h2")).to_have_text("Révoqué")
    stranger.goto(f"/verify/?line={diploma.line}")
    expect(stranger.locator(".finding")).to_contain_text("غش")
    picture(stranger, "verify-revoked-ar-390")
    holder.reload()
    expect(holder.locator(".finding h2")).to_have_text("مسحوب")


def _jury(desk: Page, group, picture) -> None:
    desk.goto("/desk/juries/")
    picture(desk, "juries-ar-1440")
    desk.get_by_role("link", name="كوّن لجنة").click()
    from django.utils import timezone

    desk.fill("[name=held_on]", str(timezone.localdate()))
    desk.select_option("[name=president]", label="مدير مدينة المهن")
    desk.fill("[name=members]", "أستاذة العربية; trainer\nمهني من القطاع; professional")
    desk.locator("#main form button").click()
    for box in desk.locator("[name=present]").all():
        box.check()
    desk.get_by_role("button", name="ابدأ المداولات").click()
    desk.get_by_role("button", name="قرر كما تقترح القاعدة").click()
    expect(desk.locator("select").first).to_have_value("admitted")
    picture(desk, "jury-ar-1440")
    assert barriers(desk) == []
    desk.get_by_role("button", name="وقّع المحضر").click()
    expect(desk.locator("h1 + .badge")).to_have_text("المحضر موقّع")
    row = Jury.objects.get()
    assert desk.request.get(f"/desk/juries/{row.ref}/minutes.pdf").body().startswith(b"%PDF")


def _wallet(visit, diploma, picture, folder) -> Page:
    """The holder shows it, shares it, takes the share back."""
    person = diploma.enrolment.person
    person.account = account("graduate@takwin.example", person.name)
    person.save()
    page = visit(PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, "graduate@takwin.example")
    page.goto("/wallet/")
    picture(page, "wallet-ar-390")
    page.get_by_role("link", name=diploma.title).click()
    (folder / "diploma.pdf").write_bytes(page.request.get(f"/wallet/{diploma.ref}/diploma.pdf").body())
    from datetime import timedelta

    from django.utils import timezone

    page.fill("[name=until_on]", str(timezone.localdate() + timedelta(days=9)))
    page.fill("[name=words]", "مشغّل")
    page.get_by_role("button", name="أنشئ عنوانا").click()
    address = page.locator("bdi", has_text="/shared/").inner_text()
    guest = visit(PHONE)
    guest.goto(address)
    expect(guest.get_by_text(diploma.holder)).to_be_visible()
    picture(guest, "shared-ar-390")
    page.reload()
    expect(page.get_by_text("فُتح مرة واحدة")).to_be_visible()
    picture(page, "wallet-diploma-ar-390")
    assert barriers(page) == []
    page.get_by_role("button", name="اسحب").click()
    expect(page.locator(".badge", has_text="مسحوب")).to_be_visible()
    assert guest.reload().status == 404
    return page


def _revoke(desk: Page, diploma, picture) -> None:
    desk.goto(f"/desk/diplomas/{diploma.ref}/")
    desk.locator("summary", has_text="اسحب").click()
    form = desk.locator("form:has([value=revoke_diploma])")
    form.locator("[name=reason]").select_option("fraud")
    form.locator("button").click()
    expect(desk.locator("h1 + .badge")).to_have_text("مسحوب")
    picture(desk, "diploma-ar-1440")
    assert barriers(desk) == []
