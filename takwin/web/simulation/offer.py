"""Draws the national offer: documented centres and programmes as they stand, the others invented and marked.

Calibration (source s1 lines 20, 21, 44-46 and s2 line 27): 414,800 places, 275,000 first-year, 726 programmes of
which 276 diploma and 426 qualifying (the 24 left unexplained are drawn as pathways) in 18 sectors; in
Marrakech-Safi 33,181 places in 23 institutions, 6 contracted and 5 prison centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from takwin.centres.models import Centre, Kind
from takwin.core.csv_loader import ids, link
from takwin.occupations.models import Occupation
from takwin.offer.choices import ProgrammeKind
from takwin.offer.models import Level, Mode, Offering, Programme, ProgrammeOccupation, Season, Sector
from takwin.territory.models import Area, CensusFigure
from takwin.web.simulation.parts import largest_remainder
from takwin.web.simulation.words import AT_LEVEL, QUALIFYING, SECTORS, TRADE_OCCUPATIONS, TRADES, pairs

CAPACITY, FIRST_YEAR = 414_800, 275_000
COUNTS = {ProgrammeKind.DIPLOMA: 276, ProgrammeKind.QUALIFYING: 426, ProgrammeKind.PATHWAY: 24}
FIXED_REGIONS = {"marrakech-safi": (33_181, {"institution": 23, "contracted-centre": 6, "prison-centre": 5})}
PER_CENTRE = 33_181 / 34
RUNNING = {"operating", "opening", "completed"}
# Levels a kind of centre teaches.
TAUGHT = {
    "ista": {"ts", "t", "q", "bp"},
    "ita": {"t", "q", "s", "pcp"},
    "specialised-institute": {"ts", "t", "q"},
    "craft-training-centre": {"q", "s"},
    "contracted-centre": {"fq", "q"},
    "prison-centre": {"fq", "s", "q"},
    "cmc": {"ts", "t", "q", "fq"},
}
# Size of a centre relative to an institute; kinds that are not there train a few people beside their main work.
WEIGHTS = {
    "cmc": 2.5, "ista": 1.0, "ita": 1.0, "specialised-institute": 1.0, "sector-training-centre": 0.8,
    "craft-training-centre": 0.6, "contracted-centre": 0.25, "prison-centre": 0.25, "second-chance-school": 0.15,
}  # fmt: skip
NAMES = {
    "ista": ("المعهد المتخصص للتكنولوجيا التطبيقية", "ISTA"),
    "ita": ("معهد التكنولوجيا التطبيقية", "ITA"),
    "specialised-institute": ("المعهد المتخصص", "Institut spécialisé"),
    "craft-training-centre": ("مركز التكوين في حرف الصناعة التقليدية", "Centre de formation artisanale"),
    "contracted-centre": ("المركز التعاقدي", "Centre conventionné"),
    "prison-centre": ("مركز إعادة الإدماج", "Centre de réinsertion"),
}


@dataclass
class Site:
    """A centre that will train, with the places it shall have."""

    centre: Centre
    kind: str
    region: str
    places: int
    own: list[Programme]


def write_sectors() -> None:
    rows = [
        Sector(code=code, name_ar=ar, name_fr=fr, name_en=en, simulated=True)
        for code, (ar, fr, en) in SECTORS.items()
        if not Sector.objects.filter(code=code).exists()
    ]
    Sector.objects.bulk_create(rows)


def write_programmes() -> list[Programme]:
    """Documented programmes of a season's levels, and invented ones up to the published counts."""
    levels = {level.code: level for level in Level.objects.all()}
    sectors = {sector.code: sector for sector in Sector.objects.all()}
    have = list(
        Programme.objects.exclude(kind=ProgrammeKind.ACTIVITY).exclude(level=None).exclude(level__code="master")
    )
    kept = [row for row in have if row.sector_id]
    counts = {kind: sum(row.kind == kind for row in kept) for kind in COUNTS}
    fresh: list[Programme] = []
    leads: dict[str, str] = {}
    for kind, wanted in COUNTS.items():
        makers = _names(kind)
        while counts[kind] < wanted:
            sector, code, name_ar, name_fr, level, leads[f"sim-{code}"] = next(makers)
            fresh.append(
                Programme(
                    code=f"sim-{code}", name_ar=name_ar, name_fr=name_fr, sector=sectors[sector], level=levels[level],
                    level_basis="simulated", sector_basis="simulated", kind=kind, simulated=True,
                    months={"fq": 6, "s": 12, "pcp": 36, "bp": 36}.get(level, 24),
                )
            )  # fmt: skip
            counts[kind] += 1
    codes = {row.code for row in kept if row.simulated}
    Programme.objects.bulk_create([row for row in fresh if row.code not in codes], batch_size=500)
    _link(leads)
    return list(
        Programme.objects.filter(code__in=[row.code for row in kept + fresh]).select_related("sector", "level")
    )


