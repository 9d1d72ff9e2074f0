"""The problem and result of a run without names, for auditors to prove: one row a candidate."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.base import ContentFile

from takwin.admissions.choices import ReserveGroup
from takwin.admissions.models import Application, Run
from takwin.admissions.services.arrays import SeasonArrays
from takwin.admissions.services.numbers import group_label, number
from takwin.centres.models import Centre
from takwin.engines.allocation import Result
from takwin.engines.allocation.named import Named
from takwin.offer.models import Offering

# What no reserve or bed asks for is not in the files.
OPEN = {"girls", "boys", ReserveGroup.RURAL.value}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is made


def keep(run: Run, arrays: SeasonArrays, result: Result) -> tuple[ContentFile[bytes], dict[str, Any]]:
    """A zip of Parquet tables, problem/ and result/, candidates in the order of their numbers; and its certificate."""
    from dataclasses import replace

    from takwin.engines.allocation import parquet_io

    problem = arrays.problem
    refs = dict(Application.objects.filter(season=run.season).values_list("pk", "ref").iterator(20_000))
    numbers = [number(run.season, refs[pk]) for pk in arrays.applications.tolist()]
    order = np.argsort(np.array(numbers, dtype=object))
    size = np.diff(problem.start)
    start = np.concatenate([[0], np.cumsum(size[order])]).astype(np.int64)
    old = np.repeat(problem.start[:-1][order] - start[:-1], size[order]) + np.arange(start[-1])
    back = np.empty(len(old), dtype=np.int64)
    back[old] = np.arange(len(old))
    names = ("pool", "priority", "with_bed", "bed_priority")
    parts: dict[str, Any] = {name: getattr(problem, name)[old] for name in names}
    locked = problem.locked[order]
    parts["locked"] = np.where(locked >= 0, back[locked], -1) if len(back) else locked
    parts["groups"] = _groups(arrays)[order] if len(problem.groups) else problem.groups
    shuffled = replace(problem, start=start, **parts)
    held = result.wish[order]
    wish = np.where(held >= 0, back[held], -1) if len(back) else held
    offerings = dict(Offering.objects.filter(season=run.season).values_list("pk", "ref"))
    codes = dict(Centre.objects.filter(pk__in={centre for centre, _g in arrays.houses}).values_list("pk", "code"))
    named = Named(
        shuffled,
        run.seed,
        [numbers[i] for i in order],
        [offerings[pk] for pk in arrays.offerings.tolist()],
        list(dict.fromkeys(codes[centre] for centre, _g in arrays.houses)),
        [group_label(run.season, name) for name in arrays.groups],
    )
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        parquet_io.write_problem(folder / "problem", named)
        (folder / "result").mkdir()
        # What is proved is what anyone reads: the problem is taken back from its files first.
        certificate, _times = parquet_io.write(
            folder / "result", parquet_io.read(folder / "problem"), Result(wish, result.bed_cutoff, result.rounds)
        )
        return ContentFile(_zip(folder), name=f"{run.ref}.zip"), certificate


def _groups(arrays: SeasonArrays) -> Any:
    """Membership in the groups that a reserve or a bed asks for, and in those that are no secret."""
    used = OPEN | {group for rows in arrays.reserves for group, _seats in rows}
    kept = np.zeros(arrays.problem.groups.shape[1], dtype=np.uint64)
    for at, name in enumerate(arrays.groups):
        if name in used:
            kept[at >> 6] |= np.uint64(1 << (at & 63))
    return arrays.problem.groups & kept


def _zip(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH), path.read_bytes())
    return out.getvalue()
