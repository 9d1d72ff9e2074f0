"""States that something led into by mistake, and what leads out of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.training import services
from takwin.training.models import Contract, Group, Trainer
from takwin.training.tests.make import (
    CENTRE,
    make_apprentice,
    make_company,
    make_contract,
    make_convention,
    make_group,
    make_trainer,
)
from takwin.training.tests.test_services import refused

pytestmark = pytest.mark.django_db


def test_a_contract_is_given_up_before_it_begins_and_another_is_drawn_up(client):
    person, soon = make_apprentice(), timezone.localdate() + timedelta(days=30)
    wrong = make_contract(person)
    refused("contract_open", make_contract, person, company=make_company("ورشة أخرى"))
    refused("why_missing", services.give_up, wrong, reason=" ", by=None)
    client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
    client.post(f"/desk/contracts/{wrong.ref}/", {"do": "give_up", "reason": "شركة أخرى"})
    wrong.refresh_from_db()
    assert wrong.state == "cancelled"
    later = make_contract(person, company=make_company("ورشة ثالثة"), first_on=soon)
    services.sign(later, by=None)
    later.refresh_from_db()
    services.give_up(later, reason="الشركة تراجعت", by=None)
    begun = services.sign(make_contract(person, company=make_company("ورشة رابعة")), by=None)
    refused("begun", services.give_up, begun, reason="تأخر", by=None)
    assert Contract.objects.get(pk=begun.pk).state == "signed"


def test_a_convention_that_is_never_signed_is_ended():
    row = make_convention(make_company())
    draft = services.draw_up_convention(
        row.company, centre=row.centre, first_on=row.first_on, last_on=row.last_on, places=1, by=None
    )
    assert services.end_convention(draft, by=None).state == "ended"


def test_a_trainer_who_left_by_mistake_comes_back(client):
    trainer = make_trainer()
    client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
    for verb, state in (("leave", "left"), ("come_back", "active")):
        client.post(f"/desk/trainers/{trainer.ref}/", {"do": verb})
        assert Trainer.objects.get().state == state


def test_a_group_ended_by_mistake_goes_on_with_its_people(client):
    group = make_group(people=3)
    other = make_group(group.version, "PA1-2", people=0)
    moved = group.members.first().enrolment
    client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
    client.post(f"/desk/groups/{group.ref}/", {"close": "1"})
    services.place(moved, group=other, by=None)
    last = other.ends_on
    client.post(f"/desk/groups/{group.ref}/", {"reopen": "1"})
    group = Group.objects.get(pk=group.pk)
    assert (group.state, group.taken, group.ends_on) == ("open", 2, last)
    assert group.members.filter(until_on__isnull=True).count() == 2
