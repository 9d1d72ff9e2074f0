"""Loads kinds, centres, poles, spaces and target groups."""

from __future__ import annotations

from pathlib import Path

from takwin.centres.choices import CapacityUnit, CentreStatus
from takwin.centres.models import Centre, Kind, Pole, Space, TargetGroup
from takwin.core.csv_loader import Counts, Upsert, ids, link, read
from takwin.organisations.models import Organisation
from takwin.territory.models import Area

NAMES = ("name_ar", "name_fr", "name_en")


def load(folder: Path, documents: dict[str, int]) -> list[Counts]:
    return [
        _kinds(folder),
        *_centres(folder, documents),
        _poles(folder, documents),
        _spaces(folder, documents),
        _target_groups(folder, documents),
    ]


def _kinds(folder: Path) -> Counts:
    rows = Upsert(Kind)
    for row in read(folder / "kinds.csv", ("code", "trains", *NAMES)):
        names = {name: row.needed(name) for name in NAMES}
        rows.add(code=row.needed("code"), trains=row.integer("trains", 0, 1) == 1, **names)
    return rows.write("kinds")


def _centres(folder: Path, documents: dict[str, int]) -> list[Counts]:
    kinds, areas, bodies = ids(Kind), ids(Area), ids(Organisation)
    rows, operators = Upsert(Centre), {}
    table = read(folder / "centres.csv", ("code", "kind", "area", "status", "operators", "source", "line"))
    # A centre may be run by another centre of the list: only bodies become operators.
    centres = {row.text("code"): 0 for row in table}
    for row in table:
        code = row.needed("code")
        area = row.code("area", areas)
        beds, share = row.integer("beds"), row.integer("female_share", 0, 100)
        if share is not None and beds is None:
            raise row.fail("female_share", "a share for girls needs a number of beds")
        values = {
            "kind_id": row.code("kind", kinds, empty=False),
            "area_id": area,
            "name_ar": row.needed("name_ar"),
            "name_fr": row.text("name_fr"),
            "locality": row.text("locality"),
            "capacity": row.integer("capacity"),
            "capacity_unit": row.choice("capacity_unit", CapacityUnit, empty=True),
            "beds": beds,
            "female_share": share,
            "area_m2": row.integer("area_m2"),
            "status": row.choice("status", CentreStatus),
            "opened_on": row.text("opened_on", 10),
            "managed_order": row.integer("managed_order"),
            "also": row.text("also"),
            "note": row.text("note"),
        }
        rows.add(code=code, **values, **row.source(documents))
        operators[code] = [body for n, body in row.codes("operators", bodies, centres) if n == 0]
    counts = rows.write("centres")
    by_code = ids(Centre)
    pairs = {(by_code[code], body) for code, found in operators.items() for body in found}
    link(Centre.operators.through, "centre_id", "organisation_id", pairs)
    return [counts]


def _poles(folder: Path, documents: dict[str, int]) -> Counts:
    centres, rows = ids(Centre), Upsert(Pole, key=("centre_id", "code"))
    for row in read(folder / "poles.csv", ("centre", "order", "code", *NAMES), key=("centre", "code")):
        rows.add(
            centre_id=row.code("centre", centres, empty=False),
            code=row.needed("code"),
            order=row.integer("order", 1, 99),
            platform_ar=row.text("platform_ar"),
            platform_fr=row.text("platform_fr"),
            capacity=row.integer("capacity"),
            capacity_unit=row.text("capacity_unit"),
            **{name: row.text(name) for name in NAMES},
            **row.source(documents),
        )
    return rows.write("poles")


def _spaces(folder: Path, documents: dict[str, int]) -> Counts:
    centres, rows = ids(Centre), Upsert(Space, key=("centre_id", "group", "code"))
    key = ("centre", "group", "code")
    for row in read(folder / "spaces.csv", (*key, *NAMES), key=key):
        rows.add(
            centre_id=row.code("centre", centres, empty=False),
            group=row.needed("group"),
            code=row.needed("code"),
            capacity=row.integer("capacity"),
            capacity_unit=row.text("capacity_unit"),
            **{name: row.text(name) for name in NAMES},
            **row.source(documents),
        )
    return rows.write("spaces")


def _target_groups(folder: Path, documents: dict[str, int]) -> Counts:
    centres, rows = ids(Centre), Upsert(TargetGroup, key=("centre_id", "name_ar"))
    for row in read(folder / "target_groups.csv", ("centre", *NAMES), key=("centre", "name_ar")):
        rows.add(
            centre_id=row.code("centre", centres, empty=False),
            **{name: row.text(name) for name in NAMES},
            **row.source(documents),
        )
    return rows.write("target groups")
