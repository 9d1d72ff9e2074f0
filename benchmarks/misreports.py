"""How often a candidate of the simulated season could gain by another list of wishes. Prints counts.

Without beds nobody can (tests try every list at small size). With beds a lie can push a rival below a cut-off. For
SAMPLE
candidates who did not get their first wish, three lies are tried each, one at a time, everything allocated again: the
wish before the one obtained moved first; every bed given up; wishes without a bed put before those with one.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
import django

django.setup()
import numpy as np

from takwin.admissions.services import arrays
from takwin.engines.allocation import solve
from takwin.offer.models import Season

SAMPLE = int(os.environ.get("SAMPLE", "400"))


def relist(problem, i, wishes):
    """The problem in which candidate i tells these (wish, with bed) instead."""
    a, b = int(problem.start[i]), int(problem.start[i + 1])
    flat = np.concatenate([np.arange(a), [w for w, _bed in wishes], np.arange(b, len(problem.pool))]).astype(np.int64)
    bed = np.concatenate([problem.with_bed[:a], [bed for _w, bed in wishes], problem.with_bed[b:]]).astype(bool)
    shift = np.where(np.arange(problem.candidates + 1) > i, len(wishes) - (b - a), 0)
    return replace(
        problem, start=problem.start + shift, pool=problem.pool[flat], priority=problem.priority[flat], with_bed=bed,
        bed_priority=problem.bed_priority[flat], locked=np.zeros(0, np.int64),
    )  # fmt: skip


def main():
    season = arrays.read(Season.objects.get(), "bench")
    problem = replace(season.problem, locked=np.zeros(0, np.int64))
    honest = solve(problem).wish
    asks = np.unique(problem.candidate[problem.with_bed])
    unhappy = [int(i) for i in asks if honest[i] != problem.start[i]]
    chosen = random.Random(1).sample(unhappy, min(SAMPLE, len(unhappy)))
    gains = {"moved first": 0, "no bed": 0, "no bed first": 0}
    for i in chosen:
        span = list(range(int(problem.start[i]), int(problem.start[i + 1])))
        true = {(int(problem.pool[w]), bool(problem.with_bed[w])): place for place, w in enumerate(span)}
        own = int(honest[i] - problem.start[i]) if honest[i] >= 0 else len(span)
        keep = [(w, bool(problem.with_bed[w])) for w in span]
        lies = {
            "moved first": [keep[own - 1], *[x for x in keep if x != keep[own - 1]]] if own else keep,
            "no bed": [(w, False) for w, _bed in dict.fromkeys(keep)],
            "no bed first": [x for x in keep if not x[1]] + [x for x in keep if x[1]],
        }
        for name, wishes in lies.items():
            other = relist(problem, i, wishes)
            got = solve(other).wish[i]
            if got >= 0:
                w = wishes[int(got - other.start[i])]
                gains[name] += true.get((int(problem.pool[w[0]]), w[1]), len(span)) < own
    print(f"{problem.candidates:,} candidates, {len(asks):,} ask for a bed, {len(chosen)} tried: gains {gains}")


main()
