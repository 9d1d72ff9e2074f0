"""Writes of the follow-up: freeze a cohort, open waves, record attempts and answers, close, publish rates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from takwin.certification.models import Diploma
from takwin.core.changes import change, create, journal
from takwin.core.choices import Channel, Priority
from takwin.core.clock_undo import Undo, last_by_clock, take_rows
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of
from takwin.core.models import Outbox
from takwin.employment import tokens
from takwin.employment.choices import ContactChannel, ContactResult, InvitationState, Outcome, WaveState
from takwin.employment.choices import FollowReason as R
from takwin.employment.models import Answer, Attempt, Cohort, Graduate, PublishedRate, SurveyInvitation, SurveyWave
from takwin.employment.rules.flows import WAVE
from takwin.employment.rules.rates import INDICATORS, LEAST
from takwin.employment.selectors import rates
from takwin.territory.models import Area

MONTHS = (6, 12, 36)
LASTS = timedelta(days=60)
CHUNK = 2_000


def freeze_cohort(*, name: str, first_on: date, last_on: date, by: Any = None, simulated: bool = False) -> Cohort:
    """Everyone with a diploma of these days, once a person; and their three waves. The frame never changes after."""
    if last_on < first_on:
        raise Refused(R.BAD_DAYS, "last_on")
    if last_on > timezone.localdate():
        raise Refused(R.NOT_YET, "last_on", on=last_on)
    with transaction.atomic():
        twin = Cohort.objects.select_for_update().filter(first_on__lte=last_on, last_on__gte=first_on).first()
        if twin is not None:
            raise Refused(R.OVERLAPS, "first_on", name=twin)
        row = create(
            Cohort(name=name, first_on=first_on, last_on=last_on, simulated=simulated), "freeze_cohort", by=by
        )
        if not _graduates(row):
            raise Refused(R.NOBODY, first=first_on, last=last_on)
        for months in MONTHS:
            opens = last_on + relativedelta(months=months)
            wave = SurveyWave.objects.create(cohort=row, months=months, opens_on=opens, closes_on=opens + LASTS)
            people = row.graduates.values_list("pk", flat=True).iterator(CHUNK)
            _in_chunks(SurveyInvitation, (SurveyInvitation(wave=wave, graduate_id=key) for key in people))
    return row


def _graduates(row: Cohort) -> int:
    """The newest diploma of each person; a certificate of a module makes nobody a graduate."""
    regions = dict(Area.objects.regions().values_list("path", "pk"))
    found: dict[int, Graduate] = {}
    diplomas = Diploma.objects.filter(
        kind="diploma", state__in=["live", "suspended"], on__range=(row.first_on, row.last_on), graduates__isnull=True
    ).select_related("enrolment__person", "enrolment__version", "enrolment__centre__area")  # fmt: skip
    for diploma in diplomas.order_by("on", "pk").iterator(CHUNK):
        enrolment = diploma.enrolment
        area = enrolment.centre.area
        found[enrolment.person_id] = Graduate(
            cohort=row, diploma=diploma, person_id=enrolment.person_id, programme_id=enrolment.version.programme_id,
            centre_id=enrolment.centre_id, region_id=regions.get(area.region_path) if area else None,
            sex=enrolment.person.sex, graduated_on=diploma.on,
        )  # fmt: skip
    return _in_chunks(Graduate, found.values())


def _in_chunks(table: Any, rows: Iterable[Any]) -> int:
    remaining, count = iter(rows), 0
    while batch := list(islice(remaining, CHUNK)):
        table.objects.bulk_create(batch)
        count += len(batch)
    return count


def open_due(today: date | None = None) -> int:
    """Open the waves whose day has come, with an SMS to each graduate; close those whose last day is over. Called by
    the clock; how many moved."""
    today, moved = today or timezone.localdate(), 0
    for wave in SurveyWave.objects.filter(state=WaveState.PLANNED, opens_on__lte=today):
        open_wave(wave)
        moved += 1
    due = SurveyWave.objects.filter(_over(today), state=WaveState.OPEN)
    return moved + take_rows("waves", due, "close_wave", WAVE)


def _over(today: date | None = None) -> Q:
    return Q(closes_on__lt=today or timezone.localdate())


def open_wave(wave: SurveyWave, *, by: Any = None) -> SurveyWave:
    """Answers are taken from now on; each graduate with a phone gets the address."""
    with change(wave, "open_wave", by=by, flow=WAVE) as row:
        samples = row.samples.filter(state=InvitationState.WAITING).select_related("graduate__person__account")
        remaining = iter(samples.iterator(CHUNK))
        while batch := list(islice(remaining, CHUNK)):
            with_phone = [sample for sample in batch if sample.graduate.person.phone]
            Outbox.objects.bulk_create(_invitation(sample) for sample in with_phone)
            Attempt.objects.bulk_create(
                Attempt(sample=sample, channel=ContactChannel.LINK, result=ContactResult.SENT) for sample in with_phone
            )  # fmt: skip
    return row


def _invitation(sample: SurveyInvitation) -> Outbox:
    with in_language_of(sample.graduate.person.account):
        words = gettext("takwin: what do you do since your diploma? Two minutes: %(address)s") % {
            "address": tokens.address(sample.ref)
        }
    return Outbox(
        channel=Channel.SMS, to=sample.graduate.person.phone, body=words,
        about=sample.ref, priority=Priority.BULK, secret=True,
    )  # fmt: skip


def close_wave(wave: SurveyWave, *, by: Any = None) -> SurveyWave:
    """No more answers. Who did not answer stays in the frame, as not answered, refused or unreachable."""
    with change(wave, "close_wave", by=by, flow=WAVE) as row:
        pass
    return row


def reopen_wave(wave: SurveyWave, *, closes_on: date, reason: str, by: Any) -> SurveyWave:
    """Answers are taken again until a day, in the same frame. Refused: rates that are published rest on the answers
    that were there; a day that is over."""
    if not reason.strip():
        raise Refused(R.WHY_MISSING, "reason")
    if closes_on < timezone.localdate():
        raise Refused(R.DAY_OVER, "closes_on")
    with change(wave, "reopen_wave", by=by, flow=WAVE, reason=reason) as row:
        if row.rates.exists():
            raise Refused(R.PUBLISHED)
        row.closes_on = closes_on
    return row


def restore_wave(wave: SurveyWave, *, reason: str, by: Any, before: str = "") -> SurveyWave:
    """A follow-up that the clock closed too early goes on until the day it had."""
    return reopen_wave(wave, closes_on=wave.closes_on, reason=reason, by=by)


def _still_closed(rows: QuerySet[SurveyWave]) -> QuerySet[SurveyWave]:
    return last_by_clock(rows.filter(state=WaveState.CLOSED, rates__isnull=True), "close_wave")


WAVE_UNDO = Undo(
    model=SurveyWave, still=_still_closed, due=_over, give_back=restore_wave,
    words=_(
        "Each follow-up takes answers again until its last day. One whose rates are published stays closed."
    ),
)  # fmt: skip


def record_attempt(sample: SurveyInvitation, *, channel: str, result: str, words: str = "", by: Any) -> Attempt:
    """Record a counsellor's attempt. A refusal, or the third failed try, sets the state but stays in the frame."""
    with transaction.atomic():
        row = _open(sample)
        if row.state == InvitationState.ANSWERED:
            raise Refused(R.HAS_ANSWERED)
        made = Attempt.objects.create(sample=row, channel=channel, result=result, words=words, by=by)
        missed = row.attempts.filter(result__in=[ContactResult.WRONG, ContactResult.NO_ANSWER]).count()
        if result == ContactResult.REFUSED:
            row.state = InvitationState.REFUSED
        elif result in {ContactResult.WRONG, ContactResult.NO_ANSWER} and missed >= TRIES:
            row.state = InvitationState.UNREACHABLE
        row.save(update_fields=["state"])
        journal(row, "record_attempt", by=by, result=result)
    return made


