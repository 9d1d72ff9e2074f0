"""Imports the official ESCO download: `ISCOGroups_LL.csv` and `occupations_LL.csv`, one file a language.

Format: the CSV package of the ESCO portal, versions 1.1 and 1.2 (UTF-8, comma, quoted, other labels parted by new
lines). What is named by hand in our tables keeps its names; the rest takes ESCO's.
"""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from takwin.core.csv_loader import Counts, Row, TableError, Upsert, ids, read
from takwin.occupations.models import EscoOccupation, Occupation
from takwin.occupations.reference import isco_code

LANGUAGES = ("en", "fr", "ar")
GROUP_COLUMNS = ("conceptType", "conceptUri", "code", "preferredLabel")
OCCUPATION_COLUMNS = ("conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "code")
LIMIT = 300


def load(folder: Path) -> list[Counts]:
    """Everything in one transaction; a TableError anywhere leaves the database as it was."""
    with transaction.atomic():
        return [_groups(folder), _occupations(folder)]


def _tables(folder: Path, stem: str, columns: tuple[str, ...]) -> list[tuple[str, Row]]:
    """(language, row) of each file that is there; English is needed, the others add their names."""
    out = []
    for language in LANGUAGES:
        path = folder / f"{stem}_{language}.csv"
        if language == "en" or path.exists():
            out += [(language, row) for row in read(path, columns, ("conceptUri",))]
    return out


def _groups(folder: Path) -> Counts:
    named = set(Occupation.objects.filter(note__startswith="ISCO-08").values_list("code", flat=True))
    found: dict[str, dict[str, str]] = {}
    for language, row in _tables(folder, "ISCOGroups", GROUP_COLUMNS):
        code = isco_code(row)
        if code not in named:
            found.setdefault(code, {})[f"name_{language}"] = row.needed("preferredLabel")[:LIMIT]
    rows = Upsert(Occupation)
    for code, names in found.items():
        rows.add(code=code, note="ESCO, European Commission", **_whole(names))
    return rows.write("ISCO groups")


def _occupations(folder: Path) -> Counts:
    groups = ids(Occupation)
    found: dict[str, dict[str, str]] = {}
    for language, row in _tables(folder, "occupations", OCCUPATION_COLUMNS):
        uri = row.needed("conceptUri")
        if language == "en":
            found[uri] = {"code": row.text("code", 20), "group": str(row.code("iscoGroup", groups, empty=False))}
        elif uri not in found:
            raise TableError(row.path, row.line, "conceptUri", f"{uri!r} is not in occupations_en.csv")
        found[uri][f"name_{language}"] = row.needed("preferredLabel")[:LIMIT]
        found[uri]["other"] = "\n".join(filter(None, (found[uri].get("other"), row.text("altLabels"))))
    rows = Upsert(EscoOccupation, key=("uri",))
    for uri, facts in found.items():
        group, other = int(facts["group"]), facts.get("other", "")
        rows.add(uri=uri, code=facts["code"], group_id=group, other_names=other, **_whole(facts))
    return rows.write("ESCO occupations")


def _whole(facts: dict[str, str]) -> dict[str, str]:
    """Names in three languages; the Arabic one is never empty."""
    names = {f"name_{language}": facts.get(f"name_{language}", "") for language in LANGUAGES}
    return names | {"name_ar": names["name_ar"] or names["name_fr"] or names["name_en"]}
