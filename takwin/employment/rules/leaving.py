"""Break, drop-out, abandonment: one definition each, written once.

- *Break*: the apprenticeship contract is broken and the trainee is still enrolled.
- *Drop-out*: no new contract 180 days after a break, or none at all 90 days after an apprenticeship began.
- *Abandonment*: the centre has recorded that the trainee left for good.

A trainee who returns, or whose new contract is registered, is in training again: the state is computed each time from
the facts, never kept. The delays are those asked for by the field (field notes, statuses of apprentices in France).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from takwin.employment.choices import TrainingStatus

AFTER_BREAK = timedelta(days=180)
WITHOUT_CONTRACT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Course:
    """What is looked at. `broken_on`: the last break without a later contract, None without one. `contract`: one is
    in force or drawn up."""

    enrolment: str  # the state of the enrolment
    apprentice: bool
    since_on: date
    contract: bool = False
    broken_on: date | None = None


def status(course: Course, today: date) -> TrainingStatus:
    """The 180th day after a break, and the 90th after the beginning, are still a break and still in training."""
    if course.enrolment == "abandoned":
        return TrainingStatus.ABANDONED
    if course.enrolment == "finished":
        return TrainingStatus.FINISHED
    if not course.apprentice or course.contract:
        return TrainingStatus.IN
    if course.broken_on is not None:
        return TrainingStatus.DROP_OUT if today > course.broken_on + AFTER_BREAK else TrainingStatus.BREAK
    return TrainingStatus.DROP_OUT if today > course.since_on + WITHOUT_CONTRACT else TrainingStatus.IN
