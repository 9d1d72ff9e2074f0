"""Weekly timetables: a problem in, a timetable out, judged by code of its own. See docs/timetabling.md."""

from takwin.engines.timetabling.check import judge
from takwin.engines.timetabling.model import (
    UNPLACED,
    Event,
    Faults,
    Grid,
    Kind,
    Limit,
    Link,
    Malformed,
    Need,
    Party,
    Problem,
    Relation,
    Room,
    Rule,
    Timetable,
)
from takwin.engines.timetabling.parameters import SolveParams
from takwin.engines.timetabling.solve import Outcome, solve
from takwin.engines.timetabling.stop import FirstOf, MaxRuntime, MaxSteps, NoImprovement, Progress, StoppingRule

__all__ = [
    "UNPLACED", "Event", "Faults", "FirstOf", "Grid", "Kind", "Limit", "Link", "Malformed", "MaxRuntime", "MaxSteps",
    "Need", "NoImprovement", "Outcome", "Party", "Problem", "Progress", "Relation", "Room", "Rule", "SolveParams",
    "StoppingRule", "Timetable", "judge", "solve",
]  # fmt: skip
