"""Companies, conventions, placements; apprenticeship contracts from their draft to their end, or to a new employer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.clock_undo import Undo, take_rows
from takwin.core.errors import Refused
from takwin.territory.models import Area
from takwin.training.choices import EnrolmentState, PostState
from takwin.training.choices.companies import BrokenBy, CompanyKind, CompanyReason, ContractState, ConventionState
from takwin.training.models import (
    Company,
    Contract,
    ContractAmendment,
    Convention,
    Enrolment,
    Placement,
    Visit,
)  # fmt: skip
from takwin.training.rules.companies import (
    CONTRACT,
    CONVENTION,
    OPEN,
    PLACEMENT,
    REPLACE_WITHIN,
    TUTOR_MOST,
    Terms,
    faults,
    normalize_ice,
)  # fmt: skip
from takwin.training.rules.results import read_mark

APPRENTICESHIP = "apprenticeship"


def add_company(
    *,
    name: str,
    kind: str = CompanyKind.COMPANY,
    ice: str = "",
    activity: str = "",
    contact: str = "",
    phone: str = "",
    places: int = 2,
    area: Area | None = None,
    listed: bool = True,
    by: Any = None,
    simulated: bool = False,
) -> Company:
    """A company of the network's list, or one that somebody claims to be (`listed` false: no number is taken).

    Refused: a malformed number, or that of another listed company.
    """
    row = Company(
        name=name, kind=kind, ice=normalize_ice(ice), activity=activity, contact=contact, phone=phone, places=places,
        area=area, listed=listed, simulated=simulated,
    )  # fmt: skip
    try:
        return create(row, "add_company", by=by)
    except IntegrityError:
        other = Company.objects.filter(ice=row.ice, listed=True).first()
        raise Refused(CompanyReason.ICE_TAKEN, "ice", name=other) from None


def draw_up_convention(
    company: Company, *, centre: Centre, first_on: date, last_on: date, places: int = 5, by: Any
) -> Convention:
    if last_on < first_on:
        raise Refused(CompanyReason.BAD_DATES, "last_on")
    row = Convention(company=company, centre=centre, first_on=first_on, last_on=last_on, places=places)
    with working(centre):
        return create(row, "draw_up", by=by)


def sign_convention(convention: Convention, *, by: Any) -> Convention:
    with working(convention.centre_id), change(convention, "sign", by=by, flow=CONVENTION) as row:
        pass
    return row


def end_convention(convention: Convention, *, by: Any) -> Convention:
    with change(convention, "end", by=by, flow=CONVENTION) as row:
        pass
    return row


def plan_placement(
    enrolment: Enrolment, *, company: Company, tutor: str, first_on: date, last_on: date, objectives: str = "", by: Any
) -> Placement:
    """Days in a company. The convention is locked: of two who want its last place at a time, one has it."""
    if last_on < first_on:
        raise Refused(CompanyReason.BAD_DATES, "last_on")
    with transaction.atomic():
        convention = (
            Convention.objects.select_for_update(of=("self",))
            .filter(company=company, centre=enrolment.centre_id, state=ConventionState.SIGNED)
            .filter(first_on__lte=first_on, last_on__gte=last_on)
            .order_by("pk")
            .first()
        )
        check_training(enrolment.pk)
        if convention is None:
            raise Refused(CompanyReason.NO_CONVENTION, "company", company=company, on=first_on)
        then = Placement.objects.exclude(state__in=["cancelled", "done"]).filter(
            first_on__lte=last_on, last_on__gte=first_on
        )
        if mine := then.filter(enrolment=enrolment).first():
            raise Refused(CompanyReason.PLACED_THEN, "first_on", ref=mine.ref)
        if then.filter(convention=convention).count() >= convention.places:
            raise Refused(CompanyReason.CONVENTION_FULL, "company", places=convention.places)
        row = Placement(
            enrolment=enrolment, convention=convention, tutor=tutor, objectives=objectives, first_on=first_on,
            last_on=last_on,
        )  # fmt: skip
        return create(row, "plan_placement", by=by)


def move_placement(placement: Placement, *, verb: str, reason: str = "", by: Any) -> Placement:
    """Begin, interrupt, resume or cancel."""
    if verb == "interrupt" and not reason.strip():
        raise Refused(CompanyReason.WHY_MISSING, "reason")
    with change(placement, verb, by=by, flow=PLACEMENT, reason=reason) as row:
        if verb in {"begin", "resume"}:
            check_training(row.enrolment_id)
    return row


def evaluate(placement: Placement, *, value: str, words: str = "", by: Any) -> Placement:
    """The tutor's mark and words end a placement."""
    hundredths = read_mark(value, placement.enrolment.person.name)
    with change(placement, "evaluate", by=by, flow=PLACEMENT) as row:
        row.value, row.words = hundredths, words
    return row


