"""A life cycle is a table: verb -> (states it may start from, state it ends in)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons
from takwin.core.errors import Refused


class FlowReason(Reasons):
    WRONG_STATE = "wrong_state", _("This is not possible any more: the record is “%(state)s”.")


class Flow:
    """`Flow(State, submit=({State.DRAFT}, State.SUBMITTED))`."""

    def __init__(self, states, field: str = "state", **moves) -> None:
        self.states, self.field, self.moves = states, field, moves

    def target(self, verb: str, state: str) -> str:
        """The state a verb leads to; Refused when the table has no such move."""
        starts, end = self.moves[verb]
        if state not in starts:
            raise Refused(FlowReason.WRONG_STATE, state=self.states(state).label)
        return end

    def verbs(self, state: str) -> list[str]:
        """What may be done from a state, in the order of the table."""
        return [verb for verb, (starts, _end) in self.moves.items() if state in starts]
