"""Loads occupations of ISCO-08."""

from pathlib import Path

from takwin.core.csv_loader import Counts, Row, Upsert, read
from takwin.occupations.choices import ProfileBasis
from takwin.occupations.models import Occupation

NAMES = ("name_ar", "name_fr", "name_en")
TASKS = ("tasks_ar", "tasks_fr", "tasks_en")


def load(folder: Path, _documents: dict[str, int]) -> list[Counts]:
    sectors = {row.needed("code") for row in read(folder / "sectors.csv", ("code",))}
    measured = set(Occupation.objects.filter(interests_basis=ProfileBasis.ONET).values_list("code", flat=True))
    rows = Upsert(Occupation)
    for row in read(folder / "occupations.csv", ("code", *NAMES, "sector", "interests", "onet", *TASKS)):
        code = isco_code(row)
        if (sector := row.text("sector")) and sector not in sectors:
            raise row.fail("sector", f"unknown code {sector!r}")
        texts = {name: row.needed(name) for name in NAMES} | {name: row.text(name, 300) for name in TASKS}
        # A profile measured by O*NET, once imported, is not replaced by the one classified here.
        profile = {} if code in measured else _profile(row)
        note = "ISCO-08, International Labour Organization"
        rows.add(code=code, sector=sector, onet=row.text("onet", 10), note=note, **texts, **profile)
    return [rows.write("occupations")]


def isco_code(row: Row) -> str:
    """The `code` of a row: one to four digits."""
    code = row.needed("code")
    if not (code.isascii() and code.isdecimal()) or len(code) > 4:
        raise row.fail("code", f"{code!r} is not a code of ISCO-08")
    return code


def _profile(row: Row) -> dict[str, object]:
    """Six digits from 1 to 7, R I A S E C; empty for a group too wide."""
    text = row.text("interests")
    if text and (len(text) != 6 or not set(text) <= set("1234567")):
        raise row.fail("interests", f"{text!r} is not six digits from 1 to 7")
    return {"interests": [int(sign) for sign in text], "interests_basis": ProfileBasis.ASSIGNED if text else ""}
