"""Trainers, rooms, and their load."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.offer.models import Programme
from takwin.training.choices import PostState, VersionState
from takwin.training.models import Absence, Course, Group, Room, Term, Trainer, Unavailability


def trainers(centre: Centre, term: Term | None) -> list[Trainer]:
    """The trainers posted at a centre, with `load`: hours a week of a term over all centres."""
    inside = (
        Q(courses__module__term=term.number, courses__group__season=term.season_id) if term else Q(pk__isnull=True)
    )
    rows = Trainer.objects.filter(postings__centre=centre).annotate(
        load=Sum("courses__module__weekly", filter=inside & Q(courses__group__state="open"))
    )
    return list(rows.prefetch_related("centres").order_by("state", "name"))


def trainer_of(user: Any) -> Trainer | None:
    """The trainer an account belongs to."""
    return Trainer.objects.filter(account=user.pk, state=PostState.ACTIVE).first()


def home(row: Trainer) -> Centre:
    return Centre.objects.select_related("area").get(postings__trainer=row, postings__home=True)


def taught(row: Trainer) -> list[str]:
    """Codes of the programmes a trainer can teach."""
    return list(row.teaches.values_list("code", flat=True))


def programmes_of(centre: Centre) -> list[Programme]:
    """Programmes with a curriculum in force offered at a centre, and those that have a group there."""
    taught = Q(offerings__centre=centre, versions__state=VersionState.CURRENT)
    rows = Programme.objects.filter(taught | Q(versions__groups__centre=centre))
    return list(rows.distinct().order_by("name_ar"))


def centre_by_code(scope: Scope, code: str) -> Centre | None:
    return Centre.objects.within(scope).filter(code=code.strip()).first()


def trainer(scope: Scope, ref: str) -> Trainer:
    return Trainer.objects.within(scope).get(ref=ref)


def rooms(centre: Centre, hours: int = 0) -> list[Room]:
    """Rooms with `used`: hours a week that sessions take of each."""
    rows = Room.objects.filter(centre=centre).annotate(used=Sum("sessions__length"))
    return list(rows.order_by("state", "kind", "name"))


def room(scope: Scope, ref: str) -> Room:
    return Room.objects.within(scope).select_related("centre").get(ref=ref)


def courses(group: Group, term: Term | None) -> list[Course]:
    rows = Course.objects.filter(group=group).select_related("module", "trainer")
    return list((rows.filter(module__term=term.number) if term else rows).order_by("module__term", "module__order"))


def course(group: Group, ref: str) -> Course:
    """One course of a group; another group's is not found."""
    return Course.objects.select_related("group__version__programme", "module").get(ref=ref, group=group)


def could_teach(group: Group) -> list[Trainer]:
    """Trainers of the centre who can teach the group's programme."""
    rows = Trainer.objects.filter(
        postings__centre=group.centre_id, teaches=group.version.programme_id, state=PostState.ACTIVE
    )
    return list(rows.order_by("name"))


def absences(centre: Centre) -> list[Absence]:
    """Absences of the centre's trainers that are not over."""
    rows = Absence.objects.filter(trainer__postings__centre=centre, last_on__gte=timezone.localdate())
    return list(rows.select_related("trainer", "substitute").order_by("first_on"))


def absence(scope: Scope, ref: str) -> Absence:
    return Absence.objects.select_related("trainer").get(ref=ref, trainer__in=Trainer.objects.within(scope))


def unavailable_slots(row: Trainer | Room) -> set[int]:
    owner: dict[str, Any] = {"trainer": row} if isinstance(row, Trainer) else {"room": row}
    return set(Unavailability.objects.filter(**owner).values_list("slot", flat=True))


def unassigned(centre: Centre, term: Term | None) -> int:
    """How many courses of a term have no trainer yet."""
    if term is None:
        return 0
    rows = Course.objects.filter(
        group__centre=centre, group__season=term.season_id, group__state="open", module__term=term.number
    )
    return rows.aggregate(n=Count("pk", Q(trainer__isnull=True)))["n"]
