"""A document is given out as a download under a name of ours, with the kind its bytes say: never as a page."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import Http404

from takwin.ui.documents import give_document, kind_of

HTML = b"<!doctype html><script>fetch('/')</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
KINDS = [
    (b"%PDF-1.7 x", "application/pdf", "pdf"),
    (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg", "jpg"),
    (PNG, "image/png", "png"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", "webp"),
    (b"XXXX\x10\0\0\0WEBPVP8 ", "application/octet-stream", "bin"),
    (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic", "heic"),
    (b"\0\0\0\x18ftypmif1\0\0\0\0", "image/heic", "heic"),
    (b"PK\x03\x04\x14\0", "application/zip", "zip"),
    (HTML, "application/octet-stream", "bin"),
    (SVG, "application/octet-stream", "bin"),
    (b" " + PNG, "application/octet-stream", "bin"),
    (b"", "application/octet-stream", "bin"),
]


def stored(body, name="photo.html"):
    return File(io.BytesIO(body), name=name)


@pytest.mark.parametrize(("body", "content_type", "suffix"), KINDS)
def test_the_kind_is_what_the_first_bytes_say_whatever_the_name(body, content_type, suffix):
    assert kind_of(body[:16]) == (content_type, suffix)
    answer = give_document(stored(body), "DOC-7K3M")
    assert answer["Content-Type"] == content_type
    assert answer["Content-Disposition"] == f'attachment; filename="DOC-7K3M.{suffix}"'
    assert b"".join(answer.streaming_content) == body


@pytest.mark.parametrize("name", ["a.html", "a.svg", 'x"; filename="y.html', "a\r\nSet-Cookie: s=1", "صورة.xhtml"])
def test_no_uploaded_name_comes_back(name):
    answer = give_document(stored(HTML, name), "DOC-7K3M")
    assert answer["Content-Disposition"] == 'attachment; filename="DOC-7K3M.bin"'
    assert "html" not in answer["Content-Type"]


def test_a_browser_neither_guesses_nor_runs_nor_keeps_it():
    answer = give_document(stored(PNG), "DOC-7K3M")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_file_that_is_not_what_was_written_is_not_found_and_logged(caplog):
    """Whoever swaps two files on the disk gets neither of them out; the log says that something is wrong there."""
    mine = default_storage.save("d/card.pdf", ContentFile(b"%PDF-1.7 mine"))
    other = default_storage.save("d/other.pdf", ContentFile(b"%PDF-1.7 another's"))
    Path(default_storage.path(mine)).write_bytes(Path(default_storage.path(other)).read_bytes())
    file = SimpleNamespace(open=lambda mode: default_storage.open(mine, mode))
    with pytest.raises(Http404):
        give_document(file, "DOC-1")
    assert "not what was written" in caplog.text
