"""What a desk shows within a scope: figures, centres, work waiting."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from takwin.accounts.models import User
from takwin.admissions import selectors as admissions
from takwin.admissions.models import PoolResult
from takwin.centres.models import Centre
from takwin.core.contexts import Task, contexts
from takwin.core.scope import Scope
from takwin.core.text import list_words
from takwin.offer.models import Offering, Season
from takwin.territory.models import Area
from takwin.territory.selectors import Shape, geometry, shapes


def place_names(scope: Scope) -> str:
    """Where this desk is, in words."""
    if scope.everywhere:
        return _("The whole network")
    areas = [area.label for area in Area.objects.filter(path__in=scope.areas)]
    centres = [centre.label for centre in Centre.objects.filter(pk__in=scope.centres)]
    return list_words(areas + centres)


def centres(scope: Scope, season: Season | None) -> Any:
    """Centres that train this season, with seats, requests and admitted."""
    mine = Q(offerings__season=season)
    run = admissions.published_run(season) if season else None
    rows = Centre.objects.within(scope).with_places().filter(mine)
    rows = rows.annotate(
        places=Coalesce(Sum("offerings__capacity", filter=mine), 0),
        seats=Coalesce(Sum("offerings__seats", filter=mine), 0),
        taught=Count("offerings", filter=mine),
        requests=Coalesce(Sum("offerings__demand__requests", filter=mine), 0),
    )
    return rows, run


def admitted_by_centre(run: Any, centre_ids: list[int]) -> dict[int, int]:
    if run is None:
        return {}
    rows = PoolResult.objects.filter(run=run, offering__centre__in=centre_ids)
    return dict(rows.values_list("offering__centre").annotate(total=Sum("admitted")).order_by())


def beds(scope: Scope, season: Season | None) -> int:
    """Beds of the centres that train this season."""
    mine = Offering.objects.within(scope).filter(season=season).values("centre")
    return Centre.objects.filter(pk__in=mine).aggregate(total=Coalesce(Sum("beds"), 0))["total"]


def waiting(user: User) -> list[Task]:
    """What waits for a decision of this visitor, as each context declares it."""
    return [task for context in contexts() if context.waiting for task in context.waiting(user)]


def shapes_of(scope: Scope, season: Season | None) -> list[Shape]:
    """Provinces of a region's desk, else the regions, shaded by places."""
    if len(scope.areas) == 1:
        top = next(iter(scope.areas))
        places = list(Area.objects.provinces().filter(path__startswith=top))
        level = "provinces"
    else:
        places, level = list(Area.objects.regions()), "regions"
    by_path = {place.path: place.code for place in places if place.iso in geometry(level)["shapes"]}
    values: dict[str, float] = dict.fromkeys(by_path.values(), 0)
    for row in admissions.demand_by(season, "centre__area__path", scope) if season else []:
        path = row["centre__area__path"] or ""
        key = next((code for prefix, code in by_path.items() if path.startswith(prefix)), None)
        if key:
            values[key] += row["capacity"] or 0
    return shapes(level, [place for place in places if place.code in values], values, {})
