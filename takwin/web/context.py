"""Navigation, rights and words of the screens that join contexts."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import Context, Entry, Section
from takwin.web.waiting import waiting

RESULTS = Section("results", _("Results"), 80)
WATCH = Section("watch", _("Watch"), 90)
RUNNING = Section("running", _("Running"), 100)

CONTEXT = Context(
    navigation=(
        Entry(RESULTS, "web:report", _("Season report"), "reporting.see", "report"),
        Entry(WATCH, "web:roles", _("Roles"), "accounts.grant", "roles"),
        Entry(WATCH, "web:security", _("Security events"), "journal.audit", "security"),
        Entry(WATCH, "web:journal", _("Readings and exports"), "journal.audit", "journal"),
        Entry(RUNNING, "web:clock", _("Clock"), "running.see", "clock"),
        Entry(RUNNING, "web:failed_messages", _("Failed messages"), "running.see", "messages"),
    ),
    verbs={
        "announce_closing": _("Closing announced"),
        "run_step": _("Step of the clock"),
        "simulate": _("Season simulated"),
    },
    waiting=waiting,
)
