"""The smallest lawful rows of the offer, on top of the reference network."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from takwin.centres.models import Centre
from takwin.offer.models import Mode, Offering, Programme, Season


def make_season(**over: Any) -> Season:
    now = timezone.now().replace(microsecond=0)
    values = {
        "code": "2024-2025", "state": "open",
        "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9),
        "results_at": now + timedelta(days=12), "answers_until": now + timedelta(days=20), "ages_on": date(2024, 9, 1),
        "starts_on": date(2024, 9, 4),
    }  # fmt: skip
    return Season.objects.create(**values | over)


def make_offering(
    season: Season, programme: str = "pharmacy-assistant", centre: str = "ismss-meknes", **over: Any
) -> Offering:
    values: dict[str, Any] = {"capacity": 60, "first_year": 30, "seats": 20} | over
    return Offering.objects.create(
        season=season,
        programme=Programme.objects.get(code=programme),
        centre=Centre.objects.get(code=centre),
        mode=Mode.objects.get(code=values.pop("mode", "initial")),
        **values,
    )
