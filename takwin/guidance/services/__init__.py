"""Every write of guidance."""

from takwin.guidance.services.appointments import attend, book, cancel, miss, move, remind_appointments, wait
from takwin.guidance.services.cases import (
    end_case,
    hand_over,
    note,
    open_case,
    read_notes,
    recall,
    record,
    take,
    turn_down,
)
from takwin.guidance.services.clients import (
    client_for,
    client_of,
    describe_client,
    found_of,
    join_phone,
    name_guest,
    new_guest,
    twins,
)
from takwin.guidance.services.feeds import new_feed
from takwin.guidance.services.hours import close_days, end_hours, fill_slots, publish_hours, reopen_days, slot_at
from takwin.guidance.services.open_days import announce, call_off, hold, mark, register, unregister
from takwin.guidance.services.sittings import answer, begin_again, keep_advice
from takwin.guidance.services.visits import book_at, reserve, sign_up

__all__ = [
    "announce",
    "answer",
    "attend",
    "begin_again",
    "book",
    "book_at",
    "call_off",
    "cancel",
    "client_for",
    "client_of",
    "close_days",
    "describe_client",
    "end_case",
    "end_hours",
    "fill_slots",
    "found_of",
    "hand_over",
    "hold",
    "join_phone",
    "keep_advice",
    "mark",
    "miss",
    "move",
    "name_guest",
    "new_feed",
    "new_guest",
    "note",
    "open_case",
    "publish_hours",
    "read_notes",
    "recall",
    "record",
    "register",
    "remind_appointments",
    "reopen_days",
    "reserve",
    "sign_up",
    "slot_at",
    "take",
    "turn_down",
    "twins",
    "unregister",
    "wait",
]
