"""What strangers hand in to be verified: bounded, apart from the site, and nobody is accused when nothing was read."""

import io
import os
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader, PdfWriter

from takwin.certification import pdf, scan, submission_parsing
from takwin.certification.tests.make import make_diploma, with_another_mark
from takwin.core.errors import Refused

pytestmark = pytest.mark.django_db
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"x" * 100


@pytest.fixture
def diploma():
    return make_diploma("14")


def handed(client, raw, name="x", path="/verify/"):
    return client.post(path, {"file": SimpleUploadedFile(name, raw)})


def picture(row, kind, **more):
    """The code of a diploma alone, as a person cuts it out of a scan."""
    import qrcode

    out = io.BytesIO()
    qrcode.make(pdf.verify_address(row), border=4).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def noise(count=4, side=1400):
    """A PDF of pictures in which every look for a code is long."""
    pages = [Image.frombytes("L", (side, side), os.urandom(side * side)).convert("1") for _page in range(count)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


class TestNobodyIsAccused:
    @pytest.mark.parametrize("raw", [b"", b" \n", b"\0" * 10, b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
    def test_an_empty_file_is_empty(self, client, raw):
        answer = handed(client, raw)
        assert (answer.status_code, answer.context["answer"].finding) == (200, "unreadable")
        assert "فارغ" in answer.content.decode()

    @pytest.mark.parametrize("line", ["a.b.c", "x", "..", "a.b", "é.é.é", "e30.e30.e30", "a.b.c.d", "http://["])
    def test_a_code_that_holds_no_line_is_not_altered(self, client, line):
        assert client.get("/verify/", {"line": line}).context["answer"].finding == "unreadable"

    @pytest.mark.parametrize("text", ["", " ", "\x01", "hello", "{}", "[]", "{", "null"])
    def test_a_text_that_is_no_diploma_is_not_altered(self, client, text):
        assert client.post("/verify/", {"text": text}).context["answer"].finding == "unreadable"

    def test_a_changed_line_still_is(self, client, diploma):
        assert client.get("/verify/", {"line": with_another_mark(diploma.line)}).context["answer"].finding == "altered"

    @pytest.mark.parametrize(
        ("raw", "kind"),
        [(HEIC, "HEIC"), (b"GIF89a" + b"x" * 50, "GIF"), (b"II*\0" + b"x" * 50, "TIFF"), (b"BM" + b"x" * 50, "BMP"),
         (b"\0\0\0 ftypavif" + b"x" * 50, "AVIF"), (b"PK\x03\x04" + b"x" * 50, "DOCX"), (b"{\\rtf1", "RTF")],
    )  # fmt: skip
    def test_another_kind_is_named(self, client, raw, kind):
        answer = handed(client, raw)
        assert answer.context["answer"].finding == "unreadable"
        assert kind in answer.context["answer"].sentence

    def test_a_large_picture_of_an_iphone_is_named_too(self, client):
        assert "HEIC" in handed(client, HEIC + b"x" * 900_000).context["answer"].sentence


class TestReading:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_picture_of_the_code(self, client, diploma, kind):
        assert handed(client, picture(diploma, kind)).context["answer"].finding == "valid"

    def test_a_page_of_a_merged_dossier(self, diploma):
        """Pages without their attachments, the diploma's among others: its code is read as it prints."""
        writer = PdfWriter()
        for _page in range(3):
            writer.add_blank_page(595, 842)
        writer.add_page(PdfReader(io.BytesIO(pdf.diploma_pdf(diploma))).pages[0])
        writer.add_blank_page(595, 842)
        out = io.BytesIO()
        writer.write(out)
        assert not list(PdfReader(io.BytesIO(out.getvalue())).attachment_list)
        assert submission_parsing.from_file("x.pdf", out.getvalue()).line == diploma.line

    def test_the_document_inside(self, diploma):
        assert submission_parsing.from_file("x.pdf", pdf.diploma_pdf(diploma)).document.decode() == diploma.credential


class TestBounds:
    def test_pictures_of_noise_are_looked_at_within_the_seconds_of_a_process(self, client):
        """The kernel ends the process after `CPU_SECONDS`: whichever answer, none accuses."""
        assert handed(client, noise()).context["answer"].finding == "unreadable"

    def test_a_process_that_is_ended_accuses_nobody(self, client, tmp_path, monkeypatch):
        for code in ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "print('X')", "", "1/0"):
            (tmp_path / "scan.py").write_text(code)
            monkeypatch.setattr(submission_parsing, "SCAN", tmp_path / "scan.py")
            answer = handed(client, b"%PDF-1.7")
            assert (answer.status_code, answer.context["answer"].finding) == (200, "unreadable")

    def test_a_process_that_hangs_is_ended(self, tmp_path, monkeypatch):
        (tmp_path / "scan.py").write_text("import time; time.sleep(60)")
        monkeypatch.setattr(submission_parsing, "SCAN", tmp_path / "scan.py")
        monkeypatch.setattr(submission_parsing, "WALL", 0.2)
        with pytest.raises(Refused) as refusal:
            submission_parsing.from_file("x", b"%PDF-1.7")
        assert refusal.value.code == "not_read"

    def test_more_than_a_few_at_once_are_asked_to_come_again(self, client, monkeypatch):
        monkeypatch.setattr(submission_parsing, "WAIT", 0.0)
        monkeypatch.setattr(submission_parsing, "AT_ONCE", 1)
        with submission_parsing._place():
            answer = handed(client, b"%PDF-1.7")
        assert (answer.status_code, answer["Retry-After"]) == (503, str(submission_parsing.RETRY))
        assert 'dir="rtl"' in answer.content.decode()
        assert handed(client, b"%PDF-1.7").status_code == 200

    def test_one_sender_holds_one_place_and_another_finds_the_other(self, client, monkeypatch):
        monkeypatch.setattr(submission_parsing, "WAIT", 0.0)
        with submission_parsing._place("127.0.0.1"):
            assert handed(client, b"%PDF-1.7").status_code == 503
            with submission_parsing._place("203.0.113.7"):
                pass
        assert handed(client, b"%PDF-1.7").status_code == 200

    def test_of_eight_at_once_one_sender_has_one_place(self, monkeypatch):
        monkeypatch.setattr(submission_parsing, "WAIT", 0.0)
        meeting = threading.Barrier(8)

        def hold(_n):
            meeting.wait()
            try:
                with submission_parsing._place("203.0.113.7"):
                    meeting.wait()
                    return True
            except submission_parsing.Busy:
                meeting.wait()
                return False

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(hold, range(8))) == 1

    def test_files_of_one_address_are_few_a_minute_and_told_how_long(self, client, diploma):
        """A class of references and codes goes on: only what costs a process is counted closer."""
        for _n in range(6):
            assert handed(client, b"%PDF-1.7").status_code == 200
        answer = handed(client, b"%PDF-1.7", path="/fr/verify/")
        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert "Réessayez dans" in answer.content.decode()
        assert client.get("/verify/", {"ref": diploma.ref}).status_code == 200
        assert handed(client, diploma.credential.encode()).status_code == 200

    def test_the_places_lie_where_no_other_account_can_make_them(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        with submission_parsing._place():
            folder = tmp_path / "places"
            assert folder.stat().st_mode & 0o777 == 0o700
            assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        folder.chmod(0o777)
        with submission_parsing._place():
            assert folder.stat().st_mode & 0o777 == 0o700

    def test_a_link_laid_in_its_place_is_not_followed(self, settings, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "places").symlink_to(tmp_path / "elsewhere")
        settings.DATA_DIR = tmp_path
        with pytest.raises(ImproperlyConfigured), submission_parsing._place():
            pass
        settings.DATA_DIR = tmp_path / "other"
        submission_parsing._folder()
        (settings.DATA_DIR / "places" / "guard").symlink_to(tmp_path / "elsewhere" / "file")
        with pytest.raises(OSError, match="symbolic"), submission_parsing._place():
            pass
        assert not list((tmp_path / "elsewhere").iterdir())

    def test_points_are_not_read_before_the_size(self):
        body = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
        raw = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
        assert scan.look(raw)[0] in {"T", "N"}

    def test_nothing_of_the_house_is_imported_there(self):
        text = submission_parsing.SCAN.read_text()
        assert "import django" not in text
        assert "from takwin" not in text
