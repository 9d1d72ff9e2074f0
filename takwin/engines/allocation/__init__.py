"""Allocation of seats and beds: candidate-proposing deferred acceptance over arrays.

`Problem` in, `Result` out of `solve`; `faults` of `check` judges a result and shares no code with the solver.
docs/allocation.md states the rule.
"""

from takwin.engines.allocation.model import ANYONE, LOWEST, NO_HOUSE, Malformed, Problem, Result, lottery
from takwin.engines.allocation.solve import solve

__all__ = ["ANYONE", "LOWEST", "NO_HOUSE", "Malformed", "Problem", "Result", "lottery", "solve"]
