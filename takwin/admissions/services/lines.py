"""Each candidate's line and every cut-off as leaves of two trees, of which only the roots are public.

A leaf is sha256(0x00, salt, canonical JSON): 128 bits of salt of its own, made from the run's secret, so that nobody
can try the lines somebody could have. Cut-offs are leaves too: an exact one is the mark of one person.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.db.models import Q

from takwin.admissions.choices import BedGroup
from takwin.admissions.models import Application, Leaf, Run
from takwin.admissions.services.arrays import SCORE_SHIFT, SeasonArrays
from takwin.admissions.services.numbers import group_label, number
from takwin.centres.models import Centre
from takwin.core.bulk import load
from takwin.engines.allocation import Result
from takwin.engines.allocation.at_home import canonical, leaf_hash, path, root
from takwin.engines.allocation.cutoffs import Cutoffs, cutoffs, disagreements
from takwin.offer.models import Offering, Season

BLOCK = 1024  # leaves of a part of the tree that is read at once: a proof reads one part and the roots of the others
LINE, CUTOFF = "line", "cutoff"
COLUMNS = ("run", "kind", "place", "about", "body", "digest")


def salt(key: str, kind: str, place: int) -> bytes:
    """The 128 bits of a leaf."""
    return hmac.new(bytes.fromhex(key), f"{kind}:{place}".encode(), hashlib.sha256).digest()[:16]


def keep(run: Run, arrays: SeasonArrays, result: Result) -> tuple[dict[str, Any], int]:
    """Write the leaves of a run; its trees ({"lines", "cutoffs"}: root, size, roots of blocks) and how many
    candidates do not have the first wish they clear. Call inside a transaction; sets the run's secret."""
    run.salt = secrets.token_hex(32)
    found = cutoffs(arrays.problem, result)
    names = _Names(run.season, arrays)
    trees = {
        "lines": _plant(run, LINE, _lines(run, arrays, result, found, names)),
        "cutoffs": _plant(run, CUTOFF, _cutoffs(run, arrays, found, names)),
    }
    return trees, disagreements(found, result)


