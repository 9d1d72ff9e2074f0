"""Corrections of an identity that was handed in: asked by its owner with a document, decided by a registrar."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import CorrectionState
from takwin.admissions.models import Correction
from takwin.admissions.rules import CORRECTION, check_file
from takwin.admissions.services.documents import SUFFIX
from takwin.admissions.services.frozen import discard_for
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of
from takwin.people.models import Person
from takwin.people.rules import check_birth, normalize_cin, normalize_name
from takwin.people.services import NAMES, correct_by_document, write_to
from takwin.territory.models import Area

ACCEPTED = gettext_noop("takwin: the correction %(ref)s of your identity is accepted.")
REFUSED = gettext_noop("takwin: the correction %(ref)s of your identity is refused. The reason is on your page.")


def registered(person: Person) -> dict[str, Any]:
    """The identity as it is registered, fit for JSON."""
    out: dict[str, Any] = {name: getattr(person, name) for name in NAMES}
    commune = person.commune.code if person.commune else ""
    return out | {"sex": person.sex, "born_on": str(person.born_on), "cin": person.cin, "commune": commune}


def ask_correction(
    person: Person,
    *,
    given_name: str,
    family_name: str,
    sex: str,
    born_on: date,
    commune: Area,
    words: str,
    file: Any,
    cin: str = "",
    given_name_latin: str = "",
    family_name_latin: str = "",
    by: Any,
) -> Correction:
    """Ask for other values, with a document that shows them. The registered identity stays until somebody accepts."""
    if person.frozen_at is None:
        raise Refused(R.NOT_FROZEN)
    names = dict(zip(NAMES, (given_name, family_name, given_name_latin, family_name_latin), strict=True))
    now, after = registered(person), _differences(person, names, sex, born_on, cin, commune)
    if not after:
        raise Refused(R.NO_CHANGE)
    if person.corrections.filter(state=CorrectionState.REQUESTED).exists():
        raise Refused(R.ALREADY_ASKED)
    content_type = check_file(file.name, file.size, file.read(16))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    row = Correction(
        person=person, words=words.strip(), before={name: now[name] for name in after}, after=after, asked_by=by,
        name=file.name[-120:], content_type=content_type, size=file.size, sha256=digest,
    )  # fmt: skip
    file.name = f"{row.ref}.{SUFFIX[content_type]}"
    row.file = file
    try:
        with transaction.atomic():
            return create(row, "ask_correction", by=by, person=person.ref, fields=sorted(after))
    except IntegrityError:
        raise Refused(R.ALREADY_ASKED) from None


def _differences(
    person: Person, names: dict[str, str], sex: str, born_on: date, cin: str, commune: Area
) -> dict[str, Any]:
    """What differs from the registered identity, each value lawful and in one writing."""
    check_birth(born_on, timezone.localdate())
    # A name in Latin letters may stay empty; the others may not.
    values: dict[str, Any] = {
        name: normalize_name(text, name) if text.strip() or name in NAMES[:2] else "" for name, text in names.items()
    }
    values |= {"sex": sex, "born_on": str(born_on), "cin": normalize_cin(cin), "commune": commune.code}
    now = registered(person)
    return {name: value for name, value in values.items() if value != now[name]}


def accept_correction(correction: Correction, *, seen: str, by: Any) -> Correction:
    """The registrar has seen a document that shows the values asked for: they are registered now.

    Refused when the identity has changed since it was asked, and to whoever asked for it.
    """
    with change(correction, "accept_correction", by=by, flow=CORRECTION, reason=seen) as row:
        _check_judge(row, by)
        person = Person.objects.select_for_update(of=("self",)).get(pk=row.person_id)
        now = registered(person)
        if any(now[name] != value for name, value in row.before.items()):
            raise Refused(R.IDENTITY_MOVED)
        values = dict(row.after)
        if "born_on" in values:
            values["born_on"] = date.fromisoformat(values["born_on"])
        if "commune" in values:
            values["commune"] = Area.objects.get(code=values["commune"])
        correct_by_document(person, values, by=by, correction=row.ref)
        discard_for(person, fields=set(values), reason=row.ref, by=by)
        _decide(row, seen, by)
        _write(row, ACCEPTED)
    return row


def refuse_correction(correction: Correction, *, reason: str, by: Any) -> Correction:
    """Refuse a correction its document does not show: the identity stays, and the person reads the reason."""
    with change(correction, "refuse_correction", by=by, flow=CORRECTION, reason=reason) as row:
        _check_judge(row, by)
        _decide(row, reason, by)
        _write(row, REFUSED)
    return row


def withdraw_correction(correction: Correction, *, by: Any) -> Correction:
    with change(correction, "withdraw_correction", by=by, flow=CORRECTION) as row:
        pass
    return row


def read_evidence(correction: Correction, *, by: Any) -> None:
    """Note that someone of the desk opened the document of a correction."""
    journal(correction, "read_document", by=by)


def read_card(person: Person, *, others: list[Person], by: Any) -> None:
    """Note that someone of the desk read a record by its card number, and the other records that hold it."""
    journal(person, "read_card", by=by, others=[row.ref for row in others])


def _check_judge(row: Correction, by: Any) -> None:
    if by.pk in {row.asked_by_id, row.person.account_id}:
        raise Refused(R.OWN_CORRECTION)


def _decide(row: Correction, answer: str, by: Any) -> None:
    row.decided_by, row.decided_at, row.answer = by, timezone.now(), answer.strip()


def _write(row: Correction, text: str) -> None:
    with in_language_of(row.person.account):
        write_to(row.person, _(text) % {"ref": row.ref}, subject=_("Your identity"), about=row.ref)
