"""What the clock took away: runs, newest first, and how each is given back."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from takwin.core.clock_undo import Undo, plan_undo
from takwin.core.models import ClockBatch, GivingBack
from takwin.web.clock import BY_NAME, STEPS, undo_of

ASKED = 50  # requests of one batch that are shown


def batches() -> QuerySet[ClockBatch]:
    """Runs that took something, with the state of the last request to give it back."""
    asked = GivingBack.objects.filter(batch=OuterRef("pk")).order_by("-pk").values("state")[:1]
    return ClockBatch.objects.filter(count__gt=0).annotate(request_state=Subquery(asked)).order_by("-pk")


def batch(ref: str) -> ClockBatch:
    """Raises ClockBatch.DoesNotExist."""
    return ClockBatch.objects.get(ref=ref, count__gt=0)


def request_of(row: ClockBatch, ref: str) -> GivingBack:
    """A request about this batch, or GivingBack.DoesNotExist."""
    return GivingBack.objects.select_related("batch").get(batch=row, ref=ref)


def step_label(name: str) -> str:
    """A step in words; its name when no step is called so any more."""
    return str(BY_NAME[name].label) if name in BY_NAME else name


def address(row: ClockBatch) -> str:
    """The page where a batch is given back."""
    if row.step in BY_NAME and (name := BY_NAME[row.step].elsewhere):
        return reverse(name, args=row.about.split("/"))
    return reverse("web:taken_batch", args=[row.ref])


def batch_page(row: ClockBatch) -> dict[str, Any]:
    """What giving back would do, and who asked and decided."""
    undo: Undo | None = undo_of(row.step)
    requests = list(row.requests.select_related("asked_by", "decided_by")[:ASKED])
    return {
        "row": row, "label": step_label(row.step), "undo": undo, "plan": plan_undo(row, undo) if undo else None,
        "asked": next((each for each in requests if each.state == "waiting"), None), "requests": requests,
        "address": address(row),
    }  # fmt: skip


def lasting() -> list[tuple[str, str]]:
    """(step, why) of the steps whose work nobody can give back."""
    return [(str(step.label), str(step.lasting)) for step in STEPS if step.lasting]
