"""Reading the agenda: free times, appointments, hours, open days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from takwin.accounts.models import User
from takwin.accounts.selectors import by_email, holders
from takwin.centres.choices import CentreStatus
from takwin.centres.models import Centre
from takwin.core.dates import CASABLANCA
from takwin.core.scope import EVERYWHERE, Scope
from takwin.guidance.choices import AppointmentState, OpenDayState, SlotState
from takwin.guidance.models import Appointment, Client, Closure, Feed, Hours, OpenDay, Registration, Slot
from takwin.territory.models import Area
from takwin.territory.selectors import provinces_within

KIND = "orientation-centre"
LIVE = (AppointmentState.BOOKED, AppointmentState.WAITING)


def day_bounds(on: date) -> tuple[datetime, datetime]:
    """Midnight to midnight, Casablanca time."""
    begin = datetime.combine(on, time(0), CASABLANCA)
    return begin, datetime.combine(on + timedelta(days=1), time(0), CASABLANCA)


def _open_slots() -> Q:
    return Q(state=SlotState.OPEN, starts_at__gt=timezone.now())


def receiving(near: Area | None = None, limit: int = 60) -> list[Any]:
    """Centres where one can meet a counsellor, with their next free time; the near ones first."""
    slots = Slot.objects.filter(_open_slots()).order_by().values("centre")
    next_free = {
        row["centre"]: row["first"] for row in slots.filter(taken__lt=F("capacity")).annotate(first=Min("starts_at"))
    }
    rows = Centre.objects.filter(Q(pk__in=next_free) | Q(kind__code=KIND)).with_places()
    rows = rows.exclude(status=CentreStatus.CLOSED)
    close = provinces_within(near, 100) if near else []
    out: list[Any] = list(rows)
    for row in out:
        row.next_free = next_free.get(row.pk)
        row.is_near = bool(row.area and row.area.path in close)
    last = datetime.max.replace(tzinfo=CASABLANCA)
    return sorted(out, key=lambda row: (not row.is_near, row.next_free or last, row.code))[:limit]


def free_slots(centre: Centre, days: int = 21) -> list[Slot]:
    """Times to come of a centre, full ones included (they have a waiting list)."""
    until = timezone.now() + timedelta(days=days)
    rows = Slot.objects.filter(_open_slots(), centre=centre, starts_at__lt=until).select_related(
        "counsellor", "centre"
    )
    return list(rows.order_by("starts_at", "pk")[:300])


def slot(ref: str, scope: Scope = EVERYWHERE) -> Slot:
    """Raises Slot.DoesNotExist, also outside the scope."""
    return Slot.objects.within(scope).select_related("centre__area", "counsellor").get(ref=ref)


def appointment(ref: str, scope: Scope = EVERYWHERE) -> Appointment:
    """Raises Appointment.DoesNotExist, also outside the scope."""
    return Appointment.objects.within(scope).with_all().get(ref=ref)


def appointments_of(client: Client) -> list[Appointment]:
    """Those to come first, then the past ones."""
    rows = list(Appointment.objects.filter(client=client).with_all().order_by("-slot__starts_at")[:50])
    now = timezone.now()
    return sorted(rows, key=lambda row: (row.slot.starts_at <= now, abs((row.slot.starts_at - now).total_seconds())))


def appointments_of_household(user: User) -> list[Appointment]:
    """Appointments booked for others with an account's confirmed number: clients known by that number and a name."""
    if not (user.phone and user.phone_verified):
        return []
    rows = Appointment.objects.filter(
        client__phone=user.phone, client__account__isnull=True, client__person__isnull=True,
        client__merged_into__isnull=True, slot__ends_at__gt=timezone.now(),
    )  # fmt: skip
    return list(rows.exclude(state=AppointmentState.HELD).with_all().order_by("slot__starts_at")[:50])


def agenda(scope: Scope, begin: datetime, end: datetime, counsellor: Any = None) -> list[Slot]:
    """The times of a stretch, each with its appointments: three queries."""
    rows = Slot.objects.within(scope).filter(starts_at__gte=begin, starts_at__lt=end)
    rows = rows.filter(Q(state=SlotState.OPEN) | Q(taken__gt=0)).select_related("centre__area", "counsellor")
    found = list((rows.filter(counsellor=counsellor) if counsellor else rows).order_by("starts_at", "pk")[:400])
    people: dict[int, list[Appointment]] = {}
    kept = Appointment.objects.filter(slot__in=[row.pk for row in found]).exclude(state=AppointmentState.CANCELLED)
    for appointment in kept.select_related("client__person", "client__account", "slot", "contact").order_by("pk"):
        people.setdefault(appointment.slot_id, []).append(appointment)
    for row in found:
        row.people = people.get(row.pk, [])  # type: ignore[attr-defined]
    return found


