"""Loads the bodies named in the documents."""

from pathlib import Path

from takwin.core.csv_loader import Counts, Upsert, read
from takwin.organisations.choices import OrganisationKind
from takwin.organisations.models import Organisation


def load(folder: Path, documents: dict[str, int]) -> list[Counts]:
    rows = Upsert(Organisation)
    for row in read(folder / "organisations.csv", ("code", "name_ar", "name_fr", "name_en", "kind")):
        rows.add(
            code=row.needed("code"),
            name_ar=row.text("name_ar") or row.needed("name_fr"),
            name_fr=row.text("name_fr"),
            name_en=row.text("name_en"),
            kind=row.choice("kind", OrganisationKind),
            **row.source(documents),
        )
    return [rows.write("organisations")]
