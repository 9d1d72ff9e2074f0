"""The XML inside an XLSX, read as a stream by expat: names of sheets, shared texts, rows. No DTD, no entities.

Source: ECMA-376 part 1, section 18 (SpreadsheetML). Dates stay as they are stored: nothing of ours is read from them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

MOST_DEPTH = 64
GAP = 1_000  # rows left empty between two that are written: a sheet may name row 1,048,576
Attributes = dict[str, str]


class BadSheet(Exception):  # noqa: N818 - `spreadsheets` makes a refusal of it
    """Not XML, or not XML that a spreadsheet writes."""


class TooLarge(Exception):  # noqa: N818 - `spreadsheets` makes a refusal of it
    """More texts than a spreadsheet of ours holds."""


class _Stream:
    """An expat parser that refuses DTDs and depth; handlers get local names."""

    def __init__(
        self,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] = lambda _name: None,
        text: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.depth, self.start, self.end = 0, start, end
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = text
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_told: object) -> None:
        raise BadSheet("DTD")

    def _start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise BadSheet("depth")
        self.start(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2])

    def feed(self, pieces: Iterable[bytes]) -> Iterator[None]:
        """Parse piece by piece; a step after each, so that the reader may hand on what it has."""
        try:
            for piece in pieces:
                self.parser.Parse(piece, False)
                yield
            self.parser.Parse(b"", True)
            yield
        except (expat.ExpatError, LookupError) as broken:  # a lookup: of an encoding nobody knows
            raise BadSheet(str(broken)) from None


def read_rels(pieces: Iterable[bytes]) -> dict[str, str]:
    """Paths inside the ZIP by relation, for worksheets only: a chart sheet has no rows."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[attributes.get("Id", "")] = path

    for _step in _Stream(start).feed(pieces):
        pass
    return found


def sheet_paths(pieces: Iterable[bytes], rels: dict[str, str]) -> list[str]:
    """Paths of the worksheets in the order of the tabs."""
    found: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            key = next((value for key, value in attributes.items() if key == "id" or key.endswith(":id")), "")
            if key in rels:
                found.append(rels[key])

    for _step in _Stream(start).feed(pieces):
        pass
    return found


def read_strings(pieces: Iterable[bytes], most: int, *, most_signs: int, longest: int) -> list[str]:
    """The shared texts, without the readings that Japanese adds (`rPh`), each cut at `longest` signs. TooLarge beyond
    `most` texts or `most_signs` signs in all, before more of them are kept."""
    found: list[str] = []
    parts: list[str] = []
    inside = {"t": 0, "rPh": 0}
    signs = [0, 0]  # of all texts, of this one

    def start(name: str, _attributes: Attributes) -> None:
        if name in inside:
            inside[name] += 1
        elif name == "si":
            parts.clear()
            signs[1] = 0

    def end(name: str) -> None:
        if name in inside:
            inside[name] -= 1
        elif name == "si":
            if len(found) >= most:
                raise TooLarge("texts")
            found.append("".join(parts))

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"] and signs[1] < longest:
            parts.append(piece[: longest - signs[1]])
            signs[:] = signs[0] + len(parts[-1]), signs[1] + len(parts[-1])
            if signs[0] > most_signs:
                raise TooLarge("signs")

    for _step in _Stream(start, end, text).feed(pieces):
        pass
    return found


def read_sheet(pieces: Iterable[bytes], strings: list[str], most_columns: int) -> Iterator[list[str]]:
    """Rows in order, those left out as empty ones (up to 1,000 at once); a cell beyond the columns is refused.

    Rows left out are handed on one by one and never kept: a piece of the file can name thousands of gaps, and whoever
    reads counts each row of them and stops.
    """
    reader = _Rows(strings, most_columns)
    for _step in _Stream(reader.start, reader.end, reader.text).feed(pieces):
        for gap, row in reader.done:
            for _empty in range(gap):
                yield []
            yield row
        reader.done.clear()


class _Rows:
    """Handlers of a worksheet's elements: `row`, `c`, and what a cell holds (`v`, or `t` inside `is`)."""

    def __init__(self, strings: list[str], most_columns: int) -> None:
        self.strings, self.most = strings, most_columns
        self.done: list[tuple[int, list[str]]] = []  # rows left out before a row, and the row
        self.row: list[str] = []
        self.at = self.number = self.gap = 0
        self.kind, self.reads, self.parts = "", False, [""]

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            number = _number(attributes.get("r", ""))
            self.gap = min(GAP, max(0, number - self.number - 1))
            self.number = max(number, self.number + 1)
            self.row, self.at = [], 0
        elif name == "c":
            column = _column(attributes.get("r", ""))
            self.at = column if column else self.at + 1
            if self.at > self.most:
                # Styled cells far to the right are common; only a written one is beyond what is read.
                self.at = self.most + 1
            self.kind, self.parts = attributes.get("t", "n"), []
        elif name in {"v", "t"}:
            self.reads = True

    def text(self, piece: str) -> None:
        if self.reads:
            self.parts.append(piece)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self.reads = False
        elif name == "c":
            if value := self._value("".join(self.parts)):
                self.row += [""] * (self.at - len(self.row))
                self.row[self.at - 1] = value
        elif name == "row":
            self.done.append((self.gap, self.row))

    def _value(self, text: str) -> str:
        if self.kind == "s":
            place = _number(text)
            return self.strings[place] if text.strip() and place < len(self.strings) else ""
        if self.kind == "b":
            return "1" if text.strip() == "1" else "0"
        if self.kind == "e":
            return ""  # #REF!, #N/A: nothing was written
        return text.removesuffix(".0") if self.kind == "n" else text


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _column(reference: str) -> int:
    """The column of a reference: `AB12` is 28; 0 when there is none."""
    out = 0
    for sign in reference[:4]:
        if not "A" <= sign <= "Z":
            break
        out = out * 26 + ord(sign) - 64
    return out
