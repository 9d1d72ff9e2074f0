"""What a run has read, or will read, when it may not change any more.

Until the public value of the draw is entered anything may change, and runs under review are discarded. From then on
whoever changed seats would know whom they let in: the inputs stay until the results of the round are published, or two
people make the draw void. `runs.check_publishable` compares the inputs again, whatever door they changed by.
"""

from __future__ import annotations

from typing import Any

from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import ApplicationState, DrawState, RunKind, RunState
from takwin.admissions.models import Application, Run
from takwin.admissions.services.draws import current
from takwin.admissions.services.runs import discard_pending
from takwin.centres.models import Centre
from takwin.core.errors import Refused
from takwin.offer.choices import OfferReason, SeasonState
from takwin.offer.models import Offering, Season
from takwin.people.models import Person

PUBLISHED = {SeasonState.ALLOCATED, SeasonState.ENDED}
DECIDES = {"sex", "commune", "born_on"}  # of an identity: its groups, its beds, what it may ask for


def draw_is_known(season: Season) -> bool:
    """Whether the value of the season's draw is entered and no result rests on it yet."""
    draw = current(season)
    return draw is not None and draw.seed_is_known


def change_inputs(season: Season, *, reason: str, by: Any) -> Season:
    """Lock the season of an input that is about to change and discard its runs under review. Call inside a
    transaction. Refused once the value of the draw is entered, and in a later round, whose lots are known from the
    first, while a run of it waits for publication."""
    held = Season.objects.select_for_update().get(pk=season.pk)
    draw = current(held)
    if draw is not None and draw.seed_is_known:
        raise Refused(R.DRAW_KNOWN)
    waiting = Run.objects.filter(season=held, kind=RunKind.FINAL, state__in=[RunState.PREPARED, RunState.REVIEW])
    if draw is not None and draw.state == DrawState.USED and waiting.exists():
        raise Refused(R.RUN_WAITS)
    discard_pending(held, reason=reason, by=by)
    return held


def check_unpublished(season: Season) -> None:
    if season.state in PUBLISHED:
        raise Refused(OfferReason.SEASON_PUBLISHED)


def offerings_changed(*, season: Season, by: Any, **_named: Any) -> None:
    change_inputs(season, reason="offerings", by=by)


def beds_changed(*, centre: Centre, by: Any, **_named: Any) -> None:
    """Every season that lodges people there and has not ended."""
    there = Offering.objects.filter(centre=centre).values("season")
    for season in Season.objects.filter(pk__in=there).exclude(state=SeasonState.ENDED).order_by("pk"):
        change_inputs(season, reason=centre.code, by=by)


def discard_for(person: Person, *, fields: set[str], reason: str, by: Any) -> None:
    """An identity was corrected by a document: runs under review that read the former one are discarded. Evidence is
    heard at any time, so nothing is refused here. The person is locked."""
    if not fields & DECIDES:
        return
    drafts = [ApplicationState.DRAFT, ApplicationState.WITHDRAWN]
    read = Application.objects.filter(person=person).exclude(state__in=drafts).values("season")
    for season in Season.objects.select_for_update().filter(pk__in=read).order_by("pk"):
        discard_pending(season, reason=reason, by=by)
