"""One appointment, or a counsellor's agenda, for a calendar programme."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from takwin.core.ical import CANCEL, PUBLISH, add_alarm, new_calendar, new_event
from takwin.guidance.choices import AppointmentState, SlotState
from takwin.guidance.models import Appointment, Slot
from takwin.guidance.services import shared_numbers
from takwin.guidance.tokens import address

STATUS = {
    AppointmentState.CANCELLED: "CANCELLED",
    AppointmentState.WAITING: "TENTATIVE",
    AppointmentState.HELD: "TENTATIVE",
}
ALARM = timedelta(hours=2)


def shown_name(row: Appointment) -> str:
    """For whom an appointment is, where its number serves several people; "" elsewhere: the address of an appointment
    names nobody without need."""
    return row.client.name if row.client.phone in shared_numbers([row.client.phone]) else ""


def _event(slot: Slot, uid: str, summary: str, sequence: int, status: str) -> Event:
    place = " · ".join(part for part in (slot.centre.label, slot.room) if part)
    location = place if slot.channel == "place" else str(slot.get_channel_display())
    return new_event(uid, slot.begins, slot.ends, summary=summary, location=location, sequence=sequence, status=status)


def of_appointment(row: Appointment) -> Calendar:
    """What a client keeps: with a reminder of its own, and the address where one moves or cancels. One that was
    cancelled, or whose time was withdrawn, says so and rings no more."""
    withdrawn = row.slot.state == SlotState.CLOSED
    status = "CANCELLED" if withdrawn else STATUS.get(AppointmentState(row.state), "CONFIRMED")
    cancelled = status == "CANCELLED"
    calendar = new_calendar("guidance", _("Guidance"), CANCEL if cancelled else PUBLISH)
    summary = _("Guidance appointment")
    if name := shown_name(row):
        summary = _("%(what)s for %(name)s") % {"what": summary, "name": name}
    event = _event(row.slot, row.ref, summary, row.sequence, status)
    event.add("description", address(row))
    if row.slot.link and row.state == AppointmentState.BOOKED and not cancelled:
        event.add("url", row.slot.link)
    if status == "CONFIRMED":
        add_alarm(event, summary, ALARM)
    calendar.add_component(event)
    return calendar


def of_slots(slots: Iterable[Slot]) -> Calendar:
    """A counsellor's agenda: how many people and the subject, nobody's name."""
    calendar = new_calendar("guidance", _("Guidance agenda"))
    for slot in slots:
        summary = _("%(what)s (%(taken)s of %(capacity)s)") % {
            "what": slot.topic or _("Guidance appointment"), "taken": slot.taken, "capacity": slot.capacity,
        }  # fmt: skip
        closed = slot.state == SlotState.CLOSED
        event = _event(slot, slot.ref, summary, slot.sequence, "CANCELLED" if closed else "CONFIRMED")
        if slot.link and not closed:
            event.add("url", slot.link)
        calendar.add_component(event)
    return calendar