def _plant(run: Run, kind: str, rows: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    leaves: list[bytes] = []

    def written() -> Iterator[tuple[Any, ...]]:
        for place, (about, body) in enumerate(rows):
            text = canonical(body)
            leaves.append(leaf_hash(salt(str(run.salt), kind, place), text))
            yield run.pk, kind, place, about, text.decode(), leaves[-1].hex()

    load(Leaf, COLUMNS, written())
    blocks = [root(leaves[at : at + BLOCK]) for at in range(0, len(leaves), BLOCK)]
    return {"root": root(blocks or []).hex(), "size": len(leaves), "blocks": [block.hex() for block in blocks]}


class _Names:
    """References, codes and labels of what the arrays number."""

    def __init__(self, season: Season, arrays: SeasonArrays) -> None:
        problem = arrays.problem
        self.arrays = arrays
        self.applications = dict(Application.objects.filter(season=season).values_list("pk", "ref").iterator(20_000))
        offerings = dict(Offering.objects.filter(season=season).values_list("pk", "ref"))
        self.pools = [offerings[pk] for pk in arrays.offerings.tolist()]
        codes = dict(Centre.objects.filter(pk__in={pk for pk, _group in arrays.houses}).values_list("pk", "code"))
        firsts = problem.bed_start[:-1].tolist() if problem.houses else []
        self.houses = [codes[arrays.houses[at][0]] for at in firsts]
        self.reserves = [[group_label(season, group) for group, _seats in rows] for rows in arrays.reserves]
        self.order = [number(season, self.applications[pk]) for pk in arrays.applications.tolist()]

    def of_slot(self, pool: int, slot: int) -> list[str]:
        """The reserves of a pool that someone of a slot may use."""
        kind = slot - int(self.arrays.problem.slot_start[pool])
        return [name for bit, name in enumerate(self.reserves[pool]) if kind >> bit & 1]

    def groups_of_bed_class(self, house: int, bed_class: int) -> list[str]:
        """The groups of beds of a house that someone of a berth may use."""
        problem = self.arrays.problem
        kind, begin = bed_class - int(problem.bed_class_start[house]), int(problem.bed_start[house])
        groups = [str(BedGroup(group)) for _pk, group in self.arrays.houses[begin : int(problem.bed_start[house + 1])]]
        return [name for bit, name in enumerate(groups) if kind >> bit & 1]


def _lines(
    run: Run, arrays: SeasonArrays, result: Result, found: Cutoffs, names: _Names
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(application, line) in the order of the candidates' numbers, which says nothing of them."""
    problem = arrays.problem
    start, rank = problem.start.tolist(), arrays.rank
    for who in sorted(range(problem.candidates), key=names.order.__getitem__):
        ref = names.applications[int(arrays.applications[who])]
        held = int(result.wish[who])
        locked = int(problem.locked[who]) if len(problem.locked) else -1
        wishes = [_wish(w, w == locked, arrays, found, names) for w in range(start[who], start[who + 1])]
        yield (
            ref,
            {
                "run": run.ref,
                "application": ref,
                "number": names.order[who],
                "wishes": wishes,
                "result": int(rank[held]) if held >= 0 else None,
            },
        )


def _wish(w: int, locked: bool, arrays: SeasonArrays, found: Cutoffs, names: _Names) -> dict[str, Any]:
    problem = arrays.problem
    pool = int(problem.pool[w])
    house = int(problem.house[pool]) if len(problem.house) else -1
    bed = bool(problem.with_bed[w]) if len(problem.with_bed) else False
    has_bed = bed and int(found.bed_class[w]) >= 0
    return {
        "rank": int(arrays.rank[w]),
        "offering": names.pools[pool],
        "score": int(arrays.scores[w]),
        "groups": names.of_slot(pool, int(found.slot[w])),
        "firm": locked,
        "with_bed": bed,
        "house": names.houses[house] if has_bed else None,
        "bed_groups": names.groups_of_bed_class(house, int(found.bed_class[w])) if has_bed else [],
        "bed_score": int(problem.bed_priority[w]) >> SCORE_SHIFT if has_bed else None,
    }


def _about(place: str, groups: list[str]) -> str:
    return " ".join([place, *sorted(groups)])


def _cutoffs(run: Run, arrays: SeasonArrays, found: Cutoffs, names: _Names) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place and groups, cut-off) of every slot and berth somebody asked for, in the order of names."""
    problem = arrays.problem
    out: dict[str, dict[str, Any]] = {}

    def add(place: str, groups: list[str], least: Any) -> None:
        out[_about(place, groups)] = {"run": run.ref, "place": place, "groups": sorted(groups), "least": least}

    slots, wish = np.unique(found.slot, return_index=True)
    for slot, w in zip(slots.tolist(), wish.tolist(), strict=True):
        pool = int(problem.pool[w])
        add(names.pools[pool], names.of_slot(pool, slot), found.seat_least(slot))
    bed_classes, wish = np.unique(found.bed_class, return_index=True)
    for bed_class, w in zip(bed_classes.tolist(), wish.tolist(), strict=True):
        if bed_class >= 0:
            house = int(problem.house[problem.pool[w]])
            add(names.houses[house], names.groups_of_bed_class(house, bed_class), found.bed_least(bed_class))
    yield from sorted(out.items())


def _proofs(run: Run, kind: str, subjects: list[str]) -> list[dict[str, Any]]:
    """Bodies with their salts and paths: two queries, whatever the size of the tree."""
    rows = {row.about: row for row in Leaf.objects.filter(run=run, kind=kind, about__in=subjects)}
    tree = run.trees["lines" if kind == LINE else "cutoffs"]
    parts = {row.place // BLOCK for row in rows.values()}
    ranges = Q(pk__in=[])
    for part in parts:
        ranges |= Q(place__gte=part * BLOCK, place__lt=(part + 1) * BLOCK)
    beside: dict[int, list[bytes]] = {part: [] for part in parts}
    for place, digest in (
        Leaf.objects.filter(ranges, run=run, kind=kind).order_by("place").values_list("place", "digest")
    ):
        beside[place // BLOCK].append(bytes.fromhex(digest))
    blocks = [bytes.fromhex(node) for node in tree["blocks"]]
    return [
        {
            "body": json.loads(row.body),
            "salt": salt(str(run.salt), kind, row.place).hex(),
            "at": row.place,
            "size": tree["size"],
            "path": [
                node.hex()
                for node in path(beside[row.place // BLOCK], row.place % BLOCK) + path(blocks, row.place // BLOCK)
            ],
        }
        for about in subjects
        if (row := rows.get(about)) is not None
    ]


def line_file(run: Run, application_ref: str) -> dict[str, Any] | None:
    """What one candidate takes home: their line, and the cut-offs of the wishes down to the one they have; None when
    the run does not speak of them. Cut-offs below are not theirs to know."""
    mine = _proofs(run, LINE, [application_ref]) if run.trees else []
    if not mine:
        return None
    body, subjects = mine[0]["body"], []
    for wish in body["wishes"]:
        if body["result"] is not None and wish["rank"] > body["result"]:
            break
        subjects.append(_about(wish["offering"], wish["groups"]))
        if wish["house"]:
            subjects.append(_about(wish["house"], wish["bed_groups"]))
    kept = _proofs(run, CUTOFF, list(dict.fromkeys(subjects)))
    return {"format": "takwin line 1", "run": run.ref, "line": mine[0], "cutoffs": kept}
