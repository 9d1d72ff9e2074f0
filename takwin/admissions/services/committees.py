"""Committees: two scorers a candidate, no change after a run has read the scores but by amendment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from takwin.accounts.selectors import holds
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import ApplicationState, CommitteeState, RunState
from takwin.admissions.models import Application, Committee, Run, Score
from takwin.admissions.rules import SCORERS
from takwin.admissions.services.frozen import change_inputs, draw_is_known
from takwin.admissions.services.runs import discard_pending, scores_are_read
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.offer.models import Offering, Season

COMMITTEE = Flow(CommitteeState, dissolve=({CommitteeState.FORMED}, CommitteeState.DISSOLVED))
GONE = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN, ApplicationState.DECLINED, ApplicationState.LAPSED)
LIMIT = 2000  # hundredths out of 20


def form_committee(offering: Offering, *, method: str, members: Sequence[Any], by: Any) -> Committee:
    """Two members at least, who may score at the offering's centre; changing them keeps the scores given. One that was
    dissolved is formed again. Refused where the offering would select otherwise and the draw is known already."""
    if len(set(members)) < SCORERS:
        raise Refused(R.TWO_MEMBERS, "members")
    for member in members:
        if not holds(member, "admissions.score", offering.centre):
            raise Refused(R.CANNOT_SCORE, "members", who=member, where=offering.centre.label)
    with working(offering.centre_id):
        row = Committee.objects.filter(offering=offering).first()
        if row is None or row.state != CommitteeState.FORMED:
            change_inputs(offering.season, reason="form", by=by)
        if row is None:
            row = create(Committee(offering=offering, method=method), "form", by=by, method=method)
        else:
            journal(row, "form", by=by, method=method, before=row.method)
            row.method, row.state = method, CommitteeState.FORMED
            row.save()
        row.members.set(members)
    return row


def dissolve_committee(committee: Committee, *, reason: str, by: Any) -> Committee:
    """The offering selects by the average mark again; scores given are kept and not used.

    Runs under review read the committee: they are discarded, to be calculated again. Refused: no reason, results of
    the season published already, the value of its draw known.
    """
    if not reason.strip():
        raise Refused(R.REASON_MISSING, "reason")
    with transaction.atomic():
        season = Season.objects.select_for_update().get(pk=committee.offering.season_id)
        if Run.objects.filter(season=season, state=RunState.PUBLISHED).exists():
            raise Refused(R.SCORES_PUBLISHED)
        with change(committee, "dissolve", by=by, flow=COMMITTEE, reason=reason) as row:
            change_inputs(season, reason=f"{row.ref}: {reason}", by=by)
    return row


def give_score(committee: Committee, *, application: Application, value: int, by: Any) -> Score:
    """A member's score, in hundredths out of 20; their own may be given again until a run has read it."""
    return _write(committee, application, value, "", by, amend=False)


def stand_aside(committee: Committee, *, application: Application, reason: str, by: Any) -> Score:
    """A member who knows the candidate does not score them; another must."""
    return _write(committee, application, None, reason, by, amend=False)


def amend_score(committee: Committee, *, application: Application, value: int, reason: str, by: Any) -> Score:
    """Change a score after a run has read it: with its reason, and runs under review are discarded to be calculated
    again."""
    with transaction.atomic():
        row = _write(committee, application, value, reason, by, amend=True)
        discard_pending(committee.offering.season, reason=f"{committee.ref}: {reason}", by=by)
    return row


def _write(
    committee: Committee, application: Application, value: int | None, reason: str, by: Any, *, amend: bool
) -> Score:
    with transaction.atomic():
        room = (
            Committee.objects.select_for_update(of=("self",)).select_related("offering__season").get(pk=committee.pk)
        )
        if room.state != CommitteeState.FORMED:
            raise Refused(R.COMMITTEE_OVER)
        # Named once is not enough: the role may have ended since, or be held at another centre.
        if by not in room.members.all() or not by.can("admissions.score", room):
            raise Refused(R.NOT_A_MEMBER)
        # Locked: of a score and a withdrawal at the same moment, the second sees the first.
        asked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if not asked.wishes.filter(offering=room.offering, refused=False).exists():
            raise Refused(R.NOT_ASKED)
        if asked.state in GONE:
            raise Refused(R.CANDIDATE_GONE)
        if value is not None and not 0 <= value <= LIMIT:
            raise Refused(R.SCORE_RANGE, "value")
        mine = Score.objects.filter(committee=room, application=application, by=by).first()
        _check_moment(room.offering.season, mine, amend)
        others = Score.objects.filter(committee=room, application=application, value__isnull=False).exclude(by=by)
        if not amend and mine is None and value is not None and others.count() >= SCORERS:
            raise Refused(R.TWICE_SCORED)
        before = mine.value if mine else None
        row, _made = Score.objects.update_or_create(
            committee=room, application=application, by=by, defaults={"value": value, "reason": reason}
        )
        verb = "amend" if amend else "score" if value is not None else "stand_aside"
        journal(room, verb, by=by, application=application.ref, value=value, before=before, reason=reason)
    return row


def _check_moment(season: Season, mine: Score | None, amend: bool) -> None:
    """Once the value of the draw is entered nobody scores for the first time: who sees the lots would choose. A score
    given before is amended with its reason."""
    known = draw_is_known(season)
    if known and (mine is None or mine.value is None):
        raise Refused(R.DRAW_KNOWN)
    if not amend and (known or scores_are_read(season)):
        raise Refused(R.SCORES_CLOSED)
