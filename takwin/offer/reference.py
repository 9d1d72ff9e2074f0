"""Loads sectors, levels, modes, programmes, access rules and the vocabulary of search."""

from __future__ import annotations

from pathlib import Path

from takwin.centres.models import Centre
from takwin.core.csv_loader import Counts, Row, Upsert, ids, link, read
from takwin.occupations.models import Occupation
from takwin.offer.choices import Diploma, LinkBasis, ProgrammeKind, Schooling, Stream, TermKind
from takwin.offer.models import AccessRule, Level, Mode, Programme, ProgrammeOccupation, Sector, Term
from takwin.territory.models import Area

NAMES = ("name_ar", "name_fr", "name_en")


def load(folder: Path, documents: dict[str, int]) -> list[Counts]:
    simple = [_named(folder, model, name, documents) for model, name in ((Sector, "sectors"), (Mode, "modes"))]
    programmes = [_levels(folder, documents), _programmes(folder, documents), _occupations(folder)]
    return [*simple, *programmes, _access_rules(folder), _terms(folder)]


def _named(folder: Path, model: type[Sector] | type[Mode], name: str, documents: dict[str, int]) -> Counts:
    rows = Upsert(model)
    for row in read(folder / f"{name}.csv", ("code", *NAMES, "source", "line")):
        rows.add(code=row.needed("code"), **_names(row), **row.source(documents))
    return rows.write(name)


def _levels(folder: Path, documents: dict[str, int]) -> Counts:
    rows = Upsert(Level)
    for row in read(folder / "levels.csv", ("code", "rank", "kind", *NAMES)):
        rows.add(
            code=row.needed("code"),
            rank=row.integer("rank", 1, 99),
            kind=row.needed("kind"),
            **_names(row),
            **row.source(documents),
        )
    return rows.write("levels")


def _programmes(folder: Path, documents: dict[str, int]) -> Counts:
    sectors, levels, centres = ids(Sector), ids(Level), ids(Centre)
    rows, places = Upsert(Programme), {}
    for row in read(folder / "programmes.csv", ("code", "sector", "level", "kind", "places")):
        code = row.needed("code")
        places[code] = [centre for _n, centre in row.codes("places", centres)]
        rows.add(
            code=code,
            sector_id=row.code("sector", sectors),
            sector_basis=row.text("sector_basis"),
            level_id=row.code("level", levels),
            level_basis=row.text("level_basis"),
            kind=row.choice("kind", ProgrammeKind),
            type_as_written=row.text("type_as_written"),
            note=row.text("note"),
            simulated=False,
            **_names(row),
            **row.source(documents),
        )
    counts = rows.write("programmes")
    by_code = ids(Programme)
    pairs = {(by_code[code], centre) for code, found in places.items() for centre in found}
    link(Programme.places.through, "programme_id", "centre_id", pairs)
    return counts


def _occupations(folder: Path) -> Counts:
    """Each programme has its occupations; a programme that is not in the table is a fault of the table."""
    programmes, occupations = ids(Programme), ids(Occupation)
    path = folder / "programme_occupations.csv"
    rows, seen = Upsert(ProgrammeOccupation, key=("programme_id", "occupation_id")), set()
    for row in read(path, ("programme", "occupations", "basis"), ("programme",)):
        programme, basis = row.code("programme", programmes, empty=False), row.choice("basis", LinkBasis)
        seen.add(row.needed("programme"))
        for _n, occupation in row.codes("occupations", occupations):
            rows.add(programme_id=programme, occupation_id=occupation, basis=basis)
    for row in read(folder / "programmes.csv", ("code",)):
        if row.needed("code") not in seen:
            raise row.fail("code", f"has no row in {path.name}")
    return rows.write("occupations of programmes")


def _access_rules(folder: Path) -> Counts:
    levels, programmes = ids(Level), ids(Programme)
    rows = Upsert(AccessRule, key=("level_id", "programme_id"))
    key = ("level", "programme")
    for row in read(folder / "access_rules.csv", (*key, "schooling", "bridge", "streams", "source"), key=key):
        level, programme = row.code("level", levels), row.code("programme", programmes)
        if (level is None) == (programme is None):
            raise row.fail("level", "name a level or a programme, one of the two")
        streams = [part for part in row.text("streams").split(";") if part]
        for stream in streams:
            if stream not in Stream.values:
                raise row.fail("streams", f"{stream!r} is not one of {', '.join(Stream.values)}")
        rows.add(
            level_id=level,
            programme_id=programme,
            schooling=row.choice("schooling", Schooling),
            bridge=row.choice("bridge", Diploma),
            streams=streams,
            age_min=row.integer("age_min", 10, 99),
            age_max=row.integer("age_max", 10, 99),
            source=row.needed("source"),
        )
    return rows.write("access rules")


LANGUAGES = ("ar", "fr", "en", "ary")


def _terms(folder: Path) -> Counts:
    """Words people search by. A code that is not in its table is a fault of this one."""
    programmes, occupations, areas = ids(Programme), ids(Occupation), ids(Area)
    columns = ("language", "kind", "terms", "means", "occupations", "near", "area", "source")
    rows = Upsert(Term)
    for row in read(folder / "synonyms.csv", ("code", *columns)):
        if row.needed("language") not in LANGUAGES:
            raise row.fail("language", f"{row.text('language')!r} is not one of {', '.join(LANGUAGES)}")
        for column, known in (("occupations", occupations), ("near", programmes)):
            row.codes(column, known)
        rows.add(
            code=row.needed("code"),
            language=row.needed("language"),
            kind=row.choice("kind", TermKind),
            terms=row.needed("terms"),
            means=row.text("means"),
            occupations=_parts(row, "occupations"),
            near=_parts(row, "near"),
            area_id=row.code("area", areas),
            source=row.needed("source"),
        )
    return rows.write("search terms")


def _parts(row: Row, column: str) -> list[str]:
    return [part.strip() for part in row.text(column).split(";") if part.strip()]


def _names(row: Row) -> dict[str, str]:
    return {name: row.text(name) for name in NAMES} | {"name_ar": row.text("name_ar") or row.needed("name_fr")}
