"""Numbers and labels that stand for people and groups in the files of a season."""

from __future__ import annotations

import hashlib
import hmac

from takwin.admissions.choices import ReserveGroup
from takwin.core.tokens import secret_keys
from takwin.offer.models import Season

OPAQUE = {ReserveGroup.DISABILITY.value, ReserveGroup.REENTRY.value}


def number(season: Season, application_ref: str) -> str:
    """The candidate's number in the files of a season: theirs to know, nobody else's to find.

    Under the oldest secret that is still read: rounds of one season have the same numbers and labels though the secret
    was rotated between them, as long as the former one stays in `TAKWIN_OLD_SECRET_KEYS`."""
    key = f"files:{secret_keys()[-1]}:{season.code}".encode()
    return hmac.new(key, application_ref.encode(), hashlib.sha256).hexdigest()[:16]


def group_label(season: Season, group: str) -> str:
    """How a group is named in files: a confidential one by a label of its own each season."""
    return f"kept-{number(season, f'group:{group}')[:6]}" if group in OPAQUE else group
