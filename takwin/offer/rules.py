"""Life cycles of a season and an offering, conditions of access, what seats may become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.offer.choices import Diploma, OfferReason, Schooling
from takwin.offer.choices import OfferingState as O
from takwin.offer.choices import SeasonState as S

OFFERING = Flow(O, close=({O.OPEN}, O.CLOSED), reopen=({O.CLOSED}, O.OPEN))
SEASON = Flow(
    S,
    open=({S.PREPARING, S.CLOSED}, S.OPEN),
    close=({S.OPEN}, S.CLOSED),
    allocate=({S.CLOSED}, S.ALLOCATED),
    end=({S.ALLOCATED}, S.ENDED),
)

LADDER = {value: step for step, value in enumerate(Schooling.values)}
# A diploma opens the bridge it names and those below it.
BRIDGES = {
    Diploma.NONE.value: 0,
    Diploma.SPECIALISATION.value: 1,
    Diploma.QUALIFICATION.value: 2,
    Diploma.TECHNICIAN.value: 3,
}


@dataclass(frozen=True, slots=True)
class Access:
    """The conditions of one programme in one season; ages count on `ages_on`."""

    schooling: str
    bridge: str = "none"
    streams: tuple[str, ...] = ()
    age_min: int | None = None
    age_max: int | None = None
    ages_on: date | None = None


def check_seats(seats: int, first_year: int) -> None:
    """Seats open to candidates are whole and within the first-year places."""
    if seats < 0:
        raise Refused(OfferReason.SEATS_BELOW_TAKEN, "seats")
    if seats > first_year:
        raise Refused(OfferReason.ABOVE_CAPACITY, "seats", seats=seats, capacity=first_year)
