"""What becomes of appointments, open days and follow-ups when their centre closes."""

from __future__ import annotations

from typing import Any

from takwin.centres.models import Centre
from takwin.core.errors import Refused
from takwin.guidance.choices import CaseState, GuidanceReason, HandOverState, OpenDayState
from takwin.guidance.models import Case, HandOver, OpenDay
from takwin.guidance.services.cases import recall
from takwin.guidance.services.hours import end_all_hours
from takwin.guidance.services.open_days import call_off


def centre_closes(*, centre: Centre, by: Any, **_named: Any) -> None:
    """Times and open days to come are called off, with word to the people. Refused while somebody is followed there:
    their counsellor ends the follow-up, or hands it over with their consent."""
    followed = Case.objects.filter(centre=centre, state=CaseState.OPEN).count()
    if followed:
        raise Refused(GuidanceReason.CENTRE_HAS_CASES, "status", count=followed)
    for offer in HandOver.objects.filter(centre=centre, state=HandOverState.OFFERED):
        recall(offer, by=by)
    end_all_hours(centre, by=by)
    for day in OpenDay.objects.filter(centre=centre, state=OpenDayState.PLANNED):
        call_off(day, by=by)
