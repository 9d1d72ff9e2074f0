"""Rules that stay broken come to weigh more, so that a search held between two of them leaves (breakout, Morris 1993).

Weights are hundredths of a rule: see `parameters.BreakoutParams` for where they begin, what they gain and lose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from takwin.engines.timetabling.compiled import loop
from takwin.engines.timetabling.kernel import pair_cost, site_cost
from takwin.engines.timetabling.parameters import BreakoutParams


@loop
def weigh(t, s, links, rows, rooms, uses):
    """Mark the links, parties, rooms and selections by which a rule is broken; what all of it costs, wishes aside."""
    twice = np.int64(0)
    for block in range(len(t.pair_at) - 1):
        for k in range(t.pair_at[block], t.pair_at[block + 1]):
            cost = np.int64(0)
            if s.start[block] >= 0 and s.start[t.pair_other[k]] >= 0:
                cost = np.int64(pair_cost(t, k, np.int64(s.start[block]), np.int64(s.start[t.pair_other[k]])))
            links[k] = cost > 0
            twice += cost
    total = twice // 2
    for row in range(len(t.day_class)):
        cost = np.int64(0)
        for day in range(s.busy.shape[1]):
            cost += t.day_cost[t.day_class[row], s.busy[row, day]]
            if t.travel_gap[row] > 0 or t.travel[row] >= 0:
                cost += site_cost(t, s, row, day)
        for slot in range(s.count.shape[1]):
            cost += max(0, s.count[row, slot] - 1) * t.hard
        for k in range(t.week_at[row], t.week_at[row + 1]):
            cost += max(0, s.week[k] - t.week_limit[k]) * t.week_weight[k]
        rows[row] = cost > 0
        total += cost * t.row_weight[row]
    for row in range(len(s.room_count)):
        cost = np.int64(0)
        for slot in range(s.room_count.shape[1]):
            there = np.int64(s.room_count[row, slot])
            shut = t.closed[row, slot // t.hours] >> (slot % t.hours) & 1
            cost += (max(0, there - 1) + there * shut) * t.hard
        rooms[row] = cost > 0
        total += cost * t.room_weight[row]
    for row in range(len(s.used)):
        over = max(0, s.used[row] - t.used_limit[row])
        uses[row] = over > 0
        total += over * t.used_weight[row]
    return total


class Weights:
    """The weights of one search; its arrays are changed in place, and restored by `release`."""

    def __init__(self, search: Any, params: BreakoutParams) -> None:
        t = search.tables
        self.search, self.params = search, params
        self.held = (t.pair_weight, t.row_weight, t.room_weight, t.used_weight)
        self.initial = [array.copy() for array in self.held]
        self.exact = [array * float(params.unit) for array in self.held]
        self.broken = [np.zeros(len(array), bool) for array in self.held]
        for array in self.held:
            array *= params.unit
        self.least = self._count()
        self.start, self.room = search.state.start.copy(), search.state.room.copy()

    def _count(self) -> int:
        """How many rules are broken now; the cost is counted again under the present weights."""
        search = self.search
        search.cost = search.best = int(weigh(search.tables, search.state, *self.broken))
        links, *others = (int(wrong.sum()) for wrong in self.broken)
        return links // 2 + sum(others)  # a link stands once at each of its ends

    def gain(self) -> None:
        """What is broken weighs more from now on. The timetable with fewest broken rules is kept."""
        broken, params = self._count(), self.params
        if broken < self.least:
            self.least = broken
            self.start[:], self.room[:] = self.search.state.start, self.search.state.room
        for array, exact, first, wrong in zip(self.held, self.exact, self.initial, self.broken, strict=True):
            exact += (params.keep - 1) * (exact - first * params.unit) + params.gain * first * wrong
            array[:] = exact
        self._count()

    def release(self) -> None:
        """Restore the first weights; the search keeps the timetable without a broken rule, or the one with fewest."""
        search = self.search
        if search.best > 0:
            search.start[:], search.room[:] = self.start, self.room
            search.best = self.least
        for array, first in zip(self.held, self.initial, strict=True):
            array[:] = first