TRIES = 3


def _open(sample: SurveyInvitation) -> SurveyInvitation:
    row = SurveyInvitation.objects.select_for_update(of=("self",)).select_related("wave").get(pk=sample.pk)
    wave = row.wave
    if wave.state != WaveState.OPEN:
        state = WaveState(wave.state).label
        raise Refused(R.WAVE_NOT_OPEN, state=state, first=wave.opens_on, last=wave.closes_on)
    return row


def answer(
    sample: SurveyInvitation,
    *,
    outcome: str,
    contract: str = "",
    employer: str = "",
    in_field: str = "",
    since_on: date | None = None,
    channel: str = ContactChannel.LINK,
    by: Any = None,
) -> Answer:
    """Keep an answer; the one before stays. What does not belong to the outcome is not kept."""
    works = outcome not in {Outcome.STUDYING, Outcome.SEEKING, Outcome.INACTIVE}
    if outcome == Outcome.EMPLOYED and not contract:
        raise Refused(R.CONTRACT_MISSING, "contract")
    if since_on is not None and since_on > timezone.localdate():
        raise Refused(R.SINCE_FUTURE, "since_on")
    with transaction.atomic():
        row = _open(sample)
        turn = (row.answers.aggregate(last=Max("turn"))["last"] or 0) + 1
        made = Answer(
            sample=row, turn=turn, outcome=outcome, contract=contract if outcome == Outcome.EMPLOYED else "",
            employer=employer.strip() if works else "", in_field=in_field if works else "",
            since_on=since_on if works else None, channel=channel, by=by if getattr(by, "pk", None) else None,
        )  # fmt: skip
        made.save(force_insert=True)
        row.state, row.outcome = InvitationState.ANSWERED, outcome
        row.save(update_fields=["state", "outcome"])
        journal(row, "answer", by=by, turn=turn)
    return made


def publish_rates(wave: SurveyWave, *, by: Any) -> int:
    """Publish every declared rate of a closed wave: of all, by programme, by region. Small cells, and those that would
    reveal one, are left out. Returns the number published. Refused when even the total is too small."""
    with transaction.atomic():
        row = SurveyWave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
        if row.state != WaveState.CLOSED:
            raise Refused(R.WAVE_RUNNING, on=row.closes_on)
        if row.rates.exists():
            raise Refused(R.PUBLISHED)
        today, made = timezone.localdate(), []
        for indicator, measured in rates.whole(rates.EVERYWHERE, row):
            if indicator.code == "insertion" and not measured.answered:
                raise Refused(R.NO_DENOMINATOR)
            if indicator.code == "insertion" and not measured.publishable:
                raise Refused(R.FEW, count=measured.answered, least=LEAST)
            if measured.publishable:
                made.append(_rate(row, indicator.code, measured, today))
        for axis in rates.AXES:
            lines = rates.shown(rates.by(axis, INDICATORS["insertion"], row))
            for line in lines:
                if line.key is not None:
                    made.append(_rate(row, "insertion", line.rate, today, **{f"{axis}_id": line.key}))
        PublishedRate.objects.bulk_create(made)
        journal(row, "publish_rates", by=by, rates=len(made))
    return len(made)


def _rate(wave: SurveyWave, code: str, measured: Any, on: date, **cell: int) -> PublishedRate:
    return PublishedRate(
        wave=wave, indicator=code, counted=measured.counted, answered=measured.answered, frame=measured.frame, on=on,
        cell="|".join(f"{name}:{key}" for name, key in cell.items()), **cell,
    )  # fmt: skip
