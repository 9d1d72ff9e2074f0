"""Seats kept for groups, and wishes added in a late round."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from takwin.admissions.choices import MAX_WISHES, ApplicationState, RoundKind, RoundState, RunKind, RunState
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import SEATED, Application, Reserve, Round, Run, Wish
from takwin.admissions.services.applications import check_wish
from takwin.admissions.services.frozen import change_inputs, check_unpublished
from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.offer.models import Offering, Season
from takwin.offer.selectors import access


def set_reserve(offering: Offering, *, group: str, seats: int, source: str = "", by: Any) -> Reserve | None:
    """Keep at least so many seats for a group; 0 takes the reserve away. Runs under review are discarded.
    Refused once the value of the draw is known, and once results are published."""
    with transaction.atomic():
        row = Offering.objects.select_for_update(of=("self",)).select_related("season").get(pk=offering.pk)
        check_unpublished(change_inputs(row.season, reason="reserve", by=by))
        others = row.reserves.exclude(group=group).aggregate(total=Sum("seats"))["total"] or 0
        if others + seats > row.seats:
            raise Refused(R.RESERVE_TOO_LARGE, "seats", reserved=others + seats, seats=row.seats)
        before = row.reserves.filter(group=group).values_list("seats", flat=True).first()
        kept = None
        if seats:
            kept, _made = Reserve.objects.update_or_create(
                offering=row, group=group, defaults={"seats": seats, "source": source}
            )
        else:
            row.reserves.filter(group=group).delete()
        journal(row, "reserve", by=by, group=group, seats=seats, before=before, source=source)
    return kept


def free_seats(offering: Offering) -> int:
    """Seats of an offering that nobody holds."""
    return offering.seats - Application.objects.filter(seat__offering=offering, state__in=SEATED).count()


def add_late_wish(application: Application, *, offering: Offering, with_bed: bool = False, by: Any) -> Wish:
    """In a late round, someone without a seat asks for a seat that is free; it stands after their other wishes.
    Refused from the calculation of the round on: its run would not be true any more."""
    with transaction.atomic():
        season = Season.objects.select_for_update().get(pk=application.season_id)
        waiting = Run.objects.filter(season=season, kind=RunKind.FINAL)
        if waiting.filter(state__in=[RunState.PREPARED, RunState.REVIEW]).exists():
            raise Refused(R.LATE_OVER)
        row = (
            Application.objects.select_for_update(of=("self",))
            .select_related("season", "person")
            .get(pk=application.pk)
        )
        late = Round.objects.filter(season=row.season, kind=RoundKind.LATE, state=RoundState.PLANNED).exists()
        if not late or row.state != ApplicationState.UNPLACED:
            raise Refused(R.NOT_LATE)
        have = row.wishes.filter(offering=offering, with_bed=with_bed).first()
        if have is not None:
            raise Refused(R.DUPLICATE_WISH, rank=have.rank)
        if row.wishes.filter(refused=False).count() >= MAX_WISHES:
            raise Refused(R.TOO_MANY_WISHES, limit=MAX_WISHES)
        check_wish(row, offering, with_bed, access([offering.programme], row.season).get(offering.programme_id))
        if free_seats(offering) <= 0:
            raise Refused(R.NO_FREE_SEAT)
        rank = (row.wishes.aggregate(most=Max("rank"))["most"] or 0) + 1
        wish = Wish.objects.create(application=row, offering=offering, with_bed=with_bed, rank=rank)
        journal(row, "late_wish", by=by, offering=offering.ref, with_bed=with_bed, rank=rank)
    return wish
