"""How many of a centre's trainees have broken, dropped out or abandoned, by the definitions written once."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db.models import Exists, Max, OuterRef, Q

from takwin.core.scope import Scope
from takwin.employment.choices import TrainingStatus
from takwin.employment.rules.leaving import Course, status
from takwin.training.models import Contract, Enrolment
from takwin.training.rules.companies import OPEN


def counts(scope: Scope, today: date) -> Counter[TrainingStatus]:
    """Trainees by kind of leaving, in one query."""
    held = Contract.objects.filter(enrolment=OuterRef("pk"), state__in=OPEN)
    rows = Enrolment.objects.within(scope).order_by().annotate(
        held=Exists(held), broken=Max("contracts__ended_on", filter=Q(contracts__state__in=["broken", "lapsed"]))
    )  # fmt: skip
    totals: Counter[TrainingStatus] = Counter()
    for state, mode, since, contract, broken in rows.values_list("state", "mode__code", "since_on", "held", "broken"):
        totals[status(Course(state, mode == "apprenticeship", since, contract, broken), today)] += 1
    return totals
