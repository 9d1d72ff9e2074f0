"""Writes of admissions."""

from takwin.admissions.services.answers import confirm, decline
from takwin.admissions.services.applications import describe, reopen, start, submit, withdraw
from takwin.admissions.services.demand import count_demand
from takwin.admissions.services.documents import join_document, read_document, remove_document
from takwin.admissions.services.runs import allocate, discard, prepare, publish
from takwin.admissions.services.wishes import add_wish, move_wish, order_wishes, remove_wish

__all__ = [
    "add_wish",
    "allocate",
    "confirm",
    "count_demand",
    "decline",
    "describe",
    "discard",
    "join_document",
    "move_wish",
    "order_wishes",
    "prepare",
    "publish",
    "read_document",
    "remove_document",
    "remove_wish",
    "reopen",
    "start",
    "submit",
    "withdraw",
]
