"""Reading clients and their tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from takwin.admissions import selectors as admissions
from takwin.core.scope import Scope
from takwin.core.text import terms
from takwin.guidance.choices import SittingState
from takwin.guidance.models import Client, Sitting
from takwin.offer.choices import Schooling


@dataclass(frozen=True, slots=True)
class Subject:
    """What advice knows of someone. `scores`: six sums of the test, empty without one."""

    schooling: str = ""
    stream: str = "none"
    diploma: str = "none"
    born_on: date | None = None
    commune: Any = None
    max_km: int | None = None
    wants_bed: bool = False
    modes: tuple[str, ...] = ()
    scores: tuple[int, ...] = ()

    @property
    def schooling_label(self) -> str:
        return str(Schooling(self.schooling).label) if self.schooling else ""


def guest(ref: str) -> Client | None:
    """The client of a session, as long as nobody has claimed it."""
    rows = Client.objects.filter(account__isnull=True, person__isnull=True, merged_into__isnull=True)
    return rows.select_related("commune__parent").filter(ref=ref).first()


def draft(client: Client | None) -> Sitting | None:
    return client.sittings.filter(state=SittingState.DRAFT).first() if client else None


def newest_test(client: Client | None) -> Sitting | None:
    """The last finished test."""
    return client.sittings.filter(state=SittingState.FINISHED).order_by("-finished_at").first() if client else None


def answers(version: str, *, simulated: bool) -> QuerySet[Any]:
    """The finished answer sets of a version, real or simulated, never both."""
    rows = Sitting.objects.filter(version=version, state=SittingState.FINISHED, simulated=simulated)
    return rows.values_list("answers", flat=True)


def application_of(client: Client) -> Any:
    """The newest application of a client: by account, or by record."""
    person = client.person_id
    return admissions.newest(account=client.account_id, person=person) if client.account_id or person else None


def subject(client: Client | None, test: Sitting | None) -> Subject:
    """What a client told guidance; where they told nothing, what their application says."""
    scores = tuple(test.scores) if test else ()
    if client is None:
        return Subject(scores=scores)
    limits: dict[str, Any] = {"max_km": client.max_km, "wants_bed": client.wants_bed, "modes": tuple(client.modes)}
    application = None if client.schooling else application_of(client)
    if application is None or not application.schooling:
        told, born_on, commune = client, client.born_on, client.commune
    else:
        told, person = application, application.person
        born_on, commune = person.born_on, client.commune or person.commune
    schooling: dict[str, Any] = {"schooling": told.schooling, "stream": told.stream, "diploma": told.diploma}
    return Subject(born_on=born_on, commune=commune, scores=scores, **schooling, **limits)


def search(scope: Scope, query: str, limit: int = 20) -> list[Client]:
    """Clients a counsellor may find by name or phone: those of their centres, or with an appointment there."""
    rows = Client.objects.filter(merged_into__isnull=True).select_related("person", "account")
    for term in terms(query):
        rows = rows.filter(Q(search_text__contains=term) | Q(person__search_text__contains=term))
    if not scope.everywhere:
        here = Q(appointments__slot__centre__in=scope.centres) | Q(cases__centre__in=scope.centres)
        for path in scope.areas:
            here |= Q(appointments__slot__centre__area__path__startswith=path)
            here |= Q(cases__centre__area__path__startswith=path)
        rows = rows.filter(here)
    return list(rows.distinct().order_by("-pk")[:limit])
