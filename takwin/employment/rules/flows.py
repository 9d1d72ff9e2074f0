"""Life cycles."""

from __future__ import annotations

from takwin.core.flow import Flow
from takwin.employment.choices import WaveState as W
from takwin.employment.choices.work import EmployerState as E
from takwin.employment.choices.work import JobApplicationState as B
from takwin.employment.choices.work import VacancyState as V

WAVE = Flow(W, open_wave=({W.PLANNED}, W.OPEN), close_wave=({W.OPEN}, W.CLOSED), reopen_wave=({W.CLOSED}, W.OPEN))
EMPLOYER = Flow(
    E,
    verify_employer=({E.ASKED, E.SUSPENDED, E.REFUSED}, E.VERIFIED),
    refuse_employer=({E.ASKED}, E.REFUSED),
    suspend_employer=({E.VERIFIED}, E.SUSPENDED),
)
VACANCY = Flow(
    V,
    open_vacancy=({V.POSTED}, V.OPEN),
    turn_down_vacancy=({V.POSTED, V.OPEN}, V.TURNED_DOWN),
    fill=({V.OPEN}, V.FILLED),
    close_vacancy=({V.POSTED, V.OPEN}, V.CLOSED),
    expire=({V.OPEN, V.POSTED}, V.EXPIRED),
    restore_vacancy=({V.EXPIRED}, V.OPEN),
    restore_posted=({V.EXPIRED}, V.POSTED),
)
JOB_APPLICATION = Flow(
    B,
    shortlist=({B.APPLIED}, B.SHORTLISTED),
    invite=({B.APPLIED, B.SHORTLISTED, B.INVITED}, B.INVITED),
    hire=({B.APPLIED, B.SHORTLISTED, B.INVITED}, B.HIRED),
    decline_bid=({B.APPLIED, B.SHORTLISTED, B.INVITED}, B.DECLINED),
    withdraw_bid=({B.APPLIED, B.SHORTLISTED, B.INVITED}, B.WITHDRAWN),
)
