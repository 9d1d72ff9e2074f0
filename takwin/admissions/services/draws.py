"""The season's draw: its hash is public before applications close, its seed after the first results."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from takwin.admissions.models import Draw
from takwin.core.changes import create
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season


def commit(season: Season, *, seed: str = "", by: Any = None) -> Draw:
    """Draw a seed and publish its sha256; a season has one draw."""
    have = Draw.objects.filter(season=season).first()
    if have:
        return have
    seed = seed or secrets.token_hex(16)
    row = Draw(season=season, seed=seed, commitment=hashlib.sha256(seed.encode()).hexdigest())
    return create(row, "commit", by=by, commitment=row.commitment)


def commit_due(*, by: Any = None) -> list[Draw]:
    """Draw for the open seasons that have no draw yet; called by the tick."""
    return [commit(season, by=by) for season in Season.objects.filter(state=SeasonState.OPEN, draw__isnull=True)]


def seed_of(season: Season, *, given: str = "", by: Any = None) -> str:
    """The seed of a season's runs. One given by hand counts only when nothing was committed before."""
    return commit(season, seed=given, by=by).seed
