"""Seats, closing and reopening of an offering."""

from __future__ import annotations

from typing import Any

from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import change
from takwin.core.errors import Refused
from takwin.offer.choices import OfferingState, OfferReason, SeasonState
from takwin.offer.models import Offering, Season
from takwin.offer.rules import OFFERING, check_seats
from takwin.offer.signals import offerings_change

PUBLISHED = (SeasonState.ALLOCATED, SeasonState.ENDED)


def set_seats(offering: Offering, *, seats: int, first_year: int, capacity: int, reason: str, by: Any) -> Offering:
    """Change the places of an offering. Refused once the season's results are published."""
    there = (offering.centre_id,) if seats > offering.seats else ()
    with working(*there), change(offering, "set_seats", by=by, reason=reason) as row:
        season = _still_open(row)
        check_seats(seats, first_year)
        check_seats(first_year, capacity)
        if row.seats != seats:
            offerings_change.send(Offering, season=season, by=by)
        row.seats, row.first_year, row.capacity = seats, first_year, capacity
    return row


def close(offering: Offering, *, reason: str, by: Any) -> Offering:
    """Take no more wishes; those already made stay, but lead to no seat."""
    with change(offering, "close", by=by, flow=OFFERING, reason=reason) as row:
        offerings_change.send(Offering, season=_still_open(row), by=by)
    return row


def reopen(offering: Offering, *, reason: str, by: Any) -> Offering:
    with working(offering.centre_id), change(offering, "reopen", by=by, flow=OFFERING, reason=reason) as row:
        offerings_change.send(Offering, season=_still_open(row), by=by)
    return row


def centre_closes(*, centre: Centre, by: Any, **_named: Any) -> None:
    """Its offerings close with it, in the seasons whose results are not published; refused where none may change."""
    rows = Offering.objects.filter(centre=centre, state=OfferingState.OPEN)
    for row in rows.exclude(season__state__in=PUBLISHED).order_by("pk"):
        close(row, reason=centre.code, by=by)


def _still_open(row: Offering) -> Season:
    # Locked second: publication locks the season, so a seat cannot change under it.
    season = Season.objects.select_for_update().get(pk=row.season_id)
    if season.state in PUBLISHED:
        raise Refused(OfferReason.SEASON_PUBLISHED)
    return season
