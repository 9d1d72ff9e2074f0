"""Loads occupations of ISCO-08."""

from pathlib import Path

from takwin.core.tables import Counts, Upsert, read
from takwin.occupations.models import Occupation


def load(folder: Path, _documents: dict[str, int]) -> list[Counts]:
    rows = Upsert(Occupation)
    for row in read(folder / "occupations.csv", ("code", "name_ar", "name_fr", "name_en")):
        code = row.needed("code")
        if not code.isdigit() or len(code) > 4:
            raise row.fail("code", f"{code!r} is not a code of ISCO-08")
        names = {name: row.needed(name) for name in ("name_ar", "name_fr", "name_en")}
        rows.add(code=code, note="ISCO-08, International Labour Organization", **names)
    return [rows.write("occupations")]
