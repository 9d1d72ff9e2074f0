"""Entries of a calendar feed from one reading to the next: sequence numbers (RFC 5545, 3.8.7.4), status (3.8.1.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A session of one day in a feed. `begins`: its day and hour on the clocks of Casablanca ("2026-11-30T08:30");
    `ends`: the hour ("10:30"); `course`, `room`: keys, 0 without a room; `gone_on`: the day since when it is not held,
    or nothing."""

    course: int
    room: int
    begins: str
    ends: str
    sequence: int = 0
    gone_on: str = ""

    def changed(self, other: Entry) -> bool:
        """Whether a reader of the calendar would see another thing."""
        return astuple(replace(self, sequence=0)) != astuple(replace(other, sequence=0))


def follow(before: Mapping[str, Entry], now: Mapping[str, Entry], *, first: date, today: date) -> dict[str, Entry]:
    """Entries of a feed whose last reading had `before`, when `now` is held from the day `first` on.

    A session that changed, was called off or came back has a higher number than before. One that was called off stays,
    marked, as long as its day is within the feed: by a new week, a holiday, a trainer away or another group.
    """
    out = {}
    for uid, entry in now.items():
        last = before.get(uid)
        if last is not None:
            number = max(entry.sequence, last.sequence + 1) if entry.changed(last) else last.sequence
            entry = replace(entry, sequence=number)
        out[uid] = entry
    for uid, last in before.items():
        if uid not in now and last.begins[:10] >= first.isoformat():
            out[uid] = last if last.gone_on else replace(last, sequence=last.sequence + 1, gone_on=today.isoformat())
    return out


def packed(entries: Mapping[str, Entry]) -> dict[str, list[Any]]:
    """As it is kept: a list an entry."""
    return {uid: list(astuple(entry)) for uid, entry in entries.items()}


def unpacked(kept: Mapping[str, list[Any]]) -> dict[str, Entry]:
    return {uid: Entry(*values) for uid, values in kept.items()}
