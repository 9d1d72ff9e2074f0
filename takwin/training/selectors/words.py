"""What the engine found, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from takwin.core.text import list_words
from takwin.training.choices import RoomKind

RULES: dict[str, Promise] = {
    "hours_a_day": gettext_lazy("hours a day"),
    "gaps_a_day": gettext_lazy("free hours between two sessions"),
    "travel": gettext_lazy("an hour to go from one site to the other"),
    "apart": gettext_lazy("sessions of one course on different days"),
    "room": gettext_lazy("a room of the right size"),
    "rooms": gettext_lazy("a room of the right size"),
    "start": gettext_lazy("preferred hours"),
}


def rule_name(code: str) -> Promise | str:
    return RULES.get(code, code)


def wishes(report: dict[str, Any]) -> list[tuple[Promise | str, int]]:
    """Each wish that is not met everywhere, and what it costs."""
    return [(rule_name(code), cost) for code, cost in report.get("soft", {}).items()]


def sentence(demand: dict[str, Any]) -> str:
    """A demand in words: who, what, how many hours are wanted and how many there are."""
    words = {name: list_words(demand.get(name, [])) for name in ("parties", "rooms", "sessions")}
    facts = words | {"wanted": demand.get("wanted", -1), "there": demand.get("there", -1)}
    counted = facts["wanted"] >= 0 and facts["there"] >= 0
    match demand["cause"]:
        case "party" if counted:
            return _("%(parties)s: %(wanted)s h are asked, %(there)s h are there") % facts
        case "party":
            return _("%(parties)s: busy with %(sessions)s") % facts
        case "closed":
            return _("%(parties)s: not there at that hour") % facts
        case "limit":
            return _("%(parties)s: %(wanted)s h are asked, %(there)s h are allowed") % facts
        case "rooms" if counted:
            return _("%(rooms)s: %(wanted)s h are asked, %(there)s h are open (%(sessions)s)") % facts
        case "rooms":
            return _("no room is free: %(rooms)s") % facts
        case "taken":
            return _("%(rooms)s: taken by %(sessions)s") % facts
        case "starts":
            return _("%(sessions)s: bound to fixed hours, or longer than the half-day left") % facts
        case "apart":
            return _("%(sessions)s: on different days") % facts
        case "no_room":
            kinds = [str(RoomKind(kind).label) if kind in RoomKind.values else kind for kind in demand["rooms"]]
            facts["rooms"] = list_words(kinds)
            return _("%(sessions)s: no room of the kind “%(rooms)s” has the places needed: %(wanted)s") % facts
        case "fits":
            return _("Nothing forbids the rest: calculate longer.")
        case _:
            return _("It is not known why the rest has no place. Calculate longer, or open more rooms.")
