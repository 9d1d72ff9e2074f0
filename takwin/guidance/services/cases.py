"""Individual follow-up: opening, contacts, sensitive notes, hand-over, end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts.selectors import holders
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.guidance.choices import CaseState, Closing, GuidanceReason, MeetingChannel
from takwin.guidance.models import Appointment, Case, Client, Contact, HandOver, Note
from takwin.guidance.rules import CASE, HAND_OVER
from takwin.guidance.services.hours import check_counsellor
from takwin.people.services import follow


def open_case(client: Client, *, centre: Any, counsellor: Any, by: Any) -> Case:
    """Begin to follow a client. Refused while the centre follows them already."""
    check_counsellor(counsellor, centre)
    try:
        with working(centre):
            row = create(Case(client=client, centre=centre, counsellor=counsellor), "open_case", by=by)
            if client.person is not None:
                follow(client.person, centre, "guidance")
    except IntegrityError:
        found = Case.objects.get(client=client, centre=centre, state=CaseState.OPEN)
        raise Refused(GuidanceReason.CASE_OPEN, ref=found.ref) from None
    return row


def record(
    case: Case,
    *,
    purpose: str,
    summary: str,
    channel: str = MeetingChannel.PLACE,
    steps: str = "",
    next_on: date | None = None,
    appointment: Appointment | None = None,
    by: Any,
) -> Contact:
    """Record a contact: its summary, the steps agreed and the next date."""
    if next_on is not None and next_on < timezone.localdate():
        raise Refused(GuidanceReason.NEXT_PAST, "next_on")
    with change(case, "record_contact", by=by, purpose=purpose) as row:
        _check_open(row)
        contact = Contact.objects.create(
            case=row, appointment=appointment, by=by, channel=channel, purpose=purpose, summary=summary, steps=steps,
            next_on=next_on,
        )  # fmt: skip
        row.next_on = next_on
    return contact


def _check_open(row: Case) -> None:
    if row.state != CaseState.OPEN:
        raise Refused(GuidanceReason.CASE_ENDED)


def end_case(case: Case, *, closing: str, by: Any) -> Case:
    """End a follow-up, with its reason. An offered hand-over is recalled."""
    with transaction.atomic():
        for offer in case.hand_overs.filter(state="offered"):
            recall(offer, by=by)
        return close_joined(case, closing=closing, by=by)


def close_joined(case: Case, *, closing: str, by: Any) -> Case:
    with change(case, "end", by=by, flow=CASE, closing=closing) as row:
        row.closing, row.ended_at, row.next_on = Closing(closing), timezone.now(), None
    return row


def reopen_case(case: Case, *, reason: str, by: Any) -> Case:
    """A follow-up ended by mistake goes on, with the counsellor it had, or with whoever opens it again where that one
    counsels here no more. Refused: joined with another, or the client is followed here by another one meanwhile."""
    if not reason.strip():
        raise Refused(GuidanceReason.WHY_MISSING, "reason")
    try:
        with working(case.centre_id), change(case, "reopen_case", by=by, flow=CASE, reason=reason) as row:
            if row.closing == Closing.JOINED or row.client.merged_into_id:
                raise Refused(GuidanceReason.CASE_JOINED)
            if not holders("guidance.follow", row.centre).filter(pk=row.counsellor_id).exists():
                row.counsellor = by
            row.closing, row.ended_at = "", None
    except IntegrityError:
        found = Case.objects.get(client=case.client, centre=case.centre, state=CaseState.OPEN)
        raise Refused(GuidanceReason.CASE_OPEN, ref=found.ref) from None
    return row


def note(case: Case, *, text: str, by: Any) -> Note:
    """Keep a sensitive note, encrypted; the journal says that there is one, never what it says."""
    with transaction.atomic():
        _check_open(Case.objects.select_for_update().get(pk=case.pk))
        row = Note.objects.create(case=case, text=text, by=by)
        journal(case, "write_note", by=by)
    return row


def read_notes(case: Case, *, by: Any) -> list[Note]:
    """The notes in clear. Each reading stands in the journal."""
    with transaction.atomic():
        rows = list(case.notes.select_related("by"))
        if rows:
            journal(case, "read_note", by=by, count=len(rows))
    return rows


def hand_over(
    case: Case, *, taker: Any, centre: Any = None, consented: bool = False, consent: str = "", by: Any
) -> HandOver:
    """Offer a follow-up to another counsellor, here or at another centre; the person must have agreed."""
    if not consented or not consent.strip():
        raise Refused(GuidanceReason.NO_CONSENT, "consented" if not consented else "consent")
    target = centre or case.centre
    check_counsellor(taker, target, "taker")
    if taker.pk == case.counsellor_id and target.pk == case.centre_id:
        raise Refused(GuidanceReason.SAME_HANDS, "taker")
    with working(target):
        _check_open(Case.objects.select_for_update().get(pk=case.pk))
        _check_not_followed(case, target)
        row = HandOver(case=case, giver=by, taker=taker, centre=target, consent=consent.strip())
        try:
            with transaction.atomic():
                create(row, "hand_over", by=by)
        except IntegrityError:
            raise Refused(GuidanceReason.HAND_OVER_WAITS) from None
        journal(case, "hand_over", by=by, taker=str(taker), centre=target.code)
    return row


def _check_not_followed(case: Case, centre: Any) -> None:
    twin = Case.objects.filter(client_id=case.client_id, centre=centre, state=CaseState.OPEN).exclude(pk=case.pk)
    if found := twin.first():
        raise Refused(GuidanceReason.CASE_OPEN, "centre", ref=found.ref)


def take(offer: HandOver, *, by: Any) -> HandOver:
    """Take a follow-up: it is with the taker, at the centre of the offer, from now on."""
    with working(offer.centre_id):
        with change(offer, "take", by=by, flow=HAND_OVER) as row:
            _check_taker(row, by)
            check_counsellor(by, row.centre, "taker")  # named then, and perhaps gone from there since
        with change(row.case, "change_hands", by=by) as case:
            _check_open(case)
            _check_not_followed(case, row.centre)
            case.counsellor, case.centre = row.taker, row.centre
        if case.client.person is not None:
            follow(case.client.person, row.centre, "guidance")
    return row


def _check_taker(row: HandOver, by: Any) -> None:
    if by.pk != row.taker_id:
        raise Refused(GuidanceReason.NOT_YOURS)


def turn_down(offer: HandOver, *, reason: str, by: Any) -> HandOver:
    """Decline with a reason; the follow-up stays where it is."""
    with change(offer, "turn_down", by=by, flow=HAND_OVER) as row:
        _check_taker(row, by)
        row.reason = reason
    return row


def recall(offer: HandOver, *, by: Any) -> HandOver:
    """Take an offer back before it is answered."""
    with change(offer, "recall", by=by, flow=HAND_OVER) as row:
        pass
    return row
