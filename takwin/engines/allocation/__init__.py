"""Allocation of seats and beds: candidate-proposing deferred acceptance over arrays.

`Problem` in, `Result` out of `solve`; `faults` of `check` judges a result and shares no code with the solver.
The rule is told in docs/allocation.md.
"""

from takwin.engines.allocation.check import faults
from takwin.engines.allocation.model import NO_HOUSE, Problem, Result, lottery
from takwin.engines.allocation.solve import solve

__all__ = ["NO_HOUSE", "Problem", "Result", "faults", "lottery", "solve"]
