"""The parameters of the search for a week, with their units and reasons.

A temperature has the unit of a cost: a move that costs as much is accepted once in e (2.7) times. What a change of a
default does is measured by `benchmarks/timetabling.py` on published schools.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CycleParams:
    """Rules alone, from hot to cold again and again; how long a lucky cycle takes is not known and its tail is long.

    hot, cold : temperatures in broken rules, where chains of moves still flow and few rules break
    steps : proposals of a cycle of length 1 in Luby's sequence
    """

    hot: float = 0.30
    cold: float = 0.14
    steps: int = 100_000


@dataclass(frozen=True)
class BreakoutParams:
    """Rules alone, from hot to cold once; then what stays broken comes to weigh more (breakout, Morris 1993).

    hot, cold : temperatures in broken rules
    patience : proposals between two gains of weight, and the least that cooling takes (blocks x blocks when more)
    unit : weight of a rule at first, in hundredths: weights are whole numbers in the compiled loops
    gain : hundredths by which the weight of a rule grows each time it is found broken
    keep : part of the weight above `unit` that is kept at each gain; half of it is gone after 23 gains
    """

    hot: float = 0.35
    cold: float = 0.12
    patience: int = 50_000
    unit: int = 100
    gain: int = 50
    keep: float = 0.97


@dataclass(frozen=True)
class WishParams:
    """Wishes and rules together.

    hard : cost of a unit of a rule that must hold, while a wish costs 1 to some tens
    hot, cold : temperatures in cost: from a few wishes at once to less than one
    repair_hot : where a repair begins instead; colder, so that what stands mostly stays
    """

    hard: int = 100
    hot: float = 6.0
    cold: float = 0.4
    repair_hot: float = 1.5


@dataclass(frozen=True)
class SolveParams:
    """All parameters of `solve`.

    cycles, breakout : the two methods for rules alone, which threads take in turn: schools differ in which is sooner
    strict_share : part of the budget that rules alone may take, 0 to 1
    block : proposals between two looks at the clock and the stopping rule
    """

    cycles: CycleParams = field(default_factory=CycleParams)
    breakout: BreakoutParams = field(default_factory=BreakoutParams)
    wishes: WishParams = field(default_factory=WishParams)
    strict_share: float = 0.5
    block: int = 4_000


DEFAULTS = SolveParams()
