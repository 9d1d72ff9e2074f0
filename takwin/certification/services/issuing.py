"""Issuing: facts are frozen first, then signed in chunks. A run that stops is resumed where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from takwin.certification import diploma_facts
from takwin.certification.choices import CertificationReason as R
from takwin.certification.choices import DiplomaKind, DiplomaState, JuryState
from takwin.certification.models import Diploma, Jury, SigningKey, Verdict
from takwin.certification.rules.flows import STANDING
from takwin.certification.selectors import keys
from takwin.certification.selectors.juries import without_diploma
from takwin.certification.services.keys import lock_current_key
from takwin.core.changes import journal
from takwin.core.choices import Channel, Priority
from takwin.core.errors import Refused
from takwin.core.messages import in_each_language, language_of
from takwin.core.models import Outbox
from takwin.core.scope import Scope
from takwin.engines.credentials import credential, sign, write_line
from takwin.training.models import Enrolment
from takwin.training.selectors import assessment

CHUNK, SIGNED_AT_ONCE = 500, 50
Progress = Callable[[int, str], None]


def prepare(scope: Scope, jury: Jury | None = None) -> int:
    """Freeze the facts of every diploma that is due; returns how many. Safe when two run at once (unique verdict)."""
    made, seen, names = 0, 0, diploma_facts.Names()
    while True:
        with transaction.atomic():
            rows = without_diploma(scope, jury).filter(pk__gt=seen).order_by("pk")
            verdicts = list(rows.select_related("jury", "result", "enrolment__person", "enrolment__centre",
                                            "enrolment__version__programme__level")[:CHUNK])  # fmt: skip
            if not verdicts:
                return made
            seen = verdicts[-1].pk
            fresh = [_of_verdict(verdict, names) for verdict in verdicts]
            before = Diploma.objects.filter(verdict__in=verdicts).count()
            Diploma.objects.bulk_create(fresh, ignore_conflicts=True)
            made += Diploma.objects.filter(verdict__in=verdicts).count() - before


def _of_verdict(row: Verdict, names: diploma_facts.Names) -> Diploma:
    enrolment = row.enrolment
    return Diploma(
        enrolment=enrolment, verdict=row, holder=diploma_facts.holder(row.identity), on=row.jury.held_on,
        facts=diploma_facts.of_verdict(row, names), since_on=timezone.localdate(), simulated=enrolment.simulated,
    )  # fmt: skip


def sign_prepared(
    scope: Scope, jury: Jury | None = None, *, progress: Progress = lambda _done, _step: None, by: Any = None
) -> int:
    """Sign what is prepared, a chunk a transaction; how many. Killed between two chunks, it goes on with the rest."""
    waiting = Diploma.objects.within(scope).filter(state=DiplomaState.PREPARED)
    if jury is not None:
        waiting = waiting.filter(verdict__jury=jury)
    whole, done = waiting.count(), 0
    while True:
        with transaction.atomic():
            key = lock_current_key()
            rows = list(
                waiting.select_for_update(of=("self",))
                .select_related("enrolment__person__account", "enrolment__centre", "enrolment__version__programme")
                .order_by("pk")[:SIGNED_AT_ONCE]
            )
            if not rows:
                break
            _sign(rows, key)
            journal(key, "sign_diplomas", by=by, diplomas=len(rows), first=rows[0].ref, last=rows[-1].ref)
        done += len(rows)
        progress(min(99, 100 * done // max(whole, 1)), gettext("%(done)s of %(all)s") % {"done": done, "all": whole})
    return done


def _sign(rows: list[Diploma], key: SigningKey) -> None:
    issuer, method, now = keys.issuer(), keys.method(key), timezone.now().replace(microsecond=0)
    for row in rows:
        document = credential(diploma_facts.read(row), issuer, diploma_facts.place(row, issuer.url))
        row.credential = json.dumps(sign(document, key.secret, method, now), ensure_ascii=False, sort_keys=True)
        row.line = write_line(diploma_facts.line(row), key.secret, key.name)
        row.key, row.state, row.issued_at = key, DiplomaState.LIVE, now
    Diploma.objects.bulk_update(rows, ["credential", "line", "key", "state", "issued_at"])
    words = in_each_language(
        lambda: (
            gettext("Your diploma is signed. You find it under “My diplomas”: %(address)s")
            % {"address": issuer.url.rstrip("/") + reverse("certification:wallet")}
        )
    )
    Outbox.objects.bulk_create(
        Outbox(
            channel=Channel.SMS,
            to=row.enrolment.person.phone,
            body=words[language_of(row.enrolment.person.account)],
            about=row.ref,
            priority=Priority.BULK,
        )  # fmt: skip
        for row in rows
        if row.enrolment.person.phone
    )


def issue(
    scope: Scope, jury: Jury | None = None, *, progress: Progress = lambda _done, _step: None, by: Any = None
) -> int:
    """Prepare and sign everything that is due in a scope, or of one jury; how many were signed."""
    progress(0, gettext("Freezing what is told"))
    prepare(scope, jury)
    return sign_prepared(scope, jury, progress=progress, by=by)


def check_due(scope: Scope, jury: Jury | None = None) -> None:
    """Refused when nothing is due, before a job is queued."""
    waiting = Diploma.objects.within(scope).filter(state=DiplomaState.PREPARED)
    if jury is not None:
        waiting = waiting.filter(verdict__jury=jury)
    if not waiting.exists() and not without_diploma(scope, jury).exists():
        raise Refused(R.NOTHING_TO_ISSUE)


def last_identity(enrolment: Enrolment) -> dict[str, str]:
    """The identity a jury froze last for a trainee; before any jury the registered one, which a trainee cannot change
    without a registrar."""
    signed = Verdict.objects.filter(enrolment=enrolment, jury__state=JuryState.SIGNED).exclude(identity={})
    identity = signed.order_by("-jury__signed_at").values_list("identity", flat=True).first()
    return identity or diploma_facts.identity_of(enrolment.person)


def certify_module(enrolment: Enrolment, *, code: str, by: Any = None) -> Diploma:
    """Issue a certificate of one module from the current result. Refused: not passed, or issued already."""
    found = [
        (result, line)
        for result in assessment.results(enrolment)
        for line in result.lines
        if line["code"] == code and line["decision"] in {"passed", "compensated"}
    ]
    if not found:
        raise Refused(R.MODULE_NOT_PASSED, code=code)
    result, line = found[-1]
    identity = last_identity(enrolment)
    row = Diploma(
        kind=DiplomaKind.MODULE, enrolment=enrolment, module=code, holder=diploma_facts.holder(identity),
        on=timezone.localdate(result.published_at), facts=diploma_facts.of_module(enrolment, line, identity),
        since_on=timezone.localdate(), simulated=enrolment.simulated,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        other = Diploma.objects.filter(enrolment=enrolment, module=code, state__in=STANDING).first()
        raise Refused(R.HAS_ONE, ref=other.ref if other else "") from None
    _finish([row], by)
    return row


def _finish(rows: Iterable[Diploma], by: Any) -> None:
    diplomas = list(rows)
    with transaction.atomic():
        _sign(diplomas, lock_current_key())
        for row in diplomas:
            journal(row, "sign_diplomas", by=by, diplomas=1)
