"""Every write of training."""

from takwin.training.services.assessment import (
    answer_contest,
    candidates,
    close_marks,
    contest,
    give_marks,
    keep_sheet,
    marker,
    plan_assessment,
    publish_marks,
    publish_results,
    reopen_marks,
)
from takwin.training.services.attendance import call_roll, correct, sync, sync_each
from takwin.training.services.calendar import ensure_calendar, load_calendar, load_periods, make_terms
from takwin.training.services.companies import (
    CONTRACT_UNDO,
    add_company,
    amend,
    complete_contract,
    draw_up,
    draw_up_convention,
    end_convention,
    evaluate,
    give_up,
    lapse_due,
    move_placement,
    plan_placement,
    register,
    replace,
    restore_contract,
    resume,
    sign,
    sign_convention,
    suspend,
    terminate_contract,
    visit,
)
from takwin.training.services.courses import assign, open_courses
from takwin.training.services.curriculum import add_module, draft, put_in_force
from takwin.training.services.editions import (
    before_of,
    confirm_change,
    differences,
    digest,
    first_day,
    placed_in,
    placed_on,
    publish_timetable,
    reopen_timetable,
    undo_edition,
    working,
)
from takwin.training.services.enrolments import (
    abandon,
    complete,
    defer,
    enrol,
    enrol_accepted,
    finish_all,
    interrupt,
    reopen,
    return_,
    set_guardian,
)
from takwin.training.services.excuses import answer_excuse, ask_excuse, read_proof, reopen_excuse
from takwin.training.services.feeds import follow_feed, new_feed
from takwin.training.services.groups import (
    change_group,
    close_group,
    form_groups,
    make_group,
    place,
    reopen_group,
    transfer,
)
from takwin.training.services.houses import give_bed, give_beds, leave_bed, open_beds, reduce_capacity
from takwin.training.services.items import split_batch
from takwin.training.services.moves import exchange, move_session, pin, proposals, unpin
from takwin.training.services.short_courses import (
    ask_course,
    cancel_course,
    hold_course,
    mark_day,
    plan_course,
    reopen_course,
)
from takwin.training.services.solving import solve_timetable
from takwin.training.services.staff import (
    add_room,
    add_trainer,
    announce_absence,
    change_room,
    change_trainer,
    close_slots,
    come_back,
    end_absence,
    leave,
    share,
)
from takwin.training.services.timetables import (
    check_solvable,
    open_timetable,
    stop_solving,
)
from takwin.training.services.xlsx_import import read_sheet

__all__ = [
    "CONTRACT_UNDO", "reopen_course", "reopen_excuse", "restore_contract",
    "abandon", "add_company", "add_module", "add_room", "add_trainer", "amend", "announce_absence",
    "answer_contest", "answer_excuse", "ask_course", "ask_excuse", "assign", "before_of", "terminate_contract",
    "call_roll", "cancel_course", "candidates", "change_group", "change_room", "change_trainer",
    "check_solvable", "close_group", "close_marks", "close_slots", "come_back", "complete", "complete_contract",
    "confirm_change", "contest", "correct", "defer", "differences", "digest", "draft", "draw_up",
    "draw_up_convention", "end_absence", "end_convention", "enrol", "enrol_accepted", "evaluate", "exchange",
    "finish_all", "first_day", "follow_feed", "form_groups", "give_bed", "give_beds", "give_marks", "give_up",
    "hold_course", "interrupt", "keep_sheet", "lapse_due", "leave", "leave_bed", "load_periods", "load_calendar",
    "make_group", "make_terms", "mark_day", "marker", "move_placement", "move_session", "new_feed", "open_beds",
    "open_courses", "open_timetable", "pin", "place", "placed_in", "placed_on", "plan_assessment",
    "plan_course", "plan_placement", "proposals", "publish_marks", "publish_results", "publish_timetable",
    "put_in_force", "read_proof", "read_sheet", "reduce_capacity", "register", "reopen", "reopen_group",
    "reopen_marks",
    "reopen_timetable", "replace", "resume", "return_", "set_guardian", "share", "sign", "sign_convention",
    "solve_timetable", "split_batch", "stop_solving", "suspend", "sync", "sync_each", "transfer",
    "undo_edition", "unpin", "visit", "working", "ensure_calendar",
]  # fmt: skip
