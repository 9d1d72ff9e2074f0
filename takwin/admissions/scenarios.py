"""Effects of another number of seats of an offering, computed from the files of a run; nothing is written."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from takwin.admissions.choices import AdmissionReason
from takwin.admissions.models import Run
from takwin.core.errors import Refused

MOST = 20


@dataclass(frozen=True, slots=True)
class Scenario:
    """An offering with other seats: who moves, and the shares of girls and of rural candidates among the placed."""

    ref: str
    before: int
    seats: int
    placed: int
    more: int
    better: int
    worse: int
    first: int
    fill: float
    girls: float
    rural: float


def scenarios(run: Run, asked: list[tuple[str, int]]) -> list[Scenario]:
    """One scenario an offering and number of seats, each alone, exact. Refused for an offering not in the run."""
    from takwin.engines.allocation import parquet_io
    from takwin.engines.allocation.whatif import Change, compare

    if len(asked) > MOST:
        raise Refused(AdmissionReason.TOO_MANY_SCENARIOS, "lines", limit=MOST)
    with tempfile.TemporaryDirectory() as folder, run.archive.open("rb") as file, zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
        named = parquet_io.read(Path(folder, "problem"))
        result, _certificate = parquet_io.read_result(Path(folder, "result"), named)
    problem, place = named.problem, {ref: at for at, ref in enumerate(named.pools)}
    for ref, _seats in asked:
        if ref not in place:
            raise Refused(AdmissionReason.NOT_IN_RUN, "lines", ref=ref)
    everyone = np.arange(problem.candidates)
    groups = {
        name: problem.member(everyone, named.groups.index(name)) if name in named.groups else everyone < 0
        for name in ("girls", "rural")
    }
    changes = [Change(seats={place[ref]: seats}) for ref, seats in asked]
    effects = compare(problem, result, changes, groups=groups)
    now = int((result.wish >= 0).sum())
    return [
        _scenario(ref, int(problem.capacity[place[ref]]), seats, now, effect)
        for (ref, seats), effect in zip(asked, effects, strict=True)
    ]


def _scenario(ref: str, before: int, seats: int, now: int, effect: Any) -> Scenario:
    return Scenario(
        ref, before, seats, effect.placed, effect.placed - now, effect.better, effect.worse, effect.first, effect.fill,
        effect.shares["girls"], effect.shares["rural"],
    )  # fmt: skip
