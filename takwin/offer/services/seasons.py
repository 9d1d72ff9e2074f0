"""The life of a season."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from takwin.core.changes import change
from takwin.core.clock_undo import take_rows
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season
from takwin.offer.rules import SEASON


def open_season(season: Season, *, by: Any) -> Season:
    """Open applications, or open them again after they were closed: see admissions for what becomes of the draw."""
    with change(season, "open", by=by, flow=SEASON) as row:
        row.openings += 1
    return row


def close_season(season: Season, *, by: Any) -> Season:
    """Close applications; a deadline passed closes them too, to the second."""
    with change(season, "close", by=by, flow=SEASON) as row:
        pass
    return row


def mark_allocated(season: Season, *, by: Any) -> Season:
    """Called by the publication of results, inside its transaction."""
    with change(season, "allocate", by=by, flow=SEASON) as row:
        pass
    return row


def close_due() -> int:
    """Close the seasons whose deadline has passed; how many. Called by the tick."""
    due = Season.objects.filter(state=SeasonState.OPEN, closes_at__lte=timezone.now())
    return take_rows("seasons", due, "close", SEASON)
