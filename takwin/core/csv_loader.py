"""Reading reference tables: every fault names file, line, column and reason, and stops the load."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import models

from takwin.core.money import centimes_from_mdh
from takwin.core.numbers import parse_int


class TableError(Exception):
    """A fault in a reference table; its text is `file:line: column "x": reason`."""

    def __init__(self, path: Path, line: int, column: str, reason: str) -> None:
        super().__init__(f'{path.name}:{line}: column "{column}": {reason}')
        self.path, self.line, self.column, self.reason = path, line, column, reason


@dataclass
class Row:
    """One line of a table, read with checks."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def fail(self, column: str, reason: str) -> TableError:
        return TableError(self.path, self.line, column, reason)

    def text(self, column: str, limit: int = 0) -> str:
        value = self.cells.get(column, "").strip()
        if limit and len(value) > limit:
            raise self.fail(column, f"longer than {limit} characters")
        return value

    def needed(self, column: str) -> str:
        value = self.text(column)
        if not value:
            raise self.fail(column, "is empty")
        return value

    def integer(self, column: str, low: int = 0, high: int = 2_000_000_000) -> int | None:
        value = self.text(column)
        if not value:
            return None
        if (number := parse_int(value, least=low, most=high)) is None:
            raise self.fail(column, f"{value!r} is not a whole number from {low} to {high}")
        return number

    def decimal(self, column: str) -> Decimal | None:
        value = self.text(column)
        try:
            return Decimal(value) if value else None
        except InvalidOperation:
            raise self.fail(column, f"{value!r} is not a number") from None

    def money(self, column: str) -> int | None:
        """An amount in million dirhams, as centimes."""
        value = self.text(column)
        try:
            return centimes_from_mdh(value) if value else None
        except ValueError as fault:
            raise self.fail(column, str(fault)) from None

    def choice(self, column: str, choices: type[models.TextChoices], *, empty: bool = False) -> str:
        value = self.text(column)
        if (empty and not value) or value in choices.values:
            return value
        raise self.fail(column, f"{value!r} is not one of {', '.join(choices.values)}")

    def code(self, column: str, known: Mapping[str, int], *, empty: bool = True) -> int | None:
        """The id behind a code of another table."""
        value = self.text(column)
        if not value and empty:
            return None
        if value not in known:
            raise self.fail(column, f"unknown code {value!r}")
        return known[value]

    def codes(self, column: str, *known: Mapping[str, int]) -> list[tuple[int, int]]:
        """(number of the mapping, id) for each code of a list parted by semicolons."""
        out = []
        for value in filter(None, (part.strip() for part in self.text(column).split(";"))):
            place = next((n for n, mapping in enumerate(known) if value in mapping), None)
            if place is None:
                raise self.fail(column, f"unknown code {value!r}")
            out.append((place, known[place][value]))
        return out

    def source(self, documents: Mapping[str, int]) -> dict[str, str]:
        """`source` and `line`, both needed, the document known and the lines inside it."""
        source, lines = self.needed("source"), self.needed("line")
        if source not in documents:
            raise self.fail("source", f"unknown document {source!r}")
        for part in lines.replace("-", ";").split(";"):
            if parse_int(part, least=1, most=documents[source]) is None:
                raise self.fail("line", f"{part!r} is not a line of {source} (1 to {documents[source]})")
        return {"source": source, "line": lines}


def read(path: Path, columns: Iterable[str], key: tuple[str, ...] = ("code",), *, delimiter: str = ",") -> list[Row]:
    """The rows of a CSV, byte-order mark or not; refuses missing columns, ragged lines and repeated keys."""
    try:
        handle = path.open(encoding="utf-8-sig", newline="")
    except OSError as fault:
        raise TableError(path, 0, "", f"cannot be read: {fault.strerror}") from None
    with handle:
        reader = csv.reader(handle, delimiter=delimiter, strict=True)
        head = next(reader, [])
        for column in columns:
            if column not in head:
                raise TableError(path, 1, column, "is missing from the header")
        rows: list[Row] = []
        seen: dict[tuple[str, ...], int] = {}
        try:
            for cells in reader:
                line = reader.line_num
                if len(cells) != len(head):
                    raise TableError(path, line, "", f"has {len(cells)} cells, the header has {len(head)}")
                row = Row(path, line, dict(zip(head, cells, strict=True)))
                mark = tuple(row.cells[part] for part in key)
                if mark in seen:
                    raise row.fail(key[0], f"{'/'.join(mark)!r} repeats line {seen[mark]}")
                seen[mark] = line
                rows.append(row)
        except (csv.Error, UnicodeDecodeError) as fault:
            raise TableError(path, reader.line_num, "", str(fault)) from None
    return rows


@dataclass
class Counts:
    """What an upsert did."""

    table: str
    made: int = 0
    changed: int = 0
    same: int = 0

    def __str__(self) -> str:
        return f"{self.table:16} {self.made:6} new {self.changed:6} changed {self.same:6} as before"


@dataclass
class Upsert:
    """Collects rows, then writes only what is new or differs; deletes nothing."""

    model: type[models.Model]
    key: tuple[str, ...] = ("code",)
    wanted: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def add(self, **values: Any) -> None:
        for name, value in values.items():
            # SQLite would store what PostgreSQL refuses: the shorter rule holds for both.
            field = None if name.endswith("_id") else self.model._meta.get_field(name)
            limit = getattr(field, "max_length", None)
            if limit and isinstance(value, str) and len(value) > limit:
                raise ValueError(f"{self.model._meta.label}.{name}: {value!r} is longer than {limit} characters")
        self.wanted[tuple(values[name] for name in self.key)] = values

    def write(self, name: str = "") -> Counts:
        manager = self.model._default_manager
        counts = Counts(name or self.model._meta.model_name or "")
        have = {tuple(getattr(row, part) for part in self.key): row for row in manager.all()}
        fresh, moved, fields = [], [], set()
        for mark, values in self.wanted.items():
            row = have.get(mark)
            if row is None:
                fresh.append(self.model(**values))
                continue
            changed = {name for name, value in values.items() if getattr(row, name) != value}
            if not changed:
                counts.same += 1
                continue
            for part in changed:
                setattr(row, part, values[part])
            fields |= {part.removesuffix("_id") for part in changed}
            moved.append(row)
        manager.bulk_create(fresh, batch_size=500)
        if moved:
            names = {field.name for field in self.model._meta.concrete_fields}
            fields |= {"search_text"} & names
            for row in moved:
                if "search_text" in fields:
                    row._meta.get_field("search_text").pre_save(row, False)  # type: ignore[union-attr]
            manager.bulk_update(moved, sorted(fields), batch_size=500)
        counts.made, counts.changed = len(fresh), len(moved)
        return counts


def ids(model: type[models.Model], key: str = "code") -> dict[str, int]:
    """Ids by code."""
    return dict(model._default_manager.values_list(key, "pk"))


def link(through: type[models.Model], left: str, right: str, pairs: set[tuple[int, int]]) -> int:
    """Add the missing rows of a many-to-many table; returns how many."""
    manager = through._default_manager
    have = set(manager.values_list(left, right))
    missing = sorted(pairs - have)
    manager.bulk_create([through(**{left: a, right: b}) for a, b in missing], batch_size=500)
    return len(missing)
