"""One bad name in a database stops nobody's export."""

import csv
import io
import json

import pytest
import typst
from openpyxl import load_workbook

from takwin.core.pdf import compiled
from takwin.core.text import clean_calendar
from takwin.ui.listing import Column, download

NAMES = [
    "A\x01B",
    "\x00x",
    "\ud800y",
    "a\u202eb",
    "x;=cmd|' /C calc'!A0",
    "=1+1",
    "\ufffe",
    "a\r\nb",
    "e\u0301",
    '"q"',
    "",
]
COLUMNS = [Column("name", "name", lambda row: row), Column("n", "n", lambda _row: -1)]


def body(wanted):
    answer = download("people", COLUMNS, NAMES, wanted)
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_csv_has_its_mark_and_each_cell_between_quotes():
    raw = body("csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert "=cmd" in text
    # A reader that parts at semicolons finds no cell that begins with a sign that runs.
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1] == ["AB", "-1"]
    assert [row[0] for row in rows[2:]] == ["x", "y", "ab", NAMES[4], "'=1+1", "", "a\nb", "é", '"q"', ""]


def test_xlsx():
    sheet = load_workbook(io.BytesIO(body("xlsx"))).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)][:4] == ["AB", "x", "y", "ab"]


def test_json():
    rows = json.loads(body("json"))
    assert [row["name"] for row in rows][:4] == ["AB", "x", "y", "ab"]
    assert rows[0]["n"] == -1


def test_icalendar_keeps_its_line_ends():
    raw = "BEGIN:VEVENT\r\nSUMMARY:A\x01B\u202eC\x0bD\r\n folded\r\nEND:VEVENT\r\n".encode()
    assert clean_calendar(raw) == b"BEGIN:VEVENT\r\nSUMMARY:ABC D\r\n folded\r\nEND:VEVENT\r\n"


def test_pdf():
    facts = {"names": ["A\x01B", "\ud800", "\x00", "\u202e"]}
    assert b"pdfuaid" in compiled("takwin.ui.tests", "names.typ", facts)


@pytest.mark.parametrize("name", ["سلمى 😀", "𞤀𞤣𞤤𞤢𞤥", "Nguyễn 阮", "ⵙⴰⵍⵎⴰ"])
def test_a_sign_that_no_font_has_is_a_box_and_no_error(name):
    made = compiled("takwin.ui.tests", "names.typ", {"names": [name, "Amina"]})
    assert made.startswith(b"%PDF")
    assert b"pdfuaid" not in made


def test_another_fault_of_a_sheet_is_not_hidden():
    with pytest.raises(typst.TypstError):
        compiled("takwin.ui.tests", "names.typ", {"nothing": []})
