"""The one door for spreadsheets: rows of texts out of an XLSX or a CSV that anybody may have made.

The sheet's XML is read as a stream by expat, from a ZIP whose members are unpacked within bounds: no styles, charts,
formulas, links or entities are looked at, so what is odd in them breaks nothing. What is too large ends early.
"""

from __future__ import annotations

import csv
import io
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.core.sheet_xml import BadSheet, TooLarge, read_rels, read_sheet, read_strings, sheet_paths
from takwin.core.text import clean

MOST_BYTES = 5_000_000  # of the file
MOST_UNPACKED = 40_000_000  # bytes out of the ZIP, all members read together
MOST_RATIO = 200  # a member that unpacks to more than this many times itself is a bomb; sheets reach 30
MOST_MEMBERS = 500
MOST_ROWS, MOST_CELLS, MOST_COLUMNS = 20_000, 400_000, 200
MOST_CELL = 32_767  # signs; Excel's own bound
MOST_TEXT = 20_000_000  # signs in all: one shared text of 32,767 signs may be named by every cell
MOST_SECONDS = 5.0  # of the processor, for this thread; a full lawful file takes two
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS of before 2007, and an XLSX under a password
TEXTS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class SheetReason(Reasons):
    EMPTY = "sheet_empty", _("The file is empty. Choose the file that holds the rows.")
    BYTES = "sheet_bytes", _("The file is larger than %(most)s MB. Cut it into several files.")
    UNPACKED = "sheet_unpacked", _("The file unpacks to more than it may. Copy its rows into a new file and save it.")
    ROWS = "sheet_rows", _("The file has more than %(most)s rows. Cut it into several files.")
    CELLS = "sheet_cells", _("The file has too many cells or columns. Keep only the columns that are asked.")
    SLOW = "sheet_slow", _("The file takes too long to read. Copy its rows into a new file and save it.")
    LOCKED = (
        "sheet_locked",
        _("The file has a password or is in the format of before 2007. Save it as XLSX without a password."),
    )
    BROKEN = (
        "sheet_broken",
        _("The file is damaged or cut. Open it in a spreadsheet, save it as XLSX, and send it again."),
    )
    NO_SHEET = "sheet_none", _("The file has no sheet of rows. Put them in the first sheet.")
    OTHER = "sheet_other", _("This is neither CSV nor XLSX. Save it as one of the two.")
    ENCODING = "sheet_encoding", _("The letters of this CSV cannot be read. Save it as “CSV UTF-8”.")


class _Clock:
    """Ends a reading that takes too long, whatever the reason."""

    def __init__(self) -> None:
        self.end = time.thread_time() + MOST_SECONDS

    def check(self) -> None:
        if time.thread_time() > self.end:
            raise Refused(SheetReason.SLOW, "file")


def read_rows(file: Any, *, most_rows: int = MOST_ROWS) -> list[list[str]]:
    """Rows of clean, trimmed texts of the first sheet of rows, or of a CSV; empty rows stay: rows keep their numbers.

    `file` has `read(size)`. Refused with a `SheetReason` that says what to do. A whole number is given without `.0`.
    """
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Refused(SheetReason.BYTES, "file", most=MOST_BYTES // 1_000_000)
    if not raw.strip(b"\x00 \r\n\t"):
        raise Refused(SheetReason.EMPTY, "file")
    if raw.startswith(OLE):
        raise Refused(SheetReason.LOCKED, "file")
    clock = _Clock()
    rows = _xlsx(raw, clock) if raw.startswith(b"PK") else _csv(raw)
    out: list[list[str]] = []
    cells = signs = 0
    try:
        for row in rows:
            clock.check()
            cells += len(row)
            if len(out) >= most_rows + 1:  # the header is no row
                raise Refused(SheetReason.ROWS, "file", most=most_rows)
            texts = [cell[:MOST_CELL] for cell in row]
            signs += sum(map(len, texts))
            if len(row) > MOST_COLUMNS or cells > MOST_CELLS or signs > MOST_TEXT:
                raise Refused(SheetReason.CELLS, "file")
            out.append([clean(cell, lines=False).strip() for cell in texts])
    except TooLarge:
        raise Refused(SheetReason.CELLS, "file") from None
    except (BadSheet, csv.Error, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError,
            RuntimeError, NotImplementedError, RecursionError, MemoryError):  # fmt: skip
        raise Refused(SheetReason.BROKEN, "file") from None
    while out and not any(out[-1]):
        out.pop()
    return out


def _xlsx(raw: bytes, clock: _Clock) -> Iterator[list[str]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {member.filename.replace("\\", "/").lstrip("/"): member for member in archive.infolist()}
        if len(archive.infolist()) > MOST_MEMBERS:
            raise Refused(SheetReason.UNPACKED, "file")
        if any(member.flag_bits & 1 for member in members.values()) or "EncryptedPackage" in members:
            raise Refused(SheetReason.LOCKED, "file")
        if "xl/workbook.xml" not in members:
            raise Refused(SheetReason.OTHER, "file")
        left = [MOST_UNPACKED]

        def parts(name: str) -> Iterator[bytes]:
            """A member in pieces, within what may be unpacked in all."""
            member = members[name]
            if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise BadSheet("compression")
            if member.file_size > left[0] or member.file_size > MOST_RATIO * max(member.compress_size, 1_000):
                raise Refused(SheetReason.UNPACKED, "file")
            with archive.open(member) as stream:
                while piece := stream.read(65_536):
                    clock.check()
                    left[0] -= len(piece)
                    if left[0] < 0:
                        raise Refused(SheetReason.UNPACKED, "file")
                    yield piece

        rels = read_rels(parts("xl/_rels/workbook.xml.rels")) if "xl/_rels/workbook.xml.rels" in members else {}
        paths = [path for path in sheet_paths(parts("xl/workbook.xml"), rels) if path in members]
        if not paths:
            raise Refused(SheetReason.NO_SHEET, "file")
        strings: list[str] = []
        if "xl/sharedStrings.xml" in members:
            pieces = parts("xl/sharedStrings.xml")
            strings = read_strings(pieces, MOST_CELLS, most_signs=MOST_TEXT, longest=MOST_CELL)
        yield from read_sheet(parts(paths[0]), strings, MOST_COLUMNS)


def _csv(raw: bytes) -> Iterator[list[str]]:
    text = _decoded(raw)
    first = text.lstrip("\n").partition("\n")[0]
    marks = {mark: first.count(mark) for mark in ("\t", ";", ",", "|")}
    mark = max(marks, key=lambda candidate: marks[candidate])
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark if marks[mark] else ",", strict=True)


def _decoded(raw: bytes) -> str:
    """UTF-8, or UTF-16 with its mark; another encoding is refused: guessing spoils Arabic names."""
    if raw.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"<?xml", b"<html", b"<!DOCTYPE")):
        raise Refused(SheetReason.OTHER, "file")
    if raw.startswith(TEXTS[1:]):
        return _unpaired(raw.decode("utf-16", "replace"))
    if b"\x00" in raw:
        raise Refused(SheetReason.OTHER, "file")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise Refused(SheetReason.ENCODING, "file") from None


def _unpaired(text: str) -> str:
    if "\ufffd" in text:
        raise Refused(SheetReason.ENCODING, "file")
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
