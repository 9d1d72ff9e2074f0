"""Reading places, and the shapes of the map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language

from takwin.core.fields import matching
from takwin.territory.models import Area
from takwin.territory.rules import distance_km


@dataclass(frozen=True)
class Shape:
    """A place of the map, ready to draw: `shade` 0 (least) to 6 (most)."""

    code: str
    label: str
    path: str
    value: Any
    shade: int
    url: str = ""


def regions() -> list[Area]:
    return list(Area.objects.regions())


def provinces(region_path: str = "") -> list[Area]:
    return list(Area.objects.provinces().filter(path__startswith=region_path))


def area(code: str) -> Area:
    """Raises Area.DoesNotExist."""
    return Area.objects.get(code=code)


def communes(query: str, limit: int = 20) -> QuerySet[Area]:
    """Communes whose name matches, the most peopled first."""
    rows = Area.objects.communes().select_related("parent").filter(matching("search_text", query))
    return rows.order_by("-population")[:limit]


@lru_cache(maxsize=2)
def geometry(level: str) -> dict[str, Any]:
    """The SVG paths of `regions` or `provinces` by ISO code (ODbL, see NOTICE)."""
    text = (settings.BASE_DIR / "data" / "geometry" / f"{level}.json").read_text(encoding="utf-8")
    return json.loads(text)


def shapes(level: str, areas: list[Area], values: dict[str, float], urls: dict[str, str]) -> list[Shape]:
    """Areas with their paths, shaded by seventh of the largest value; keys are area codes."""
    drawn = geometry(level)["shapes"]
    top = max(values.values(), default=0) or 1
    out = []
    for place in areas:
        if place.iso not in drawn:
            continue
        value = values.get(place.code, 0)
        shade = min(6, int(7 * (value / top) ** 0.5)) if value else 0
        out.append(Shape(place.code, place.label, drawn[place.iso]["path"], value, shade, urls.get(place.code, "")))
    return out


def distances(places: Sequence[Area]) -> np.ndarray:
    """(places, places) kilometres between the middles of provinces, NaN where one is not known; at least one row."""
    k = max(len(places), 1)
    out = np.full((k, k), np.nan)
    known = [(at, place) for at, place in enumerate(places) if place.longitude is not None]
    for i, a in known:
        for j, b in known:
            out[i, j] = distance_km(a.longitude, a.latitude, b.longitude, b.latitude)  # type: ignore[arg-type]
    return out


def provinces_within(origin: Area, km: float) -> list[str]:
    """Paths of the provinces whose middle lies within `km` of the middle of the origin's province.

    Communes have no coordinates in the census package, so distances are those between provinces.
    """
    home = origin.parent if origin.kind == "commune" and origin.parent else origin
    if home.longitude is None or home.latitude is None:
        return [home.path]
    found = []
    for place in Area.objects.provinces().exclude(longitude=None):
        assert place.longitude is not None
        assert place.latitude is not None
        if distance_km(home.longitude, home.latitude, place.longitude, place.latitude) <= km:
            found.append(place.path)
    return found


def commune_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Communes by province, for a native list: [(province, [(code, commune)])]."""
    return _commune_choices((get_language() or "ar")[:2])


@lru_cache(maxsize=3)
def _commune_choices(_language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    # Places change once a decade; a restart reads them again.
    groups: dict[str, list[tuple[str, str]]] = {}
    for place in Area.objects.communes().select_related("parent").order_by("parent__name_fr", "name_fr"):
        groups.setdefault(place.parent.label if place.parent else "", []).append((place.code, place.label))
    return list(groups.items())
