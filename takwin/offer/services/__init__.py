"""Writes of the offer."""

from takwin.offer.services.imports import import_offerings
from takwin.offer.services.offerings import close, reopen, set_seats
from takwin.offer.services.seasons import close_due, close_season, mark_allocated, open_season

__all__ = [
    "close",
    "close_due",
    "close_season",
    "import_offerings",
    "mark_allocated",
    "open_season",
    "reopen",
    "set_seats",
]
