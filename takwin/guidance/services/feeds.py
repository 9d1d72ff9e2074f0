"""Calendar feeds."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from takwin.core.changes import journal
from takwin.core.refs import new_ref
from takwin.guidance.models import Feed


def new_feed(user: Any) -> Feed:
    """Make a secret address for a counsellor's calendar; the previous address stops working."""
    with transaction.atomic():
        row, _made = Feed.objects.update_or_create(user=user, defaults={"ref": new_ref("ICS")})
        journal(user, "renew_feed", by=user)
    return row
