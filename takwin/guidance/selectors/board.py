"""The wall-board of a guidance centre: counts and times, never a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Min, Q
from django.utils import timezone

from takwin.admissions import selectors as admissions
from takwin.centres.models import Centre
from takwin.guidance.choices import AppointmentState as A
from takwin.guidance.choices import CaseState, SlotState
from takwin.guidance.models import Advice, Appointment, Case, Client, Slot
from takwin.guidance.rules import DAYS_MEASURED
from takwin.guidance.selectors.agenda import day_bounds
from takwin.guidance.selectors.cases import undated
from takwin.offer.models import Season


@dataclass(frozen=True)
class Followed:
    """People advised by a centre this season, and what became of it. Each count is part of the one before."""

    advised: int
    applied: int
    asked_advised: int
    admitted: int


@dataclass(frozen=True)
class Board:
    """`no_show`: share missed of those due in the last 30 days, None when nobody was due."""

    centre: Centre
    today: Sequence[Slot]
    booked_today: int
    free_today: int
    waiting: int
    next_free: Any
    due: int
    missed: int
    cases: int
    undated: int
    followed: Followed | None

    @property
    def no_show(self) -> float | None:
        return self.missed / self.due if self.due else None


def board(centre: Centre, season: Season | None) -> Board:
    """Seven queries, whatever the size of the centre."""
    now = timezone.now()
    begin, end = day_bounds(timezone.localdate())
    came = Q(appointments__state__in=[A.BOOKED, A.ATTENDED, A.MISSED])
    slots = Slot.objects.filter(centre=centre, starts_at__gte=begin, starts_at__lt=end)
    slots = slots.filter(Q(state=SlotState.OPEN) | Q(taken__gt=0)).select_related("counsellor")
    today = list(slots.annotate(people=Count("appointments", filter=came)).order_by("starts_at", "pk"))
    measured = Appointment.objects.filter(
        slot__centre=centre, slot__starts_at__gt=now - timedelta(days=DAYS_MEASURED), slot__starts_at__lte=now
    )
    due = measured.aggregate(
        missed=Count("pk", filter=Q(state=A.MISSED)), due=Count("pk", filter=Q(state__in=[A.MISSED, A.ATTENDED]))
    )
    free = Slot.objects.filter(centre=centre, state=SlotState.OPEN, starts_at__gt=now, taken__lt=F("capacity"))
    open_cases = Case.objects.filter(centre=centre, state=CaseState.OPEN)
    return Board(
        centre=centre,
        today=today,
        booked_today=sum(row.taken for row in today),
        free_today=sum(row.free for row in today if row.starts_at > now and row.state == SlotState.OPEN),
        waiting=Appointment.objects.filter(slot__centre=centre, state=A.WAITING, slot__starts_at__gt=now).count(),
        next_free=free.aggregate(at=Min("starts_at"))["at"],
        cases=open_cases.count(),
        undated=undated(open_cases).count(),
        followed=followed(centre, season) if season else None,
        **due,
    )


def followed(centre: Centre, season: Season) -> Followed:
    """Advice of the season to clients of a centre, then applications handed in, wishes among the advised, seats."""
    here = Client.objects.filter(
        Q(appointments__slot__centre=centre) | Q(cases__centre=centre), advice__season=season
    ).distinct()
    person: dict[int, int | None] = {
        pk: own or of_account for pk, own, of_account in here.values_list("pk", "person_id", "account__person")
    }
    shown: dict[int, set[str]] = {}
    for client, codes in Advice.objects.filter(client__in=person, season=season).values_list(
        "client_id", "programmes"
    ):
        shown.setdefault(client, set()).update(codes)
    wished, seated = admissions.wished_and_seated(season, [pk for pk in person.values() if pk])
    applied = {client for client, pk in person.items() if pk in wished}
    asked = {client for client in applied if wished[person[client] or 0] & shown.get(client, set())}
    admitted = {client for client in asked if seated.get(person[client] or 0) in shown.get(client, set())}
    return Followed(len(person), len(applied), len(asked), len(admitted))
