"""What one person asks and another decides: the request, its life and its checks, for acts too heavy for one.

A context makes its own table of it (what is asked about), a flow by `request_flow("grant")` and its constraints by
`two_persons("grant_request")`; the services call `decide` inside their change. The database refuses one person twice.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons, States, state_check
from takwin.core.errors import Refused
from takwin.core.flow import Flow


class RequestState(States):
    WAITING = "waiting", "wait", _("Waits for a second person")
    ACCEPTED = "accepted", "good", _("Accepted by a second person")
    REFUSED = "refused", "bad", _("Refused by a second person")
    RECALLED = "recalled", "mute", _("Taken back")


class SecondPersonReason(Reasons):
    SAME_PERSON = "same_person", _("Somebody else must decide: whoever asks never decides alone.")
    ASKED_LOST_RIGHT = "asked_lost_right", _("Whoever asked may not do it any more: refuse, and ask yourself.")
    NOT_YOURS = "not_your_request", _("Only whoever asked takes the request back.")


def request_flow(noun: str) -> Flow:
    """`accept_…`, `refuse_…` and `recall_…` of a request: each once, from waiting."""
    waiting = {RequestState.WAITING}
    ends = {"accept": RequestState.ACCEPTED, "refuse": RequestState.REFUSED, "recall": RequestState.RECALLED}
    moves: dict[str, Any] = {f"{verb}_{noun}": (waiting, end) for verb, end in ends.items()}
    return Flow(RequestState, **moves)


def two_persons(name: str) -> list[models.CheckConstraint]:
    """The database knows the states, and refuses what was accepted or refused by whoever asked, or by nobody."""
    decided = Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=models.F("asked_by"))
    return [
        state_check("state", RequestState, f"{name}_state_is_known"),
        models.CheckConstraint(condition=Q(state__in=["waiting", "recalled"]) | decided, name=f"{name}_two_persons"),
    ]


class SecondPersonRequest(models.Model):
    """Who asked, why, who decided. `decided_*`: empty while it waits and when it was taken back."""

    reason = models.CharField(_("Reason"), max_length=500)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def decide(self, by: Any) -> None:
        """The second person, noted on a locked row. Refused to whoever asked."""
        if by.pk == self.asked_by_id:
            raise Refused(SecondPersonReason.SAME_PERSON)
        self.decided_by, self.decided_at = by, timezone.now()
