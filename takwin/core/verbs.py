"""Verbs of the journal in words; a test refuses a verb that is not here."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "add_wish": _("Wish added"),
    "allocate": _("Results published for the season"),
    "close": _("Closed"),
    "confirm": _("Seat confirmed"),
    "consent": _("Consent noted"),
    "correct": _("Corrected"),
    "decline": _("Seat declined"),
    "describe": _("Schooling and marks given"),
    "discard": _("Discarded"),
    "finish": _("Calculated"),
    "grant": _("Role granted"),
    "import": _("Imported"),
    "join_document": _("Document joined"),
    "open": _("Opened"),
    "order_wishes": _("Wishes reordered"),
    "prepare": _("Prepared"),
    "publish": _("Published"),
    "read_document": _("Document read"),
    "register": _("Registered"),
    "remove_document": _("Document removed"),
    "remove_wish": _("Wish removed"),
    "reopen": _("Reopened"),
    "revoke": _("Role revoked"),
    "set_seats": _("Seats changed"),
    "simulate": _("Season simulated"),
    "start": _("Started"),
    "submit": _("Submitted"),
    "withdraw": _("Withdrawn"),
}
