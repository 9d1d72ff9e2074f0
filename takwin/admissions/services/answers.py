"""The candidate's answer to a seat."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.admissions.choices import AdmissionReason, RoundState
from takwin.admissions.models import Application
from takwin.admissions.rules import APPLICATION
from takwin.admissions.selectors import current_round
from takwin.core.changes import change
from takwin.core.choices import Channel
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of, post


def confirm(application: Application, *, by: Any) -> Application:
    """Keep the seat, and ask for nothing else."""
    with change(application, "confirm", by=by, flow=APPLICATION) as row:
        _in_time(row)
        _tell(row, _("takwin %(ref)s: seat confirmed."), by)
    return row


def hold(application: Application, *, by: Any) -> Application:
    """Keep the seat; a later round moves it up by itself when a better-ranked wish opens."""
    with change(application, "hold", by=by, flow=APPLICATION) as row:
        _in_time(row)
        _tell(row, _("takwin %(ref)s: seat kept, better awaited."), by)
    return row


def wait(application: Application, *, by: Any) -> Application:
    """Give the seat up, and wait for better-ranked wishes only."""
    with change(application, "wait", by=by, flow=APPLICATION) as row:
        _in_time(row)
        row.wishes.filter(rank__gte=_rank(row)).update(refused=True)
        row.seat = None
        _tell(row, _("takwin %(ref)s: seat given up, better awaited."), by)
    return row


def decline(application: Application, *, by: Any) -> Application:
    """Give up the seat and the season."""
    with change(application, "decline", by=by, flow=APPLICATION) as row:
        _in_time(row)
        row.seat = None
        _tell(row, _("takwin %(ref)s: seat given up, file closed."), by)
    return row


def set_auto_answer(application: Application, *, auto_answer: str, by: Any) -> Application:
    """Set the answer given for the candidate when a round admits them."""
    with change(application, "auto_answer", by=by) as row:
        row.auto_answer = auto_answer
    return row


def _rank(row: Application) -> int:
    if row.seat is None:
        raise Refused(AdmissionReason.NO_SEAT)
    return row.seat.rank


def _in_time(row: Application) -> None:
    """Answers count between a publication and the deadline of its round, to the second."""
    season_round = current_round(row.season)
    if season_round is None or season_round.state != RoundState.ANSWERING:
        raise Refused(AdmissionReason.NOT_YOUR_TURN)
    if season_round.answers_until is not None and timezone.now() >= season_round.answers_until:
        limit = moment(season_round.answers_until, (get_language() or "ar")[:2])
        raise Refused(AdmissionReason.ANSWER_LATE, moment=limit)


def _tell(row: Application, text: Promise, by: Any) -> None:
    if row.person.phone:
        with in_language_of(row.person.account, by):
            post(Channel.SMS, row.person.phone, str(text) % {"ref": row.ref}, about=row.ref)
