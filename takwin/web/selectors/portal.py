"""What anyone may read of centres, programmes, projects."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from takwin.admissions import selectors as admissions
from takwin.centres.choices import SpaceGroup
from takwin.centres.models import Centre, Kind
from takwin.core.crowd import comparable
from takwin.core.fields import matching
from takwin.core.scope import EVERYWHERE
from takwin.occupations.models import Occupation
from takwin.occupations.selectors import occupations as described
from takwin.offer import catalogue
from takwin.offer.finding import LONGEST_QUERY
from takwin.offer.models import Offering, Programme, ProgrammeOccupation, Season, Sector
from takwin.offer.selectors import access
from takwin.portfolio.models import Agreement, Commitment, Project
from takwin.territory.models import Area
from takwin.territory.selectors import Shape, geometry, shapes


def centres(season: Season | None) -> QuerySet[Centre]:
    """Centres with the number of their programmes and places this season."""
    mine = Q(offerings__season=season)
    return Centre.objects.with_places().annotate(
        taught=Count("offerings__programme", filter=mine, distinct=True),
        places=Coalesce(Sum("offerings__capacity", filter=mine), 0),
    )


def kinds() -> list[Kind]:
    return list(Kind.objects.filter(centres__isnull=False).distinct())


def centre(code: str) -> Centre:
    return Centre.objects.with_places().prefetch_related("poles", "target_groups", "operators").get(code=code)


def spaces(centre: Centre) -> list[tuple[Any, list[Any]]]:
    """Spaces by pole or group, poles in their order, then shared and living."""
    names = {pole.code: pole.label for pole in centre.poles.all()}
    order = [*names, *SpaceGroup.values]
    found: dict[str, list[Any]] = {}
    for space in centre.spaces.all():
        found.setdefault(space.group if space.group in order else SpaceGroup.OTHER, []).append(space)
    labels: dict[str, Any] = names | dict(SpaceGroup.choices)
    return [(labels[key], found[key]) for key in order if key in found]


def offerings_of(centre: Centre, season: Season | None) -> list[Offering]:
    rows = Offering.objects.filter(centre=centre, season=season).with_names().select_related("demand")
    return list(rows.order_by("programme__level__rank", "programme__name_ar"))


def occupations() -> QuerySet[Occupation]:
    """Occupations with the number of programmes that lead to them."""
    return described().annotate(taught=Count("programmes", distinct=True))


def programmes_of_occupation(occupation: Occupation, limit: int = 60) -> list[ProgrammeOccupation]:
    rows = ProgrammeOccupation.objects.filter(occupation=occupation).select_related(
        "programme__level", "programme__sector"
    )
    return list(rows.order_by("programme__simulated", "programme__level__rank", "programme__code")[:limit])


def occupations_of(programme: Programme) -> list[ProgrammeOccupation]:
    return list(programme.leads.select_related("occupation").order_by("pk"))


def find_occupations(query: str, season: Season | None) -> dict[int, int] | None:
    """Occupations that other words stand for, when their own have none of those asked; else None."""
    if not query.strip() or described().filter(matching("search_text", query[:LONGEST_QUERY])).exists():
        return None
    found = catalogue.find(query, season)
    rows = described().filter(Q(code__in=found.occupations))
    if found.read:
        rows = rows | described().filter(matching("search_text", found.words))
    return dict.fromkeys(rows.values_list("pk", flat=True), 1)


def find_centres(query: str, season: Season | None) -> dict[int, int] | None:
    """Centres that teach what is asked, or are where it says, when no centre is called so; else None."""
    if not query.strip() or Centre.objects.filter(matching("search_text", query[:LONGEST_QUERY])).exists():
        return None
    found = catalogue.find(query, season)
    rows = Centre.objects.filter(matching("search_text", found.words)) if found.read else Centre.objects.none()
    if not rows.exists() and found.ranks:
        taught = Q(offerings__season=season, offerings__programme__in=list(found.ranks))
        rows = Centre.objects.filter(taught | Q(programmes__in=list(found.ranks)))
        if found.place and not found.elsewhere:
            rows = rows.filter(area__path__startswith=Area.objects.get(code=found.place).path)
    return dict.fromkeys(rows.values_list("pk", flat=True), 1)


def projects() -> QuerySet[Project]:
    return Project.objects.select_related("centre", "area__parent").prefetch_related("partners", "disagreements")


def agreements() -> QuerySet[Agreement]:
    return Agreement.objects.prefetch_related("parties", "centre_parties")


def commitments() -> list[Commitment]:
    return list(Commitment.objects.all())


def programmes(season: Season | None) -> QuerySet[Programme]:
    """Programmes with places, seats and requests this season; requests as the public may compare them."""
    mine = Q(offerings__season=season)
    return Programme.objects.select_related("sector", "level").annotate(
        sites=Count("offerings__centre", filter=mine, distinct=True),
        seats=Coalesce(Sum("offerings__seats", filter=mine & Q(offerings__state="open")), 0),
        counted=Coalesce(Sum("offerings__demand__requests", filter=mine), 0),
        requests=comparable("counted"),
    )


def listed_programmes(season: Season | None) -> Any:
    """Programmes fit for the public list: activities only where a centre offers them."""
    return programmes(season).exclude(Q(kind="activity") & Q(sites=0))


def offered(season: Season | None, **where: Any) -> Exists:
    """A condition on programmes: offered this season where the offering meets `where`."""
    return Exists(Offering.objects.filter(season=season, programme=OuterRef("pk"), **where))


def offerings_of_programme(programme: Programme, season: Season | None) -> QuerySet[Offering]:
    rows = Offering.objects.filter(programme=programme, season=season).with_names().select_related("demand")
    return rows.order_by("-seats", "centre__area__path", "pk")


def conditions(programme: Programme, season: Season | None) -> Any:
    return access([programme], season).get(programme.pk) if season else None


def region_map(season: Season | None, url: Any) -> list[Shape]:
    """The twelve regions shaded by places; `url(code)` gives where a region leads."""
    regions = list(Area.objects.regions())
    by_path = {region.path: region.code for region in regions}
    values: dict[str, float] = dict.fromkeys(by_path.values(), 0)
    if season:
        for row in admissions.demand_by(season, "centre__area__path", EVERYWHERE):
            if row["centre__area__path"]:
                values[by_path[row["centre__area__path"][:3]]] += row["capacity"] or 0
    return shapes("regions", regions, values, {region.code: url(region.code) for region in regions})


def province_map(season: Season | None, region: Area, url: Any) -> list[Shape]:
    """The provinces of a region shaded by number of centres."""
    provinces = [
        a
        for a in Area.objects.provinces().filter(path__startswith=region.path)
        if a.iso in geometry("provinces")["shapes"]
    ]
    counted = dict(
        Centre.objects.filter(area__in=provinces).values_list("area__code").annotate(Count("pk")).order_by()
    )
    return shapes("provinces", provinces, counted, {place.code: url(place.code) for place in provinces})


def most_asked_sectors() -> list[Sector]:
    codes = ("health-social-work", "digital-ai", "tourism-hospitality-catering", "crafts")
    found = {sector.code: sector for sector in Sector.objects.filter(code__in=codes)}
    return [found[code] for code in codes if code in found]