def _link(leads: dict[str, str]) -> None:
    """Each invented programme leads to the occupation of its trade."""
    occupations = ids(Occupation)
    pairs = {(pk, occupations[leads[code]]) for code, pk in ids(Programme).items() if code in leads}
    link(ProgrammeOccupation, "programme_id", "occupation_id", pairs)


def _names(kind: str):
    """(sector, code, Arabic, French, level, ISCO-08) in a fixed order, sectors in turn."""
    trades = {sector: pairs(text, "|") for sector, text in TRADES.items()}
    isco = {sector: text.split() for sector, text in TRADE_OCCUPATIONS.items()}
    if kind == ProgrammeKind.PATHWAY:
        for n, (sector, rows) in enumerate(trades.items()):
            for level, ar, fr in (("bp", "البكالوريا المهنية", "Bac pro"), ("pcp", "المسار المهني", "Parcours")):
                yield (
                    sector,
                    f"{level}-{sector}-{n}",
                    f"{ar} {rows[0][0]}",
                    f"{fr} {rows[0][1]}",
                    level,
                    isco[sector][0],
                )
    levels = [(ar, fr, "fq") for ar, fr in QUALIFYING] if kind == ProgrammeKind.QUALIFYING else AT_LEVEL
    cycle = ("ts", "t", "q", "t", "ts", "q", "s")
    for n, (ar, fr, level_of) in enumerate(levels):
        for row in range(max(map(len, trades.values()))):
            for at, (sector, rows) in enumerate(trades.items()):
                if row >= len(rows):
                    continue
                name_ar, name_fr = rows[row]
                next_level = cycle[(row + at) % len(cycle)]
                if level_of == next_level:
                    continue  # taught at this level under the name of the trade alone
                level, names = level_of or next_level, (name_ar, name_fr)
                if kind == ProgrammeKind.QUALIFYING:
                    names = (f"{ar} {name_ar}", f"{fr} : {name_fr}")
                elif level_of:
                    names = (f"{ar} {name_ar}", f"{fr} {name_fr[0].lower()}{name_fr[1:]}")
                yield sector, f"{level}-{sector}-{row}-{n}", *names, level, isco[sector][row]
    yield from _modules(trades, isco, kind, cycle)


def _modules(trades: dict, isco: dict[str, list[str]], kind: str, cycle: tuple[str, ...]):
    """Years of a programme taught as modules, when the trades do not reach the count."""
    for n in range(2, 9):
        for at, (sector, rows) in enumerate(trades.items()):
            for row, (name_ar, name_fr) in enumerate(rows):
                level = "fq" if kind == ProgrammeKind.QUALIFYING else cycle[(row + at + n) % len(cycle)]
                code, ar, fr = f"{level}-{sector}-{row}-m{n}", f"{name_ar}، الوحدة {n}", f"{name_fr}, module {n}"
                yield sector, code, ar, fr, level, isco[sector][row]


