"""What people agreed: a day and an hour on the clocks of a zone. The instant (UTC) follows from them.

Morocco leaves and rejoins UTC+1 by decree, sometimes weeks ahead: an appointment at ten stays at ten, and the instant
moves. The instant is kept beside the agreed time as an index, and derived again when the data of the zones change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models, transaction
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


class AgreedInstants(models.Model):
    """Deadlines announced by the clocks of the country. `agreed` keeps, for each field of `agreed_fields`, the hour on
    those clocks and the instant it stood for: {"closes_at": ["2027-01-15T18:00:00", "2027-01-15T17:00:00+00:00"]}.

    Whoever sets another instant agrees on another hour. An instant that nobody set moves with the zone alone.
    """

    agreed = models.JSONField(default=dict, blank=True, editable=False)
    agreed_fields: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.note_hours()
        if (only := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*only, "agreed"}
        super().save(*args, **kwargs)

    def note_hours(self) -> None:
        """Keep the hour of each instant that was set since."""
        for name in self.agreed_fields:
            value, kept = getattr(self, name), self.agreed.get(name)
            if value is None:
                self.agreed.pop(name, None)
            elif kept is None or datetime.fromisoformat(kept[1]) != value:
                local = value.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
                self.agreed[name] = [local.isoformat(), value.astimezone(UTC).isoformat()]

    def moved_instants(self, since: datetime) -> dict[str, datetime]:
        """{field: instant by the zone's data of now} of the deadlines to come that moved."""
        moved = {}
        for name in self.agreed_fields:
            if (value := getattr(self, name)) is not None and value > since:
                local = datetime.fromisoformat(self.agreed[name][0])
                if (due := instant(local.date(), local.time())) != value:
                    moved[name] = due
        return moved


def derive_instants(models_: Iterable[type[AgreedInstants]], since: datetime | None = None) -> int:
    """Derive the deadlines to come again from their agreed hours; how many rows moved. Rows of before `agreed`, and
    those whose instants were written past `save`, are noted first. Seasons and rounds are a handful."""
    from_when, count = (since or timezone.now()) - timedelta(days=1), 0
    for model in models_:
        for key in model._default_manager.values_list("pk", flat=True):
            with transaction.atomic():
                row = model._default_manager.select_for_update(of=("self",)).get(pk=key)
                before = dict(row.agreed)
                row.note_hours()
                moved = row.moved_instants(from_when)
                for name, value in moved.items():
                    row.agreed[name] = [row.agreed[name][0], value.isoformat()]
                if moved or row.agreed != before:
                    model._default_manager.filter(pk=key).update(agreed=row.agreed, **moved)
                count += bool(moved)
    return count
