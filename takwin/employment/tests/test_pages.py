"""Pages of employment as each visitor meets them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.accounts.tests.visitors import meet, send_away
from takwin.employment import services, tokens
from takwin.employment.models import Cohort, Employer, JobApplication, SurveyInvitation, Vacancy
from takwin.employment.selectors import matching
from takwin.employment.tests.make import (
    ICE,
    OTHER_ICE,
    make_employer,
    make_employment,
    make_graduates,
    make_sample,
    make_vacancy,
    make_wave,
)

pytestmark = pytest.mark.django_db
MEKNES = {"centre": "ismss-meknes"}
REGION = {"area": "fes-meknes"}
PAGES = [
    ("/desk/employment/", "registrar", "trainer", "تتبع الخريجين", MEKNES),
    ("/desk/employment/offer/", "registrar", "trainer", "العرض والإدماج", MEKNES),
    ("/desk/waves/{wave}/", "registrar", "trainer", "معدل الإدماج", MEKNES),
    ("/desk/samples/{sample}/", "counsellor", "auditor", "المحاولات", REGION),
    ("/desk/employers/", "regional", "registrar", "المشغّلون", REGION),
    ("/desk/employers/{employer}/", "regional", "registrar", "001561191000066", REGION),
    ("/desk/vacancies/", "regional", "registrar", "عروض", REGION),
    ("/desk/vacancies/{vacancy}/", "regional", "registrar", "مساعد صيدلي", REGION),
]


@pytest.fixture(autouse=True)
def _fresh():
    matching.clear_cache()


@pytest.fixture
def world():
    return {name: row.ref for name, row in make_employment().items()}


@pytest.mark.parametrize(("path", "right", "wrong", "says", "here"), PAGES, ids=[row[0] for row in PAGES])
def test_each_page_of_the_desk_knows_its_visitors(client, world, path, right, wrong, says, here):
    address = path.format(**world)
    assert says in meet(client, address, right, wrong, **here).content.decode()
    if "{" in path and "wave" not in path:
        elsewhere = {"centre": "ismss-oujda"} if here is MEKNES else {"area": "oriental"}
        send_away(client, address, right, **elsewhere)


@pytest.mark.parametrize(
    ("path", "says"),
    [("/vacancies/", "عروض الشغل"), ("/vacancies/{vacancy}/", "مساعد صيدلي"), ("/insertion/", "المقام غير مذكور")],
)
def test_anyone_reads_in_three_languages(client, world, path, says, django_assert_max_num_queries):
    address = path.format(**world)
    client.get(address)
    with django_assert_max_num_queries(20):
        assert says in client.get(address).content.decode()
    for code in ("fr", "en"):
        assert f'lang="{code}" dir="ltr"' in client.get(f"/{code}{address}").content.decode()


class TestSurvey:
    def test_answered_on_a_phone_corrected_by_the_same_link_both_kept(self, client):
        sample = make_sample()
        path = tokens.address(sample.ref).removeprefix("http://127.0.0.1:8000")
        page = client.get(path)
        assert "دقيقتان" in page.content.decode()
        assert page["Referrer-Policy"] == "same-origin"  # “no-referrer” would make browsers post without an origin
        assert client.post(path, {"outcome": "employed"}).status_code == 422
        client.post(path, {"outcome": "seeking"})
        again = client.get(path).content.decode()
        assert "أبحث عن عمل" in again
        client.post(path, {"outcome": "employed", "contract": "permanent", "employer": "شركة"})
        assert "جوابك المصحح" in client.get(path).content.decode()
        assert [answer.outcome for answer in sample.answers.all()] == ["seeking", "employed"]

    @pytest.mark.parametrize(
        "prefix, choice, others",
        [
            ("", "أتابع دراستي", ["أعمل في مقاولة", "هل أعمل في مهنتي؟", "أبحث عن عمل"]),
            ("/fr", "Je poursuis mes études", ["Je travaille dans une entreprise", "Je cherche du travail"]),
            ("/en", "I go on studying", ["I work in a company", "I am looking for work"]),
        ],
    )
    def test_speaks_as_the_graduate_does(self, client, prefix, choice, others):
        sample = make_sample()
        path = tokens.address(sample.ref).removeprefix("http://127.0.0.1:8000")
        body = client.get(f"{prefix}{path}").content.decode()
        assert all(words in body for words in [choice, *others])
        answered = client.post(f"{prefix}{path}", {"outcome": "studying"}, follow=True).content.decode()
        assert f"<b>{choice}</b>" in answered

    def test_an_address_made_up_is_404_and_one_of_a_closed_wave_says_when(self, client):
        sample = make_sample()
        path = tokens.address(sample.ref).removeprefix("http://127.0.0.1:8000")
        assert client.get(f"{path[:-3]}xx/").status_code == 404
        services.close_wave(sample.wave)
        assert "تُقبل الأجوبة" in client.get(path).content.decode()
        assert client.post(path, {"outcome": "seeking"}).status_code == 422


class TestDesk:
    def test_a_cohort_is_frozen_once_a_wave_opened_closed_and_published(self, client):
        make_graduates(22)
        client.force_login(make_user("nat@example.org", "national"))
        today = str(timezone.localdate())
        form = {"name": "فوج", "first_on": today, "last_on": today}
        assert client.post("/desk/employment/", form).status_code == 302
        again = client.post("/desk/employment/", form, follow=True)  # the same sending once more
        assert "لم يُسجَّل شيء مرتين" in again.content.decode()
        assert Cohort.objects.count() == 1
        assert client.post("/desk/employment/", form | {"name": "فوج آخر"}).status_code == 422  # these days are taken
        wave = Cohort.objects.get().waves.get(months=6)
        path = f"/desk/waves/{wave.ref}/"
        client.post(path, {"do": "open"})
        for sample in wave.samples.all()[:21]:
            services.answer(sample, outcome="employed", contract="fixed")
        assert "تُنشر المعدلات عند إغلاق" in client.post(path, {"do": "publish"}, follow=True).content.decode()
        client.post(path, {"do": "close"})
        client.post(path, {"do": "publish"})
        page = client.get("/insertion/").content.decode()
        assert "100" in page
        assert "21" in page
        assert "83" in page
        assert len(client.get(f"{path}?format=json").json()) == 22

    def test_a_counsellor_tries_and_enters_an_answer(self, client):
        sample = make_sample()
        client.force_login(make_user("co@example.org", "counsellor", **REGION))
        path = f"/desk/samples/{sample.ref}/"
        client.post(path, {"do": "attempt", "channel": "phone", "result": "later", "words": "مساء"})
        assert client.post(path, {"do": "answer", "channel": "phone", "outcome": "employed"}).status_code == 422
        client.post(path, {"do": "answer", "channel": "phone", "outcome": "own-project", "employer": "مشروعي"})
        page = client.get(path).content.decode()
        assert "مساء" in page
        assert SurveyInvitation.objects.get(pk=sample.pk).outcome == "own-project"

    def test_a_registrar_neither_freezes_nor_publishes(self, client):
        sample = make_sample()
        client.force_login(make_user("reg@example.org", "registrar", **MEKNES))
        client.post("/desk/employment/", {"name": "x"})
        client.post(f"/desk/waves/{sample.wave.ref}/", {"do": "close"})
        sample.wave.refresh_from_db()
        assert sample.wave.state == "open"

    def test_the_offer_shows_its_insertion_and_downloads(self, client):
        wave = make_wave(21)
        for sample in wave.samples.all():
            services.answer(sample, outcome="employed", contract="fixed")
        from takwin.offer.tests.make import make_offering

        make_offering(wave.cohort.graduates.first().diploma.enrolment.season)
        client.force_login(make_user("nat@example.org", "national"))
        rows = client.get("/desk/employment/offer/?format=json").json()
        row = next(line for line in rows if line["insertion"])
        assert (row["insertion"], row["answered"], row["frame"], row["begun"]) == (100.0, 21, 21, 21)
        assert row["insertion_low"] < 100
        assert "21" in client.get("/desk/employment/offer/").content.decode()


class TestWork:
    @pytest.fixture
    def graduate(self, client):
        person = make_graduates(1)[0].enrolment.person
        person.account = make_user("grad@example.org")
        person.save()
        client.force_login(person.account)
        return person

    def test_who_has_no_record_is_told_what_this_is(self, client):
        client.force_login(make_user("new@example.org"))
        assert "لمن كوّنتهم الشبكة" in client.get("/work/").content.decode()

    def test_a_graduate_finds_applies_shares_and_withdraws(self, client, graduate):
        vacancy = make_vacancy()
        matching.clear_cache()
        page = client.get("/work/").content.decode()
        assert vacancy.title in page
        assert "مهنتك" in page
        path = f"/vacancies/{vacancy.ref}/"
        diploma = graduate.enrolments.get().diplomas.get()
        assert client.post(path, {"phone": "shown", "diplomas": ["DIP-X"]}).status_code == 422
        client.post(path, {"phone": "shown", "diplomas": [diploma.ref], "words": "مهتم"})
        assert JobApplication.objects.get().diplomas.get() == diploma
        assert "لقد ترشحت" in client.get(path).content.decode()
        client.post("/work/", {"withdraw": JobApplication.objects.get().ref})
        assert JobApplication.objects.get().state == "withdrawn"

    def test_wishes_are_kept(self, client, graduate):
        form = {
            "do": "wish",
            "area": "meknes",
            "max_km": "50",
            "contracts": ["permanent", "fixed"],
            "least_pay": "3000",
        }
        client.post("/work/", form)
        page = client.get("/work/").content.decode()
        assert 'value="50"' in page
        assert graduate.work_wish.contracts == 3
        assert client.post("/work/", form | {"max_km": "-4"}).status_code == 422


class TestEmployer:
    def test_registers_waits_is_verified_posts_and_hires(self, client):
        boss = make_user("boss@example.org")
        client.force_login(boss)
        form = {"name": "شركة", "ice": "001561191000065", "area": "meknes", "contact": "مدير", "phone": "0600000000"}
        assert "آخر رقمين" in client.post("/employer/", form).content.decode()
        client.post("/employer/", form | {"ice": ICE})
        row = Employer.objects.get()
        post = {
            "title": "مساعد صيدلي", "occupation": "3213", "words": "استقبال", "area": "meknes", "places": "1",
            "contract": "permanent", "expires_on": str(timezone.localdate() + timedelta(days=20)),
        }  # fmt: skip
        assert client.post("/employer/", post).status_code == 422
        region = make_user("reg@example.org", "regional", **REGION)
        client.force_login(region)
        assert client.post(f"/desk/employers/{row.ref}/", {"do": "refuse_employer"}).status_code == 422
        client.post(f"/desk/employers/{row.ref}/", {"do": "verify_employer"})
        client.force_login(boss)
        assert client.post("/employer/", post).status_code == 302
        vacancy = Vacancy.objects.get()
        assert client.get(f"/vacancies/{vacancy.ref}/").status_code == 404
        client.force_login(region)
        client.post(f"/desk/vacancies/{vacancy.ref}/", {"do": "open_vacancy"})
        assert client.get(f"/vacancies/{vacancy.ref}/").status_code == 200
        person = make_graduates(1)[0].enrolment.person
        bid = services.bid(vacancy, person=person)
        client.force_login(boss)
        assert person.name in client.get(f"/employer/vacancies/{vacancy.ref}/").content.decode()
        path = f"/employer/bids/{bid.ref}/"
        page = client.get(path).content.decode()
        assert person.phone not in page
        assert person.ref not in page
        client.post(path, {"do": "shortlist"})
        assert client.post(path, {"do": "invite", "appointment": ""}).status_code == 422
        client.post(path, {"do": "invite", "appointment": "غدا 10:00"})
        client.post(path, {"do": "hire"})
        bid.refresh_from_db()
        assert bid.state == "hired"

    def test_of_a_graduate_only_what_was_shared_is_ever_served(self, client, world):
        """Every address of another's file, tried by the employer and by a stranger."""
        bid = JobApplication.objects.get()
        diploma = bid.person.enrolments.get().diplomas.get()
        paths = [
            f"/employer/bids/{bid.ref}/{diploma.ref}/",
            f"/wallet/{diploma.ref}/",
            f"/wallet/{diploma.ref}/diploma.pdf",
        ]
        client.force_login(bid.vacancy.employer.account)
        assert [client.get(path).status_code for path in paths] == [404, 404, 404]
        bid.diplomas.add(diploma)
        assert [client.get(path).status_code for path in paths] == [200, 404, 404]
        services.withdraw_bid(bid, by=None)
        assert client.get(paths[0]).status_code == 404
        client.force_login(make_employer("other@example.org", OTHER_ICE).account)
        for path in (*paths, f"/employer/bids/{bid.ref}/", f"/employer/vacancies/{bid.vacancy.ref}/"):
            assert client.get(path).status_code == 404
            assert client.post(path, {"do": "hire"}).status_code in {404, 405}
        client.force_login(make_user("nobody@example.org"))
        assert client.get(f"/employer/bids/{bid.ref}/").status_code == 404

    def test_a_vacancy_is_closed_and_one_turned_down_says_why(self, client):
        vacancy = make_vacancy()
        client.force_login(vacancy.employer.account)
        client.post(f"/employer/vacancies/{vacancy.ref}/", {"close": "1"})
        vacancy.refresh_from_db()
        assert vacancy.state == "closed"
        other = make_vacancy(vacancy.employer, opened=False)
        services.turn_down_vacancy(other, reason="أجر أقل من القانوني", by=None)
        assert "أقل من القانوني" in client.get("/employer/").content.decode()
