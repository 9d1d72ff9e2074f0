"""What of the running of takwin waits for whoever watches it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from takwin.accounts.models import User
from takwin.core import clock, messages
from takwin.core.contexts import Task
from takwin.web.clock import closings


def waiting(user: User) -> Iterator[Task]:
    """A clock in doubt, steps that failed, messages that failed, and what closes within two days."""
    if not user.scope("running.see").everywhere:
        return
    state, words = clock.state(), {"stopped": _("The clock is in doubt"), "failing": _("A step of the clock fails")}
    if state in words:
        yield Task("bad", _("now"), words[state], reverse("web:clock"))
    if messages.failed_messages().exists():
        yield Task("bad", _("now"), _("Messages that failed"), reverse("web:failed_messages"))
    if closings():
        yield Task("wait", _("soon"), _("What the clock closes"), reverse("web:clock"))
