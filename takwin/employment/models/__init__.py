"""Tables of employment, by noun."""

from takwin.employment.models.follow_up import (
    Answer,
    Attempt,
    Cohort,
    Graduate,
    PublishedOutcome,
    PublishedRate,
    Sample,
    Wave,
)
from takwin.employment.models.work import Bid, Employer, Vacancy, WorkWish

__all__ = [
    "Answer", "Attempt", "Bid", "Cohort", "Employer", "Graduate", "PublishedOutcome", "PublishedRate", "Sample",
    "Vacancy", "Wave", "WorkWish",
]  # fmt: skip
