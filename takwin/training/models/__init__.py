"""Tables of training, by noun."""

from takwin.training.models.assessment import Assessment, Contest, Mark, Result
from takwin.training.models.attendance import Alert, Excuse, RejectedStatement, Roll, Statement
from takwin.training.models.calendar import Bell, Period
from takwin.training.models.companies import Amendment, Company, Contract, Convention, Placement, Visit
from takwin.training.models.curriculum import Module, Version
from takwin.training.models.editions import Edition, Placed
from takwin.training.models.enrolments import Enrolment, Group, Member
from takwin.training.models.houses import Bed, Lowered, Participant, ShortCourse, ShortDay, Stay
from takwin.training.models.staff import Absence, Closed, Posting, Room, Trainer
from takwin.training.models.weeks import Course, Feed, Hold, Session, Term, Timetable

__all__ = [
    "Absence", "Alert", "Amendment", "Assessment", "Bed", "Bell", "Closed", "Company", "Contest", "Contract",
    "Convention", "Course", "Edition", "Enrolment", "Excuse", "Feed", "Group", "Hold", "Lowered", "Mark", "Member",
    "Module", "Participant", "Period", "Placed", "Placement", "Posting", "RejectedStatement", "Result", "Roll", "Room",
    "Session", "ShortCourse", "ShortDay", "Statement", "Stay", "Term", "Timetable", "Trainer", "Version", "Visit",
]  # fmt: skip
