"""What a run shows the public: counts and cut-offs that at least K people share.

An exact cut-off is the mark of one person, and a small count can be one too. A count of people from 1 to K - 1 is not
shown, nor whether such a pool is full, which beside its seats says the same; a cut-off is shown as the narrowest band
of marks in which at least K of those who asked stand. Where a hidden cell would follow from the published total of its
column, the smallest of the others is hidden with it. A cut-off tells that the seats are taken: what is admitted there
is counted as known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from takwin.admissions.choices import ReserveGroup
from takwin.admissions.models import BedResult, PoolResult, Run
from takwin.admissions.services.arrays import SeasonArrays
from takwin.admissions.services.results import Facts, group_members
from takwin.core.crowd import LEAST

K = LEAST  # people who share whatever is published of them
WIDTHS = (25, 50, 100, 200, 400, 1000, 2001)  # of a band, in hundredths out of 20
CONFIDENTIAL = {ReserveGroup.DISABILITY, ReserveGroup.REENTRY}
BATCH = 2000


def small(count: int) -> int | None:
    """A count of people as it is published: None when fewer than K share it."""
    return None if 0 < count < K else count


def band(scores: Any, least: int | None) -> list[int] | None:
    """[from, to) around a cut-off, in hundredths: the narrowest on a fixed grid that holds K of those who asked."""
    if least is None:
        return None
    for width in WIDTHS:
        low = least // width * width
        if int(((scores >= low) & (scores < low + width)).sum()) >= K:
            return [low, min(low + width, 2001)]
    return None


def hide_beside(cells: list[int | None], exact: list[int], known: frozenset[int] = frozenset()) -> list[int | None]:
    """Hide the smallest shown cells while the hidden part of a column follows from its total: one cell alone, or
    fewer than K people in all. `known`: places of cells that follow from something else, and hide nothing."""
    hidden = [at for at, cell in enumerate(cells) if cell is None and at not in known]
    shown = sorted((at for at, cell in enumerate(cells) if cell), key=lambda at: exact[at])
    out = list(cells)
    while hidden and shown and (len(hidden) < 2 or sum(exact[at] for at in hidden) < K):
        at = shown.pop(0)
        out[at] = None
        hidden.append(at)
    return out


def write(run: Run, arrays: SeasonArrays, facts: Facts) -> None:
    """Fill `shown` of the pools and beds of a run. Call inside its transaction, after its results are written."""
    rows = {row.offering_id: row for row in PoolResult.objects.filter(run=run)}
    problem = arrays.problem
    pools = [rows[pk] for pk in arrays.offerings.tolist()]
    order = np.argsort(problem.pool, kind="stable") if len(problem.pool) else np.zeros(0, dtype=np.int64)
    starts = np.searchsorted(problem.pool[order], np.arange(len(pools) + 1)) if len(order) else [0] * (len(pools) + 1)
    for at, row in enumerate(pools):
        asked = _once(order[starts[at] : starts[at + 1]], problem.candidate)
        row.shown = _pool(row, arrays, asked)
    for name in ("first_choices", "admitted"):
        exact = [getattr(row, name) for row in pools]
        taken = frozenset(at for at, row in enumerate(pools) if row.shown["cutoff"] and name == "admitted")
        cells = hide_beside([row.shown[name] for row in pools], exact, taken)
        for row, cell in zip(pools, cells, strict=True):
            if cell is None and row.shown[name] is not None and name == "admitted":
                row.shown["cutoff"] = None  # hidden beside others: a cut-off says that every seat is taken
            row.shown[name] = cell
    for row in pools:
        if row.shown["admitted"] is None:
            row.shown["full"] = None
    PoolResult.objects.bulk_update(pools, ["shown"], batch_size=BATCH)
    _beds(run, arrays, facts)


def _once(wishes: Any, candidate: Any) -> Any:
    """One wish a person: with and without a bed their mark is the same."""
    return wishes[np.unique(candidate[wishes], return_index=True)[1]] if len(wishes) else wishes


def _pool(row: PoolResult, arrays: SeasonArrays, asked: Any) -> dict[str, Any]:
    scores = arrays.scores[asked]
    many = len(asked) >= K
    full = row.admitted >= row.seats
    return {
        "requests": small(len(asked)),
        "first_choices": small(row.first_choices) if many or not row.requests else None,
        "admitted": small(row.admitted) if many or not row.requests else None,
        "full": full if many else None,
        "cutoff": band(scores, row.last_score) if many and full else None,
        "reserves": [
            {
                "group": group,
                "seats": seats,
                "cutoff": None
                if group in CONFIDENTIAL or not many
                else band(scores[group_members(arrays, asked, group)], last),
            }
            for group, seats, _admitted, last in row.reserves
        ],
    }


def _beds(run: Run, arrays: SeasonArrays, facts: Facts) -> None:
    rows = {(row.centre_id, row.group): row for row in BedResult.objects.filter(run=run)}
    problem, changed = arrays.problem, []
    for at, (centre, group) in enumerate(arrays.houses):
        row = rows[centre, str(group)]
        asked = _once(np.flatnonzero(facts.bed == at), problem.candidate)
        marks = problem.bed_priority[asked] >> 40
        many = len(asked) >= K
        row.shown = {
            "requests": small(len(asked)),
            "granted": small(row.granted) if many or not len(asked) else None,
            "cutoff": band(marks, row.last_score) if many and row.granted >= row.beds else None,
        }
        changed.append(row)
    BedResult.objects.bulk_update(changed, ["shown"], batch_size=BATCH)


def counts(exact: dict[str, int]) -> dict[str, int | None]:
    """Counts of a run: those of people are hidden below K."""
    people = {"applications", "admitted", "first_choice", "with_bed", "unplaced", "wishes"}
    return {name: small(number) if name in people else number for name, number in exact.items()}


def certificate(run: Run) -> dict[str, Any]:
    """The certificate anyone may read: what was proved, the roots of the trees, and the sha256 of the files that
    auditors read. Digests of the problem itself stay there: someone who knew all but one line could try that line."""
    full = run.certificate
    people = ("candidates", "wishes", "placed", "with_bed")
    kept = {name: full[name] for name in ("format", "code", "seed", "parameters", "properties") if name in full}
    numbers = {name: small(n) if name in people else n for name, n in full.get("counts", {}).items()}
    return kept | {"run": run.ref, "counts": numbers, **roots(run)}


def roots(run: Run) -> dict[str, Any]:
    """The published trees, and the sha256 of the auditors' files."""
    out: dict[str, Any] = {
        name: {"root": tree["root"], "size": tree["size"]}
        for name, tree in (run.trees or {}).items()
        if name in {"lines", "cutoffs"}
    }
    return out | {"files": (run.trees or {}).get("files", "")}


def pool_rows(run: Run) -> Iterable[PoolResult]:
    rows = PoolResult.objects.filter(run=run).select_related("offering__programme", "offering__centre")
    return rows.order_by("offering__ref").iterator(BATCH)
