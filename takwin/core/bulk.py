"""Many rows at once. After a bulk write the planner must know: without statistics PostgreSQL joined a whole season row
by row (241 s to allocate and publish for 20,000 candidates; 12 s with them)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

BATCH = 10_000


def analyze(*tables: type[models.Model]) -> None:
    """Refresh the planner's statistics of some tables; allowed inside a transaction on both databases."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")


def load(table: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows of plain values, in batches, by COPY on PostgreSQL; memory stays bounded.

    Columns left out take the database's defaults. Constraints hold; Python's validation is left to the caller.
    """
    quote = connection.ops.quote_name
    columns = [str(table._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
    into = f"{quote(table._meta.db_table)} ({', '.join(map(quote, columns))})"
    marks, waiting, count = ", ".join(["%s"] * len(columns)), iter(rows), 0
    with connection.cursor() as cursor:
        # A batch is read before it is sent: rows may come from a query, and a connection does one thing at a time.
        while batch := list(islice(waiting, BATCH)):
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                    for row in batch:
                        copy.write_row(row)
            else:
                cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", batch)
            count += len(batch)
    return count
