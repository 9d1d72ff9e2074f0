"""What the offer learns: pressure, fill, completion and insertion of each programme in each region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from takwin.admissions.choices import ApplicationState
from takwin.admissions.models import Application
from takwin.core.scope import Scope
from takwin.employment.models import SurveyInvitation, SurveyWave
from takwin.employment.rules.rates import INDICATORS, Rate, rate
from takwin.offer.models import Offering, Programme, Season
from takwin.territory.models import Area
from takwin.training.choices import EnrolmentState
from takwin.training.models import Enrolment


@dataclass
class Cell:
    """A programme in a region. Counts; shares are reckoned from them, None without a denominator."""

    programme: Programme
    region: Area
    seats: int = 0
    requests: int = 0
    confirmed: int = 0
    begun: int = 0
    finished: int = 0
    insertion: Rate | None = None

    @property
    def pressure(self) -> float | None:
        return self.requests / self.seats if self.seats else None

    @property
    def fill(self) -> float | None:
        return self.confirmed / self.seats if self.seats else None

    @property
    def completion(self) -> Rate | None:
        return Rate(self.finished, self.begun, self.begun) if self.begun else None


Key = tuple[int, str]


def cells(scope: Scope, season: Season, wave: SurveyWave | None) -> list[Cell]:
    """Five queries, whatever the size of the network."""
    found: dict[Key, dict[str, Any]] = defaultdict(dict)
    row: Any
    offerings = Offering.objects.within(scope).filter(season=season).order_by()
    for row in offerings.values("programme", path=F("centre__area__path")).annotate(
        seats=Sum("seats"), requests=Sum("demand__requests")
    ):
        _add(found, row, seats=row["seats"] or 0, requests=row["requests"] or 0)
    held = Application.objects.filter(season=season, state=ApplicationState.CONFIRMED, seat__offering__in=offerings)
    for row in held.order_by().values(
        programme=F("seat__offering__programme"), path=F("seat__offering__centre__area__path")
    ).annotate(confirmed=Count("pk")):  # fmt: skip
        _add(found, row, confirmed=row["confirmed"])
    ended = Q(state=EnrolmentState.FINISHED)
    gone = Q(state__in=[EnrolmentState.FINISHED, EnrolmentState.ABANDONED])
    rows = Enrolment.objects.within(scope).order_by()
    for row in rows.values(programme=F("version__programme"), path=F("centre__area__path")).annotate(
        begun=Count("pk", gone), finished=Count("pk", ended)
    ):
        _add(found, row, begun=row["begun"], finished=row["finished"])
    if wave is not None:
        _insertion(found, scope, wave)
    programmes = Programme.objects.in_bulk({programme for programme, _region in found})
    regions = {row.path: row for row in Area.objects.regions()}
    out = []
    for (programme, region), facts in found.items():
        if region in regions:
            insertion = rate(facts.pop("answers", {}), facts.pop("frame", 0), INDICATORS["insertion"])
            cell = Cell(programmes[programme], regions[region], **facts)
            cell.insertion = insertion if insertion.frame else None
            out.append(cell)
    return sorted(out, key=lambda cell: (-(cell.insertion.answered if cell.insertion else 0), -cell.seats))


def _add(found: dict[Key, dict[str, Any]], row: dict[str, Any], **counts: int) -> None:
    cell = found[row["programme"], (row["path"] or "")[:3]]
    for name, count in counts.items():
        cell[name] = cell.get(name, 0) + count


def _insertion(found: dict[Key, dict[str, Any]], scope: Scope, wave: SurveyWave) -> None:
    rows = SurveyInvitation.objects.within(scope).filter(wave=wave).order_by()
    row: Any
    for row in rows.values(
        "outcome", programme=F("graduate__programme"), path=F("graduate__region__path")
    ).annotate(people=Count("pk")):  # fmt: skip
        cell = found[row["programme"], (row["path"] or "")[:3]]
        cell["frame"] = cell.get("frame", 0) + row["people"]
        if row["outcome"]:
            answers = cell.setdefault("answers", {})
            answers[row["outcome"]] = answers.get(row["outcome"], 0) + row["people"]
