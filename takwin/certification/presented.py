"""What a bearer presented: a document or a signed line, found in text, in a PDF or in a picture. Bounded everywhere.

A PDF of ours carries its document as an attachment. A scan carries a code: it is read from the picture, by zxing-cpp.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from takwin.certification.choices import Sentence
from takwin.core.errors import Refused
from takwin.engines.credentials import MOST_BYTES, MOST_LINE

ATTACHED = "credential.json"
MOST_FILE = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000  # an A4 page scanned at 600 dots an inch has 35 million
MOST_PAGES, MOST_PICTURES = 3, 4
LINE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True)
class Presented:
    """Exactly one of the two is filled."""

    document: bytes = b""
    line: str = ""


def from_text(text: str) -> Presented:
    """A pasted document, or the address or line of a code. Refused: too large, or neither."""
    told = text.strip().encode()
    if len(told) > MOST_BYTES:
        raise Refused(Sentence.TOO_LARGE, "text", most=MOST_BYTES // 1000)
    if told.startswith((b"{", b"\xef\xbb\xbf{", b"[")):
        return Presented(document=told)
    if (line := read_code(text)) is not None:
        return Presented(line=line)
    raise Refused(Sentence.NOT_JSON, "text")


def from_file(name: str, told: bytes) -> Presented:
    """A file that was handed in: JSON, PDF, PNG or JPEG. Refused: too large, or nothing of ours in it."""
    if told.startswith(b"%PDF"):
        if len(told) > MOST_FILE:
            raise Refused(Sentence.TOO_LARGE, "file", most=MOST_FILE // 1000)
        return _from_pdf(told)
    if told.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        if len(told) > MOST_FILE:
            raise Refused(Sentence.TOO_LARGE, "file", most=MOST_FILE // 1000)
        if (line := _from_picture(told)) is not None:
            return Presented(line=line)
        raise Refused(Sentence.NO_CODE, "file")
    if len(told) > MOST_BYTES:
        raise Refused(Sentence.TOO_LARGE, "file", most=MOST_BYTES // 1000)
    return Presented(document=told)


def read_code(text: str) -> str | None:
    """The signed line in what a code holds: the line itself, or an address with `?line=`."""
    told = text.strip()
    if len(told) > MOST_LINE + 200:
        return None
    if told.startswith(("http://", "https://")):
        told = (parse_qs(urlsplit(told).query).get("line") or [""])[0]
    return told if LINE.fullmatch(told) else None


def _from_pdf(told: bytes) -> Presented:
    try:
        reader = PdfReader(io.BytesIO(told))
        for attached in reader.attachment_list:
            if attached.name == ATTACHED:
                content = attached.content
                if len(content) > MOST_BYTES:
                    raise Refused(Sentence.TOO_LARGE, "file", most=MOST_BYTES // 1000)
                return Presented(document=content)
        line = _from_pages(reader)
    except Refused:
        raise
    except Exception as why:  # a hostile file may break the reader anywhere: then it holds no diploma of ours
        raise Refused(Sentence.NO_CODE, "file") from why
    if line is None:
        raise Refused(Sentence.NO_CODE, "file")
    return Presented(line=line)


def _from_pages(reader: Any) -> str | None:
    seen = 0
    for page in reader.pages[:MOST_PAGES]:
        for picture in page.images:
            seen += 1
            if seen > MOST_PICTURES:
                return None
            if len(picture.data) <= MOST_FILE * 4 and (line := _from_picture(picture.data)) is not None:
                return line
    return None


def _from_picture(told: bytes) -> str | None:
    """The line of the first code of ours in a picture. The size is read before the points are."""
    try:
        with Image.open(io.BytesIO(told)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            points = picture.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    for found in zxingcpp.read_barcodes(points):
        if (line := read_code(found.text)) is not None:
            return line
    return None
