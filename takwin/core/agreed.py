"""What people agreed: a day and an hour on the clocks of a zone. The instant (UTC) follows from them.

Morocco leaves and rejoins UTC+1 by decree, sometimes weeks ahead: an appointment at ten stays at ten, and the instant
moves. The instant is kept beside the agreed time as an index, and derived again when the data of the zones change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

ZONE = "Africa/Casablanca"


def instant(on: date, at: time, zone: str = ZONE) -> datetime:
    """The instant of a day and an hour. An hour that comes twice is the first one; one that is left out (clocks go
    forward) is as long after the change as it would have been."""
    return datetime.combine(on, at, ZoneInfo(zone)).astimezone(UTC)


class AgreedQuerySet(models.QuerySet[Any]):
    def derive(self, since: datetime) -> int:
        """Derive again the instants of rows that end after `since`; how many moved. One read of the distinct times,
        and a write for each that moved: the times of six weeks are some 800, whatever the rows."""
        names = ("starts_on", "starts_time", "ends_on", "ends_time", "zone", "starts_at", "ends_at")
        moved = 0
        rows = self.filter(ends_at__gt=since).order_by()
        for begin_on, begin, end_on, end, zone, starts_at, ends_at in rows.values_list(*names).distinct():
            agreed = {"starts_at": instant(begin_on, begin, zone), "ends_at": instant(end_on, end, zone)}
            if (agreed["starts_at"], agreed["ends_at"]) == (starts_at, ends_at):
                continue
            same = {"starts_on": begin_on, "starts_time": begin, "ends_on": end_on, "ends_time": end, "zone": zone}
            moved += self.filter(**same).update(**agreed)
        return moved


class Agreed(models.Model):
    """A stretch of time that people agreed on. `starts_at`, `ends_at`: derived, for order and search."""

    starts_on = models.DateField()
    starts_time = models.TimeField()
    ends_on = models.DateField()
    ends_time = models.TimeField()
    zone = models.CharField(max_length=40, default=ZONE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.agree()
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Any = None) -> None:
        self.agree()
        super().clean_fields(exclude=exclude)

    def agree(self) -> Self:
        """Fill what is missing of a new row: the agreed time from the instants, or the instants from it."""
        if self.starts_on is None:
            begin, end = (value.astimezone(ZoneInfo(self.zone)) for value in (self.starts_at, self.ends_at))
            self.starts_on, self.starts_time = begin.date(), begin.time()
            self.ends_on, self.ends_time = end.date(), end.time()
        if self.starts_at is None:
            self.starts_at = instant(self.starts_on, self.starts_time, self.zone)
            self.ends_at = instant(self.ends_on, self.ends_time, self.zone)
        return self

    @property
    def begins(self) -> datetime:
        """The agreed beginning, on the clocks of its zone."""
        return datetime.combine(self.starts_on, self.starts_time, ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.ends_on, self.ends_time, ZoneInfo(self.zone))


def derive_times(models_: Iterable[type[Agreed]], since: datetime | None = None) -> dict[str, int]:
    """Derive again the instants to come of some tables; how many rows moved in each."""
    # A day more: a row that ended an hour ago by the old data may still be to come by the new.
    from_when = (since or timezone.now()) - timedelta(days=1)
    return {model.__name__: AgreedQuerySet(model).derive(from_when) for model in models_}
