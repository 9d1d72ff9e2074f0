"""Reading clients and their tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from takwin.admissions import selectors as admissions
from takwin.guidance.choices import SittingState
from takwin.guidance.models import Client, Sitting
from takwin.guidance.rules import ItemFigure, item_figures
from takwin.offer.choices import Schooling
from takwin.offer.models import Programme

NEWEST = 200_000  # item statistics read no more than this


@dataclass(frozen=True, slots=True)
class Subject:
    """The facts about a person advice is computed from. `scores`: six sums of the test, empty without a test."""

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


def new_of(user: Any) -> Client:
    """The client an account would have, not kept."""
    return Client(account=user)


def guest(ref: str) -> Client | None:
    """The client of a session, as long as nobody has claimed it."""
    rows = Client.objects.filter(account__isnull=True, person__isnull=True, merged_into__isnull=True)
    return rows.select_related("commune__parent").filter(ref=ref).first()


def draft(client: Client | None) -> Sitting | None:
    return client.sittings.filter(state=SittingState.DRAFT).first() if client else None


def newest_test(client: Client | None) -> Sitting | None:
    """The last finished test."""
    return client.sittings.filter(state=SittingState.FINISHED).order_by("-finished_at").first() if client else None


def item_statistics(version: str, *, simulated: bool) -> tuple[int, list[ItemFigure], dict[str, float | None]]:
    """`item_figures` of the newest finished tests of a version, real or simulated, never both.

    The count is read on every call; figures are cached until the count has grown by one percent.
    """
    rows = Sitting.objects.filter(version=version, state=SittingState.FINISHED, simulated=simulated)
    count = rows.count()
    _count, figures, alphas = _statistics(version, simulated, count // max(1, count // 100), count // 100)
    return count, figures, alphas


@lru_cache(maxsize=8)
def _statistics(version: str, simulated: bool, _bucket: int, _step: int) -> Any:
    rows = Sitting.objects.filter(version=version, state=SittingState.FINISHED, simulated=simulated)
    return item_figures(rows.order_by("-pk").values_list("answers", flat=True)[:NEWEST].iterator(10_000))


def clear_cache() -> None:
    """Drop the cached item statistics. Tests need it: each starts with an empty database."""
    _statistics.cache_clear()


def advised(client: Client, limit: int = 5) -> list[Programme]:
    """The programmes that headed a client's last advice."""
    row = client.advice.order_by("-at", "-pk").first()
    if row is None:
        return []
    found = Programme.objects.in_bulk(row.programmes[:limit], field_name="code")
    return [found[code] for code in row.programmes[:limit] if code in found]


def application_of(client: Client) -> Any:
    """The newest application of a client: by account, or by record."""
    person = client.person_id
    return admissions.newest(account=client.account_id, person=person) if client.account_id or person else None


def subject(client: Client | None, test: Sitting | None) -> Subject:
    """The facts advice is computed from: a client's own entries, else those of their application."""
    scores = tuple(test.scores) if test else ()
    if client is None:
        return Subject(scores=scores)
    limits: dict[str, Any] = {"max_km": client.max_km, "wants_bed": client.wants_bed, "modes": tuple(client.modes)}
    application = None if client.schooling else application_of(client)
    if application is None or not application.schooling:
        source, born_on, commune = client, client.born_on, client.commune
    else:
        source, person = application, application.person
        born_on, commune = person.born_on, client.commune or person.commune
    schooling: dict[str, Any] = {"schooling": source.schooling, "stream": source.stream, "diploma": source.diploma}
    return Subject(born_on=born_on, commune=commune, scores=scores, **schooling, **limits)
