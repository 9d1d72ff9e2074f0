"""Giving a document out: its kind by its first bytes, a name of our own, never a page of this site."""

from __future__ import annotations

import logging
from typing import Any

from django.http import FileResponse, Http404

from takwin.core.storage import DamagedFile

logger = logging.getLogger(__name__)
OTHER = ("application/octet-stream", "bin")
# First bytes at an offset -> content type, suffix (each format's own specification).
SIGNS: tuple[tuple[int, bytes, tuple[str, str]], ...] = (
    (0, b"%PDF-", ("application/pdf", "pdf")),
    (0, b"\xff\xd8\xff", ("image/jpeg", "jpg")),
    (0, b"\x89PNG\r\n\x1a\n", ("image/png", "png")),
    (8, b"WEBP", ("image/webp", "webp")),
    (4, b"ftypheic", ("image/heic", "heic")),
    (4, b"ftypmif1", ("image/heic", "heic")),
    (0, b"PK\x03\x04", ("application/zip", "zip")),
)


def kind_of(head: bytes) -> tuple[str, str]:
    """Content type and suffix of a file by its first 16 bytes; what is not known is bytes and nothing else."""
    for offset, sign, kind in SIGNS:
        if head[offset : offset + len(sign)] == sign and (offset != 8 or head.startswith(b"RIFF")):
            return kind
    return OTHER


def give_document(file: Any, stem: str) -> FileResponse:
    """Stream a stored file as a download named `stem` (a reference of ours). A browser neither guesses its kind nor
    runs anything in it, whatever the name it was handed in with."""
    try:
        opened = file.open("rb")
        content_type, suffix = kind_of(opened.read(16))
    except DamagedFile as damaged:  # logged as a fault: who watches the disk must see it; the reader finds no document
        logger.exception("A document on the disk is not what was written there: %s", stem)
        raise Http404(stem) from damaged
    opened.seek(0)
    response = FileResponse(opened, content_type=content_type, as_attachment=True, filename=f"{stem}.{suffix}")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
