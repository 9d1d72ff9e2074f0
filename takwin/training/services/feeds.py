"""Calendar feeds of trainees and trainers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.core.changes import journal
from takwin.core.refs import new_ref
from takwin.training.models import TimetableFeed
from takwin.training.rules.feeds import Entry, follow, packed, unpacked
from takwin.training.selectors.weeks import Sitting, changes_of


def new_feed(user: Any) -> TimetableFeed:
    """A secret address for a phone's calendar; the address before it ends, and the new feed has no entries yet."""
    with transaction.atomic():
        row, _made = TimetableFeed.objects.update_or_create(user=user, defaults={"ref": new_ref("TCF"), "served": {}})
        journal(user, "renew_feed", by=user)
    return row


def follow_feed(feed: TimetableFeed, sittings: Iterable[Sitting], *, first: date) -> dict[str, Entry]:
    """The entries of a feed that shows the days from `first` on, by their names. They are stored, so that the
    next reading knows what changed; nothing is written when nothing did. Two readings at once say the same."""
    found = [sitting for sitting in sittings if sitting.times is not None]
    changes = changes_of({sitting.session.edition.timetable_id for sitting in found})
    now = {f"{sitting.session.ref}-{sitting.on}": _entry(sitting, changes) for sitting in found}
    with transaction.atomic():
        row = TimetableFeed.objects.select_for_update().get(pk=feed.pk)
        entries = follow(unpacked(row.served), now, first=first, today=timezone.localdate())
        kept = packed(entries)
        if kept != row.served:
            TimetableFeed.objects.filter(pk=row.pk).update(served=kept)
    return entries


def _entry(sitting: Sitting, changes: dict[int, int]) -> Entry:
    """A new entry. Its sequence number begins at the publications of its timetable: feeds counted by them before they
    kept their entries, and RFC 5545 lets a number only rise."""
    assert sitting.times is not None
    begins, ends = sitting.times
    return Entry(
        course=sitting.session.course_id, room=sitting.session.room_id or 0,
        begins=f"{sitting.on}T{begins:%H:%M}", ends=f"{ends:%H:%M}",
        sequence=changes[sitting.session.edition.timetable_id],
    )  # fmt: skip