def counsellors(centres: Iterable[Centre]) -> list[User]:
    """Who counsels at one of these centres: one query."""
    return list(holders("guidance.follow", *centres))


def user_by_email(email: str) -> User | None:
    return by_email([email]).get(email.lower())


def centres_of(scope: Scope) -> list[Centre]:
    """Guidance centres of a scope, and any other that publishes hours."""
    publishing = Hours.objects.order_by().values("centre")
    rows = Centre.objects.within(scope).filter(Q(kind__code=KIND) | Q(pk__in=publishing))
    # A grant at one centre is at home there, whatever its kind.
    here = Centre.objects.filter(pk__in=scope.centres) if scope.centres else Centre.objects.none()
    return list((rows | here).distinct().with_places().order_by("code"))


def hours(scope: Scope, managed: Scope, counsellor: Any) -> list[Hours]:
    """A counsellor's own hours in a scope, and everyone's at the centres they manage."""
    mine = Q(counsellor=counsellor) | Q(pk__in=Hours.objects.within(managed).values("pk"))
    rows = (
        Hours.objects.within(scope)
        .filter(mine)
        .exclude(last_on__lt=timezone.localdate())
        .select_related("centre", "counsellor")
    )
    rows = rows.annotate(to_come=Count("slots", filter=Q(slots__taken__gt=0, slots__starts_at__gt=timezone.now())))
    return list(rows)


def hours_of(ref: str, scope: Scope) -> Hours:
    return Hours.objects.within(scope).get(ref=ref)


def closures(scope: Scope) -> list[Closure]:
    rows = Closure.objects.within(scope).filter(ends_at__gt=timezone.now())
    return list(rows.select_related("centre", "counsellor").order_by("starts_at"))


def closure(ref: str, scope: Scope) -> Closure:
    return Closure.objects.within(scope).get(ref=ref)


def to_move(scope: Scope, counsellor: Any = None) -> list[Appointment]:
    """Appointments to come whose time is not offered any more."""
    rows = Appointment.objects.within(scope).filter(
        state=AppointmentState.BOOKED, slot__state=SlotState.CLOSED, slot__starts_at__gt=timezone.now()
    )
    return list((rows.filter(slot__counsellor=counsellor) if counsellor else rows).with_all()[:100])


def feed(ref: str) -> Feed:
    return Feed.objects.select_related("user").get(ref=ref)


def feed_of(user: Any) -> Feed | None:
    return Feed.objects.filter(user=user).first()


def feed_slots(user: Any, scope: Scope) -> QuerySet[Slot]:
    """Times with an appointment of a counsellor within a scope, from a month ago on, for a calendar feed."""
    since = timezone.now() - timedelta(days=30)
    return (
        Slot.objects.within(scope).filter(counsellor=user, taken__gt=0, starts_at__gt=since).select_related("centre")
    )


def open_days(scope: Scope = EVERYWHERE, *, past: bool = False) -> list[OpenDay]:
    rows = OpenDay.objects.within(scope).select_related("centre__area")
    if past:
        return list(rows.order_by("-starts_at")[:100])
    return list(rows.filter(state=OpenDayState.PLANNED, ends_at__gt=timezone.now()).order_by("starts_at")[:100])


def open_day(ref: str, scope: Scope = EVERYWHERE) -> OpenDay:
    return OpenDay.objects.within(scope).select_related("centre__area").get(ref=ref)


def registrations(day: OpenDay) -> list[Registration]:
    rows = day.registrations.exclude(state="cancelled")
    return list(rows.select_related("client__person", "client__account", "open_day"))


def registration(ref: str, scope: Scope) -> Registration:
    days = OpenDay.objects.within(scope)
    return Registration.objects.select_related("open_day").get(ref=ref, open_day__in=days)


def registrations_of(client: Client) -> list[Registration]:
    rows = client.registrations.exclude(state="cancelled").select_related("open_day__centre")
    return list(rows.filter(open_day__ends_at__gt=timezone.now()))
