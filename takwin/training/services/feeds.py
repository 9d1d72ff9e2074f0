"""Calendar feeds of trainees and trainers."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from takwin.core.changes import journal
from takwin.core.refs import new_ref
from takwin.training.models import Feed


def new_feed(user: Any) -> Feed:
    """A secret address for a phone's calendar; the one before it answers no more."""
    with transaction.atomic():
        row, _made = Feed.objects.update_or_create(user=user, defaults={"ref": new_ref("TCF")})
        journal(user, "renew_feed", by=user)
    return row
