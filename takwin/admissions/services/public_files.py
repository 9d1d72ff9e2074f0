"""The zip anyone may read of a run: no row of it is a person."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from takwin.admissions.models import BedResult, Run
from takwin.admissions.services import shown
from takwin.admissions.services.archive import EPOCH
from takwin.engines.allocation import at_home

POOLS = ("offering", "programme", "centre", "seats", "requests", "first_choices", "admitted", "full", "from", "to")
RESERVES = ("offering", "group", "seats", "from", "to")
HOUSES = ("centre", "group", "beds", "requests", "granted", "from", "to")


def summary(run: Run) -> dict[str, Any]:
    """published.json: what a candidate checks their line against."""
    return {
        "format": "takwin published run 1",
        "run": run.ref,
        "season": run.season.code,
        "round": run.round.number,
        "seed": run.seed,
        "counts": shown.counts(run.counts),
        "hidden_below": shown.K,
        **shown.roots(run),
    }


def public_zip(run: Run) -> bytes:
    """published.json, certificate.json, pools.csv, reserves.csv, houses.csv and at_home.py; marks in hundredths, an
    empty cell for what is hidden or does not apply. The same bytes whenever it is made."""
    pools, reserves = [], []
    for row in shown.pool_rows(run):
        counts, offering = row.shown, row.offering
        pools.append([
            offering.ref, offering.programme.code, offering.centre.code, row.seats, counts["requests"],
            counts["first_choices"], counts["admitted"], _word(counts["full"]), *_band(counts["cutoff"]),
        ])  # fmt: skip
        reserves += [
            [offering.ref, part["group"], part["seats"], *_band(part["cutoff"])] for part in counts["reserves"]
        ]
    beds = BedResult.objects.filter(run=run).select_related("centre").order_by("centre__code", "group")
    houses = [
        [
            row.centre.code,
            row.group,
            row.beds,
            row.shown["requests"],
            row.shown["granted"],
            *_band(row.shown["cutoff"]),
        ]
        for row in beds
    ]
    files = {
        "published.json": _json(summary(run)),
        "certificate.json": _json(shown.certificate(run)),
        "pools.csv": _csv(POOLS, pools),
        "reserves.csv": _csv(RESERVES, reserves),
        "houses.csv": _csv(HOUSES, houses),
        "at_home.py": Path(at_home.__file__).read_bytes(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _word(full: bool | None) -> str:
    return "" if full is None else ("yes" if full else "no")


def _band(band: list[int] | None) -> list[Any]:
    return band or [None, None]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _csv(names: tuple[str, ...], rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue().encode()
