"""Writes about persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.people.choices import ConsentKind, PeopleReason
from takwin.people.models import Consent, Following, Person
from takwin.people.rules import check_birth, tidy_cin


def register(
    *,
    given_name: str,
    family_name: str,
    sex: str,
    born_on: date,
    commune: Any,
    cin: str = "",
    given_name_latin: str = "",
    family_name_latin: str = "",
    phone: str = "",
    email: str = "",
    account: Any = None,
    by: Any,
) -> Person:
    """A new person. Refused when the account or the national card number has a record already."""
    with transaction.atomic():
        if account is not None and Person.objects.filter(account=account).exists():
            raise Refused(PeopleReason.ACCOUNT_HAS_PERSON)
        row = Person(account=account, phone=phone, email=email)
        _fill(row, given_name, family_name, given_name_latin, family_name_latin, sex, born_on, cin, commune)
        return create(row, "register", by=by)


def correct(
    person: Person,
    *,
    given_name: str,
    family_name: str,
    sex: str,
    born_on: date,
    commune: Any,
    cin: str = "",
    given_name_latin: str = "",
    family_name_latin: str = "",
    by: Any,
) -> Person:
    with change(person, "correct", by=by) as row:
        _fill(row, given_name, family_name, given_name_latin, family_name_latin, sex, born_on, cin, commune)
    return row


def _fill(
    row: Person,
    given: str,
    family: str,
    given_latin: str,
    family_latin: str,
    sex: str,
    born_on: date,
    cin: str,
    commune: Any,
) -> None:
    check_birth(born_on, timezone.localdate())
    row.cin = tidy_cin(cin)
    if row.cin and Person.objects.filter(cin=row.cin).exclude(pk=row.pk).exists():
        raise Refused(PeopleReason.CIN_TAKEN, "cin")
    row.given_name, row.family_name = given.strip(), family.strip()
    row.given_name_latin, row.family_name_latin = given_latin.strip(), family_latin.strip()
    row.sex, row.born_on, row.commune = sex, born_on, commune


def consent(person: Person, kind: str, *, words: str = "", by: Any) -> Consent:
    """Note what a person agreed to, before whom."""
    with transaction.atomic():
        row = Consent.objects.create(person=person, kind=ConsentKind(kind), noted_by=by, words=words)
        journal(person, "consent", by=by, kind=kind)
    return row


def follow(person: Person, centre: Any, why: str) -> None:
    """Let a centre see a person. Idempotent."""
    Following.objects.get_or_create(person=person, centre=centre, why=why)


def follow_all(pairs: Iterable[tuple[int, int]], why: str) -> None:
    """Let centres see persons, many at once: (person key, centre key). Idempotent."""
    rows = [Following(person_id=person, centre_id=centre, why=why) for person, centre in pairs]
    Following.objects.bulk_create(rows, batch_size=2_000, ignore_conflicts=True)