def visit(practice: Placement | Contract, *, on: date, words: str, by: Any) -> Visit:
    """Note a visit in the company."""
    if on > timezone.localdate() or not practice.first_on <= on <= practice.last_on:
        raise Refused(CompanyReason.AFTER_END, "on", on=on, first=practice.first_on, last=practice.last_on)
    owner = {"placement": practice} if isinstance(practice, Placement) else {"contract": practice}
    with transaction.atomic():
        row = Visit.objects.create(on=on, words=words, by=by if getattr(by, "pk", None) else None, **owner)
        journal(practice, "visit", by=by, on=str(on))
    return row


def draw_up(
    enrolment: Enrolment, *, company: Company, tutor: str, first_on: date, last_on: date, share: int = 80, by: Any
) -> Contract:
    """A contract in preparation. Refused: terms that are not lawful; a company or a tutor without a place."""
    with transaction.atomic():
        return _draw_up(enrolment, company, tutor, first_on, last_on, share, None, by)


def _draw_up(
    enrolment: Enrolment, company: Company, tutor: str, first_on: date, last_on: date, share: int,
    replaces: Contract | None, by: Any,
) -> Contract:  # fmt: skip
    if enrolment.mode.code != APPRENTICESHIP:
        raise Refused(CompanyReason.NOT_APPRENTICE)
    check_terms(enrolment, first_on, last_on, share, tutor)
    # The company is locked: its places are what is scarce.
    locked = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
    if locked.state != PostState.ACTIVE:
        raise Refused(CompanyReason.COMPANY_CLOSED, "company", company=locked)
    held = Contract.objects.filter(company=locked, state__in=OPEN, first_on__lte=last_on, last_on__gte=first_on)
    if (taken := held.count()) >= locked.places:
        raise Refused(CompanyReason.COMPANY_FULL, "company", company=locked, taken=taken, places=locked.places)
    if (count := held.filter(tutor__iexact=tutor.strip()).count()) >= TUTOR_MOST:
        raise Refused(CompanyReason.TUTOR_FULL, "tutor", tutor=tutor, count=count, most=TUTOR_MOST)
    row = Contract(
        enrolment=enrolment, company=locked, tutor=tutor.strip(), first_on=first_on, last_on=last_on, share=share,
        replaces=replaces,
    )  # fmt: skip
    try:
        with transaction.atomic():
            check_training(enrolment.pk)
            return create(row, "draw_up", by=by)
    except IntegrityError:
        other = Contract.objects.filter(enrolment=enrolment, state__in=OPEN).first()
        raise Refused(CompanyReason.CONTRACT_OPEN, ref=other.ref if other else "") from None


def check_training(enrolment_id: int) -> None:
    """Refused unless somebody is in training now: whoever left is bound to no company. The row is locked until the
    move is written."""
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment_id)
    if enrolment.state != EnrolmentState.ENROLLED:
        raise Refused(CompanyReason.NOT_IN_TRAINING)


def check_terms(enrolment: Enrolment, first_on: date, last_on: date, share: int, tutor: str) -> None:
    """Refused with the first fault of the terms."""
    found = faults(Terms(enrolment.person.born_on, first_on, last_on, share, tutor))
    if found:
        raise found[0]


def sign(contract: Contract, *, by: Any) -> Contract:
    """Company, trainee (and the guardian of a minor) and centre have signed. The terms are checked again."""
    with change(contract, "sign", by=by, flow=CONTRACT) as row:
        check_training(row.enrolment_id)
        check_terms(row.enrolment, row.first_on, row.last_on, row.share, row.tutor)
    return row


def register(contract: Contract, *, number: str, by: Any) -> Contract:
    """The authority's number makes it a contract in force."""
    if not number.strip():
        raise Refused(CompanyReason.NO_NUMBER, "number")
    try:
        with change(contract, "register", by=by, flow=CONTRACT) as row:
            check_training(row.enrolment_id)
            row.number = number.strip()
    except IntegrityError:
        raise Refused(CompanyReason.NUMBER_TAKEN, "number") from None
    return row


def amend(contract: Contract, *, tutor: str, last_on: date, share: int, reason: str, by: Any) -> Contract:
    """New terms by agreement; the old ones are kept."""
    if not reason.strip():
        raise Refused(CompanyReason.WHY_MISSING, "reason")
    with transaction.atomic():
        row = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
        CONTRACT.target("amend", row.state)
        check_training(row.enrolment_id)
        check_terms(row.enrolment, row.first_on, last_on, share, tutor)
        today = timezone.localdate()
        ContractAmendment.objects.create(
            contract=row, on=today, tutor=row.tutor, last_on=row.last_on, share=row.share, reason=reason
        )
        with change(row, "amend", by=by, reason=reason) as fresh:
            fresh.tutor, fresh.last_on, fresh.share = tutor.strip(), last_on, share
    return fresh


