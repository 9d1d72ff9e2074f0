"""Identify clients (guest session, phone number, account) and join the records of the same person."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.core.text import fold
from takwin.guidance.choices import AppointmentState, CaseState, Closing, GuidanceReason
from takwin.guidance.models import Appointment, Case, Client
from takwin.guidance.services.appointments import give_back
from takwin.guidance.services.cases import close_joined
from takwin.guidance.services.open_days import unregister
from takwin.people.models import Person

PROFILE = ("name", "phone", "schooling", "born_on", "commune_id", "max_km")


def new_guest(language: str) -> Client:
    """A client known by nothing but a session, until a phone number or an account says more."""
    return create(Client(language=language), "start", by=None)


def client_of(user: Any, guest: Client | None = None) -> Client:
    """The one client of an account: made, or joined from what was done before with the same verified phone, the
    same record, or in the same session."""
    return _joined_client(_rows_of(user, guest), user)


def found_of(user: Any, guest: Client | None = None) -> Client | None:
    """The client of an account, or None: like `client_of`, but a visit makes no client."""
    rows = _rows_of(user, guest)
    return _joined_client(rows, user) if rows else None


def _rows_of(user: Any, guest: Client | None) -> list[Client]:
    conditions = [Q(account=user), Q(person__account=user)]
    if user.phone and user.phone_verified:
        conditions.append(Q(pk__in=_same_number_and_name(user)))
    if guest is not None:
        conditions.append(Q(pk=guest.pk, account__isnull=True, person__isnull=True))
    # One query a condition: each uses its index, which an OR across a join would not.
    found: dict[int, Client] = {}
    for condition in conditions:
        rows = Client.objects.select_related("commune__parent", "person").filter(condition, merged_into__isnull=True)
        found |= {row.pk: row for row in rows}
    return sorted(found.values(), key=lambda row: (row.account_id is None, row.person_id is None, row.pk))


def _same_number_and_name(user: Any) -> list[int]:
    """What was done with the account's number in its owner's name, or in no name. A number serves a whole household:
    what was done in another name stays its own; where nobody's name is known, only one name may be there."""
    rows = Client.objects.filter(phone=user.phone, account__isnull=True, person__isnull=True, merged_into=None)
    found = list(rows.values_list("pk", "name"))
    person = Person.objects.filter(account=user).first()
    own = {fold(name) for name in (user.name, person.name if person else "") if name}
    others = {fold(name) for _pk, name in found if name}
    if not own and len(others) == 1:
        own = others
    return [pk for pk, name in found if not name or fold(name) in own]


def needs_name(phone: str, name: str) -> bool:
    """Whether a booking must carry a name: the number has an appointment to come, and two nameless appointments look
    like the same person's. Call it only once the number is proved: the answer reveals that there is a booking."""
    return bool(phone) and not name and _expected().filter(client__phone=phone).exists()


def _expected() -> QuerySet[Appointment]:
    live = [AppointmentState.BOOKED, AppointmentState.WAITING]
    return Appointment.objects.filter(state__in=live, slot__ends_at__gt=timezone.now())


def client_for_booking(client: Client, *, name: str, phone: str, language: str) -> Client:
    """Whom a visitor books for: the client they are, or somebody else of another name with the same number.

    Call it only with a number whose owner is there, or which a member of staff has typed.
    """
    if needs_name(phone or client.phone, name):
        raise Refused(GuidanceReason.FOR_WHOM, "name")
    known = None if client.account_id or client.person_id else of_number(phone, name)
    if known is None and _is_same(client, name, phone):
        known = client
    known = known or of_number(phone, name)
    if known is None:
        return create(Client(name=name, phone=phone, language=language), "start", by=None)
    return name_guest(known, name=name, phone=phone, language=language)


def _is_same(client: Client, name: str, phone: str) -> bool:
    """Whether a client is the person of a name and number. A client without an account is another person under
    another number; with another name it always is. A nameless client with an appointment to come matches no name: the
    name may be a sister's."""
    called = {
        fold(known_name) for known_name in (client.name, client.person.name if client.person else "") if known_name
    }
    if name and called and fold(name) not in called:
        return False
    if name and not called and _expected().filter(client=client).exists():
        return False
    return bool(client.account_id or client.person_id or not phone or client.phone in {"", phone})


def of_number(phone: str, name: str) -> Client | None:
    """The client known by a number alone who has this name; a nameless one is anybody's, until they are expected."""
    if not phone:
        return None
    rows = Client.objects.filter(phone=phone, account__isnull=True, person__isnull=True, merged_into__isnull=True)
    found = list(rows.order_by("pk"))
    expected = set(_expected().filter(client__in=found).values_list("client", flat=True)) if name else set()
    return next((row for row in found if fold(row.name) == fold(name)), None) or next(
        (row for row in found if (not row.name and row.pk not in expected) or (not name and len(found) == 1)), None
    )


