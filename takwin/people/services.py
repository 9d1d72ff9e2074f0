"""Writes about persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from takwin.core.changes import change, create, journal
from takwin.core.choices import Channel
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of, post
from takwin.people.choices import ConsentKind, PeopleReason
from takwin.people.models import Consent, Following, Person
from takwin.people.rules import check_birth, normalize_cin, normalize_name

CARD_PROVED = gettext_noop("takwin: your national card number is confirmed.")
CARD_LOST = gettext_noop("takwin: your national card number could not be confirmed. Bring your card to your centre.")
NAMES = ("given_name", "family_name", "given_name_latin", "family_name_latin")
IDENTITY = (*NAMES, "sex", "born_on", "cin", "commune")


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
    """A new person. Refused when the account has a record already; a card number typed here proves nothing."""
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
    """Change an identity nobody has relied on yet. Refused once it was handed in."""
    with change(person, "correct", by=by) as row:
        if row.frozen_at is not None:
            raise Refused(PeopleReason.FROZEN)
        _fill(row, given_name, family_name, given_name_latin, family_name_latin, sex, born_on, cin, commune)
    return row


def correct_by_document(person: Person, values: dict[str, Any], *, by: Any, correction: str) -> Person:
    """What a registrar accepted on a document: the only change of an identity that was handed in."""
    with change(person, "correct_identity", by=by, correction=correction) as row:
        for name, value in values.items():
            if name in {"given_name", "family_name"} or (name in NAMES and value):
                value = normalize_name(value, name)
            elif name == "cin":
                value = normalize_cin(value)
                row.cin_proved_at, row.cin_proved_by, row.cin_proof = None, None, ""
            setattr(row, name, value)
        check_birth(row.born_on, timezone.localdate())
    return row


def settle_card(person: Person, *, seen: str, claims: Iterable[str], within: QuerySet[Person], by: Any) -> Person:
    """The number is this person's, on a document somebody has seen; other records lose it.

    `claims`: references of the other records the page showed; `within`: the records this registrar reaches. Refused
    when the claims have changed since, when one is out of reach, or when no document is named. Nobody learns who the
    others are.
    """
    if not seen.strip():
        raise Refused(PeopleReason.PROOF_MISSING, "seen")
    with transaction.atomic():
        number = Person.objects.values_list("cin", flat=True).get(pk=person.pk)
        if not number:
            raise Refused(PeopleReason.NO_CARD)
        # Locks in one order: of two registrars who settle for two winners the second finds the claims changed.
        rows = list(Person.objects.select_for_update(of=("self",)).filter(cin=number).order_by("pk"))
        others = [row for row in rows if row.pk != person.pk]
        if {row.ref for row in others} != set(claims) or len(others) == len(rows):
            raise Refused(PeopleReason.CLAIMS_CHANGED)
        if within.filter(cin=number).values("pk").distinct().count() < len(rows):
            raise Refused(PeopleReason.OUT_OF_SCOPE)
        for other in others:
            with change(other, "lose_card", by=by) as row:
                row.cin, row.cin_proved_at, row.cin_proved_by, row.cin_proof = "", None, None, ""
            _write(other, CARD_LOST)
        with change(person, "prove_card", by=by) as row:
            row.cin_proved_at, row.cin_proved_by, row.cin_proof = timezone.now(), by, seen.strip()
        _write(person, CARD_PROVED)
    return row


def _write(person: Person, text: str) -> None:
    """One message to a person, in the language of their account."""
    with in_language_of(person.account):
        write_to(person, gettext(text), subject=gettext("Your identity"), about=person.ref)


def write_to(person: Person, body: str, *, subject: str, about: str) -> None:
    """By SMS, else by e-mail, else not at all."""
    if person.phone:
        post(Channel.SMS, person.phone, body, about=about)
    elif person.email:
        post(Channel.MAIL, person.email, body, subject=subject, about=about)


def freeze(persons: Iterable[int], *, at: datetime | None = None) -> int:
    """From now on these identities change only by a correction; how many froze now. Idempotent."""
    rows = Person.objects.filter(pk__in=list(persons), frozen_at__isnull=True)
    return rows.update(frozen_at=at or timezone.now())


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
    number = normalize_cin(cin)
    if number != row.cin:  # what was seen was another number
        row.cin_proved_at, row.cin_proved_by, row.cin_proof = None, None, ""
    # A number that is somebody else's is not refused: a refusal would say that the number is known here.
    row.cin = number
    row.given_name, row.family_name = normalize_name(given, "given_name"), normalize_name(family, "family_name")
    row.given_name_latin = normalize_name(given_latin, "given_name_latin") if given_latin.strip() else ""
    row.family_name_latin = normalize_name(family_latin, "family_name_latin") if family_latin.strip() else ""
    row.sex, row.born_on, row.commune = sex, born_on, commune


def consent(person: Person, kind: str, *, words: str = "", by: Any) -> Consent:
    """Note what a person agreed to, before whom."""
    with transaction.atomic():
        row = Consent.objects.create(person=person, kind=ConsentKind(kind), noted_by=by, words=words)
        journal(person, "consent", by=by, kind=kind)
    return row


def follow(person: Person, centre: Any, reason: str) -> None:
    """Let a centre see a person. Idempotent."""
    Following.objects.get_or_create(person=person, centre=centre, reason=reason)


def follow_all(pairs: Iterable[tuple[int, int]], reason: str) -> None:
    """Let centres see persons, many at once: (person key, centre key). Idempotent."""
    rows = [Following(person_id=person, centre_id=centre, reason=reason) for person, centre in pairs]
    Following.objects.bulk_create(rows, batch_size=2_000, ignore_conflicts=True)
