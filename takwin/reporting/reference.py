"""Loads documents, published figures, identities and uncertain values; and all the contexts below, in order."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

import takwin.centres.reference
import takwin.employment.reference
import takwin.occupations.reference
import takwin.offer.reference
import takwin.organisations.reference
import takwin.portfolio.reference
import takwin.territory.reference
import takwin.training.reference
from takwin.core.csv_loader import Counts, Row, TableError, Upsert, read
from takwin.portfolio.choices import Basis
from takwin.reporting.models import Document, Identity, PublishedFigure, Uncertain
from takwin.reporting.rules import KINDS

BELOW = (
    takwin.territory.reference,
    takwin.organisations.reference,
    takwin.centres.reference,
    takwin.occupations.reference,
    takwin.portfolio.reference,
    takwin.offer.reference,
    takwin.training.reference,
    takwin.employment.reference,
)


def load_all(folder: Path) -> list[Counts]:
    """Everything in one transaction: a TableError anywhere leaves the database as it was."""
    with transaction.atomic():
        documents, counts = _documents(folder)
        for context in BELOW:
            counts += context.load(folder, documents)
        return counts + [
            _figures(folder, documents),
            _identities(folder, documents),
            _uncertain(folder, documents),
        ]


def _yaml(path: Path) -> list[dict[str, Any]]:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise TableError(path, 0, "", f"cannot be read: {fault.strerror}") from None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 0
        raise TableError(path, line, "", str(fault.problem)) from None


def _documents(folder: Path) -> tuple[dict[str, int], list[Counts]]:
    rows, lines = Upsert(Document), {}
    for entry in _yaml(folder / "documents.yaml"):
        lines[entry["id"]] = entry["lines"]
        rows.add(
            code=entry["id"],
            title_ar=entry["title_ar"] or "",
            publisher_ar=entry["publisher_ar"] or "",
            **{name: entry[name] for name in ("publisher", "kind", "date", "period", "lines", "remarks")},
        )
    return lines, [rows.write("documents")]


def _figures(folder: Path, documents: dict[str, int]) -> Counts:
    labels = {row.text("code"): row for row in read(folder / "indicators.csv", ("code", "name_ar", "name_fr"))}
    rows = Upsert(PublishedFigure)
    copied = ("table", "scope", "indicator", "value")
    plain = ("scope_ar", "scope_fr", "period", "unit", "qualifier", "as_written", "note")
    for row in read(folder / "figures.csv", ("code", *copied, *plain, "basis", "source", "line")):
        rows.add(
            code=row.needed("code"),
            number=_number(row),
            basis=row.choice("basis", Basis),
            **{name: row.needed(name) for name in copied},
            **{name: row.text(name) for name in plain},
            **_labels(row, labels),
            **row.source(documents),
        )
    return rows.write("figures")


def _number(row: Row) -> Decimal | None:
    try:
        return Decimal(row.text("value"))
    except InvalidOperation:
        if row.text("unit") in {"", "date"}:
            return None  # a date, or the number of a law
        raise row.fail("value", f"{row.text('value')!r} is not a number") from None


def _labels(row: Row, labels: dict[str, Row]) -> dict[str, str]:
    if row.text("name_ar"):
        return {name: row.text(name) for name in ("name_ar", "name_fr", "name_en")}
    label = labels.get(row.text("indicator"))
    if label is None:
        raise row.fail("indicator", f"{row.text('indicator')!r} has no label in indicators.csv")
    english = row.text("indicator").replace("-", " ").capitalize()
    return {"name_ar": label.needed("name_ar"), "name_fr": label.needed("name_fr"), "name_en": english}


def _identities(folder: Path, documents: dict[str, int]) -> Counts:
    path, rows = folder / "identities.yaml", Upsert(Identity)
    names = {row.text("code"): row for row in read(folder / "identity_titles.csv", ("code", "title_ar", "title_fr"))}
    for number, entry in enumerate(_yaml(path), start=1):
        if entry["kind"] not in KINDS:
            raise TableError(path, number, "kind", f"unknown kind {entry['kind']!r}")
        if entry["source"] not in documents or not entry["line"]:
            raise TableError(path, number, "source", "needs a known document and a line")
        title = names.get(entry["id"])
        rows.add(
            code=entry["id"],
            title_ar=title.text("title_ar") if title else "",
            title_fr=title.text("title_fr") if title else "",
            **{name: entry[name] for name in ("title", "kind", "strength", "terms", "term_labels", "expected")},
            **{name: entry[name] for name in ("tolerance", "source", "line", "note")},
        )
    return rows.write("identities")


def _uncertain(folder: Path, documents: dict[str, int]) -> Counts:
    rows = Upsert(Uncertain)
    names = ("topic", "kind", "value", "as_written", "label", "candidates", "likelihood", "reasoning")
    for row in read(folder / "uncertain.csv", ("id", *names), key=("id",)):
        values = {name: row.text(name) for name in names}
        rows.add(code=row.needed("id"), **values, **row.source(documents))
    return rows.write("uncertain")
