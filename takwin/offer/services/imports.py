"""Import of offerings from CSV and XLSX: read, judge every row, then write all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from takwin.centres.choices import CentreReason, CentreStatus
from takwin.centres.models import Centre
from takwin.centres.services import working
from takwin.core import spreadsheets
from takwin.core.changes import journal
from takwin.core.csv_loader import ids
from takwin.core.errors import Refused
from takwin.core.numbers import parse_int
from takwin.core.scope import Scope
from takwin.offer.choices import OfferReason as R
from takwin.offer.choices import SeasonState
from takwin.offer.models import Mode, Offering, Programme, Season
from takwin.offer.signals import offerings_change

COLUMNS = ("centre", "programme", "mode", "capacity", "first_year", "seats")
NUMBERS = ("capacity", "first_year", "seats")
ROW_LIMIT = 20_000
PLACE_LIMIT = 100_000


@dataclass
class Line:
    """One row of the file: what it says, what it would do, what is wrong with it."""

    number: int
    cells: dict[str, str]
    errors: list[tuple[str, Refused]] = field(default_factory=list)
    action: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def read_rows(file: Any) -> list[Line]:
    """Rows of a CSV or of the first sheet of an XLSX, by the house's door for spreadsheets."""
    table = spreadsheets.read_rows(file, most_rows=ROW_LIMIT)
    if not table or not any(table[0]):
        raise Refused(R.NOTHING_TO_IMPORT, "file")
    head = [cell.strip().lower() for cell in table[0]]
    for column in COLUMNS:
        if column not in head:
            raise Refused(R.MISSING_COLUMN, "file", column=column)
    body = [(n, row) for n, row in enumerate(table[1:], start=2) if any(cell.strip() for cell in row)]
    if not body:
        raise Refused(R.NOTHING_TO_IMPORT, "file")
    at = {column: head.index(column) for column in COLUMNS}
    return [
        Line(n, {column: row[place].strip() if place < len(row) else "" for column, place in at.items()})
        for n, row in body
    ]


def judge(lines: list[Line], season: Season, scope: Scope) -> list[Line]:
    """Fill errors, action and values of each line; constant number of queries."""
    programmes, modes, centres = ids(Programme), ids(Mode), ids(Centre)
    mine = set(Centre.objects.within(scope).values_list("pk", flat=True))
    shut = set(Centre.objects.filter(status=CentreStatus.CLOSED).values_list("pk", flat=True))
    have = {(row.centre_id, row.programme_id, row.mode_id): row for row in Offering.objects.filter(season=season)}
    seen: dict[tuple[int, int, int], int] = {}
    for line in lines:
        found = _codes(line, {"centre": centres, "programme": programmes, "mode": modes})
        if "centre" in found and found["centre"] not in mine:
            line.errors.append(("centre", Refused(R.OUT_OF_SCOPE, value=line.cells["centre"])))
        if found.get("centre") in shut:
            line.errors.append(("centre", Refused(CentreReason.CENTRE_CLOSED, centre=line.cells["centre"])))
        numbers = _numbers(line)
        if line.errors:
            continue
        key = (found["centre"], found["programme"], found["mode"])
        if key in seen:
            line.errors.append(("programme", Refused(R.REPEATED_ROW, row=seen[key])))
            continue
        seen[key] = line.number
        line.values = {f"{name}_id": pk for name, pk in found.items()} | numbers
        old = have.get(key)
        same = old is not None and all(getattr(old, name) == numbers[name] for name in NUMBERS)
        line.action = "add" if old is None else "same" if same else "change"
    return lines


def _codes(line: Line, known: dict[str, dict[str, int]]) -> dict[str, int]:
    found = {}
    for name, codes in known.items():
        value = line.cells[name]
        if value in codes:
            found[name] = codes[value]
        else:
            line.errors.append((name, Refused(R.UNKNOWN_CODE, value=value, what=name)))
    return found


def _numbers(line: Line) -> dict[str, int]:
    """Whole numbers, each within the one before it: seats within first_year within capacity."""
    out, high = {}, PLACE_LIMIT
    for name in NUMBERS:
        value = parse_int(line.cells[name], least=0, most=high)
        if value is None:
            line.errors.append((name, Refused(R.NOT_A_NUMBER, value=line.cells[name], low=0, high=high)))
            return {}
        out[name] = high = value
    return out


def import_offerings(*, file: Any, season: Season, scope: Scope, dry_run: bool = True, by: Any) -> list[Line]:
    """Judge a file, and write it when `dry_run` is false and no row is refused. Returns the judged lines."""
    lines = judge(read_rows(file), season, scope)
    if dry_run:
        return lines
    wrong = sum(bool(line.errors) for line in lines)
    if wrong:
        raise Refused(R.ROWS_REFUSED, "file", count=wrong)
    with working(*{line.values["centre_id"] for line in lines if line.action == "add"}):
        locked = Season.objects.select_for_update().get(pk=season.pk)
        if locked.state in {SeasonState.ALLOCATED, SeasonState.ENDED}:
            raise Refused(R.SEASON_PUBLISHED, "file")
        if any(line.action != "same" for line in lines):
            offerings_change.send(Offering, season=locked, by=by)
        _write(lines, locked)
        counts = {action: sum(line.action == action for line in lines) for action in ("add", "change", "same")}
        journal(locked, "import", by=by, counts=counts)
    return lines


def _write(lines: list[Line], season: Season) -> None:
    fresh = [Offering(season=season, **line.values) for line in lines if line.action == "add"]
    Offering.objects.bulk_create(fresh, batch_size=500)
    changed = {
        (line.values["centre_id"], line.values["programme_id"], line.values["mode_id"]): line
        for line in lines
        if line.action == "change"
    }
    rows = []
    for row in Offering.objects.filter(season=season, centre__in=[key[0] for key in changed]):
        line = changed.get((row.centre_id, row.programme_id, row.mode_id))
        if line:
            for name in NUMBERS:
                setattr(row, name, line.values[name])
            rows.append(row)
    Offering.objects.bulk_update(rows, NUMBERS, batch_size=500)
