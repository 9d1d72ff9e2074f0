"""Imports interest profiles from the O*NET database: the tab-separated file `Interests.txt`.

One line an occupation, element and scale: elements 1.B.1.a to 1.B.1.f are the six types of Holland, scale OI their
profile from 1 to 7; other scales (IH: high points) are passed over. CC BY 4.0, US Department of Labor.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from takwin.core.csv_loader import Row, TableError, read
from takwin.occupations.choices import ProfileBasis
from takwin.occupations.models import Occupation

COLUMNS = ("O*NET-SOC Code", "Element ID", "Scale ID", "Data Value")
ELEMENTS = {f"1.B.1.{letter}": place for place, letter in enumerate("abcdef")}
PROFILE = "OI"


@dataclass(frozen=True)
class ImportSummary:
    """What an import did: occupations of the file, ours that took a profile, ours whose code the file lacks."""

    in_file: int
    taken: int
    missing: tuple[str, ...]


def load(path: Path) -> ImportSummary:
    """Give our occupations the profiles of the file. A TableError leaves them as they were."""
    found: dict[str, list[float | None]] = {}
    where: dict[str, int] = {}
    for row in read(path, COLUMNS, ("O*NET-SOC Code", "Element ID", "Scale ID"), delimiter="\t"):
        if row.text("Scale ID") != PROFILE or row.text("Element ID") not in ELEMENTS:
            continue
        code = row.needed("O*NET-SOC Code")
        found.setdefault(code, [None] * 6)[ELEMENTS[row.text("Element ID")]] = _value(row)
        where[code] = row.line
    for code, profile in found.items():
        if None in profile:
            raise TableError(path, where[code], "Element ID", f"{code} has {6 - profile.count(None)} of six interests")
    with transaction.atomic():
        ours = list(Occupation.objects.exclude(onet="").select_for_update())
        taken = [occupation for occupation in ours if occupation.onet in found]
        for occupation in taken:
            occupation.interests, occupation.interests_basis = found[occupation.onet], ProfileBasis.ONET
        Occupation.objects.bulk_update(taken, ["interests", "interests_basis"])
    return ImportSummary(
        len(found), len(taken), tuple(sorted(occupation.onet for occupation in ours if occupation.onet not in found))
    )


def _value(row: Row) -> float:
    value = row.decimal("Data Value")
    if value is None or not 1 <= value <= 7:
        raise row.fail("Data Value", f"{row.text('Data Value')!r} is not a number from 1 to 7")
    return float(value)
