"""The bridge between rows and the engine: a season as arrays, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from takwin.admissions.choices import ApplicationState, BedGroup
from takwin.admissions.models import Wish
from takwin.admissions.rules import bed_group, bed_groups, score
from takwin.engines.allocation import NO_HOUSE, Problem, lottery
from takwin.offer.models import Offering, Season

SCORE_SHIFT = 40  # priority = score, then 40 bits of lottery: whole numbers, so no two floats can tie


@dataclass(frozen=True)
class SeasonArrays:
    """A season's problem with what is needed to read its answer.

    wishes (m,) row ids, scores (m,) hundredths, first (m,) whether it is the dearest; offerings (p,) row ids;
    houses: (centre id, group) of each bed group; applications (n,) row ids.
    """

    problem: Problem
    wishes: np.ndarray
    scores: np.ndarray
    first: np.ndarray
    offerings: np.ndarray
    houses: list[tuple[int, str]]
    applications: np.ndarray


def read(season: Season, seed: str) -> SeasonArrays:
    """Submitted applications of a season; a closed offering has no seats."""
    pools = list(
        Offering.objects.filter(season=season)
        .order_by("pk")
        .values_list(
            "pk", "ref", "seats", "state", "centre_id", "centre__code", "centre__beds", "centre__female_share"
        )
    )
    place = {row[0]: at for at, row in enumerate(pools)}
    houses, beds, groups = _houses(season, pools)
    rows = (
        Wish.objects.filter(application__season=season, application__state=ApplicationState.SUBMITTED)
        .order_by("application_id", "rank")
        .values_list(
            "pk", "application_id", "offering_id", "with_bed", "rank",
            "application__ref", "application__average", "application__person__sex",
        )
    )  # fmt: skip
    columns = _columns(rows, pools, place, groups, houses, seed)
    owner = np.array(columns["owner"], dtype=np.int64)
    applications, counts = np.unique(owner, return_counts=True)
    problem = Problem(
        start=np.concatenate([[0], np.cumsum(counts)]),
        pool=columns["pool"],
        priority=columns["priority"],
        house=columns["house"],
        bed_priority=columns["bed_priority"],
        capacity=np.array([row[2] if row[3] == "open" else 0 for row in pools], dtype=np.int64),
        beds=beds,
    )
    return SeasonArrays(
        problem,
        np.array(columns["wish"], dtype=np.int64),
        np.array(columns["score"], dtype=np.int64),
        np.array(columns["first"], dtype=bool),
        np.array([row[0] for row in pools], dtype=np.int64),
        list(houses),
        applications,
    )


def _houses(season, pools):
    """{(centre, group): index}, beds of each, groups of each centre. A sample opens its share of the beds."""
    houses: dict[tuple[int, str], int] = {}
    beds: list[int] = []
    groups: dict[int, list[str]] = {}
    for _pk, _ref, _seats, _state, centre, _code, total, share in pools:
        if centre in groups:
            continue
        opened = -(-(total or 0) * season.sample_permille // 1000)
        parts = bed_groups(opened, share)
        groups[centre] = [group for group, _number in parts]
        for group, number in parts:
            houses[centre, group] = len(beds)
            beds.append(number)
    return houses, beds, groups


def _columns(rows, pools, place, groups, houses, seed):
    out: dict[str, list[int]] = {
        name: [] for name in ("wish", "owner", "pool", "priority", "house", "bed_priority", "score", "first")
    }
    for pk, application, offering, with_bed, rank, ref, average, sex in rows.iterator(20_000):
        at = place[offering]
        centre, code, points = pools[at][4], pools[at][5], score(average)
        group = bed_group(sex, groups[centre]) if with_bed else None
        if with_bed and group is None:
            continue  # the house has no bed this person may ask for
        house = houses[centre, BedGroup(group)] if group else NO_HOUSE
        out["wish"].append(pk)
        out["owner"].append(application)
        out["pool"].append(at)
        out["priority"].append((points << SCORE_SHIFT) | lottery(seed, ref, pools[at][1]))
        out["house"].append(house)
        out["bed_priority"].append((points << SCORE_SHIFT) | lottery(seed, ref, code) if group else 0)
        out["score"].append(points)
        out["first"].append(rank == 1)
    return out
