"""Forming a jury, deliberating, signing the minutes, correcting them by a signed amendment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from takwin.accounts.selectors import holds
from takwin.centres.models import Centre
from takwin.certification.choices import CertificationReason as R
from takwin.certification.choices import Decision, DiplomaState, JuryState, Seat, StatusReason
from takwin.certification.diploma_facts import identity_of
from takwin.certification.models import Amendment, Diploma, Jury, JuryMember, Verdict
from takwin.certification.rules.flows import JURY
from takwin.certification.rules.juries import CURRENT, RULES, check_decision, check_present, proposed
from takwin.certification.selectors import juries as reads
from takwin.certification.services.diplomas import revoke_diploma
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused, RefusedCells
from takwin.core.text import list_words
from takwin.training import services as training
from takwin.training.models import Group


def parse_members(text: str) -> list[tuple[str, str]]:
    """(name, seat) of each line, “name; role”; without a role the seat is a trainer's. Refused: an unreadable line, a
    president, a name given twice."""
    out: list[tuple[str, str]] = []
    roles = {str(seat.value): seat.value for seat in Seat} | {str(seat.label).casefold(): seat.value for seat in Seat}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name_cell, _separator, role = line.replace("؛", ";").partition(";")
        name = " ".join(name_cell.split())[:120]
        found = roles.get(role.strip().casefold() or "trainer")
        if not name or found in {None, Seat.PRESIDENT}:
            raise Refused(R.BAD_SITTER, "members", line=number, value=line.strip()[:80])
        if name in {listed for listed, _seat in out}:
            raise Refused(R.SITTER_TWICE, "members", name=name)
        out.append((name, str(found)))
    return out


def form_jury(group: Group, *, held_on: date, president: Any, members: str, by: Any) -> Jury:
    """A jury of a group's present year. Refused: one exists, too few parsed, a day to come, a president who may not
    sign at the group's centre."""
    rule, parsed = RULES[CURRENT], parse_members(members)
    if held_on > timezone.localdate():
        raise Refused(R.FUTURE, "held_on", on=held_on)
    if not holds(president, "certification.sign", group.centre):
        raise Refused(R.CANNOT_SIGN, "president", who=president)
    if str(president) in {name for name, _seat in parsed}:
        raise Refused(R.SITTER_TWICE, "members", name=president)
    if len(parsed) + 1 < rule.least:
        raise Refused(R.FEW_SITTERS, "members", least=rule.least, count=len(parsed) + 1)
    row = Jury(group=group, year=group.year, held_on=held_on, president=president, rule=rule.version)
    try:
        with transaction.atomic():
            create(row, "form_jury", by=by)
            people = [(str(president), Seat.PRESIDENT.value), *parsed]
            JuryMember.objects.bulk_create([JuryMember(jury=row, name=name, seat=seat) for name, seat in people])
    except IntegrityError:
        other = Jury.objects.filter(group=group, year=group.year).exclude(state=JuryState.CANCELLED).first()
        raise Refused(R.GROUP_HAS_JURY, ref=other.ref if other else "") from None
    return row


def open_jury(jury: Jury, *, present: Iterable[str], by: Any) -> Jury:
    """Note who is present (references of members), pull the results from training and begin the deliberation."""
    here = set(present)
    with change(jury, "open_jury", by=by, flow=JURY) as row:
        members = list(row.members.all())
        came = [member for member in members if member.ref in here]
        president = any(member.seat == Seat.PRESIDENT for member in came)
        check_present(len(came), len(members), president, RULES[row.rule])
        JuryMember.objects.filter(pk__in=[member.pk for member in came]).update(present=True)
        if not _pull(row):
            raise Refused(R.NOBODY)
    return row


def pull_results(jury: Jury, *, by: Any) -> int:
    """Pull the published results again; a decision on a changed result is emptied. Returns how many changed."""
    with transaction.atomic():
        row = Jury.objects.select_for_update(of=("self",)).get(pk=jury.pk)
        JURY.target("sign_minutes", row.state)
        changed = _pull(row)
        journal(row, "pull_results", by=by, changed_rows=changed)
    return changed


def _pull(row: Jury) -> int:
    people = reads.people(row.group)
    results = reads.last_results(people, row.year)
    had = {verdict.enrolment_id: verdict for verdict in row.verdicts.all()}
    changed = 0
    for enrolment in people:
        result = results.get(enrolment.pk)
        old = had.get(enrolment.pk)
        if old is not None and old.result_id == (result.pk if result else None):
            continue
        says = proposed(result.decision if result else None)
        verdict = old or Verdict(jury=row, enrolment=enrolment)
        verdict.result, verdict.proposed, verdict.decision, verdict.words = result, says, "", ""
        verdict.save()
        changed += 1
    return changed


def decide(jury: Jury, decisions: Mapping[int, tuple[str, str]], *, remarks: str | None = None, by: Any) -> int:
    """Save {verdict key: (decision, words)}; returns the number of changed verdicts. All or nothing: raises
    RefusedCells with every fault by its cell, “decision-KEY” or “words-KEY”."""
    with transaction.atomic():
        row = Jury.objects.select_for_update(of=("self",)).get(pk=jury.pk)
        JURY.target("sign_minutes", row.state)
        kept, faults = 0, dict[str, Refused]()
        for verdict in reads.verdicts(row):
            if verdict.pk not in decisions:
                continue
            chosen, words = decisions[verdict.pk]
            if not chosen:
                continue
            result = verdict.result
            try:
                decision = check_decision(
                    chosen, result.decision if result else None, result.average if result else None, words,
                    who=verdict.who, rule=RULES[row.rule],
                )  # fmt: skip
            except Refused as refusal:
                faults[f"{refusal.field or 'decision'}-{verdict.pk}"] = refusal
                continue
            words = words.strip()[:300] if decision != verdict.proposed else ""
            if (verdict.decision, verdict.words) != (decision, words):
                verdict.decision, verdict.words = decision, words
                verdict.save(update_fields=["decision", "words"])
                kept += 1
        if faults:
            raise RefusedCells(faults)
        if remarks is not None:
            row.remarks = remarks.strip()[:2000]
            row.save(update_fields=["remarks"])
        journal(row, "decide", by=by, decisions=kept)
    return kept


