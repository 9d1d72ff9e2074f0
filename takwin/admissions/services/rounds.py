"""Rounds: planned, published, answered, closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import ApplicationState, RoundKind, RoundState
from takwin.admissions.models import Application, Lapse, Round
from takwin.admissions.rules import ROUND
from takwin.admissions.selectors import current_round
from takwin.core.changes import change, create
from takwin.core.choices import Channel, Priority
from takwin.core.clock_undo import note_count
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.messages import in_each_language, language_column
from takwin.core.models import Outbox
from takwin.offer.models import Season

REMINDED = timedelta(days=1)


def _limit(row: Round) -> str:
    return moment(row.answers_until, (get_language() or "ar")[:2]) if row.answers_until else "–"


def round_to_run(season: Season, *, by: Any) -> Round:
    """The round a run is calculated for; the main one is made from the season's dates."""
    season_round = current_round(season)
    if season_round is None:
        row = Round(season=season, number=1, results_at=season.results_at, answers_until=season.answers_until)
        return create(row, "plan", by=by)
    if season_round.state == RoundState.ANSWERING:
        raise Refused(R.ANSWERS_OPEN, moment=_limit(season_round))
    if season_round.state == RoundState.CLOSED:
        raise Refused(R.NO_ROUND)
    return season_round


def plan_round(
    season: Season, *, kind: str = RoundKind.NEXT, results_at: datetime, answers_until: datetime, by: Any
) -> Round:
    """Plan the round after the last, once its answers are closed; or move the dates of one planned."""
    if answers_until <= results_at or answers_until <= timezone.now():
        raise Refused(R.ROUND_DATES, "answers_until")
    with transaction.atomic():
        Season.objects.select_for_update().get(pk=season.pk)
        last = current_round(season)
        if last is not None and last.state == RoundState.PLANNED:
            with change(last, "plan", by=by) as row:
                row.results_at, row.answers_until = results_at, answers_until
                row.kind = kind if last.number > 1 else last.kind
            return row
        if last is None or last.state == RoundState.ANSWERING:
            raise Refused(R.ROUND_PLANNED)
        row = Round(
            season=season, number=last.number + 1, kind=kind, results_at=results_at, answers_until=answers_until
        )
        try:
            with transaction.atomic():
                return create(row, "plan", by=by)
        except IntegrityError:
            raise Refused(R.ROUND_PLANNED) from None


def close_answers(season_round: Round, *, early: bool = False, by: Any) -> Round:
    """End the answers of a round: whoever has not answered loses the seat. Before the deadline only with `early`."""
    with change(season_round, "close", by=by, flow=ROUND) as row:
        if not early and row.answers_until and timezone.now() < row.answers_until:
            raise Refused(R.ANSWERS_NOT_OVER, moment=_limit(row))
        silent = Application.objects.filter(season=row.season, state=ApplicationState.ADMITTED)
        _text(silent, gettext_lazy("takwin: no answer in time, the seat of %(ref)s goes to the next in line."))
        _keep_lapses(row)
        silent.update(state=ApplicationState.LAPSED, seat=None)
        row.closed_at = timezone.now()
    return row


def _keep_lapses(season_round: Round) -> None:
    """Store each seat that is about to be lost, so that a wrong closing can be undone."""
    silent = Application.objects.filter(season=season_round.season, state=ApplicationState.ADMITTED)
    rows = [
        Lapse(round=season_round, application_id=pk, seat_id=seat) for pk, seat in silent.values_list("pk", "seat")
    ]
    Lapse.objects.bulk_create(rows, batch_size=2000)


def close_rounds_due(*, by: Any = None) -> list[Round]:
    """Close the rounds whose answers are over; called by the tick."""
    closed = []
    for season_round in Round.objects.filter(
        state=RoundState.ANSWERING, answers_until__lte=timezone.now()
    ).select_related("season"):
        with transaction.atomic():
            closed.append(close_answers(season_round, by=by))
            note_count(
                "rounds", season_round.lapses.count(), about=f"{season_round.season.code}/{season_round.number}"
            )
    return closed


def remind_due(*, by: Any = None) -> int:
    """Remind, once and a day before a round's answers end, those who have not answered; called by the tick."""
    reminded, soon = 0, timezone.now() + REMINDED
    for season_round in Round.objects.filter(
        state=RoundState.ANSWERING, reminded_at__isnull=True, answers_until__gt=timezone.now(), answers_until__lte=soon
    ):
        with change(season_round, "remind", by=by) as row:
            if row.reminded_at is not None:
                continue
            row.reminded_at = timezone.now()
            silent = Application.objects.filter(season=row.season, state=ApplicationState.ADMITTED)
            reminded += _text(silent, gettext_lazy("takwin: one day left to answer for your seat, %(ref)s."))
    return reminded


def _text(applications: Any, body: Promise) -> int:
    """A short message to everyone with a phone, in their language."""
    words = in_each_language(lambda: str(body))
    rows = applications.filter(person__phone__gt="")
    messages = [
        Outbox(channel=Channel.SMS, to=phone, body=words[code] % {"ref": ref}, about=ref, priority=Priority.BULK)
        for ref, phone, code in rows.values_list("ref", "person__phone", language_column("person__account"))
    ]
    return len(Outbox.objects.bulk_create(messages, batch_size=1000))
