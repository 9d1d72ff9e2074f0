"""Which time it is, and whether to believe it: before a step takes something away, the clock is looked at.

The machine's clock is compared with what it said at the last run and with the database's. A jump stops the steps that
take away (everything else goes on) until a person says that the time is right, or the clock is set right again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core import pulse
from takwin.core.changes import journal
from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.core.models import Clock, Entry, Pulse

AHEAD, BACK, SKEW = timedelta(hours=2), timedelta(minutes=5), timedelta(minutes=5)
SILENT = timedelta(minutes=5)


class ClockReason(Reasons):
    """Why the clock is not believed, and what a confirmation may be refused for."""

    AHEAD = "ahead", _("The clock jumped ahead, or did not run for hours.")
    BACK = "back", _("The clock went back.")
    SKEW = "skew", _("The clocks of this machine and of the database differ.")
    NOT_STOPPED = "not_stopped", _("The clock is not stopped, or stopped again since this page was shown.")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run believes. `held`: steps that take something away must wait."""

    now: datetime
    database: datetime
    held: bool


def database_now() -> datetime:
    """The database's clock; on SQLite that of this machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def look(every: timedelta = timedelta(minutes=1)) -> Reading:
    """Look at the clock at the beginning of a run; stops it, or lets it go on when it is right again."""
    now, database = timezone.now(), database_now()
    with transaction.atomic():
        row = _locked(now)
        reason = _doubt(row, now, database, every)
        if reason and not row.reason:
            row.stopped_at, row.reason = now, reason
            row.jump = int((now - row.ran_at).total_seconds())
            journal(row, "stop_clock", by=None, reason=reason, believed=now.isoformat(), last=row.ran_at.isoformat())
        elif not reason and row.reason:
            journal(row, "resume_clock", by=None, believed=now.isoformat())
            row.stopped_at, row.reason, row.jump = None, "", 0
        if not row.reason:
            row.ran_at = now
        row.save()
    return Reading(now, database, bool(row.reason))


def _locked(now: datetime) -> Clock:
    """The one row. In a database of before, the last line of the journal says when somebody last believed a time."""
    row = Clock.objects.select_for_update().filter(pk=1).first()
    if row is None:
        last = Entry.objects.aggregate(at=Max("at"))["at"]
        Clock.objects.get_or_create(pk=1, defaults={"ran_at": last or now})
        row = Clock.objects.select_for_update().get(pk=1)
    return row


def _doubt(row: Clock, now: datetime, database: datetime, every: timedelta) -> str:
    if abs(now - database) > SKEW:
        return ClockReason.SKEW.value
    if now < row.ran_at - BACK:
        return ClockReason.BACK.value
    return ClockReason.AHEAD.value if now - row.ran_at > every + AHEAD else ""


def confirm(*, stopped_at: str, by: Any) -> None:
    """A person says that the time is right, of the stop they were shown."""
    with transaction.atomic():
        row = Clock.objects.select_for_update().filter(pk=1).first()
        if row is None or row.stopped_at is None or row.stopped_at.isoformat() != stopped_at:
            raise Refused(ClockReason.NOT_STOPPED)
        now = timezone.now()
        journal(row, "confirm_clock", by=by, reason=row.reason, believed=now.isoformat(), jump=row.jump)
        row.stopped_at, row.reason, row.jump, row.ran_at = None, "", 0, now
        row.save()


def current() -> Clock | None:
    """The clock's row, when it has run."""
    return Clock.objects.filter(pk=1).first()


def state() -> str:
    """In a word: ok, silent (no run for five minutes), stopped, or failing (a step of the last run)."""
    row = current()
    if row is not None and row.reason:
        return "stopped"
    is_alive = Pulse.objects.filter(name="clock", heartbeat_at__gte=database_now() - SILENT).exists()
    if not is_alive:
        return "silent"
    return "failing" if pulse.failing_steps() else "ok"
