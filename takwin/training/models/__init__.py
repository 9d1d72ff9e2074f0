"""Tables of training, by noun."""

from takwin.training.models.assessment import Assessment, Contest, Mark, Result
from takwin.training.models.attendance import Alert, Excuse, RejectedStatement, Roll, Statement
from takwin.training.models.calendar import CalendarDay, Period
from takwin.training.models.companies import Company, Contract, ContractAmendment, Convention, Placement, Visit
from takwin.training.models.curriculum import Module, Version
from takwin.training.models.editions import Edition, Placed
from takwin.training.models.enrolments import Enrolment, Group, Member
from takwin.training.models.houses import Bed, CapacityReduction, Participant, ShortCourse, ShortDay, Stay
from takwin.training.models.staff import Absence, Posting, Room, Trainer, Unavailability
from takwin.training.models.weeks import Course, Session, SlotReservation, Term, Timetable, TimetableFeed

__all__ = [
    "Absence", "Alert", "Assessment", "Bed", "CalendarDay", "CapacityReduction", "Company", "Contest", "Contract",
    "ContractAmendment", "Convention", "Course", "Edition", "Enrolment", "Excuse", "Group", "Mark", "Member",
    "Module", "Participant", "Period", "Placed", "Placement", "Posting", "RejectedStatement", "Result", "Roll",
    "Room", "Session", "ShortCourse", "ShortDay", "SlotReservation", "Statement", "Stay", "Term", "Timetable",
    "TimetableFeed", "Trainer", "Unavailability", "Version", "Visit",
]  # fmt: skip