def write_centres(rng: np.random.Generator) -> list[Site]:
    """Documented centres that train, and invented ones until each region has its number and its places."""
    regions = list(Area.objects.regions())
    young = _young({region.path: region for region in regions})
    fixed = {code: places for code, (places, _parts) in FIXED_REGIONS.items()}
    others = [region for region in regions if region.code not in fixed]
    shares = largest_remainder(np.array([young[r.code] for r in others]), CAPACITY - sum(fixed.values()))
    target = dict(zip([r.code for r in others], map(int, shares), strict=True)) | fixed
    documented = _documented({region.path: region.code for region in regions})
    sites: list[Site] = []
    for region in regions:
        own = [site for site in documented if site.region == region.code]
        invented = _invent(region, own, target[region.code], rng)
        sites += _share(own, invented, target[region.code], rng)
    return sites


def _young(regions: dict[str, Area]) -> dict[str, float]:
    """Inhabitants of 15 to 24 of each region (census 2024)."""
    rows = CensusFigure.objects.filter(area__kind="region", sex="all", indicator__in=("age_15_19", "age_20_24"))
    out = dict.fromkeys((region.code for region in regions.values()), 0.0)
    for path, value in rows.values_list("area__path", "value"):
        out[regions[path].code] += value / 100 * (regions[path].population or 0)
    return out


def _documented(regions: dict[str, str]) -> list[Site]:
    rows = Centre.objects.filter(simulated=False, status__in=RUNNING).exclude(area=None)
    out = []
    for centre in rows.select_related("kind", "area").prefetch_related("programmes__level"):
        own = [p for p in centre.programmes.all() if p.level and p.sector_id and p.level.code != "master"]
        if centre.area is None or not (own or centre.kind.code in {"cmc", "specialised-institute"}):
            continue
        counted = centre.capacity if centre.capacity_unit in {"seats", "trainees"} else 0
        out.append(Site(centre, centre.kind.code, regions[centre.area.path[:3]], counted or 0, own))
    return out


