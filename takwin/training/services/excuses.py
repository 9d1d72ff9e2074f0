"""Asking to be excused, and the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from takwin.admissions.rules import check_file
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.core.refs import new_ref
from takwin.training.choices import ExcuseState, TrainingReason
from takwin.training.models import Enrolment, Excuse, Roll, Statement
from takwin.training.rules.flows import EXCUSE
from takwin.training.services.alerts import warn
from takwin.training.services.attendance import settle

LONG = 60  # days an excuse may last


def ask_excuse(
    enrolment: Enrolment, *, first_on: date, last_on: date, kind: str, words: str = "", proof: Any = None, by: Any
) -> Excuse:
    """Ask to be excused, with a photo or a PDF of the proof."""
    if last_on < first_on:
        raise Refused(TrainingReason.BAD_DATES, "last_on")
    if (last_on - first_on).days >= LONG:
        raise Refused(TrainingReason.LONG_EXCUSE, "last_on", limit=LONG)
    if not proof:
        raise Refused(TrainingReason.PROOF_MISSING, "proof")
    proof.name = _safe_name(proof)
    row = Excuse(enrolment=enrolment, first_on=first_on, last_on=last_on, kind=kind, words=words, proof=proof)
    return create(row, "ask_excuse", by=by)


def _safe_name(proof: Any) -> str:
    """A new name for a stored proof, so that the sender's is never used. Refused: content that is no photo or PDF."""
    try:
        kind = check_file(proof.name, proof.size, proof.read(16))
    except Refused as refusal:
        raise Refused(refusal.reason, "proof", **refusal.facts) from None
    proof.seek(0)
    return f"{new_ref('EXC')}.{kind.rpartition('/')[2]}"


def read_proof(excuse: Excuse, *, by: Any) -> None:
    """Note that someone read a proof: it may show an illness."""
    journal(excuse, "read_document", by=by)


def answer_excuse(excuse: Excuse, *, accept: bool, answer: str = "", by: Any) -> Excuse:
    """Accept or refuse, with a reason. Absences of the days of an accepted one stand as excused, each by a statement
    derived from it, whether they were stated before or are stated later."""
    if not accept and not answer.strip():
        raise Refused(TrainingReason.WHY_MISSING, "answer")
    with transaction.atomic():
        with change(excuse, "accept_excuse" if accept else "refuse_excuse", by=by, flow=EXCUSE) as row:
            row.answer = answer
        if row.state == ExcuseState.ACCEPTED:
            _settle_days(row)
    return row


def reopen_excuse(excuse: Excuse, *, reason: str, by: Any) -> Excuse:
    """An answer given by mistake: the request waits again. What an acceptance excused is an absence again, and counts
    towards the thresholds."""
    if not reason.strip():
        raise Refused(TrainingReason.WHY_MISSING, "reason")
    with transaction.atomic():
        with change(excuse, "reopen_excuse", by=by, flow=EXCUSE, reason=reason) as row:
            row.answer = ""
        _settle_days(row)
        warn({row.enrolment_id})
    return row


def _settle_days(row: Excuse) -> None:
    """Decide again what stands on the days of an excuse, by the excuses that are accepted now."""
    days = Statement.objects.filter(enrolment=row.enrolment_id, on__range=(row.first_on, row.last_on))
    rolls = sorted(set(days.values_list("roll", flat=True)))
    list(Roll.objects.select_for_update(of=("self",)).filter(pk__in=rolls).order_by("pk"))
    accepted = Excuse.objects.filter(enrolment=row.enrolment_id, state=ExcuseState.ACCEPTED).order_by("pk")
    settle({(roll, row.enrolment_id) for roll in rolls}, list(accepted))
