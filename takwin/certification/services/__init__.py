"""Every write of certification."""

from takwin.certification.services.diplomas import (
    address,
    count_opening,
    restore,
    revoke_diploma,
    share_diploma,
    suspend_diploma,
    withdraw_share,
)
from takwin.certification.services.issuing import certify_module, check_due, issue, prepare, sign_prepared
from takwin.certification.services.juries import (
    amend_verdict,
    cancel_jury,
    decide,
    follow_rule,
    form_jury,
    open_jury,
    pull_results,
    sign_minutes,
)
from takwin.certification.services.keys import (
    accept_withdrawal,
    ask_withdrawal,
    current_key,
    recall_withdrawal,
    refuse_withdrawal,
    rotate_key,
)

__all__ = [
    "address", "amend_verdict", "cancel_jury", "certify_module", "check_due", "count_opening", "current_key",
    "decide", "follow_rule", "form_jury", "issue", "open_jury", "prepare", "pull_results", "restore",
    "revoke_diploma", "rotate_key", "share_diploma", "sign_minutes", "sign_prepared", "suspend_diploma",
    "accept_withdrawal", "ask_withdrawal", "recall_withdrawal", "refuse_withdrawal", "withdraw_share",
]  # fmt: skip
