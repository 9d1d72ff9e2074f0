"""Correcting a centre."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from takwin.centres.choices import CentreReason, CentreStatus
from takwin.centres.models import Centre
from takwin.centres.signals import beds_change, centre_closes
from takwin.core.changes import change
from takwin.core.errors import Refused


@contextmanager
def working(*centres: Centre | int) -> Iterator[None]:
    """Hold centres (or their keys) open until the block ends: refused when one is closed. Whatever begins at a centre
    begins within this.

    The rows are locked in one order, before anything that belongs to them: of a closing and a booking at the same
    moment, the second sees the first.
    """
    keys = {row if isinstance(row, int) else row.pk for row in centres}
    with transaction.atomic():
        for row in Centre.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk"):
            if row.status == CentreStatus.CLOSED:
                raise Refused(CentreReason.CENTRE_CLOSED, centre=row.label)
        yield


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
    """Change what the network knows of a centre; the journal keeps what stood before.

    Refused: a centre that closes while trainees, juries or follow-ups are still there. Its offerings close with it,
    and its appointments to come are called off.
    """
    if female_share is not None and not beds:
        raise Refused(CentreReason.SHARE_WITHOUT_BEDS, "female_share")
    with change(centre, "correct", by=by, reason=reason) as row:
        if (row.beds, row.female_share) != (beds, female_share):
            beds_change.send(Centre, centre=row, by=by)
        if status == CentreStatus.CLOSED and row.status != status:
            centre_closes.send(Centre, centre=row, by=by)
        row.name_ar, row.name_fr, row.locality, row.status = name_ar, name_fr, locality, status
        row.capacity, row.beds, row.female_share, row.area_m2 = capacity, beds, female_share, area_m2
        if capacity and not row.capacity_unit:
            row.capacity_unit = "seats"
    return row
