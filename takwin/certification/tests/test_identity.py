"""A diploma is in the name the jury signed, whatever the registry says later."""

from __future__ import annotations

import json

import pytest

from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.tests.make import make_correction
from takwin.certification import exports, services
from takwin.certification.models import Diploma, Verdict
from takwin.certification.tests.make import make_diploma, make_open_jury, make_signed_jury
from takwin.core.errors import Refused
from takwin.core.scope import EVERYWHERE
from takwin.people import services as people
from takwin.people.choices import PeopleReason
from takwin.people.models import Person
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db


def rename(person, **names):
    """What a registrar accepts: the only way left."""
    person.account = person.account or make_user(f"{person.ref}@example.org")
    person.commune = person.commune or Area.objects.communes().first()
    person.save()
    row = make_correction(person, **names)
    admissions.accept_correction(row, seen="عقد الازدياد", by=make_user(f"{row.ref}@example.org"))


def test_a_trainee_cannot_rename_themselves_before_or_after_the_jury(client):
    jury = make_signed_jury("14")
    person = jury.verdicts.get().enrolment.person
    person.refresh_from_db()
    account = make_user("graduate@example.org")
    Person.objects.filter(pk=person.pk).update(account=account, commune=Area.objects.communes().first())
    client.force_login(account)
    client.post("/apply/identity/", {"given_name": "مزور", "family_name": "كبير"})
    with pytest.raises(Refused) as refusal:
        people.correct(
            person, given_name="مزور", family_name="كبير", sex="male", born_on=person.born_on, commune=None, by=account
        )  # fmt: skip
    assert refusal.value.reason == PeopleReason.FROZEN


def test_what_is_issued_after_a_correction_tells_what_the_jury_signed():
    jury = make_signed_jury("14")
    verdict = jury.verdicts.select_related("enrolment__person").get()
    signed = verdict.enrolment.person.name
    assert (verdict.who, verdict.identity["born_on"]) == (signed, "2005-03-12")
    rename(verdict.enrolment.person, given_name="ليلى", given_name_latin="Other", family_name_latin="Name")
    services.issue(EVERYWHERE, jury)
    diploma = Diploma.objects.get()
    assert diploma.holder == signed
    assert "ليلى" not in diploma.credential
    assert signed in json.dumps(json.loads(diploma.credential), ensure_ascii=False)
    assert "Other" not in exports.elmo(diploma).decode()
    assert verdict.enrolment.person.given_name in exports.elmo(diploma).decode()
    code = verdict.result.lines[0]["code"]
    assert services.certify_module(verdict.enrolment, code=code).holder == signed


def test_what_was_issued_keeps_its_name_in_every_form(client):
    diploma = make_diploma("14")
    before = (diploma.credential, diploma.line, exports.elmo(diploma), exports.elm(diploma))
    rename(diploma.enrolment.person, family_name="المستجد", given_name_latin="Other", family_name_latin="Name")
    diploma = Diploma.objects.select_related("enrolment__person").get()
    assert (diploma.credential, diploma.line, exports.elmo(diploma), exports.elm(diploma)) == before
    client.force_login(diploma.verdict.jury.president)
    page = client.get(f"/desk/juries/{diploma.verdict.jury.ref}/").content.decode()
    assert "المستجد" not in page
    assert diploma.holder in page


def test_the_card_is_kept_as_a_digest_and_an_unsigned_jury_freezes_nothing():
    jury = make_open_jury("14")
    assert jury.verdicts.get().identity == {}
    Person.objects.update(cin="AB123456")
    services.follow_rule(jury, by=jury.president)
    services.sign_minutes(jury, by=jury.president)
    identity = Verdict.objects.get().identity
    assert len(identity["card"]) == 64
    assert "AB123456" not in json.dumps(identity)
