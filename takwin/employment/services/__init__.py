"""Every write of employment."""

from takwin.employment.services.follow_up import (
    WAVE_UNDO,
    answer,
    close_wave,
    freeze_cohort,
    open_due,
    open_wave,
    publish_rates,
    record_attempt,
    reopen_wave,
    restore_wave,
)
from takwin.employment.services.work import (
    VACANCY_UNDO,
    bid,
    close_vacancy,
    decline_bid,
    expire_due,
    hire,
    invite,
    open_vacancy,
    post_vacancy,
    refuse_employer,
    register_employer,
    restore_vacancy,
    set_wish,
    shortlist,
    suspend_employer,
    turn_down_vacancy,
    verify_employer,
    withdraw_bid,
)

__all__ = [
    "VACANCY_UNDO", "WAVE_UNDO", "reopen_wave", "restore_vacancy", "restore_wave",
    "answer", "bid", "close_vacancy", "close_wave", "decline_bid", "expire_due", "freeze_cohort", "hire", "invite",
    "open_due", "open_vacancy", "open_wave", "post_vacancy", "publish_rates", "record_attempt", "refuse_employer",
    "register_employer", "set_wish", "shortlist", "suspend_employer", "turn_down_vacancy", "verify_employer",
    "withdraw_bid",
]  # fmt: skip
