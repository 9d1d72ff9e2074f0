"""A centre at a glance: what its director reads each morning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.offer.models import Season
from takwin.training.choices import RoomKind
from takwin.training.models import Enrolment, Group, Trainer
from takwin.training.rules.weeks import DAYS, HOURS
from takwin.training.selectors import attendance, calendar, enrolments, staff, weeks


def centres(scope: Scope, season: Season | None) -> QuerySet[Centre]:
    """Centres one may see that train this season, with how many trainees and groups they have."""
    now = Q(enrolments__season=season, enrolments__state="enrolled")
    rows = Centre.objects.within(scope).filter(Q(offerings__season=season) | Q(groups__season=season))
    return (
        rows.with_places()
        .annotate(
            trainees=Count("enrolments", filter=now, distinct=True),
            sections=Count("groups", filter=Q(groups__season=season, groups__state="open"), distinct=True),
        )
        .distinct()
    )


def centre(scope: Scope, code: str) -> Centre:
    return Centre.objects.within(scope).select_related("area", "kind").get(code=code)


def board(place: Centre, season: Season | None, today: date) -> dict[str, Any]:
    """Everything of the page, in a constant number of queries."""
    if season is None:
        return {"season": None}
    term = calendar.term_now(season, today)
    rows = Enrolment.objects.filter(centre=place, season=season)
    states = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    sections = Group.objects.filter(centre=place, season=season, state="open")
    first = today - timedelta(days=30)
    months = attendance.month(place, first, today)
    held, lost = sum(row["held"] for row in months), sum(row["missed"] for row in months)
    return {
        "season": season, "term": term, "states": states, "trainees": states.get("enrolled", 0),
        "sections": sections.count(), "accepted": enrolments.accepted(place, season),
        "lines": enrolments.waiting_lines(place, season), "unassigned": staff.unassigned(place, term),
        "months": months, "rate": lost / held if held else None, "held": held,
        "risks": attendance.risks(place, term), "excuses": len(attendance.excuses(place)),
        "contested": len(attendance.contested(place)), "trainers": _load(place, term), "rooms": _rooms(place),
        "timetables": weeks.timetables(place), "first": first, "today": today,
    }  # fmt: skip


def _load(place: Centre, term: Any) -> list[Trainer]:
    return [row for row in staff.trainers(place, term) if row.state == "active"]


def _rooms(place: Centre) -> list[dict[str, Any]]:
    """Each kind of room: how many, hours a week taken and open."""
    open_hours = DAYS * HOURS - len(calendar.week_periods().closed)
    rows = (
        place.rooms.filter(state="active")
        .values("kind")
        .annotate(rooms=Count("pk", distinct=True), used=Sum("sessions__length"))
        .order_by("kind")
    )
    return [
        {"label": RoomKind(row["kind"]).label, "rooms": row["rooms"], "open": row["rooms"] * open_hours,
         "used": row["used"] or 0}
        for row in rows
    ]  # fmt: skip
