"""Contracts by the law, broken and replaced; placements under conventions; what is scarce in a company."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from takwin.accounts.tests.make import make_user
from takwin.core.models import Entry
from takwin.core.selectors import journal
from takwin.core.tests.threads import together
from takwin.training import services
from takwin.training.models import Contract, ContractAmendment, Placement
from takwin.training.rules.companies import Terms, faults, months
from takwin.training.selectors import companies as reads
from takwin.training.tests.make import (
    CENTRE,
    make_apprentice,
    make_company,
    make_contract,
    make_convention,
    make_enrolment,
)  # fmt: skip
from takwin.training.tests.test_services import refused

FIRST = date(2024, 9, 16)


def terms(**over):
    values = {"born_on": date(2005, 1, 1), "first_on": FIRST, "last_on": date(2025, 9, 15), "share": 80, "tutor": "م"}
    return Terms(**values | over)


class TestTerms:
    def test_lawful_terms_have_no_fault(self):
        assert faults(terms()) == []

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"born_on": date(2009, 9, 17)}, "too_young"), ({"share": 79}, "share"), ({"share": 91}, "share"),
            ({"last_on": date(2025, 3, 14)}, "too_short"), ({"last_on": date(2027, 10, 20)}, "too_short"),
            ({"last_on": date(2024, 9, 1)}, "bad_dates"), ({"tutor": " "}, "no_tutor"),
        ],
    )  # fmt: skip
    def test_each_fault_is_named(self, over, code):
        found = faults(terms(**over))
        assert [refusal.code for refusal in found] == [code]
        assert "%(" not in str(found[0])

    def test_on_the_fifteenth_birthday_one_may_begin(self):
        assert faults(terms(born_on=date(2009, 9, 16))) == []

    def test_months_are_whole(self):
        assert months(FIRST, date(2025, 3, 15)) == 6
        assert months(FIRST, date(2025, 3, 14)) == 5
        assert months(date(2024, 1, 31), date(2024, 7, 30)) == 6


@pytest.mark.django_db
class TestContract:
    def registered(self, **over):
        return services.register(services.sign(make_contract(**over), by=None), number="AP-1", by=None)

    def test_from_the_draft_to_the_number_and_the_end(self):
        row = self.registered()
        assert (row.state, row.number) == ("registered", "AP-1")
        refused("after_end", services.complete_contract, row, by=None)
        Contract.objects.update(last_on=timezone.localdate())
        assert services.complete_contract(row, by=None).state == "completed"

    def test_a_number_is_needed_and_once(self):
        self.registered()
        other = services.sign(make_contract(make_apprentice(71), make_company("أخرى")), by=None)
        refused("no_number", services.register, other, number=" ", by=None)
        refused("number_taken", services.register, other, number="AP-1", by=None)

    def test_who_does_not_train_by_apprenticeship_has_no_contract(self):
        refused("not_apprentice", make_contract, make_enrolment())
        refused("too_young", make_contract, make_apprentice(born_on=timezone.localdate() - timedelta(days=14 * 365)))

    def test_one_open_contract_a_trainee(self):
        row = make_apprentice()
        make_contract(row)
        refused("contract_open", make_contract, row, make_company("أخرى"))

    def test_a_company_and_a_tutor_have_so_many_places(self):
        company = make_company(places=4)
        for number in range(3):
            make_contract(make_apprentice(80 + number), company)
        refused("tutor_full", make_contract, make_apprentice(90), company)
        make_contract(make_apprentice(91), company, tutor="معلم آخر")
        refused("company_full", make_contract, make_apprentice(92), company, tutor="ثالث")

    def test_an_amendment_keeps_what_was_before(self):
        row = self.registered()
        last = row.last_on + timedelta(days=30)
        refused("why_missing", services.amend, row, tutor="جديد", last_on=last, share=85, reason="", by=None)
        refused("share", services.amend, row, tutor="جديد", last_on=last, share=20, reason="x", by=None)
        fresh = services.amend(row, tutor="جديد", last_on=last, share=85, reason="تقاعد المعلم", by=None)
        assert (fresh.tutor, fresh.share, fresh.state) == ("جديد", 85, "registered")
        assert ContractAmendment.objects.get().share == 80

    def test_broken_then_replaced_within_the_delay(self):
        row = self.registered()
        today = timezone.localdate()
        refused("who_broke", services.terminate_contract, row, on=today, broken_by="", reason="x", by=None)
        refused(
            "after_end",
            services.terminate_contract,
            row,
            on=today + timedelta(1),
            broken_by="both",
            reason="x",
            by=None,
        )
        row = services.terminate_contract(row, on=today, broken_by="closure", reason="a private matter", by=None)
        assert row.state == "broken"
        assert row.enrolment.state == "enrolled"
        assert "private" not in str(list(Entry.objects.values_list("changed", "data")))
        new = {"company": make_company("جديدة"), "tutor": "آخر", "last_on": today + timedelta(days=300)}
        late = today + timedelta(days=61)
        refused("too_late", services.replace, row, first_on=late, by=None, **new | {"last_on": late + timedelta(300)})
        fresh = services.replace(row, first_on=today + timedelta(days=10), by=None, **new)
        row.refresh_from_db()
        assert (row.state, fresh.replaces, fresh.state) == ("replaced", row, "draft")
        refused("wrong_state", services.replace, row, first_on=today, by=None, **new)

    def test_the_journal_shows_it_in_words(self):
        row = services.terminate_contract(
            self.registered(), on=timezone.localdate(), broken_by="closure", reason="a private matter", by=None
        )
        with override("en"):
            newest = journal(row)[0]
        moves = {name: (before, after) for name, before, after in newest.moves}
        assert moves["State"] == ("Registered, in force", "Broken, a new employer is sought")
        assert moves["Ended by"][1] == "closure of the company"
        assert moves["Why"] == ("–", "•••")
        assert "_" not in "".join(moves)

    def test_without_a_new_employer_it_lapses_when_the_delay_is_over(self):
        row = self.registered()
        services.terminate_contract(row, on=timezone.localdate(), broken_by="company", reason="x", by=None)
        assert services.lapse_due() == 0
        assert services.lapse_due(timezone.localdate() + timedelta(days=61)) == 1
        row.refresh_from_db()
        assert row.state == "lapsed"

    def test_it_is_suspended_and_resumed(self):
        row = self.registered()
        refused("why_missing", services.suspend, row, reason="", by=None)
        assert services.suspend(row, reason="مرض", by=None).state == "suspended"
        assert services.resume(row, by=None).state == "registered"

    def test_visits_are_within_it(self):
        row = self.registered()
        refused("after_end", services.visit, row, on=row.first_on - timedelta(days=1), words="x", by=None)
        services.visit(row, on=timezone.localdate(), words="يتقدم", by=make_user())
        assert row.visits.count() == 1
        assert reads.in_companies(row.enrolment.centre) == 1


@pytest.mark.django_db
class TestPlacement:
    def plan(self, company, number=1, days=0, **over):
        today = timezone.localdate() + timedelta(days=days)
        values = {"tutor": "م", "first_on": today, "last_on": today + timedelta(days=9)} | over
        row = over.pop("row", None) or make_enrolment(number=number)
        return services.plan_placement(
            row, company=company, by=None, **{k: v for k, v in values.items() if k != "row"}
        )

    def test_it_wants_a_signed_convention_with_a_place(self):
        company = make_company()
        refused("no_convention", self.plan, company)
        convention = make_convention(company)
        self.plan(company, 2)
        refused("convention_full", self.plan, company, 3)
        self.plan(company, 4, days=20)
        services.end_convention(convention, by=None)
        refused("no_convention", self.plan, company, 5, days=60)

    def test_nobody_is_in_two_companies_at_once(self):
        company = make_company()
        make_convention(company, places=5)
        row = make_enrolment()
        self.plan(company, row=row)
        refused("placed_then", self.plan, company, row=row, days=5)
        refused("bad_dates", self.plan, company, row=row, last_on=date(2001, 1, 1))

    def test_it_runs_is_interrupted_and_evaluated(self):
        company = make_company()
        make_convention(company)
        row = self.plan(company)
        refused("wrong_state", services.evaluate, row, value="12", by=None)
        services.move_placement(row, verb="begin", by=None)
        refused("why_missing", services.move_placement, row, verb="interrupt", by=None)
        services.move_placement(row, verb="interrupt", reason="مرض", by=None)
        services.move_placement(row, verb="resume", by=None)
        refused("above_scale", services.evaluate, row, value="21", by=None)
        assert services.evaluate(row, value="15,5", words="جيد", by=None).value == 1550

    def test_company_numbers_are_numbers_and_once(self):
        refused("bad_ice", make_company, ice="12345")
        make_company(ice="001234567000089")
        refused("ice_taken", make_company, "أخرى", ice="0012 3456 7000 089")


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def registrar(self, client):
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))

    def test_a_contract_lives_on_its_page(self, client, registrar):
        path = f"/desk/training/{CENTRE}/companies/"
        assert (
            "15" in client.post(path, {"name": "نحاس", "kind": "workshop", "ice": "1", "places": "2"}).content.decode()
        )
        company = client.post(path, {"name": "نحاس", "kind": "workshop", "places": "2"}).url.split("/")[-2]
        row = make_apprentice()
        today = timezone.localdate()
        form = {
            "company": company.lower(), "tutor": "المعلم", "first_on": str(today),
            "last_on": str(today + timedelta(days=370)), "share": "70",
        }  # fmt: skip
        page = f"/desk/trainees/{row.ref}/bind/contract/"
        assert "80 %" in client.post(page, form).content.decode()
        assert "لا توجد" in client.post(page, form | {"company": "CMP-X"}).content.decode()
        path = client.post(page, form | {"share": "80"}).url
        for step in (
            {"do": "sign"},
            {"do": "register", "number": "7/26"},
            {"do": "visit", "on": str(today), "words": "x"},
        ):
            assert client.post(path, step).status_code == 302
        assert (
            client.post(path, {"do": "terminate", "on": str(today), "broken_by": "", "reason": "x"}).status_code == 422
        )
        client.post(path, {"do": "terminate", "on": str(today), "broken_by": "closure", "reason": "إغلاق"})
        other = make_company("خشب")
        answer = client.post(path, form | {"do": "replace", "company": other.ref, "share": "85"})
        assert answer.url == f"/desk/contracts/{Contract.objects.get(company=other).ref}/"
        assert client.get(f"/desk/trainees/{row.ref}/bind/nothing/").status_code == 404

    def test_conventions_and_placements_at_the_desk(self, client, registrar):
        company = make_company()
        today = timezone.localdate()
        path = f"/desk/companies/{company.ref}/"
        dates = {"first_on": str(today), "last_on": str(today + timedelta(days=90)), "places": "3", "centre": CENTRE}
        client.post(path, dates)
        convention = company.conventions.get()
        client.post(path, {"sign": convention.ref})
        row = make_enrolment()
        form = {"company": company.ref, "tutor": "م", "first_on": str(today), "last_on": str(today)}
        page = client.post(f"/desk/trainees/{row.ref}/bind/placement/", form).url
        client.post(page, {"do": "begin"})
        assert client.post(page, {"do": "evaluate", "value": "x"}).status_code == 422
        client.post(page, {"do": "evaluate", "value": "14"})
        assert Placement.objects.get().state == "done"
        client.post(path, {"end": convention.ref})
        convention.refresh_from_db()
        assert convention.state == "ended"

    def test_a_stranger_finds_neither(self, client):
        row = make_contract()
        client.force_login(make_user("else@example.org", "registrar", centre="ismss-oujda"))
        assert client.get(f"/desk/contracts/{row.ref}/").status_code == 404
        assert client.get(f"/desk/trainees/{row.enrolment.ref}/bind/contract/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_last_place_of_a_workshop_has_one_taker(network):
    company = make_company(places=1)
    rows = [make_apprentice(60 + number) for number in range(4)]

    def ask(number):
        make_contract(rows[number], company, tutor=f"م{number}")
        return "done"

    assert sorted(together(4, ask)) == ["company_full"] * 3 + ["done"]
    assert Contract.objects.count() == 1
