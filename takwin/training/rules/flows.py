"""Life cycles."""

from __future__ import annotations

from takwin.core.flow import Flow
from takwin.training.choices import EditionState as E
from takwin.training.choices import EnrolmentState as S
from takwin.training.choices import ExcuseState as X
from takwin.training.choices import GroupState as G
from takwin.training.choices import PostState as P
from takwin.training.choices import TimetableState as T
from takwin.training.choices import VersionState as V
from takwin.training.choices.assessment import AssessmentState as A
from takwin.training.choices.assessment import ContestState as C
from takwin.training.choices.houses import ShortState as H

VERSION = Flow(V, put_in_force=({V.DRAFT}, V.CURRENT), close=({V.CURRENT}, V.CLOSED))
ENROLMENT = Flow(
    S,
    defer=({S.ENROLLED}, S.DEFERRED),
    interrupt=({S.ENROLLED}, S.INTERRUPTED),
    abandon=({S.ENROLLED, S.DEFERRED, S.INTERRUPTED}, S.ABANDONED),
    return_=({S.DEFERRED, S.INTERRUPTED, S.ABANDONED}, S.ENROLLED),
    transfer=({S.ENROLLED}, S.ENROLLED),
    complete=({S.ENROLLED}, S.FINISHED),
    reopen=({S.FINISHED}, S.ENROLLED),
)
GROUP = Flow(G, close=({G.OPEN}, G.CLOSED), reopen=({G.CLOSED}, G.OPEN))
POST = Flow(P, leave=({P.ACTIVE}, P.LEFT), come_back=({P.LEFT}, P.ACTIVE))
TIMETABLE = Flow(
    T, publish=({T.DRAFT, T.PUBLISHED}, T.PUBLISHED), end=({T.PUBLISHED}, T.ENDED), reopen=({T.PUBLISHED}, T.DRAFT)
)
EDITION = Flow(E, confirm_change=({E.PROPOSED}, E.PUBLISHED), undo=({E.PROPOSED, E.PUBLISHED}, E.UNDONE))
ASSESSMENT = Flow(
    A, close_marks=({A.OPEN}, A.CLOSED), reopen=({A.CLOSED, A.PUBLISHED}, A.OPEN), publish=({A.CLOSED}, A.PUBLISHED)
)
CONTEST = Flow(C, uphold=({C.ASKED}, C.UPHELD), reject=({C.ASKED}, C.REJECTED))
SHORT = Flow(
    H,
    plan_course=({H.ASKED}, H.PLANNED),
    hold_course=({H.PLANNED}, H.HELD),
    cancel=({H.ASKED, H.PLANNED}, H.CANCELLED),
    reopen_course=({H.HELD, H.CANCELLED}, H.PLANNED),
    ask_course_again=({H.CANCELLED}, H.ASKED),
)
EXCUSE = Flow(
    X,
    accept_excuse=({X.ASKED}, X.ACCEPTED),
    refuse_excuse=({X.ASKED}, X.REFUSED),
    reopen_excuse=({X.ACCEPTED, X.REFUSED}, X.ASKED),
)
