"""Forming groups, putting people in them, moving them between groups and centres."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from django.utils import timezone

from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.offer.models import Season
from takwin.people import services as people
from takwin.training.choices import EnrolmentState, GroupState, TrainingReason, Weeks
from takwin.training.models import Enrolment, Group, Member, Version
from takwin.training.rules.flows import ENROLMENT, GROUP
from takwin.training.rules.groups import Candidate, sizes, spread
from takwin.training.services.calendar import make_terms
from takwin.training.services.enrolments import WHY, check_day, leave_group


def make_group(
    *,
    centre: Centre,
    version: Version,
    mode: Any,
    season: Season,
    name: str,
    capacity: int,
    year: int = 1,
    weeks: str = Weeks.ALL,
    by: Any = None,
    simulated: bool = False,
) -> Group:
    """An empty group, from the first day of the season's first term to the last day of its last."""
    terms = make_terms(season)
    row = Group(
        centre=centre, version=version, mode=mode, season=season, name=name, capacity=capacity, year=year, weeks=weeks,
        starts_on=terms[0].starts_on, ends_on=terms[-1].ends_on, simulated=simulated,
    )  # fmt: skip
    with working(centre):
        return create(row, "make_group", by=by)


def waiting(centre: Centre, version: Any, mode: Any, season: Season, year: int = 1) -> Any:
    """Enrolments that have no group yet."""
    return (
        Enrolment.objects.filter(
            centre=centre, version=version, mode=mode, season=season, year=year, state=EnrolmentState.ENROLLED
        )
        .exclude(memberships__until_on__isnull=True, memberships__isnull=False)
        .select_related("person", "application")
        .order_by("pk")
    )


def form_groups(
    *, centre: Centre, version: Version, mode: Any, season: Season, capacity: int, year: int = 1, by: Any = None
) -> list[Group]:
    """Put everyone who waits into the free places of the groups there are, then into new groups, balanced.

    The groups are locked first. Refused when nobody waits.
    """
    with working(centre):
        # The curriculum is locked, so that two who form groups at once do it one after the other.
        Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
        groups = list(
            Group.objects.select_for_update(of=("self",))
            .filter(centre=centre, version=version, mode=mode, season=season, year=year, state=GroupState.OPEN)
            .order_by("name")
        )
        people_now = list(waiting(centre, version, mode, season, year))
        if not people_now:
            raise Refused(TrainingReason.NO_GROUP)
        places = sizes(len(people_now), capacity, [row.capacity - row.taken for row in groups])
        shared = {"centre": centre, "version": version, "mode": mode, "season": season, "year": year}
        for name in _names(shared, len(places) - len(groups)):
            simulated = people_now[0].simulated
            groups.append(make_group(**shared, name=name, capacity=capacity, by=by, simulated=simulated))
        candidates = [_candidate(row) for row in people_now]
        members = []
        for group, keys in zip(groups, spread(candidates, places), strict=True):
            since = max(group.starts_on, min(timezone.localdate(), group.ends_on))
            members += [Member(enrolment_id=key, group=group, since_on=since) for key in keys]
            group.taken += len(keys)
        Member.objects.bulk_create(members, batch_size=2_000)
        Group.objects.bulk_update(groups, ["taken"])
        journal(centre, "form_groups", by=by, people=len(members), groups=[row.name for row in groups])
    return groups


def _names(shared: dict[str, Any], count: int) -> list[str]:
    """Names of new groups: the programme's initials, the year, and a number no group of the centre has yet."""
    words = shared["version"].programme.code.split("-")
    stem = f"{''.join(word[0] for word in words[:4]).upper()}{shared['year']}"
    names = Group.objects.filter(centre=shared["centre"], season=shared["season"]).values_list("name", flat=True)
    taken = set(names)  # groups are named by hand too: a count says nothing about which numbers are free
    free = (name for number in itertools.count(len(taken) + 1) if (name := f"{stem}-{number}") not in taken)
    return list(itertools.islice(free, count))


def _candidate(row: Enrolment) -> Candidate:
    return Candidate(row.pk, row.person.sex, (row.application.average or 0) if row.application else 0)


def place(enrolment: Enrolment, *, group: Group, on: date | None = None, by: Any) -> Member:
    """Put someone into a group from a day on; of two who want the last place, one has it."""
    on = on or timezone.localdate()
    with working(group.centre_id), change(enrolment, "place", by=by, group=group.name, on=str(on)) as row:
        ENROLMENT.target("transfer", row.state)
        return _enter(row, group, on)


def _enter(row: Enrolment, group: Group, on: date) -> Member:
    """The enrolment is locked; now the group, which is what is scarce."""
    fresh = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    now = Member.objects.filter(enrolment=row, until_on__isnull=True).first()
    if now and now.group_id == fresh.pk:
        raise Refused(TrainingReason.SAME_GROUP, "group", group=fresh)
    if fresh.centre_id != row.centre_id:
        raise Refused(TrainingReason.OTHER_PLACE, "group", group=fresh)
    if fresh.version_id != row.version_id:
        raise Refused(TrainingReason.OTHER_VERSION, "group", group=fresh)
    if fresh.state != GroupState.OPEN:
        raise Refused(TrainingReason.GROUP_CLOSED, "group", group=fresh)
    on = max(on, fresh.starts_on)
    if on > fresh.ends_on:
        raise Refused(TrainingReason.AFTER_GROUP, "on", group=fresh, day=fresh.ends_on, on=on)
    if fresh.taken >= fresh.capacity:
        raise Refused(TrainingReason.GROUP_FULL, "group", group=fresh, capacity=fresh.capacity)
    leave_group(row, on)
    fresh.taken += 1
    fresh.save(update_fields=["taken"])
    return Member.objects.create(enrolment=row, group=fresh, since_on=on)


def change_group(enrolment: Enrolment, *, group: Group, on: date | None = None, by: Any) -> Member:
    """From one group to another of the same centre and curriculum."""
    return place(enrolment, group=group, on=on, by=by)


def transfer(enrolment: Enrolment, *, group: Group, on: date | None = None, words: str = "", by: Any) -> Enrolment:
    """To a group of another centre, on the same curriculum. Both centres follow the person from then on."""
    on = on or timezone.localdate()
    facts = {"group": group.name, "to": group.centre.code, "words": words}
    with working(group.centre), change(enrolment, "transfer", by=by, flow=ENROLMENT, **facts) as row:
        check_day(row, on)
        row.centre, row.mode, row.since_on = group.centre, group.mode, on
        _enter(row, group, on)
        people.follow(row.person, group.centre, WHY)
    return row


def close_group(group: Group, *, by: Any) -> Group:
    """End a group: its members leave it today; their statements and marks stay."""
    with change(group, "close", by=by, flow=GROUP) as row:
        today = max(row.starts_on, min(timezone.localdate(), row.ends_on))
        for member in row.members.filter(until_on__isnull=True):
            member.until_on = max(today, member.since_on)
            member.save(update_fields=["until_on"])
        row.taken, row.ends_on = 0, today
    return row


def reopen_group(group: Group, *, by: Any) -> Group:
    """A group ended by mistake goes on: those who left it that day and are in no other group are in it again."""
    with working(group.centre_id), change(group, "reopen", by=by, flow=GROUP) as row:
        here = Member.objects.filter(until_on__isnull=True).values("enrolment")
        back = row.members.filter(until_on__gte=row.ends_on, enrolment__state=EnrolmentState.ENROLLED)
        back = back.exclude(enrolment__in=here)
        row.taken = back.update(until_on=None)
        row.ends_on = make_terms(row.season)[-1].ends_on
    return row