def _invent(region: Area, own: list[Site], places: int, rng: np.random.Generator) -> list[Site]:
    kinds = {kind.code: kind for kind in Kind.objects.all()}
    if region.code in FIXED_REGIONS:
        parts = dict(FIXED_REGIONS[region.code][1])
        parts["institution"] -= len(own)
    else:
        number = max(1, round(places / PER_CENTRE) - len(own))
        parts = {"institution": number - number // 6, "contracted-centre": number // 10, "prison-centre": number // 15}
    towns = list(Area.objects.communes().filter(path__startswith=region.path).order_by("-population")[:60])
    weights = np.array([town.population or 1 for town in towns], dtype=float) ** 0.6
    sites, seen = [], {}  # type: list[Site], dict[tuple[str, int], int]
    for part, number in parts.items():
        for _n in range(max(number, 0)):
            kind = part
            if part == "institution":
                kind = str(
                    rng.choice(
                        ["ista", "ita", "specialised-institute", "craft-training-centre"], p=[0.5, 0.3, 0.1, 0.1]
                    )
                )
            town = towns[int(rng.choice(len(towns), p=weights / weights.sum()))]
            ordinal = seen[kind, town.pk] = seen.get((kind, town.pk), 0) + 1
            ar, fr = NAMES[kind]
            beds = (
                int(rng.integers(3, 13)) * 20
                if kind in {"ista", "specialised-institute"} and rng.random() < 0.3
                else None
            )
            suffix = "" if ordinal == 1 else f" {ordinal}"
            centre = Centre(
                code=f"sim-{kind}-{town.path.replace('.', '')}-{ordinal}", name_ar=f"{ar} {town.name_ar}{suffix}",
                name_fr=f"{fr} {town.name_fr}{suffix}", kind=kinds[kind], area=town.parent, locality=town.name_fr,
                status="operating", beds=beds, female_share=50 if beds else None, simulated=True,
            )  # fmt: skip
            sites.append(Site(centre, kind, region.code, 0, []))
    return sites


def _share(own: list[Site], invented: list[Site], places: int, rng: np.random.Generator) -> list[Site]:
    """Documented capacities stand; what is left of the region's places goes to the others."""
    open_ones = [site for site in own if not site.places] + invented
    weights = np.array([WEIGHTS.get(site.kind, 0.06) for site in open_ones])
    weights = weights * rng.uniform(0.5, 1.5, len(open_ones))
    left = places - sum(site.places for site in own)
    for site, number in zip(open_ones, largest_remainder(weights, left), strict=True):
        site.places = int(number)
        if site.centre.simulated:
            site.centre.capacity, site.centre.capacity_unit = site.places, "seats"
    codes = set(Centre.objects.filter(simulated=True).values_list("code", flat=True))
    fresh = [site.centre for site in invented if site.centre.code not in codes]
    Centre.objects.bulk_create(fresh, batch_size=500)
    stored = Centre.objects.in_bulk([site.centre.code for site in invented], field_name="code")
    for site in invented:
        site.centre = stored[site.centre.code]
    return own + invented


def write_offerings(season: Season, sites: list[Site], programmes: list[Programme], rng: np.random.Generator) -> int:
    """Offerings whose places add up to the published figures exactly; returns how many."""
    chosen = _choose(sites, programmes, rng)
    modes = {mode.code: mode for mode in Mode.objects.all()}
    rows: list[Offering] = []
    for site, taught in zip(sites, chosen, strict=True):
        weights = rng.uniform(0.6, 1.4, len(taught))
        for programme, places in zip(taught, largest_remainder(weights, site.places), strict=True):
            mode = "qualifying" if programme.kind == ProgrammeKind.QUALIFYING else "initial"
            if programme.sector and programme.sector.code == "crafts" and rng.random() < 0.3:
                mode = "apprenticeship"
            rows.append(
                Offering(
                    season=season, programme=programme, centre=site.centre, mode=modes[mode],
                    capacity=int(places), simulated=site.centre.simulated or programme not in site.own,
                )
            )  # fmt: skip
    capacity = np.array([row.capacity for row in rows])
    short = np.array([1.0 if row.programme.kind == ProgrammeKind.QUALIFYING else 0.6 for row in rows])
    first = largest_remainder(capacity * short, FIRST_YEAR, capacity)
    seats = largest_remainder(first, round(FIRST_YEAR * season.sample_permille / 1000), first)
    for row, years, opened in zip(rows, first, seats, strict=True):
        row.first_year, row.seats = int(years), int(opened)
    Offering.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _choose(sites: list[Site], programmes: list[Programme], rng: np.random.Generator) -> list[list[Programme]]:
    """What each site teaches: its documented programmes, else a draw; every programme is taught somewhere."""
    by_kind = {kind: [p for p in programmes if p.level and p.level.code in taught] for kind, taught in TAUGHT.items()}
    crafts = [p for p in by_kind["craft-training-centre"] if p.sector and p.sector.code == "crafts"]
    chosen = []
    for site in sites:
        number = {"cmc": 75}.get(site.kind, max(2, site.places // 110))
        pool = crafts if site.kind == "craft-training-centre" else by_kind.get(site.kind, by_kind["ita"])
        if site.kind in {"cmc"} or not site.own:
            extra = [pool[at] for at in rng.permutation(len(pool))[:number]]
            site_list = list(dict.fromkeys([*site.own, *extra]))[: max(number, len(site.own))]
        else:
            site_list = list(site.own)
        chosen.append(site_list)
    taught = {p.pk for row in chosen for p in row}
    free = [at for at, site in enumerate(sites) if site.centre.simulated]
    lawful = {kind: {p.pk for p in rows} for kind, rows in by_kind.items()}  # a list would compare rows one by one
    for programme in programmes:
        if programme.pk not in taught:
            fits = [at for at in free if programme.pk in lawful.get(sites[at].kind, ())] or free
            chosen[int(rng.choice(fits))].append(programme)
    return chosen