def _joined_client(rows: list[Client], user: Any) -> Client:
    person = rows[0].person if rows and rows[0].person_id else Person.objects.filter(account=user).first()
    if len(rows) == 1 and rows[0].account_id == user.pk and rows[0].person_id == getattr(person, "pk", None):
        return rows[0]
    with transaction.atomic():
        if not rows:
            phone = user.phone or ""
            return create(Client(account=user, person=person, name=user.name, phone=phone), "start", by=user)
        for other in rows[1:]:
            merge(rows[0], other, by=user)
        with change(rows[0], "claim", by=user) as row:
            row.account, row.phone = user, row.phone or user.phone or ""
            # Two records of one account cannot be: the one of the account wins.
            row.person = row.person or person
    return row


def find_client(person: Person) -> Client | None:
    """The client of a record, or of its account."""
    row = Client.objects.filter(person=person).first()
    if row is None and person.account_id is not None:
        row = Client.objects.filter(account=person.account_id).first()
    return row


def client_for(person: Person, *, by: Any) -> Client:
    """The client of a record, for the counsellor who serves it; made when there is none."""
    return find_client(person) or create(Client(person=person, phone=person.phone, name=person.name), "start", by=by)


def twins(client: Client) -> QuerySet[Client]:
    """Other clients known only by the same phone number, in the same name or in none: a number is no person."""
    if not client.phone:
        return Client.objects.none()
    rows = Client.objects.filter(
        phone=client.phone, account__isnull=True, person__isnull=True, merged_into__isnull=True
    ).exclude(pk=client.pk)
    called = {fold(name) for name in (client.name, client.person.name if client.person else "") if name}
    same = [pk for pk, name in rows.values_list("pk", "name") if not name or not called or fold(name) in called]
    return rows.filter(pk__in=same)


def join_phone(client: Client, *, by: Any) -> int:
    """A counsellor who met the person joins what was done with the same number; returns how many rows joined."""
    with transaction.atomic():
        others = list(twins(client))
        for other in others:
            merge(client, other, by=by)
    return len(others)


def merge(into: Client, other: Client, *, by: Any) -> None:
    """Everything of `other` becomes `into`'s; what both have is kept once. Call inside a transaction."""
    now = Client.objects.select_for_update().get(pk=into.pk)
    gone = Client.objects.select_for_update().get(pk=other.pk)
    drafts = now.sittings.filter(state="draft").exists()
    moving = gone.sittings.exclude(state="draft") if drafts else gone.sittings.all()
    moving.update(client=now)
    gone.advice.update(client=now)
    _merge_lists(now, gone, by)
    _merge_cases(now, gone, by)
    for name in PROFILE:
        if not getattr(now, name):
            setattr(now, name, getattr(gone, name))
    person, account = gone.person, gone.account
    gone.merged_into, gone.person, gone.account = now, None, None
    gone.save()
    now.person, now.account = now.person or person, now.account or account
    now.save()
    journal(now, "join", by=by, joined=gone.ref)


def _merge_lists(now: Client, gone: Client, by: Any) -> None:
    live = [AppointmentState.BOOKED, AppointmentState.WAITING, AppointmentState.HELD]
    have = set(now.appointments.filter(state__in=live).values_list("slot_id", flat=True))
    for row in gone.appointments.filter(state__in=live, slot_id__in=have):
        give_back(row, by=by)
    gone.appointments.update(client=now)
    days = set(now.registrations.exclude(state="cancelled").values_list("open_day_id", flat=True))
    for double in gone.registrations.exclude(state="cancelled").filter(open_day_id__in=days):
        unregister(double, by=by)
    gone.registrations.update(client=now)


def _merge_cases(now: Client, gone: Client, by: Any) -> None:
    have = {row.centre_id: row for row in Case.objects.filter(client=now, state=CaseState.OPEN)}
    for row in Case.objects.filter(client=gone):
        twin = have.get(row.centre_id) if row.state == CaseState.OPEN else None
        if twin is not None:
            row.contacts.update(case=twin)
            row.notes.update(case=twin)
            close_joined(row, by=by, closing=Closing.JOINED)
        Case.objects.filter(pk=row.pk).update(client=now)


def describe_client(
    client: Client,
    *,
    schooling: str,
    stream: str = "none",
    diploma: str = "none",
    born_on: Any = None,
    commune: Any = None,
    max_km: int | None = None,
    wants_bed: bool = False,
    modes: Any = (),
    by: Any,
) -> Client:
    """What advice needs to know. Nothing else is asked."""
    with change(client, "describe", by=by) as row:
        row.schooling, row.stream, row.diploma, row.born_on = schooling, stream, diploma, born_on
        row.commune, row.max_km, row.wants_bed, row.modes = commune, max_km, wants_bed, sorted(modes)
    return row


def name_guest(client: Client, *, name: str, phone: str, language: str) -> Client:
    """How a centre reaches a client; what is left empty stays as it was."""
    with change(client, "name_client", by=None) as row:
        row.name, row.phone, row.language = name or row.name, phone or row.phone, language
    return row
