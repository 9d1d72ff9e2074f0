"""Loads projects with their disagreements, agreements and commitments."""

from __future__ import annotations

from pathlib import Path

from takwin.centres.models import Centre
from takwin.core.csv_loader import Counts, Upsert, ids, link, read
from takwin.organisations.models import Organisation
from takwin.portfolio.choices import AgreementStatus, Axis, Basis, Phase
from takwin.portfolio.models import Agreement, Commitment, Disagreement, Project
from takwin.territory.models import Area


def load(folder: Path, documents: dict[str, int]) -> list[Counts]:
    return [
        _projects(folder, documents),
        _disagreements(folder, documents),
        _agreements(folder, documents),
        _commitments(folder, documents),
    ]


def _projects(folder: Path, documents: dict[str, int]) -> Counts:
    centres, areas, bodies = ids(Centre), ids(Area), ids(Organisation)
    rows, partners = Upsert(Project), {}
    for row in read(folder / "projects.csv", ("code", "phase", "axis", "partners", "budget_mdh")):
        code = row.needed("code")
        partners[code] = [body for _n, body in row.codes("partners", bodies)]
        rows.add(
            code=code,
            name_ar=row.needed("name_ar"),
            name_fr=row.text("name_fr"),
            centre_id=row.code("centre", centres),
            area_id=row.code("area", areas),
            site=row.text("site"),
            budget=row.money("budget_mdh"),
            budget_detail=row.money("budget_detail_mdh"),
            area_m2=row.integer("area_m2"),
            phase=row.choice("phase", Phase),
            axis=row.choice("axis", Axis),
            capacity=row.integer("capacity"),
            capacity_unit=row.text("capacity_unit"),
            summary_table=row.text("summary_table"),
            line_detail=row.text("line_detail"),
            note=row.text("note"),
            **row.source(documents),
        )
    counts = rows.write("projects")
    by_code = ids(Project)
    pairs = {(by_code[code], body) for code, found in partners.items() for body in found}
    link(Project.partners.through, "project_id", "organisation_id", pairs)
    return counts


def _disagreements(folder: Path, documents: dict[str, int]) -> Counts:
    # Whole summary tables: no single project stands behind them.
    projects: dict[str, int | None] = {**ids(Project), "all-completed": None, "all-new": None, "all": None}
    rows = Upsert(Disagreement, key=("number",))
    for row in read(folder / "disagreements.csv", ("id", "project", "field", "severity"), key=("id",)):
        rows.add(
            number=row.integer("id"),
            project_id=row.code("project", projects, empty=False),  # type: ignore[arg-type]
            field=row.needed("field"),
            in_summary=row.text("in_summary"),
            in_detail=row.text("in_detail"),
            severity=row.needed("severity"),
            note=row.text("note"),
            **row.source(documents),
        )
    return rows.write("disagreements")


def _agreements(folder: Path, documents: dict[str, int]) -> Counts:
    bodies, centres = ids(Organisation), ids(Centre)
    rows, parties = Upsert(Agreement), {}
    for row in read(folder / "agreements.csv", ("code", "parties", "object_fr", "object_en", "status")):
        code = row.needed("code")
        parties[code] = row.codes("parties", bodies, centres)
        rows.add(
            code=code,
            object_ar=row.text("object_ar"),
            object_fr=row.needed("object_fr"),
            object_en=row.needed("object_en"),
            signed_on=row.text("date", 10),
            year=row.integer("year", 1956, 2100),
            status=row.choice("status", AgreementStatus),
            note=row.text("note"),
            **row.source(documents),
        )
    counts = rows.write("agreements")
    by_code = ids(Agreement)
    tables = (
        (Agreement.parties.through, "organisation_id"),
        (Agreement.centre_parties.through, "centre_id"),
    )
    for number, (through, column) in enumerate(tables):
        pairs = {(by_code[code], body) for code, found in parties.items() for n, body in found if n == number}
        link(through, "agreement_id", column, pairs)
    return counts


def _commitments(folder: Path, documents: dict[str, int]) -> Counts:
    rows = Upsert(Commitment)
    for row in read(folder / "commitments.csv", ("code", "year", "level", "mdh", "basis")):
        rows.add(
            code=row.needed("code"),
            year=row.integer("year", 1956, 2100),
            name_ar=row.text("name_ar") or row.needed("name_fr"),
            name_fr=row.text("name_fr"),
            name_en=row.text("name_en"),
            level=row.needed("level"),
            amount=row.money("mdh"),
            basis=row.choice("basis", Basis),
            as_written=row.text("as_written"),
            note=row.text("note"),
            **row.source(documents),
        )
    return rows.write("commitments")
