"""Weekly timetables: a problem in, a timetable out, judged by another hand. See docs/timetabling.md."""

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
from takwin.engines.timetabling.solve import Outcome, Progress, solve

__all__ = [
    "UNPLACED", "Event", "Faults", "Grid", "Kind", "Limit", "Link", "Malformed", "Need", "Outcome", "Party",
    "Problem", "Progress", "Relation", "Room", "Rule", "Timetable", "judge", "solve",
]  # fmt: skip
