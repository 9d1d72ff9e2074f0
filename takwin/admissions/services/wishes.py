"""The ranked list of wishes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from takwin.admissions.choices import MAX_WISHES, AdmissionReason
from takwin.admissions.models import Application, Wish
from takwin.admissions.rules import check_order
from takwin.admissions.services.applications import check_draft, check_wish
from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.offer.models import Offering
from takwin.offer.selectors import access

PARKED = 500  # ranks are unique, so a new order passes through a free range first


def _draft(application: Application) -> Application:
    """The draft, locked: two windows of one candidate cannot both add the tenth wish."""
    row = Application.objects.select_for_update(of=("self",)).select_related("season", "person").get(pk=application.pk)
    check_draft(row)
    return row


def add_wish(application: Application, *, offering: Offering, with_bed: bool = False, by: Any) -> Wish:
    """Add at the end of the list. Refused when full, repeated, closed, or not eligible."""
    with transaction.atomic():
        row = _draft(application)
        have = list(row.wishes.all())
        for wish in have:
            if wish.offering_id == offering.pk and wish.with_bed == with_bed:
                raise Refused(AdmissionReason.DUPLICATE_WISH, rank=wish.rank)
        if len(have) >= MAX_WISHES:
            raise Refused(AdmissionReason.TOO_MANY_WISHES, limit=MAX_WISHES)
        check_wish(row, offering, with_bed, access([offering.programme], row.season).get(offering.programme_id))
        wish = Wish.objects.create(application=row, offering=offering, with_bed=with_bed, rank=len(have) + 1)
        journal(row, "add_wish", by=by, offering=offering.ref, with_bed=with_bed, rank=wish.rank)
        return wish


def remove_wish(application: Application, *, rank: int, by: Any) -> None:
    """Take a wish off; those after it move up."""
    with transaction.atomic():
        row = _draft(application)
        wishes = list(row.wishes.all())
        gone = [wish for wish in wishes if wish.rank == rank]
        if not gone:
            raise Refused(AdmissionReason.BAD_ORDER)
        gone[0].delete()
        _write_order(row, [wish for wish in wishes if wish.rank != rank])
        journal(row, "remove_wish", by=by, offering=gone[0].offering.ref, rank=rank)


def move_wish(application: Application, *, rank: int, to: int, by: Any) -> None:
    """Move one wish to another rank; the others close up."""
    ranks = [wish.rank for wish in application.wishes.all()]
    if rank not in ranks or not 1 <= to <= len(ranks):
        raise Refused(AdmissionReason.BAD_ORDER)
    ranks.remove(rank)
    ranks.insert(to - 1, rank)
    order_wishes(application, ranks=ranks, by=by)


def order_wishes(application: Application, *, ranks: list[int], by: Any) -> None:
    """A whole new order: present ranks in the order wanted."""
    with transaction.atomic():
        row = _draft(application)
        by_rank = {wish.rank: wish for wish in row.wishes.all()}
        check_order(ranks, list(by_rank))
        _write_order(row, [by_rank[rank] for rank in ranks])
        journal(row, "order_wishes", by=by, ranks=ranks)


def _write_order(row: Application, wishes: list[Wish]) -> None:
    for shift in (PARKED, 0):
        for place, wish in enumerate(wishes, start=1):
            wish.rank = place + shift
        Wish.objects.bulk_update(wishes, ["rank"])
