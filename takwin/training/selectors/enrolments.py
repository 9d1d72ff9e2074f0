"""Trainees, groups, curricula."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from takwin.admissions.choices import ApplicationState
from takwin.admissions.models import Application
from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.offer.models import Mode, Season
from takwin.training.choices import EnrolmentState, GroupState
from takwin.training.models import Enrolment, Group, Member, Version


def _group_of() -> Any:
    return Subquery(Member.objects.filter(enrolment=OuterRef("pk"), until_on__isnull=True).values("group__name")[:1])


def trainees(scope: Scope, centre: Centre) -> QuerySet[Enrolment]:
    """Everyone enrolled at a centre, with the name of the present group."""
    rows = Enrolment.objects.within(scope).filter(centre=centre).with_names()
    return rows.annotate(group_name=_group_of())


def enrolment(scope: Scope, ref: str) -> Enrolment:
    return Enrolment.objects.within(scope).with_names().select_related("application").get(ref=ref)


def own(user: Any) -> Enrolment | None:
    """The enrolment of a signed-in person: the open one, else the newest."""
    rows = Enrolment.objects.with_names().filter(person__account=user)
    return rows.order_by(F("state").asc(), "-pk").filter(state=EnrolmentState.ENROLLED).first() or rows.last()


def membership(row: Enrolment) -> Member | None:
    return (
        Member.objects.filter(enrolment=row, until_on__isnull=True)
        .select_related("group__centre__area", "group__version__programme", "group__season")
        .first()
    )


def memberships(row: Enrolment) -> list[Member]:
    return list(row.memberships.select_related("group__centre").order_by("since_on", "pk"))


def groups(scope: Scope, centre: Centre, season: Season) -> list[Group]:
    return list(
        Group.objects.within(scope).filter(centre=centre, season=season).with_names().order_by("state", "name")
    )


def group(scope: Scope, ref: str) -> Group:
    return Group.objects.within(scope).with_names().get(ref=ref)


def members(row: Group) -> list[Member]:
    """Who is in a group now, or was at its end."""
    rows = Member.objects.filter(group=row).select_related("enrolment__person")
    if row.state == GroupState.OPEN:
        rows = rows.filter(until_on__isnull=True)
    return sorted(rows, key=lambda member: (member.enrolment.person.family_name, member.enrolment.person.given_name))


def groups_for(row: Enrolment, scope: Scope) -> list[Group]:
    """The groups of the same curriculum with a free place, here and elsewhere within a scope: a transfer takes a
    place of the other centre, so it is made by someone who runs both."""
    rows = Group.objects.within(scope).filter(version=row.version_id, state=GroupState.OPEN, taken__lt=F("capacity"))
    return list(rows.select_related("centre").order_by("centre", "name")[:200])


def waiting_lines(centre: Centre, season: Season) -> list[dict[str, Any]]:
    """Programmes whose trainees wait for a group: version, mode, year, how many."""
    rows = (
        Enrolment.objects.filter(centre=centre, season=season, state=EnrolmentState.ENROLLED)
        .exclude(pk__in=Member.objects.filter(until_on__isnull=True, enrolment__centre=centre).values("enrolment"))
        .values("version", "mode", "year")
        .annotate(people=Count("pk"))
        .order_by("version")
    )
    lines = list(rows)
    versions = Version.objects.select_related("programme").in_bulk([row["version"] for row in lines])
    return [
        row | {"row": versions[row["version"]], "key": f"{row['version']}-{row['mode']}-{row['year']}"}
        for row in lines
    ]


def accepted(centre: Centre, season: Season) -> int:
    """How many confirmed a seat here and are not enrolled yet."""
    return Application.objects.filter(
        season=season, state=ApplicationState.CONFIRMED, enrolment__isnull=True, seat__offering__centre=centre
    ).count()


def versions() -> QuerySet[Version]:
    return (
        Version.objects.select_related("programme__level", "programme__sector")
        .annotate(
            modules_count=Count("modules", distinct=True),
            open_groups=Count("groups", Q(groups__state="open"), distinct=True),
        )
        .order_by("programme__code", "-number")
    )


def version(ref: str) -> Version:
    return Version.objects.select_related("programme").get(ref=ref)


def centres_within(scope: Scope) -> list[Centre]:
    """The centres one works for; not a whole nation's."""
    return list(Centre.objects.within(scope).order_by("name_ar")[:50])


def mode(pk: int) -> Mode:
    return Mode.objects.get(pk=pk)


def modules(row: Version) -> list[Any]:
    return list(row.modules.all())
