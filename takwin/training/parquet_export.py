"""Current statements of attendance as a Parquet file, for analyses over the nation outside the application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from takwin.training.models import Statement

BATCH = 200_000
# No person: centre, area, programme, day, presence and hours.
COLUMNS = {
    "on": "on",
    "value": "value",
    "hours": "roll__length",
    "programme": "roll__course__group__version__programme__code",
    "centre": "roll__course__group__centre__code",
    "area": "roll__course__group__centre__area__path",
}
SCHEMA = pa.schema(
    [("on", pa.date32()), ("value", pa.dictionary(pa.int8(), pa.string())), ("hours", pa.int8()),
     ("programme", pa.dictionary(pa.int32(), pa.string())), ("centre", pa.dictionary(pa.int32(), pa.string())),
     ("area", pa.dictionary(pa.int32(), pa.string()))]
)  # fmt: skip


def write(path: Path, first: date, last: date) -> int:
    """Write every current statement between two days; how many. Memory stays bounded; the file is whole or absent."""
    part = path.with_suffix(path.suffix + ".part")
    rows = Statement.objects.filter(is_current=True, on__range=(first, last)).order_by().values_list(*COLUMNS.values())
    count = 0
    with pq.ParquetWriter(part, SCHEMA, compression="zstd") as writer:
        for batch in _batches(rows.iterator(BATCH)):
            columns = zip(*batch, strict=True)
            arrays = [pa.array(column, SCHEMA.field(n).type) for n, column in enumerate(columns)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
            count += len(batch)
    part.replace(path)
    return count


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
