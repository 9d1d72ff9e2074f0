"""From a publication to the next: one gives the seat up, the next in line is promoted and sees it. Anyone verifies."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from takwin.accounts.models import User
from takwin.accounts.services import grant
from takwin.admissions import services
from takwin.admissions.models import Application, Round, Run
from takwin.admissions.tests.make import make_submitted
from takwin.core.models import Outbox
from takwin.engines.allocation import at_home
from takwin.offer.models import Offering, Season
from takwin.web.simulation.demo import account

from .conftest import DESK, PHONE
from .test_access import barriers
from .test_journey import WORDS, allocate, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AR = WORDS["ar"]
LIGHT = 15_000  # bytes of the light page with its sheet, for a 2G phone


def candidate(email, offering, average):
    """Someone who can sign in, with one wish and a phone."""
    account(email, "")
    row = make_submitted(Season.objects.get(), email, [offering], average=average)
    row.person.phone = f"+2126123456{average % 100:02d}"
    row.person.save()
    return row


def one_seat():
    """An offering nobody of the simulation asks for, with one seat."""
    offering = Offering.objects.filter(wishes__isnull=True, programme__level__code="q").first()
    Offering.objects.filter(pk=offering.pk).update(seats=1)
    return offering


def test_a_seat_given_up_goes_to_the_next_in_line_who_sees_it(visit, picture, tmp_path):
    offering = one_seat()
    first, second = (candidate(f"{n}@takwin.example", offering, 1900 - n) for n in (1, 2))
    desk, deputy, phone, other = visit(DESK), visit(DESK), visit(PHONE), visit(PHONE)
    for window in (desk, deputy, phone):
        window.on("dialog", lambda dialog: dialog.accept())
    sign_in(desk, "national@takwin.example")
    sign_in(deputy, "deputy@takwin.example")
    desk.goto("/desk/allocation/")
    desk.get_by_role("button", name=AR["close"]).click()
    allocate(desk, deputy, AR, picture, "run-signed-ar-1440")
    assert barriers(desk) == []
    what_if(desk, offering, picture)
    sign_in(other, "2@takwin.example")
    other.goto("/apply/result/")
    expect(other.locator(".badge.is-wait").first).to_contain_text("1")
    picture(other, "result-waiting-ar-390")
    sign_in(phone, "1@takwin.example")
    phone.goto("/apply/result/")
    picture(phone, "result-answer-ar-390")
    phone.get_by_role("button", name="أغادر هذا الموسم").click()
    expect(phone.locator("h1")).to_have_text("تخليت عن مقعدك")
    Round.objects.update(results_at=timezone.now() - timedelta(days=9), answers_until=timezone.now())
    desk.goto("/desk/allocation/")
    desk.get_by_role("button", name="أغلق الأجوبة").click()
    plan(desk)
    picture(desk, "allocation-clock-ar-1440")
    allocate(desk, deputy, AR, picture, "run-second-ar-1440")
    other.goto("/apply/result/")
    expect(other.locator(".answer h1")).to_have_text(offering.programme.label)
    other.get_by_role("button", name="أؤكد مقعدي").click()
    expect(other.locator(".answer .badge").first).to_have_text("مقعد مؤكد")
    picture(other, "result-promoted-ar-390")
    states = dict(Application.objects.filter(pk__in=[first.pk, second.pk]).values_list("pk", "state"))
    assert states == {first.pk: "declined", second.pk: "confirmed"}
    anyone_verifies(visit(PHONE), picture, second, tmp_path)


def what_if(desk, offering, picture):
    """From the run's page: one more seat would place one more."""
    desk.get_by_role("link", name="ماذا يتغير لو").click()
    desk.fill("textarea[name=lines]", f"{offering.ref} 2")
    desk.get_by_role("button", name="احسب").click(timeout=90_000)  # a new machine compiles the engine first
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator("tbody td").nth(2)).to_contain_text("+1")
    picture(desk, "what-if-ar-1440")
    assert barriers(desk) == []


def plan(desk):
    """The next round: results now, answers for three days."""
    now = timezone.localtime()
    desk.fill("input[name=results_at]", now.strftime("%Y-%m-%dT%H:%M"))
    desk.fill("input[name=answers_until]", (now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"))
    desk.locator("form[action$='/round/'] button").click()
    expect(desk.get_by_role("button", name=AR["calculate"])).to_be_visible()


def anyone_verifies(page, picture, application, tmp_path):
    """The address of the message opens a light page; the public page gives what one's line is checked against."""
    body = Outbox.objects.filter(about=application.ref, body__contains="/r/").latest("pk").body
    link = re.search(r"https?://\S+", body).group()
    weights = []
    page.on("response", lambda answer: weights.append(len(answer.body())))
    for prefix in ("", "/fr"):
        page.goto(link.replace("/r/", f"{prefix}/r/"))
        page.wait_for_load_state("networkidle")
        expect(page.locator("li").first).to_be_visible()
        assert barriers(page) == []
        picture(page, f"short{prefix.replace('/', '-')}-390")
        assert application.person.family_name not in page.content()
    assert sum(weights[:2]) < LIGHT, weights
    page.get_by_role("link", name="Cette affectation").click()
    page.wait_for_url(re.compile("/fr/allocation/RUN-"))
    page.goto(page.url.replace("/fr/", "/"))
    expect(page.locator(".note.is-good")).to_be_visible()
    picture(page, "allocation-public-390")
    assert barriers(page) == []
    with page.expect_download() as waited:
        page.locator("a[href$='files.zip']").click()
    with zipfile.ZipFile(io.BytesIO(waited.value.path().read_bytes())) as archive:
        archive.extractall(tmp_path)
    public = json.loads((tmp_path / "published.json").read_text())
    run = Run.objects.get(ref=public["run"])
    assert at_home.line_faults(services.line_file(run, application.ref), public) == []


def test_a_committee_scores_and_a_late_round_gives_what_is_left(visit, picture):
    offering = one_seat()
    row = candidate("1@takwin.example", offering, 1500)
    members = [User.objects.get(email=f"{name}@takwin.example") for name in ("scorer", "deputy")]
    for member in members:
        grant(member, "scorer", centre=offering.centre)
    services.form_committee(offering, method="interview", members=members, by=None)
    page = visit(DESK)
    sign_in(page, "scorer@takwin.example")
    page.goto("/desk/scoring/")
    page.locator("a.tile").click()
    page.locator("form input[name=value]").first.fill("16,5")
    page.get_by_role("button", name="احفظ").click()
    expect(page.locator("section.tile p").first).to_contain_text("16")
    picture(page, "committee-ar-1440")
    assert row.scores.get().value == 1650