def follow_rule(jury: Jury, *, by: Any) -> int:
    """Decide what the rule proposes for everyone not decided yet."""
    rows = jury.verdicts.filter(decision="")
    return decide(jury, {verdict.pk: (verdict.proposed, "") for verdict in rows}, by=by)


def sign_minutes(jury: Jury, *, by: Any) -> Jury:
    """The president signs: decisions become final, and those admitted in the last year finish their training."""
    with change(jury, "sign_minutes", by=by, flow=JURY) as row:
        if row.president_id != getattr(by, "pk", None):
            raise Refused(R.NOT_PRESIDENT, name=row.president)
        if not holds(row.president, "certification.sign", row.group.centre):
            raise Refused(R.CANNOT_SIGN, who=row.president)
        verdicts = reads.verdicts(row)
        missing = [verdict.who for verdict in verdicts if not verdict.decision]
        if missing:
            raise Refused(R.UNDECIDED, count=len(missing), who=list_words(missing[:5]))
        results = reads.last_results([verdict.enrolment for verdict in verdicts], row.year)
        for verdict in verdicts:
            now = results.get(verdict.enrolment_id)
            if verdict.result_id != (now.pk if now else None):
                raise Refused(R.NEW_RESULTS, who=verdict.who)
        row.signed_at = timezone.now()
        for verdict in verdicts:
            verdict.identity = identity_of(verdict.enrolment.person)
        Verdict.objects.bulk_update(verdicts, ["identity"], batch_size=500)
        last = [verdict.enrolment for verdict in verdicts if _finishes(row, verdict)]
        training.finish_all(last, on=row.held_on, by=by)
    return row


def _finishes(jury: Jury, verdict: Verdict) -> bool:
    return verdict.decision == Decision.ADMITTED and jury.year == verdict.enrolment.version.years


def cancel_jury(jury: Jury, *, reason: str, by: Any) -> Jury:
    with change(jury, "cancel", by=by, flow=JURY, reason=reason) as row:
        pass
    return row


def amend_verdict(verdict: Verdict, *, decision: str, words: str, by: Any) -> Amendment:
    """Correct a signed decision; the president signs the amendment. A diploma no longer deserved is revoked."""
    with transaction.atomic():
        jury = Jury.objects.select_for_update(of=("self",)).select_related("president").get(pk=verdict.jury_id)
        if jury.state != JuryState.SIGNED:
            JURY.target("cancel", jury.state)  # says which state it is in
            raise Refused(R.UNDECIDED, count=1, who=verdict.who)
        if jury.president_id != getattr(by, "pk", None):
            raise Refused(R.NOT_PRESIDENT, name=jury.president)
        if not holds(jury.president, "certification.sign", jury.group.centre):
            raise Refused(R.CANNOT_SIGN, who=jury.president)
        row = Verdict.objects.select_for_update(of=("self",)).select_related("enrolment__person", "result").get(
            pk=verdict.pk
        )  # fmt: skip
        if row.decision == decision:
            raise Refused(R.SAME_DECISION, "decision")
        if not words.strip():
            raise Refused(R.WORDS, "words", who=row.who)
        result = row.result
        checked = check_decision(
            decision, result.decision if result else None, result.average if result else None, words,
            who=row.who, rule=RULES[jury.rule],
        )  # fmt: skip
        made = Amendment(verdict=row, before=row.decision, after=checked, words=words.strip(), by=by)
        create(made, "amend_verdict", by=by)
        was = _finishes(jury, row)
        row.decision = checked
        row.save(update_fields=["decision"])
        journal(jury, "amend_verdict", by=by, ref=made.ref)
        _follow(jury, row, was, by)
    return made


def _follow(jury: Jury, verdict: Verdict, was: bool, by: Any) -> None:
    """Finish or reopen the training, and revoke or drop the diploma, after an amendment."""
    now = _finishes(jury, verdict)
    if now and not was:
        training.finish_all([verdict.enrolment], on=timezone.localdate(), by=by)
    if was and not now:
        for diploma in Diploma.objects.filter(enrolment=verdict.enrolment_id, module=""):
            if diploma.state in {DiplomaState.LIVE, DiplomaState.SUSPENDED}:
                revoke_diploma(diploma, reason=StatusReason.AMENDED, words=str(verdict.amendments.last()), by=by)
            elif diploma.state == DiplomaState.PREPARED:
                diploma.delete()  # never signed: nobody has seen it
        training.reopen(verdict.enrolment, by=by)


def centre_closes(*, centre: Centre, **_named: Any) -> None:
    """Refused while a jury of the centre is not signed: it is signed or cancelled first."""
    waiting = Jury.objects.filter(group__centre=centre, state__in=[JuryState.FORMED, JuryState.OPEN]).count()
    if waiting:
        raise Refused(R.CENTRE_HAS_JURIES, "status", count=waiting)
