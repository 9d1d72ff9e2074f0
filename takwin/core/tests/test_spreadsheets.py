"""The door for spreadsheets: whatever anybody made, rows come out or a sentence that says what to do."""

import io
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from takwin.core import spreadsheets
from takwin.core.errors import Refused
from takwin.core.spreadsheets import SheetReason as R
from takwin.core.spreadsheets import read_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>centre</t></is></c><c r="B1"><v>12</v></c></row>'


def book(sheet=ROW, *, strings=None, extra=(), tabs=("worksheet",), method=zipfile.ZIP_DEFLATED, raw=None):
    """An XLSX written by hand: `tabs` are kinds of sheets, the first worksheet holds `sheet`."""
    kinds = [f'<sheet name="t{n}" sheetId="{n}" r:id="r{n}"/>' for n, _kind in enumerate(tabs, 1)]
    links = [
        f'<Relationship Id="r{n}" Type="{LINK}/{kind}" Target="{kind}s/sheet{n}.xml"/>'
        for n, kind in enumerate(tabs, 1)
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets>{"".join(kinds)}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{RELS}">{"".join(links)}</Relationships>'
        )
        for n, kind in enumerate(tabs, 1):
            body = f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
            archive.writestr(f"xl/{kind}s/sheet{n}.xml", raw if raw is not None else body)
        if strings is not None:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        for name, content in extra:
            archive.writestr(name, content)
    return out.getvalue()


def read(raw, **more):
    return read_rows(io.BytesIO(raw), **more)


def outcome(raw):
    """Rows of texts, or the reason why not: anything else raises."""
    try:
        return {type(cell) for row in read(raw) for cell in row}
    except Refused as refused:
        return refused.reason


def refusal(raw, **more):
    with pytest.raises(Refused) as refused:
        read(raw, **more)
    assert str(refused.value)
    return refused.value.reason