def suspend(contract: Contract, *, reason: str, by: Any) -> Contract:
    if not reason.strip():
        raise Refused(CompanyReason.WHY_MISSING, "reason")
    with change(contract, "suspend", by=by, flow=CONTRACT, reason=reason) as row:
        pass
    return row


def resume(contract: Contract, *, by: Any) -> Contract:
    with change(contract, "resume", by=by, flow=CONTRACT) as row:
        check_training(row.enrolment_id)
    return row


def give_up(contract: Contract, *, reason: str, by: Any) -> Contract:
    """A contract drawn up by mistake, or that will not begin: the trainee may get another.

    Refused once a contract that was signed has begun: it is broken then.
    """
    if not reason.strip():
        raise Refused(CompanyReason.WHY_MISSING, "reason")
    with change(contract, "give_up", by=by, flow=CONTRACT) as row:
        if contract.state != ContractState.DRAFT and row.first_on <= timezone.localdate():
            raise Refused(CompanyReason.BEGUN, on=row.first_on)
        row.reason = reason
    return row


def terminate_contract(contract: Contract, *, on: date, broken_by: str, reason: str, by: Any) -> Contract:
    """End it before its day; the trainee keeps the training while a new employer is sought, within a delay."""
    if not broken_by or broken_by not in BrokenBy.values:
        raise Refused(CompanyReason.WHO_BROKE, "broken_by")
    if not reason.strip():
        raise Refused(CompanyReason.WHY_MISSING, "reason")
    with change(contract, "terminate", by=by, flow=CONTRACT, on=str(on)) as row:
        if not row.first_on <= on <= min(row.last_on, timezone.localdate()):
            raise Refused(CompanyReason.AFTER_END, "on", on=on, first=row.first_on, last=row.last_on)
        row.ended_on, row.broken_by, row.reason = on, broken_by, reason
    return row


def replace(
    contract: Contract, *, company: Company, tutor: str, first_on: date, last_on: date, share: int = 80, by: Any
) -> Contract:
    """A new employer takes over within the delay: a new contract, bound to the broken one."""
    with change(contract, "replace", by=by, flow=CONTRACT) as row:
        if row.ended_on is None:
            raise Refused(CompanyReason.NOT_BROKEN)
        until = row.ended_on + REPLACE_WITHIN
        if first_on > until:
            raise Refused(CompanyReason.TOO_LATE, "first_on", day=until)
        return _draw_up(row.enrolment, company, tutor, first_on, last_on, share, row, by)


def complete_contract(contract: Contract, *, by: Any) -> Contract:
    """It reached its last day."""
    with change(contract, "complete_contract", by=by, flow=CONTRACT) as row:
        if timezone.localdate() < row.last_on:
            raise Refused(CompanyReason.AFTER_END, on=timezone.localdate(), first=row.last_on, last=row.last_on)
        row.ended_on = row.last_on
    return row


def lapse_due(today: date | None = None) -> int:
    """Broken contracts whose delay is over without a new employer; called by the clock."""
    due = Contract.objects.filter(_delay_over(today), state=ContractState.BROKEN)
    return take_rows("contracts", due, "lapse", CONTRACT)


def _delay_over(today: date | None = None) -> Q:
    return Q(ended_on__lt=(today or timezone.localdate()) - REPLACE_WITHIN)


def restore_contract(contract: Contract, *, reason: str, by: Any, before: str = "") -> Contract:
    """A contract that the clock ended too early waits for a new employer again."""
    with change(contract, "restore_contract", by=by, flow=CONTRACT, reason=reason) as row:
        pass
    return row


def _still_lapsed(rows: QuerySet[Contract]) -> QuerySet[Contract]:
    """Lapsed, of somebody still in training, and no new contract was drawn up since."""
    newer = Contract.objects.filter(enrolment=OuterRef("enrolment"), state__in=OPEN)
    return rows.filter(~Exists(newer), state=ContractState.LAPSED, enrolment__state=EnrolmentState.ENROLLED)


CONTRACT_UNDO = Undo(
    model=Contract, still=_still_lapsed, due=_delay_over, give_back=restore_contract,
    words=_(
        "Each contract is “broken” again: a new employer may take over until the delay ends. A trainee who has a new "
        "contract since keeps it."
    ),
)  # fmt: skip
