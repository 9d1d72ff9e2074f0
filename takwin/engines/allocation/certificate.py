"""The certificate of a run: what went in, what came out, which properties hold. The same bytes on any machine."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from takwin.engines.allocation.check import faults
from takwin.engines.allocation.model import Problem, Result

FORMAT = "takwin allocation certificate 1"
SOURCES = ("beds", "kernel", "lists", "model", "solve", "undo_log")


@cache
def code() -> str:
    """sha256 of the sources that decide the outcome, in the order of their names."""
    sha = hashlib.sha256()
    for name in SOURCES:
        sha.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return sha.hexdigest()


def certify(
    problem: Problem, result: Result, *, seed: str = "", **more: Any
) -> tuple[dict[str, Any], dict[str, float]]:
    """The certificate of a result, and beside it the times: times differ from run to run, certificates do not.

    Parameters
    ----------
    problem : Problem
    result : Result
    seed : str
        That of the lots, as it is published.
    **more
        Further entries of the certificate.

    Returns
    -------
    certificate : dict
        Of JSON values. Its keys and the names of its properties are published and stay.
    times : dict of str to float
        Seconds each property took.
    """
    times: dict[str, float] = {}
    found = faults(problem, result, clock=lambda name, seconds: times.__setitem__(name, round(seconds, 4)))
    got = result.wish[result.wish >= 0]
    held = {
        "format": FORMAT,
        "code": code(),
        "seed": seed,
        "problem": problem.digest(),
        "result": result.digest(),
        "parameters": {
            "rule": "candidate-proposing deferred acceptance; reserved seats first, one a person; beds by bars",
            "ties": "blake2b, 5 bytes, of seed, candidate and pool each ended by a line feed",
        },
        "counts": {
            "candidates": problem.candidates,
            "wishes": len(problem.pool),
            "pools": len(problem.capacity),
            "seats": int(problem.capacity.sum()),
            "houses": problem.houses,
            "beds": int(problem.beds.sum()),
            "placed": len(got),
            "with_bed": int(problem.with_bed[got].sum()) if len(problem.with_bed) else 0,
            "rounds": result.rounds,
        },
        "properties": {name: {"held": number == 0, "faults": number} for name, number in found.items()},
    }
    return held | more, times


def sound(certificate: dict[str, Any]) -> bool:
    """Whether every property holds."""
    return all(row["held"] for row in certificate["properties"].values())
