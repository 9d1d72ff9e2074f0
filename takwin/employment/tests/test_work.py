"""Employers, vacancies, bids: what may be, what an employer reads, and that somebody hired is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.core.errors import Refused
from takwin.core.models import Outbox
from takwin.core.scope import EVERYWHERE
from takwin.core.tests.refusals import refused
from takwin.core.tests.threads import together
from takwin.employment import services
from takwin.employment.models import Employer, JobApplication, SurveyInvitation, Vacancy
from takwin.employment.rules.rates import INDICATORS
from takwin.employment.selectors import matching, rates, work
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
from takwin.occupations.models import Occupation
from takwin.territory.models import Area
from takwin.training.models import Company
from takwin.training.tests.make import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    matching.clear_cache()


class TestEmployers:
    def test_a_company_is_registered_once_and_verified_by_somebody(self):
        row = make_employer(verified=False)
        assert row.company.ice == ICE
        with refused("has_employer"):
            services.register_employer(
                name="x", ice=OTHER_ICE, area=Area.objects.get(code="meknes"), contact="x", phone="", by=row.account
            )
        with refused("not_verified"):
            make_vacancy(row)
        services.verify_employer(row, by=None)

    def test_a_company_of_the_training_list_is_the_same_company(self):
        from takwin.training import services as training

        company = training.add_company(name="شركة التداريب", ice=ICE)
        assert make_employer().company_id == company.pk

    def test_a_number_somebody_claims_blocks_nobody_and_tells_nothing(self):
        from takwin.training import services as training

        squatter = make_employer("squatter@example.org", verified=False)
        owner = make_employer("owner@example.org", verified=False)
        assert owner.company != squatter.company
        assert not Company.objects.filter(listed=True).exists()
        listed = training.add_company(name="شركة التداريب", ice=ICE)
        assert services.verify_employer(owner, by=None).company == listed
        with refused("ice_taken"):
            services.verify_employer(squatter, by=None)
        services.suspend_employer(owner, reason="شكوى", by=None)
        assert services.verify_employer(squatter, by=None).company == listed
        owner.refresh_from_db()
        assert (owner.company.ice, owner.company.listed, owner.state) == (ICE, False, "suspended")

    def test_the_office_sees_other_claims_and_the_claimants_do_not(self, client):
        squatter = make_employer("squatter@example.org", verified=False)
        owner = make_employer("owner@example.org", verified=False)
        client.force_login(make_user("office@example.org", "regional", area="fes-meknes"))
        assert squatter.company.name in client.get(f"/desk/employers/{owner.ref}/").content.decode()
        client.force_login(make_user("far@example.org", "regional", area="oriental"))
        assert client.get(f"/desk/employers/{owner.ref}/").status_code == 404
        client.force_login(owner.account)
        assert squatter.company.name not in client.get("/employer/").content.decode()

    def test_a_refusal_says_why(self):
        row = make_employer(verified=False)
        with refused("why_missing"):
            services.refuse_employer(row, reason=" ", by=None)
        services.refuse_employer(row, reason="رقم لا يطابق السجل", by=None)
        row.refresh_from_db()
        assert row.state == "refused"


class TestVacancies:
    @pytest.mark.parametrize(
        ("over", "code"),
        [({"pay_from": 5000, "pay_to": 4000}, "bad_pay"), ({"expires_on": 0}, "bad_expiry"),
         ({"expires_on": 91}, "bad_expiry")],
    )  # fmt: skip
    def test_what_cannot_be(self, over, code):
        if "expires_on" in over:  # days from the day on which the test runs, which its reading may not be
            over = {"expires_on": timezone.localdate() + timedelta(days=over["expires_on"])}
        with refused(code):
            make_vacancy(**over)

    def test_nobody_sees_it_before_it_is_read_nor_after_it_expires(self):
        row = make_vacancy(opened=False)
        assert not work.open_vacancies().exists()
        services.open_vacancy(row, by=None)
        assert work.open_vacancies().count() == 1
        assert services.expire_due(row.expires_on) == 0
        assert services.expire_due(row.expires_on + timedelta(days=1)) == 1
        assert not work.open_vacancies().exists()

    def test_a_suspended_company_shows_none(self):
        row = make_vacancy()
        services.suspend_employer(row.employer, reason="شكوى", by=None)
        assert not work.open_vacancies().exists()

    def test_a_suspended_company_reads_no_applicant_and_moves_nothing(self, client):
        world = make_employment()
        bid, employer = world["bid"], world["employer"]
        client.force_login(employer.account)
        pages = [f"/employer/bids/{bid.ref}/", f"/employer/vacancies/{world['vacancy'].ref}/"]
        assert [client.get(page).status_code for page in pages] == [200, 200]
        assert bid.ref in client.get(pages[1]).content.decode()
        services.suspend_employer(employer, reason="شكوى", by=None)
        assert client.get(pages[0]).status_code == 404
        assert bid.ref not in client.get(pages[1]).content.decode()
        for move in ({"do": "invite", "appointment": "x"}, {"do": "hire"}, {"do": "shortlist"}, {"do": "decline_bid"}):
            assert client.post(pages[0], move).status_code == 404
        client.post(pages[1], {"close": "1"})
        for move in (
            lambda: services.invite(bid, appointment="x", by=None), lambda: services.hire(bid, by=None),
            lambda: services.shortlist(bid, by=None), lambda: services.decline_bid(bid, by=None),
            lambda: services.close_vacancy(world["vacancy"], by=None),
            lambda: services.bid(world["vacancy"], person=bid.person),
        ):  # fmt: skip
            with pytest.raises(Refused):
                move()
        bid.refresh_from_db()
        world["vacancy"].refresh_from_db()
        assert (bid.state, world["vacancy"].state) == ("applied", "open")


class TestMatching:
    def test_the_trade_comes_first_and_says_why(self):
        person = make_graduates(1)[0].enrolment.person
        employer = make_employer()
        near = make_vacancy(employer)
        far = make_vacancy(employer, area=Area.objects.get(code="oujda-angad"))
        make_vacancy(employer, occupation=Occupation.objects.get(code="7212"))
        matching.clear_cache()
        programme = person.enrolments.get().version.programme_id
        wish = services.set_wish(person, area=Area.objects.get(code="meknes"))
        found = matching.matches(person, programme, wish)
        assert [match.vacancy for match in found] == [near, far]
        assert found[0].fit == 100
        assert found[0].km == 0
        assert found[1].km > 200
        wish = services.set_wish(person, area=wish.area, max_km=100, contracts=["fixed"])
        assert matching.matches(person, programme, wish) == []

    def test_queries_do_not_grow_with_vacancies(self, django_assert_max_num_queries):
        person = make_graduates(1)[0].enrolment.person
        employer = make_employer()
        for turn in range(5):
            make_vacancy(employer, title=f"منصب {turn}")
        programme = person.enrolments.get().version.programme_id
        matching.clear_cache()
        with django_assert_max_num_queries(5):
            assert len(matching.matches(person, programme, None)) == 5


class TestBids:
    def test_an_employer_reads_what_was_shared_and_no_more(self):
        diploma = make_graduates(1)[0]
        person = diploma.enrolment.person
        bid = services.bid(make_vacancy(), person=person)
        assert work.file_of(bid) == {"name": person.name, "phone": "", "words": "", "diplomas": []}
        services.withdraw_bid(bid, by=None)
        again = services.bid(bid.vacancy, person=person, words="مهتم", phone="shown", diplomas=[diploma])
        shared = work.file_of(again)
        assert shared["phone"] == person.phone
        assert shared["diplomas"] == [diploma]
        with pytest.raises(JobApplication.DoesNotExist):
            work.bid_for(bid.vacancy.employer, bid.ref)

    def test_what_cannot_be(self):
        mine, other = make_graduates(2)
        vacancy = make_vacancy()
        with refused("not_yours"):
            services.bid(vacancy, person=mine.enrolment.person, diplomas=[other])
        services.bid(vacancy, person=mine.enrolment.person)
        with refused("bid_twice"):
            services.bid(vacancy, person=mine.enrolment.person)
        with refused("no_graduate"):
            services.bid(vacancy, person=make_person(99))
        services.close_vacancy(vacancy, by=None)
        with refused("not_open"):
            services.bid(vacancy, person=other.enrolment.person)

    def test_another_employer_finds_nothing(self):
        bid = services.bid(make_vacancy(), person=make_graduates(1)[0].enrolment.person)
        stranger = make_employer("other@example.org", OTHER_ICE)
        with pytest.raises(JobApplication.DoesNotExist):
            work.bid_for(stranger, bid.ref)
        with pytest.raises(Vacancy.DoesNotExist):
            work.own_vacancy(stranger, bid.vacancy.ref)

    def test_an_interview_says_when_and_the_graduate_is_told(self):
        bid = services.bid(make_vacancy(), person=make_graduates(1)[0].enrolment.person)
        with refused("when_missing"):
            services.invite(bid, appointment="", by=None)
        services.shortlist(bid, by=None)
        services.invite(bid, appointment="الاثنين 10:00، مكناس", by=None)
        assert Outbox.objects.filter(about=bid.ref, body__contains="10:00").exists()

    def test_a_diploma_revoked_since_is_shared_no_more(self):
        from takwin.certification import services as certification

        diploma = make_graduates(1)[0]
        bid = services.bid(make_vacancy(), person=diploma.enrolment.person, diplomas=[diploma])
        certification.revoke_diploma(diploma, reason="fraud", by=None)
        assert work.file_of(bid)["diplomas"] == []


class TestHiring:
    def test_the_rate_moves(self):
        sample = make_sample()
        insertion = INDICATORS["insertion"]
        assert dict(rates.whole(EVERYWHERE, sample.wave))[insertion].share is None
        vacancy = make_vacancy()
        bid = services.bid(vacancy, person=sample.graduate.person)
        services.hire(bid, by=vacancy.employer.account)
        found = dict(rates.whole(EVERYWHERE, sample.wave))[insertion]
        assert (found.counted, found.answered, found.frame) == (1, 1, 1)
        answer = sample.answers.get()
        assert (answer.contract, answer.channel, answer.in_field) == ("permanent", "hired", "yes")
        vacancy.refresh_from_db()
        assert (vacancy.state, vacancy.taken) == ("filled", 1)

    def test_without_an_open_follow_up_nothing_is_answered(self):
        person = make_graduates(1)[0].enrolment.person
        services.hire(services.bid(make_vacancy(), person=person), by=None)
        assert not SurveyInvitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_last_post_has_one_taker(network):
    people = [invitation.graduate.person for invitation in make_wave(4).samples.with_names()]
    vacancy = make_vacancy(places=2)
    bids = [services.bid(vacancy, person=person) for person in people]

    def take(n):
        services.hire(bids[n], by=None)
        return "hired"

    assert sorted(together(4, take)) == ["hired", "hired", "vacancy_full", "vacancy_full"]
    assert Vacancy.objects.get().taken == JobApplication.objects.filter(state="hired").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_four_claims_of_one_number_one_is_verified(network):
    users = [make_user(f"boss{n}@example.org") for n in range(4)]
    area = Area.objects.get(code="meknes")

    claims = [
        services.register_employer(name="شركة", ice=ICE, area=area, contact="x", phone="", by=user) for user in users
    ]

    def verify(n):
        services.verify_employer(claims[n], by=None)
        return "verified"

    outcomes = together(4, verify)
    assert sorted(outcomes) == ["ice_taken"] * 3 + ["verified"]
    assert Company.objects.filter(listed=True).count() == Employer.objects.filter(state="verified").count() == 1
