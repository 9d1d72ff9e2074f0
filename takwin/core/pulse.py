"""Who lives and which step passed: one row for each worker and each step of the clock."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from takwin.core.models import Pulse

FRESH = timedelta(minutes=1)


def beat(name: str, *, error: str = "") -> None:
    """Say by the database's clock that a worker lives or a step passed, or why it failed."""
    facts = {"heartbeat_at": Now(), "error": error[:300], "failures": F("failures") + 1 if error else 0}
    if not error:
        facts["passed_at"] = Now()
    if not Pulse.objects.filter(name=name).update(**facts):
        Pulse.objects.get_or_create(name=name, defaults=facts | {"failures": 1 if error else 0})


def living_workers() -> int:
    """Workers with a sign of life within a minute."""
    return Pulse.objects.filter(name__startswith="worker:", heartbeat_at__gte=Now() - FRESH).count()


def failing_steps() -> list[Pulse]:
    """Steps of the clock whose last run failed."""
    return list(Pulse.objects.filter(name__startswith="step:", failures__gt=0).order_by("name"))


def delete_silent_workers() -> int:
    """Delete the rows of workers without a sign of life for a day; how many."""
    return Pulse.objects.filter(name__startswith="worker:", heartbeat_at__lt=Now() - timedelta(days=1)).delete()[0]
