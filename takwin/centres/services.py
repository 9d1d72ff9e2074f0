"""Correcting a centre."""

from __future__ import annotations

from typing import Any

from takwin.centres.choices import CentreReason
from takwin.centres.models import Centre
from takwin.centres.signals import beds_change
from takwin.core.changes import change
from takwin.core.errors import Refused


def correct(
    centre: Centre,
    *,
    name_ar: str,
    name_fr: str,
    locality: str,
    status: str,
    capacity: int | None,
    beds: int | None,
    female_share: int | None,
    area_m2: int | None,
    reason: str,
    by: Any,
) -> Centre:
    """Change what the network knows of a centre; the journal keeps what stood before."""
    if female_share is not None and not beds:
        raise Refused(CentreReason.SHARE_WITHOUT_BEDS, "female_share")
    with change(centre, "correct", by=by, reason=reason) as row:
        if (row.beds, row.female_share) != (beds, female_share):
            beds_change.send(Centre, centre=row, by=by)
        row.name_ar, row.name_fr, row.locality, row.status = name_ar, name_fr, locality, status
        row.capacity, row.beds, row.female_share, row.area_m2 = capacity, beds, female_share, area_m2
        if capacity and not row.capacity_unit:
            row.capacity_unit = "seats"
    return row
