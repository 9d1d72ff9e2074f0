"""When a search ends: rules that are asked with its progress, alone or several at once.

A rule is any callable of a `Progress` that returns true to end the search with the best so far. A search cools over
its budget, so at least one rule must be a budget: `MaxRuntime` or `MaxSteps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Progress:
    """How far a search has come.

    share : part of the budget that is spent, 0 to 1
    seconds : wall time since the search began
    broken : rules that must hold and are broken in the best timetable so far
    cost : of the wishes in that timetable; -1 while the search looks at rules alone
    steps : proposals made
    improved_at : `steps` when the best timetable so far was found
    """

    share: float
    seconds: float
    broken: int
    cost: int
    steps: int = 0
    improved_at: int = 0


class StoppingRule(Protocol):
    """Whether a search ends now."""

    def __call__(self, progress: Progress, /) -> bool: ...


@dataclass(frozen=True)
class MaxRuntime:
    """Ends after `seconds` of wall time. The result depends on the machine."""

    seconds: float

    def __call__(self, progress: Progress, /) -> bool:
        return progress.seconds >= self.seconds


@dataclass(frozen=True)
class MaxSteps:
    """Ends after `steps` proposals of each thread. Problem, seed and start alone decide the result."""

    steps: int

    def __call__(self, progress: Progress, /) -> bool:
        return progress.steps >= self.steps


@dataclass(frozen=True)
class NoImprovement:
    """Ends once the best timetable is `steps` proposals old. Not a budget: combine it with one by `FirstOf`."""

    steps: int

    def __call__(self, progress: Progress, /) -> bool:
        return progress.steps - progress.improved_at >= self.steps


class FirstOf:
    """Ends as soon as one of several rules does.

    >>> FirstOf(MaxRuntime(20.0), NoImprovement(2_000_000))(Progress(0.1, 2.0, 0, 40, 3_000_000, 900_000))
    True
    """

    def __init__(self, *rules: StoppingRule) -> None:
        self.rules = rules

    def __call__(self, progress: Progress, /) -> bool:
        return any(rule(progress) for rule in self.rules)


@dataclass(frozen=True)
class Budget:
    """The bounds of a rule over which a search cools; None where there is none."""

    seconds: float | None = None
    steps: int | None = None

    def share(self, seconds: float, steps: int) -> float:
        """The part that is spent, 0 to 1 and beyond: of the bound that is nearest."""
        parts = [seconds / self.seconds] if self.seconds is not None else []
        return max([*parts, steps / (self.steps or 1)] if self.steps is not None else parts)


def budget_of(rule: StoppingRule) -> Budget:
    """The smallest bounds named by a rule and the rules inside it.

    Raises
    ------
    ValueError
        The rule has no bound, or one that is not above zero.
    """
    rules, seconds, steps = [rule], list[float](), list[int]()
    while rules:
        part = rules.pop()
        if isinstance(part, FirstOf):
            rules += part.rules
        elif isinstance(part, MaxRuntime):
            seconds.append(part.seconds)
        elif isinstance(part, MaxSteps):
            steps.append(part.steps)
    if not seconds and not steps:
        raise ValueError("a search cools over its budget: give MaxRuntime or MaxSteps")
    if min([*seconds, *steps]) <= 0:
        raise ValueError("a budget is above zero")
    return Budget(min(seconds, default=None), min(steps, default=None))
