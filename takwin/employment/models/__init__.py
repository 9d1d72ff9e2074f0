"""Tables of employment, by noun."""

from takwin.employment.models.follow_up import (
    Answer,
    Attempt,
    Cohort,
    Graduate,
    PublishedOutcome,
    PublishedRate,
    SurveyInvitation,
    SurveyWave,
)
from takwin.employment.models.work import Employer, JobApplication, Vacancy, WorkWish

__all__ = [
    "Answer", "Attempt", "Cohort", "Employer", "Graduate", "JobApplication", "PublishedOutcome", "PublishedRate",
    "SurveyInvitation", "SurveyWave", "Vacancy", "WorkWish",
]  # fmt: skip
