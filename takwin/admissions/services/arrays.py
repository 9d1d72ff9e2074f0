"""The bridge between rows and the engine: a round as arrays."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from takwin.admissions.choices import ApplicationState, BedGroup, CommitteeState
from takwin.admissions.models import Application, Reserve, Score, Wish
from takwin.admissions.rules import bed_groups, committee_score, groups_of, score
from takwin.admissions.services.numbers import group_label
from takwin.centres.choices import CentreStatus
from takwin.engines.allocation import ANYONE, NO_HOUSE, Problem, lottery
from takwin.offer.models import Offering, Season

SCORE_SHIFT = 40  # priority = score, then 40 bits of lottery: whole numbers, so no two floats can tie
LOT = (1 << SCORE_SHIFT) - 1
# Admitted before a round is calculated: only those whose lapsed seat was given back. It is locked, like a held seat.
IN_PLAY = (
    ApplicationState.SUBMITTED,
    ApplicationState.UNPLACED,
    ApplicationState.ADMITTED,
    ApplicationState.HELD,
    ApplicationState.CONFIRMED,
)
CHUNK = 20_000


@dataclass
class SeasonArrays:
    """A round's problem with what is needed to read its answer.

    wishes (m,) row ids; scores (m,) hundredths; rank (m,) place in the candidate's list; offerings (p,) row ids;
    reserves (p,) [(group, seats)]; houses: (centre id, group) of each bed group, in the order of Problem.beds;
    applications (n,) row ids; groups: their names; aside: {offering id: reason} of those set aside, with
    `aside_wishes` (row ids) and `aside_scores`.
    """

    problem: Problem
    wishes: np.ndarray
    scores: np.ndarray
    rank: np.ndarray
    offerings: np.ndarray
    reserves: list[list[tuple[str, int]]]
    houses: list[tuple[int, str]]
    applications: np.ndarray
    groups: list[str]
    aside: dict[int, str] = field(default_factory=dict)
    aside_wishes: list[tuple[int, int]] = field(default_factory=list)

    def digest(self) -> str:
        """sha256 of the problem and of the rows it was read from. The same rows, read again with the same seed, give
        the same digest; it holds no clock and no reference of a run."""
        named = [self.reserves, self.houses, self.groups, sorted(self.aside.items()), self.aside_wishes]
        sha = hashlib.sha256(f"{self.problem.digest()}\n{json.dumps(named)}\n".encode())
        for column in (self.wishes, self.scores, self.rank, self.offerings, self.applications):
            sha.update(f"{column.size}\n".encode())
            sha.update(np.ascontiguousarray(column, dtype="<i8").data)
        return sha.hexdigest()


@dataclass
class Pool:
    """An offering as the allocation sees it."""

    pk: int
    ref: str
    seats: int
    centre: int
    code: str
    beds: int | None
    share: int | None
    region: str
    reserves: list[tuple[str, int]] = field(default_factory=list)
    scores: dict[int, int | None] | None = None  # of a committee: application -> score


def read(season: Season, seed: str) -> SeasonArrays:
    """Everyone in play: submitted, waiting, or holding a seat, which then stands; a closed offering has no seats."""
    pools = _pools(season)
    place = {pool.pk: at for at, pool in enumerate(pools)}
    houses = _Houses(season, pools)
    aside = _faults(season, pools)
    columns = _Columns(pools, place, houses, aside, seed)
    for row in _rows(season):
        columns.add(*row)
    people = _people(season, columns.applications)
    names = _names(season, people)
    number = {name: at for at, name in enumerate(names)}
    member = np.zeros((len(columns.applications), -(-len(names) // 64)), dtype=np.uint64)
    for i, mine in enumerate(people):
        for name in mine:
            member[i, number[name] >> 6] |= np.uint64(1 << (number[name] & 63))
    cells = columns.arrays()
    # An offering set aside gives no seat in this run, and keeps those given before.
    taken = np.bincount(cells["pool"][cells["locked"][cells["locked"] >= 0]], minlength=len(pools))
    problem = Problem(
        **cells,
        capacity=np.array(
            [int(taken[at]) if pool.pk in aside else pool.seats for at, pool in enumerate(pools)], dtype=np.int64
        ),
        house=np.array([houses.of.get(pool.centre, NO_HOUSE) for pool in pools], dtype=np.int32),
        **houses.arrays(number),
        **_reserve_arrays(pools, number),
        groups=member if len(member) else np.zeros(0, np.uint64),
    )
    return SeasonArrays(
        problem,
        np.array(columns.wish, dtype=np.int64),
        np.array(columns.score, dtype=np.int64),
        np.array(columns.rank, dtype=np.int64),
        np.array([pool.pk for pool in pools], dtype=np.int64),
        [pool.reserves for pool in pools],
        houses.groups,
        np.array(columns.applications, dtype=np.int64),
        names,
        aside,
        columns.aside,
    )


def _names(season: Season, people: list[list[str]]) -> list[str]:
    """Groups in the order of their labels in files: that of a confidential group says nothing, nor its place."""
    found = {name for names in people for name in names} | {BedGroup.GIRLS.value, "boys"}
    return sorted(found, key=lambda name: group_label(season, name))


def _pools(season: Season) -> list[Pool]:
    rows = (
        Offering.objects.filter(season=season)
        .order_by("pk")
        .values_list(
            "pk", "ref", "seats", "state", "centre__status", "centre_id", "centre__code",
            "centre__beds", "centre__female_share", "centre__area__path",
        )
    )  # fmt: skip
    pools = [
        Pool(
            pk,
            ref,
            seats if state == "open" and status != CentreStatus.CLOSED else 0,
            centre,
            code,
            beds,
            share,
            (path or "")[:3],
        )
        for pk, ref, seats, state, status, centre, code, beds, share, path in rows
    ]
    kept: dict[int, list[tuple[str, int]]] = {}
    for offering, group, seats in Reserve.objects.filter(offering__season=season).values_list(
        "offering_id", "group", "seats"
    ):
        kept.setdefault(offering, []).append((group, seats))
    marks: dict[int, dict[int, list[int]]] = {}
    for offering, application, value in Score.objects.filter(
        committee__offering__season=season, committee__state=CommitteeState.FORMED, value__isnull=False
    ).values_list("committee__offering_id", "application_id", "value"):
        marks.setdefault(offering, {}).setdefault(application, []).append(int(value or 0))
    formed = Offering.objects.filter(season=season, committee__state=CommitteeState.FORMED)
    chosen = set(formed.values_list("pk", flat=True))
    for pool in pools:
        # "the centre's region" is another group in each region.
        pool.reserves = [
            (f"{group}:{pool.region}" if group == "region" else group, seats) for group, seats in kept.get(pool.pk, ())
        ]
        if pool.pk in chosen:
            pool.scores = {who: committee_score(values) for who, values in marks.get(pool.pk, {}).items()}
    return pools


class _Houses:
    """Beds by centre and group. A sample opens its share of the beds."""

    def __init__(self, season: Season, pools: list[Pool]) -> None:
        self.of: dict[int, int] = {}
        self.groups: list[tuple[int, str]] = []
        self.beds: list[int] = []
        self.start = [0]
        for pool in sorted(pools, key=lambda pool: pool.code):  # in the order of codes, whatever the rows' order
            if pool.beds is None or pool.centre in self.of:
                continue
            opened = -(-pool.beds * season.sample_permille // 1000)
            self.of[pool.centre] = len(self.of)
            for group, number in bed_groups(opened, pool.share):
                self.groups.append((pool.centre, group))
                self.beds.append(number)
            self.start.append(len(self.beds))

    def arrays(self, number: dict[str, int]) -> dict[str, Any]:
        if not self.of:
            return {}
        named = {BedGroup.ALL: ANYONE, BedGroup.GIRLS: number["girls"], BedGroup.OTHERS: number["boys"]}
        return {
            "bed_start": np.array(self.start, dtype=np.int64),
            "bed_group": np.array([named[BedGroup(group)] for _centre, group in self.groups], dtype=np.int64),
            "beds": np.array(self.beds, dtype=np.int64),
        }


def _reserve_arrays(pools: list[Pool], number: dict[str, int]) -> dict[str, Any]:
    kept = [[(number[group], seats) for group, seats in pool.reserves if group in number] for pool in pools]
    if not any(kept):
        return {}
    return {
        "reserve_start": np.cumsum([0] + [len(rows) for rows in kept]),
        "reserve_group": np.array([group for rows in kept for group, _s in rows], dtype=np.int64),
        "reserve_seats": np.array([seats for rows in kept for _g, seats in rows], dtype=np.int64),
    }


def _faults(season: Season, pools: list[Pool]) -> dict[int, str]:
    """Offerings whose data fail the input checks, and all that share a house with them: {offering: reason}."""
    bad: dict[int, str] = {}
    asked: dict[int, set[int]] = {}
    chosen = [pool.pk for pool in pools if pool.scores is not None]
    if chosen:
        rows = Wish.objects.filter(offering__in=chosen, application__state__in=IN_PLAY, refused=False)
        for offering, application in rows.values_list("offering_id", "application_id"):
            asked.setdefault(offering, set()).add(application)
    for pool in pools:
        if sum(seats for _group, seats in pool.reserves) > pool.seats > 0:
            bad[pool.pk] = "reserves"
        elif pool.share is not None and not 0 <= pool.share <= 100:
            bad[pool.pk] = "beds"
        elif pool.scores is not None:
            scores = pool.scores
            if any(scores.get(who) is None for who in asked.get(pool.pk, ())):
                bad[pool.pk] = "scores"
    houses = {pool.centre for pool in pools if pool.pk in bad and pool.beds}
    for pool in pools:
        if pool.centre in houses and pool.pk not in bad:
            bad[pool.pk] = "shared"
    return bad


def _rows(season: Season) -> Any:
    """Wishes in play, by application and rank, read in pieces."""
    return (
        Wish.objects.filter(application__season=season, application__state__in=IN_PLAY, refused=False)
        .order_by("application_id", "rank")
        .values_list(
            "pk", "application_id", "offering_id", "with_bed", "rank", "application__ref", "application__average",
            "application__state", "application__seat_id",
        )
        .iterator(CHUNK)
    )  # fmt: skip


class _Columns:
    """Wishes as columns. Below the seat someone holds no wish is asked for; a confirmed seat is all there is."""

    def __init__(
        self, pools: list[Pool], place: dict[int, int], houses: _Houses, aside: dict[int, str], seed: str
    ) -> None:
        self.pools, self.place, self.houses, self.seed, self.out = pools, place, houses, seed, aside
        # Eight bytes a cell: lists of Python's integers would weigh five times as much for a nation.
        self.applications, self.wish, self.score, self.rank = array("q"), array("q"), array("q"), array("q")
        self.aside: list[tuple[int, int]] = []
        self.cells: dict[str, array[int]] = {
            name: array("q") for name in ("pool", "priority", "with_bed", "bed_priority", "count", "locked")
        }
        self.done = False

    def add(
        self,
        pk: int,
        application: int,
        offering: int,
        bed: bool,
        rank: int,
        ref: str,
        average: int,
        state: str,
        seat: Any,
    ) -> None:
        cells = self.cells
        if not self.applications or self.applications[-1] != application:
            self.applications.append(application)
            cells["count"].append(0)
            cells["locked"].append(-1)
            self.done = False
        if self.done or (state == ApplicationState.CONFIRMED and pk != seat):
            return
        pool = self.pools[self.place[offering]]
        points = score(average)
        if pool.scores is not None:
            points = pool.scores.get(application) or 0
        if offering in self.out and pk != seat:
            self.aside.append((pk, points))
            return
        if pk == seat:
            cells["locked"][-1] = len(self.wish)
            self.done = True  # what is less dear is not asked for any more
        self.wish.append(pk)
        self.score.append(points)
        self.rank.append(rank)
        house = self.houses.of.get(pool.centre)
        cells["count"][-1] += 1
        cells["pool"].append(self.place[offering])
        cells["priority"].append((points << SCORE_SHIFT) | lottery(self.seed, ref, pool.ref))
        cells["with_bed"].append(bed)
        points = score(average)
        lodged = bed and house is not None
        cells["bed_priority"].append((points << SCORE_SHIFT) | lottery(self.seed, ref, pool.code) if lodged else 0)

    def arrays(self) -> dict[str, Any]:
        cells = self.cells
        return {
            "start": np.concatenate([[0], np.cumsum(np.array(cells["count"], dtype=np.int64))]).astype(np.int64),
            "pool": np.array(cells["pool"], dtype=np.int32),
            "priority": np.array(cells["priority"], dtype=np.int64),
            "with_bed": np.array(cells["with_bed"], dtype=bool),
            "bed_priority": np.array(cells["bed_priority"], dtype=np.int64),
            "locked": np.array(cells["locked"], dtype=np.int64),
        }


def _people(season: Season, applications: Sequence[int]) -> list[list[str]]:
    """Groups of each application, in the order of `applications`."""
    rows = (
        Application.objects.filter(season=season, state__in=IN_PLAY)
        .order_by("pk")
        .values_list("pk", "person__sex", "person__commune__path", "person__commune__urban", "disability", "situation")
    )
    found = {
        pk: groups_of(sex, (path or "")[:3], urban, disability, situation)
        for pk, sex, path, urban, disability, situation in rows.iterator(CHUNK)
    }
    return [found[pk] for pk in applications]
