"""Deferred acceptance with reserves, and with cut-offs where there are beds."""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.allocation.model import LOWEST, Malformed, Problem, Result


def solve(problem: Problem) -> Result:
    """The candidate-optimal stable seats under the settled cut-offs of the beds.

    The same problem gives the same result to the byte on any machine and with any number of threads.

    Parameters
    ----------
    problem : Problem
        n candidates, m wishes, total priorities.

    Returns
    -------
    Result
        `wish` (n,) and `bed_cutoff` (bed classes,).

    Raises
    ------
    Malformed
        A priority is beyond 62 bits.
    """
    # Here, not above: numba takes most of a second to import, and the pages of the portal never solve.
    from takwin.engines.allocation import beds
    from takwin.engines.allocation.kernel import sweep

    tables, working_priority, state = prepare(problem)
    if problem.houses and problem.with_bed.any():
        return beds.solve(problem, tables, working_priority, state)
    state.kept[:] = -2 - problem.start[:-1]
    sweep(tables, working_priority, state)
    return Result(state.kept.astype(np.int64), np.full(int(problem.bed_class_start[-1]), LOWEST, dtype=np.int64))


def prepare(problem: Problem, room: Any = None) -> tuple[Any, Any, Any]:
    """What the compiled loops work on.

    Parameters
    ----------
    problem : Problem
    room : array_like of int, shape (p,), optional
        The most people each pool may ever hold, when seats may be added later.

    Returns
    -------
    tables : kernel.Tables
        What does not change.
    working_priority : ndarray of int32 or int64, shape (m,)
        Priorities, those of locked wishes raised above all others; the problem's own array when none is locked.
    state : kernel.State
        Nobody has proposed.
    """
    from takwin.engines.allocation.kernel import State, Tables

    seats, slot_start = problem.capacity, problem.slot_start
    pool = np.repeat(np.arange(len(seats), dtype=np.int32), np.diff(slot_start))
    working_priority, locked = _working_priority(problem)
    kind = working_priority.dtype
    most = seats if room is None else np.maximum(seats, room)
    base = np.concatenate([[0], np.cumsum(most + 1)]).astype(np.int64)  # one more: a newcomer, then who leaves
    tables = Tables(
        problem.start, _slots(problem), pool, slot_start, seats, base, reserved_capacity(problem), kind.type(locked)
    )
    lowest = np.iinfo(kind).min
    cut = np.full(int(slot_start[-1]) + 1, lowest, dtype=kind)
    cut[:-1][seats[pool] == 0] = np.iinfo(kind).max
    reserved = len(problem.reserve_group) > 0
    state = State(
        np.full(problem.candidates, -1, dtype=np.int32),
        cut,
        np.zeros(len(seats), dtype=np.int32),
        np.zeros(int(base[-1]) + 1, dtype=kind),
        np.zeros(int(base[-1]) + 1, dtype=np.int32),
        np.zeros(int(base[-1]) + 1 if reserved else 1, dtype=np.int8),
        np.zeros(int(most.max(initial=0)) + 2, dtype=np.int8),
        np.zeros(64, dtype=np.int64),
    )
    return tables, working_priority, state


def reserved_capacity(problem: Problem) -> Any:
    """Seats that the set of reserves of each slot has together, the right side of Hall's condition.

    Returns
    -------
    ndarray of int64, shape (slots,)
    """
    slots = problem.slot_start
    out = np.zeros(int(slots[-1]), dtype=np.int64)
    if not len(problem.reserve_group):
        return out
    for p in np.flatnonzero(np.diff(problem.reserve_start)):
        first, seats = slots[p], problem.reserve_seats[problem.reserve_start[p] : problem.reserve_start[p + 1]]
        for x in range(1 << len(seats)):
            out[first + x] = sum(int(s) for r, s in enumerate(seats) if x >> r & 1)
    return out


def _slots(problem: Problem) -> Any:
    from takwin.engines.allocation.kernel import find_slots

    if not len(problem.reserve_group):
        return problem.pool  # a plain pool has one slot: its own number
    out = np.empty(len(problem.pool), dtype=np.int32)
    groups = problem.groups if problem.groups.ndim == 2 else np.zeros((problem.candidates, 0), np.uint64)
    find_slots(
        problem.start, problem.pool, problem.slot_start, problem.reserve_start, problem.reserve_group, groups, out
    )
    return out


def _working_priority(problem: Problem) -> tuple[Any, int]:
    """Priorities to work with, and the number from which on a seat is locked: a locked wish is raised above it."""
    working_priority, low, high = problem.priority, problem.priority.min(initial=0), problem.priority.max(initial=0)
    if working_priority.dtype == np.int32 and (high >= 1 << 30 or low <= -(1 << 30)):
        working_priority = working_priority.astype(np.int64)
    lift = 1 << (30 if working_priority.dtype == np.int32 else 62)
    if high >= lift or low <= -lift:
        raise Malformed("wishes", None, "priority", "beyond 62 bits")
    locked = problem.locked[problem.locked >= 0]
    if len(locked):
        working_priority = working_priority.copy()
        working_priority[locked] += working_priority.dtype.type(lift)
    return working_priority, lift
