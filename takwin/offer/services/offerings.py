"""Seats, closing and reopening of an offering."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

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
    with (
        working(*there),
        _season_held(offering) as season,
        change(offering, "set_seats", by=by, reason=reason) as row,
    ):
        check_seats(seats, first_year)
        check_seats(first_year, capacity)
        if row.seats != seats:
            offerings_change.send(Offering, season=season, by=by)
        row.seats, row.first_year, row.capacity = seats, first_year, capacity
    return row


def close(offering: Offering, *, reason: str, by: Any) -> Offering:
    """Take no more wishes; those already made stay, but lead to no seat."""
    with (
        _season_held(offering) as season,
        change(offering, "close", by=by, flow=OFFERING, reason=reason) as row,
    ):
        offerings_change.send(Offering, season=season, by=by)
    return row


def reopen(offering: Offering, *, reason: str, by: Any) -> Offering:
    with (
        working(offering.centre_id),
        _season_held(offering) as season,
        change(offering, "reopen", by=by, flow=OFFERING, reason=reason) as row,
    ):
        offerings_change.send(Offering, season=season, by=by)
    return row


def centre_closes(*, centre: Centre, by: Any, **_named: Any) -> None:
    """Its offerings close with it, in the seasons whose results are not published; refused where none may change."""
    rows = Offering.objects.filter(centre=centre, state=OfferingState.OPEN).exclude(season__state__in=PUBLISHED)
    list(Season.objects.select_for_update().filter(pk__in=rows.values("season")).order_by("pk"))
    for row in rows.order_by("pk"):
        close(row, reason=centre.code, by=by)


@contextmanager
def _season_held(offering: Offering) -> Iterator[Season]:
    """Lock the season of an offering before the offering, as publication and an import do: locked in the other order,
    each would wait for the other (40P01). Refused once its results are published."""
    with transaction.atomic():
        season = Season.objects.select_for_update().get(pk=offering.season_id)
        if season.state in PUBLISHED:
            raise Refused(OfferReason.SEASON_PUBLISHED)
        yield season
