"""Tables of guidance, by noun."""

from takwin.guidance.models.agenda import Appointment, Closure, Feed, Hours, Slot
from takwin.guidance.models.cases import Case, Contact, HandOver, Note
from takwin.guidance.models.clients import Advice, Client, Sitting
from takwin.guidance.models.open_days import OpenDay, Registration

__all__ = [
    "Advice",
    "Appointment",
    "Case",
    "Client",
    "Closure",
    "Contact",
    "Feed",
    "HandOver",
    "Hours",
    "Note",
    "OpenDay",
    "Registration",
    "Sitting",
    "Slot",
]
