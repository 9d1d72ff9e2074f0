"""How the inner loops are compiled, and their random numbers.

`loop`: no allocation and no counting of references (numba's `_nrt=False`), which makes loops over arrays in a tuple
twice as fast; what a loop needs to work in is handed to it. `piece`: a part of a loop, written once, compiled into it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

loop: Any = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
piece: Any = njit(inline="always")


def _forget_stale(folder: Path) -> None:
    """numba stamps a compiled loop by its own file alone: when a piece of it elsewhere is newer, compile again."""
    newest = max(path.stat().st_mtime for path in folder.rglob("*.py") if "tests" not in path.parts)
    for path in folder.rglob("*.nbi"):
        with suppress(OSError):
            if path.stat().st_mtime < newest:
                path.unlink()


_forget_stale(Path(__file__).parent)


@piece
def draw(seed: Any) -> Any:
    """xorshift64*, its upper 32 bits."""
    x = seed[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(32))


@piece
def below(seed: Any, n: Any) -> Any:
    return (draw(seed) * n) >> 32


def generator(seed: int) -> np.ndarray:
    """The state of a stream of its own for each seed; never zero."""
    return np.array([np.random.SeedSequence([seed]).generate_state(1, np.uint64)[0] | 1], np.uint64)
