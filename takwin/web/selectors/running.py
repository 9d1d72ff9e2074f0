"""What keeps takwin running: messages that failed, the clock, its steps, what closes soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from takwin.core import clock, messages, pulse
from takwin.core.models import Outbox, Pulse
from takwin.web.clock import STEPS, Step, closings

SHOWN_ENDS = 3  # digits of a number that is not a reader's business


def failed_messages() -> QuerySet[Outbox]:
    """The dead letters, newest first; without the words."""
    return messages.failed_messages().defer("body").order_by("-pk")


def failed_message(pk: int) -> Outbox:
    """One of them, or Outbox.DoesNotExist."""
    return messages.failed_messages().get(pk=pk)


def masked(to: str) -> str:
    """A receiver one can recognise and not write to."""
    return "…" + to[-SHOWN_ENDS:] if "@" not in to else to[:1] + "…@" + to.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a retry of all would do: how many, by failure; how many are erased and stay; the newest it covers."""

    count: int
    erased: int
    up_to: int
    kinds: list[dict[str, Any]]


def preview() -> Preview:
    """Of every failed message as they are now."""
    rows = messages.failed_messages()
    newest = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    kinds = rows.exclude(body="").values("channel", "error").annotate(count=Count("pk")).order_by("-count")[:20]
    found = [{"channel": kind["channel"], "error": kind["error"], "count": kind["count"]} for kind in kinds]
    return Preview(rows.exclude(body="").count(), rows.filter(body="").count(), newest, found)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the clock with when it passed and why it failed."""

    label: str
    takes: bool
    heartbeat_at: datetime | None
    passed_at: datetime | None
    error: str


def _step_row(step: Step, row: Pulse | None) -> StepRow:
    if row is None:
        return StepRow(str(step.label), step.takes, None, None, "")
    return StepRow(str(step.label), step.takes, row.heartbeat_at, row.passed_at, row.error)


def clock_page() -> dict[str, Any]:
    """The clock's state, its steps, and what it will close."""
    rows = {row.name.removeprefix("step:"): row for row in Pulse.objects.filter(name__startswith="step:")}
    steps = [_step_row(step, rows.get(step.name)) for step in STEPS]
    row = clock.current()
    reason = str(clock.ClockReason(row.reason).label) if row and row.reason else ""
    return {
        "clock": row, "state": clock.state(), "reason": reason, "steps": steps, "closings": closings(),
        "workers": pulse.living_workers(),
    }  # fmt: skip
