"""Writes of admissions."""

from takwin.admissions.services.answers import confirm, decline, hold, set_auto_answer, wait
from takwin.admissions.services.applications import describe, reopen, start, submit, withdraw
from takwin.admissions.services.committees import (
    amend_score,
    dissolve_committee,
    form_committee,
    give_score,
    stand_aside,
)
from takwin.admissions.services.corrections import (
    accept_correction,
    ask_correction,
    read_card,
    read_evidence,
    refuse_correction,
    withdraw_correction,
)
from takwin.admissions.services.demand import count_demand
from takwin.admissions.services.documents import join_document, read_document, remove_document
from takwin.admissions.services.draws import (
    SEASON_UNDO,
    ask_void,
    close_applications,
    confirm_value,
    draws_due,
    enter_value,
    new_contribution,
    rehearse,
    reopen_applications,
    seal,
    seal_fault,
    void_draw,
    withdraw_void,
)
from takwin.admissions.services.lapses import ask_restore, plan_restore, restore_lapsed, withdraw_restore
from takwin.admissions.services.lines import line_file
from takwin.admissions.services.numbers import number
from takwin.admissions.services.public_files import summary as public_summary
from takwin.admissions.services.reserves import add_late_wish, free_seats, set_reserve
from takwin.admissions.services.rounds import close_answers, close_rounds_due, plan_round, remind_due
from takwin.admissions.services.runs import (
    allocate,
    check_publishable,
    discard,
    prepare,
    publish,
    read_full_files,
    sign,
    sweep_prepared,
)
from takwin.admissions.services.shown import certificate as public_certificate
from takwin.admissions.services.shown import counts as public_counts
from takwin.admissions.services.wishes import add_wish, move_wish, order_wishes, remove_wish

__all__ = [
    "SEASON_UNDO",
    "accept_correction",
    "add_late_wish",
    "add_wish",
    "allocate",
    "amend_score",
    "ask_correction",
    "ask_restore",
    "ask_void",
    "check_publishable",
    "close_answers",
    "close_applications",
    "close_rounds_due",
    "confirm",
    "confirm_value",
    "count_demand",
    "decline",
    "describe",
    "discard",
    "dissolve_committee",
    "draws_due",
    "enter_value",
    "form_committee",
    "free_seats",
    "give_score",
    "hold",
    "join_document",
    "line_file",
    "move_wish",
    "new_contribution",
    "number",
    "order_wishes",
    "plan_restore",
    "plan_round",
    "prepare",
    "public_certificate",
    "public_counts",
    "public_summary",
    "publish",
    "read_card",
    "read_document",
    "read_evidence",
    "read_full_files",
    "refuse_correction",
    "rehearse",
    "remind_due",
    "remove_document",
    "remove_wish",
    "reopen",
    "reopen_applications",
    "restore_lapsed",
    "seal",
    "seal_fault",
    "set_auto_answer",
    "set_reserve",
    "sign",
    "stand_aside",
    "start",
    "submit",
    "sweep_prepared",
    "void_draw",
    "wait",
    "withdraw",
    "withdraw_correction",
    "withdraw_restore",
    "withdraw_void",
]
