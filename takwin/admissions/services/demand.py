"""Counting requests: together and dated, so that a public page costs no count."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from takwin.admissions.models import DECIDED, Demand, Wish
from takwin.offer.models import Offering, Season


def count_demand(season: Season) -> int:
    """Rewrite the demand of every offering of a season; returns the number of requests."""
    counted = {
        row["offering_id"]: row
        for row in Wish.objects.filter(offering__season=season, application__state__in=["submitted", *DECIDED])
        .values("offering_id")
        .annotate(
            requests=Count("application_id", distinct=True),
            first=Count("application_id", distinct=True, filter=Q(rank=1)),
        )
    }
    now, rows = timezone.now(), []
    for pk in Offering.objects.filter(season=season).values_list("pk", flat=True):
        found = counted.get(pk, {"requests": 0, "first": 0})
        rows.append(Demand(offering_id=pk, requests=found["requests"], first_choices=found["first"], counted_at=now))
    with transaction.atomic():
        Demand.objects.filter(offering__season=season).delete()
        Demand.objects.bulk_create(rows, batch_size=1000)
    return sum(row.requests for row in rows)
