"""The index of programmes of this process, made from the tables and made again when they change."""

from __future__ import annotations

import re
from collections import defaultdict
from threading import Lock
from typing import Any

from django.db.models import Count, F, Max, Sum
from django.db.models.functions import Length

from takwin.offer.choices import ProgrammeKind, TermKind
from takwin.offer.finding import Entry, Found, Index, Place, Synonym
from takwin.offer.models import Offering, Programme, ProgrammeOccupation, Season, Term
from takwin.territory.models import Area

_LOCK = Lock()
_KEPT: dict[str, Any] = {"mark": None, "index": None}


def find(query: str, season: Season | None) -> Found:
    """What a query finds among the programmes of a season. Two queries when nothing has changed."""
    if not query.strip():
        return Found()
    return _index(season).find(query)


def clear_cache() -> None:
    """Drop the index: for tests, whose tables come and go under the same numbers."""
    _KEPT.update(mark=None, index=None)


def _index(season: Season | None) -> Index:
    mark = _mark(season)
    with _LOCK:
        if _KEPT["mark"] != mark:
            _KEPT.update(index=_read(season), mark=mark)
        return _KEPT["index"]


def _mark(season: Season | None) -> tuple[Any, ...]:
    """Numbers that change when a programme, an offering, an occupation or a synonym does."""
    names = Programme.objects.aggregate(Count("pk"), Max("pk"), signs=Sum(Length("search_text")))
    terms = Term.objects.aggregate(Count("pk"), Max("pk"), signs=Sum(Length("terms")), sense=Sum(Length("means")))
    mine = Offering.objects.filter(season=season)
    taught = mine.aggregate(Count("pk"), Max("pk"), pairs=Sum(F("centre_id") * F("programme_id")))
    return (season and season.pk, *names.values(), *terms.values(), *taught.values())


def _read(season: Season | None) -> Index:
    return Index(_entries(season), _synonyms(), _places(), _common())


def _entries(season: Season | None) -> list[Entry]:
    """Programmes, activities only where a centre is known for them."""
    paths: dict[int, set[str]] = defaultdict(set)
    offered = set()
    taught = Offering.objects.filter(season=season).values_list("programme_id", "centre__area__path")
    for pk, path in taught.distinct():
        offered.add(pk)
        paths[pk].add(path or "")
    for pk, path in Programme.places.through.objects.values_list("programme_id", "centre__area__path"):
        paths[pk].add(path or "")
    leads: dict[int, dict[str, list[str]]] = defaultdict(dict)
    links = ProgrammeOccupation.objects.select_related("occupation").order_by("pk")
    for link in links:
        row = link.occupation
        leads[link.programme_id][row.code] = [row.name_ar, row.name_fr, row.name_en]
    out = []
    for programme in Programme.objects.select_related("sector", "level").order_by("pk"):
        if programme.kind == ProgrammeKind.ACTIVITY and not paths[programme.pk]:
            continue
        kinds = [row for row in (programme.sector, programme.level) if row]
        out.append(
            Entry(
                pk=programme.pk,
                names=[programme.name_ar, programme.name_fr, programme.name_en],
                occupations=leads[programme.pk],
                sector=[name for row in kinds for name in (row.name_ar, row.name_fr, row.name_en, row.code)],
                paths=frozenset(paths[programme.pk]),
                code=programme.code,
                offered=programme.pk in offered or not offered,
            )
        )
    return out


def _synonyms() -> list[Synonym]:
    return [
        Synonym(tuple(row.words), tuple(row.meanings), tuple(row.occupations), tuple(row.near))
        for row in Term.objects.filter(kind=TermKind.TRADE)
    ]


def _common() -> list[str]:
    return [word for row in Term.objects.filter(kind=TermKind.COMMON) for word in row.words]


def _places() -> list[Place]:
    """Regions and provinces by name and by the parts of a double name, communes by name, and what people say."""
    out = []
    for area in Area.objects.order_by("-kind", "path"):
        names = [area.name_ar, area.name_fr, area.name_en]
        sure = area.kind != "commune"
        if area.kind == "province":
            names += [part for name in names for part in re.split(r"\s*[-–]\s*", name or "") if len(part) > 3]
        path = area.path if sure else ".".join(area.path.split(".")[:2]) + "."
        out.append(Place([name for name in names if name], path, area.code, sure))
    for row in Term.objects.filter(kind=TermKind.PLACE).select_related("area"):
        if row.area:
            out.append(Place(row.words, row.area.path, row.area.code))
    return out
