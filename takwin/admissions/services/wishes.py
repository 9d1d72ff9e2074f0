"""The ranked list of wishes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from takwin.admissions.choices import MAX_WISHES, AdmissionReason
from takwin.admissions.models import Application, Wish
from takwin.admissions.rules import check_order, list_version
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


def _named(wishes: list[Wish], name: str) -> Wish:
    """The wish a form names by its offering, never by its place: a place is another wish's after a move elsewhere."""
    found = next((wish for wish in wishes if wish.name == name), None)
    if found is None:
        raise Refused(AdmissionReason.WISH_GONE)
    return found


def remove_wish(application: Application, *, wish: str, by: Any) -> None:
    """Take a wish off by its name; those after it move up. Refused: a wish that is not on the list any more."""
    with transaction.atomic():
        row = _draft(application)
        wishes = list(row.wishes.select_related("offering"))
        gone = _named(wishes, wish)
        place = gone.rank
        gone.delete()
        _write_order(row, [other for other in wishes if other is not gone])
        journal(row, "remove_wish", by=by, offering=gone.offering.ref, rank=place)


def move_wish(application: Application, *, wish: str, to: int, seen: str, by: Any) -> None:
    """Move a wish, by its name, to another rank; the others close up. `seen`: the version of the list the person
    looked at. Refused when it changed meanwhile, since a rank then means another place."""
    with transaction.atomic():
        row = _draft(application)
        wishes = list(row.wishes.select_related("offering"))
        moved = _named(wishes, wish)
        if seen != list_version(wishes):
            order = " · ".join(f"{other.rank}. {other.offering.programme.label}" for other in wishes)
            raise Refused(AdmissionReason.LIST_CHANGED, order=order)
        if not 1 <= to <= len(wishes):
            raise Refused(AdmissionReason.BAD_ORDER)
        before = moved.rank
        wishes.remove(moved)
        wishes.insert(to - 1, moved)
        _write_order(row, wishes)
        journal(row, "order_wishes", by=by, offering=moved.offering.ref, ranks=[before, to])


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