def peak_of(call):
    """Bytes that were held at once during a call, beyond what was held before it."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestXlsx:
    def test_what_another_library_writes(self):
        made, out = Workbook(), io.BytesIO()
        for row in (["centre", "عدد", 3, 4.5, True, None, "A\u202eB"], [], [None, " x "], ["=1+1", "\u0661"]):
            made.active.append(row)
        made.save(out)
        assert read(out.getvalue()) == [["centre", "عدد", "3", "4.5", "1", "", "AB"], [], ["", "x"], ["", "\u0661"]]

    def test_shared_texts_rows_left_out_and_a_prefix(self):
        rows = '<row r="2"><c r="C2" t="s"><v>1</v></c><c r="A2" t="s"><v>0</v></c></row>'
        rows += '<row r="4"><c><v>7.0</v></c></row>'
        texts = "<si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r><rPh><t>no</t></rPh></si>"
        assert read(book(rows, strings=texts)) == [[], ["a", "", "bc"], [], ["7"]]
        prefixed = f'<x:w xmlns:x="{MAIN}"><x:row><x:c><x:v>5</x:v></x:c></x:row></x:w>'
        assert read(book(raw=prefixed)) == [["5"]]

    @pytest.mark.parametrize(
        "styles",
        ["<styleSheet><fills><fill/></fills></styleSheet>", '<styleSheet><numFmts><numFmt numFmtId="164"/></numFmts>',
         "no xml", ""],
    )  # fmt: skip
    def test_styles_of_any_kind_break_nothing(self, styles):
        assert read(book(extra=[("xl/styles.xml", styles)])) == [["centre", "12"]]

    def test_a_chart_sheet_first_is_passed_over(self):
        assert read(book(tabs=("chartsheet", "worksheet"))) == [["centre", "12"]]
        assert refusal(book(tabs=("chartsheet",))) == R.NO_SHEET

    @pytest.mark.parametrize(
        "cells",
        ['<c r="ZZZZ9"><v>1</v></c>', '<c r="é"><v>1</v></c>', '<c t="s"><v>99</v></c>', '<c t="s"><v>-1</v></c>',
         '<c t="s"><v>x</v></c>', '<c t="e"><v>#REF!</v></c>', '<c t="d"><v>9999-99-99</v></c>', "<c><f>1</f></c>",
         "<c/>", '<c r="A0"><v>²</v></c>', f'<c><v>{"9" * 5000}</v></c>'],
    )  # fmt: skip
    def test_odd_cells(self, cells):
        for row in (f"<row>{cells}</row>", f'<row r="x">{cells}</row>', f'<row r="1048576">{cells}</row>'):
            assert outcome(book(row)) in (R.CELLS, set(), {str})

    @pytest.mark.parametrize(
        "raw",
        ["<worksheet><sheetData><row>", "", "\x00", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>',
         "<a>" * 100, "<worksheet>&nbsp;</worksheet>", '<?xml version="1.0" encoding="x-none"?><a/>'],
    )  # fmt: skip
    def test_broken_xml(self, raw):
        assert refusal(book(raw=raw)) == R.BROKEN

    def test_cut_anywhere(self):
        whole = book(ROW * 50)
        for end in range(2, len(whole) - 1, 40):
            assert refusal(whole[:end]) == R.BROKEN

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def test_bytes_changed_anywhere(self, data):
        whole = bytearray(book(ROW * 20))
        for _change in range(data.draw(st.integers(1, 6))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        kinds = outcome(bytes(whole))
        assert kinds in (set(), {str}) or kinds in R

    def test_under_a_password_or_of_before_2007(self):
        assert refusal(spreadsheets.OLE + b"x" * 5000) == R.LOCKED
        whole = bytearray(book())
        at = whole.find(b"PK\x01\x02")
        whole[at + 8] |= 1
        assert refusal(bytes(whole)) == R.LOCKED

    def test_another_zip_and_another_compression(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        assert refusal(out.getvalue()) == R.OTHER
        assert refusal(book(method=zipfile.ZIP_LZMA)) == R.BROKEN


class TestBounds:
    def test_bytes(self):
        assert refusal(b"a,b\n" * 1_300_000) == R.BYTES

    def test_a_bomb_is_not_unpacked(self):
        assert refusal(book("<row/>" * 3_000_000)) == R.UNPACKED

    def test_a_member_that_lies_about_its_size(self, monkeypatch):
        monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 10_000)
        assert refusal(book(ROW * 1_000)) == R.UNPACKED

    def test_too_many_members(self):
        assert refusal(book(extra=[(f"x{n}", "") for n in range(600)])) == R.UNPACKED

    def test_rows_cells_and_columns(self):
        assert refusal(b"a\n" * 12, most_rows=10) == R.ROWS
        assert len(read(b"a\n" * 11, most_rows=10)) == 11
        assert refusal(book(ROW * 30), most_rows=10) == R.ROWS
        assert refusal(b"," * 300) == R.CELLS
        assert refusal((b"a," * 100 + b"\n") * 5_000) == R.CELLS

    def test_one_long_text_named_by_every_cell(self):
        cells = "".join(f'<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c>{n}</row>' for n in range(2_000))
        assert refusal(book(cells, strings=f"<si><t>{'x' * 32_000}</t></si>")) == R.CELLS

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            # Thousands of gaps in one piece of the file: rows, then rows whose only cell is far to the right.
            ("".join(f'<row r="{n * 1001}"/>' for n in range(1, 1_040)) * 4, R.ROWS),
            ("".join(f'<row r="{n * 1001}"><c r="GR1"><v>1</v></c></row>' for n in range(1, 1_040)), R.ROWS),
            ("".join(f'<row><c r="GR1"><v>{n * 7919}</v></c></row>' for n in range(2_100)), R.CELLS),
            ("".join(f'<row><c r="XFD1"><v>{n * 7919}</v></c></row>' for n in range(2_100)), R.CELLS),
        ],
        ids=["rows", "rows-and-columns", "columns", "far-columns"],
    )
    def test_a_small_file_of_gaps_takes_little_memory(self, rows, reason):
        raw = book(rows)
        assert len(raw) < 20_000
        assert peak_of(lambda: refusal(raw)) < 20_000_000
        assert refusal(raw) == reason

    def test_a_small_file_of_long_texts_takes_little_memory(self):
        """One sign beyond the first plane makes each letter of its text four bytes."""
        text = "".join(map(str, range(500_000))) + "\U0001f600"
        raw = book(ROW, strings=f"<si><t>{text}</t></si>")
        assert peak_of(lambda: read(raw)) < 8_000_000
        assert read(raw) == [["centre", "12"]]

    def test_many_shared_texts_end_early(self, monkeypatch):
        monkeypatch.setattr(spreadsheets, "MOST_TEXT", 1_000)
        assert refusal(book(ROW, strings="<si><t>0123456789</t></si>" * 101)) == R.CELLS

    def test_seconds(self, monkeypatch):
        monkeypatch.setattr(spreadsheets, "MOST_SECONDS", -1.0)
        assert refusal(book()) == R.SLOW


class TestCsv:
    @pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_each_separator_encoding_and_line_end(self, mark, encoding, end):
        raw = end.join([f"centre{mark}seats", f'"x{mark}y"{mark}١٥', ""]).encode(encoding)
        inside = " " if mark == "\t" else mark  # a cell is one line of words
        assert read(raw) == [["centre", "seats"], [f"x{inside}y", "١٥"]]

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [(b"", R.EMPTY), (b" \r\n\n", R.EMPTY), (b"\x00" * 9, R.EMPTY), ("مركز,عدد\n".encode("cp1256"), R.ENCODING),
         ("centre,é\n".encode("cp1252"), R.ENCODING), (b"\xff\xfe\x00broken", R.ENCODING), (b"a\x00b,c", R.OTHER),
         (b"%PDF-1.7", R.OTHER), (b"<html><table>", R.OTHER), (b'a,"b', R.BROKEN), (b'a,"b"c\n', R.BROKEN),
         (b"a," + b"x" * 200_000, R.BROKEN)],
    )  # fmt: skip
    def test_what_is_no_table_is_told(self, raw, reason):
        assert refusal(raw) == reason

    @given(st.binary(max_size=400))
    def test_any_bytes(self, raw):
        kinds = outcome(raw)
        assert kinds in (set(), {str}) or kinds in R
