"""Navigation, rights and words of guidance."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import Context, Entry, Section

GUIDANCE = Section("guidance", _("Guidance"), 20)

CONTEXT = Context(
    navigation=(
        Entry(GUIDANCE, "guidance:agenda", _("Agenda"), "guidance.follow", "agenda"),
        Entry(GUIDANCE, "guidance:cases", _("Follow-ups"), "guidance.follow", "cases"),
        Entry(GUIDANCE, "guidance:hours", _("Opening hours"), "guidance.follow", "hours"),
        Entry(GUIDANCE, "guidance:days", _("Open days"), "guidance.follow", "days"),
        Entry(GUIDANCE, "guidance:boards", _("Wall-board"), "guidance.board", "board"),
    ),
    capabilities={
        "guidance.board": ("national", "regional", "director", "counsellor", "head", "auditor"),
        "guidance.follow": ("counsellor", "head"),
        "guidance.manage": ("head",),
        "guidance.notes": ("head",),
    },
    verbs={
        "announce": _("Open day announced"),
        "attend": _("Came"),
        "book": _("Appointment booked"),
        "call_off": _("Called off"),
        "change_hands": _("Follow-up changed hands"),
        "close_days": _("Closure announced"),
        "confirm_hold": _("Number confirmed, place booked"),
        "end_hours": _("Hours ended"),
        "expire_hold": _("Place given back: the number was not confirmed"),
        "hand_over": _("Hand-over offered"),
        "hold_day": _("Took place"),
        "hold_place": _("Place kept for some minutes"),
        "join": _("Joined with another record"),
        "mark_came": _("Was there"),
        "miss": _("Did not come"),
        "name_client": _("Name and phone given"),
        "open_case": _("Follow-up begun"),
        "promote": _("Promoted from the waiting list"),
        "publish_hours": _("Hours published"),
        "record_contact": _("Contact recorded"),
        "reopen_case": _("Follow-up goes on"),
        "reopen_day": _("Open day planned again"),
        "reopen_days": _("Closure taken back"),
        "restore_time": _("Time offered again"),
        "take": _("Hand-over taken"),
        "turn_down": _("Hand-over declined"),
        "unmark": _("Presence taken back"),
        "unregister": _("Registration cancelled"),
        "wait_for": _("Waiting list joined"),
        "write_note": _("Sensitive note written"),
    },
)
