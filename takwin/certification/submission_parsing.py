"""Parsing of a submission to the verifier: a document or a signed line, in a text, a PDF or a picture. All bounded.

A PDF of ours carries its document as an attachment. A scan carries a code. Both are looked for in another process
(`certification.scan`), a few at a time on a machine: a stranger's file never holds a thread of the site for long.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from takwin.certification.choices import Sentence
from takwin.core.errors import Refused
from takwin.engines.credentials import MOST_BYTES, MOST_LINE

MOST_FILE = 5 * 1024 * 1024
LINE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
SCAN = Path(__file__).with_name("scan.py")
AT_ONCE = 2  # files looked at at the same time on one machine
WAIT, WALL = 2.0, 10.0  # seconds a visitor waits for a place; seconds on the wall that a look may take
RETRY = 10  # seconds after which one who found no place asks again

# First bytes of what people hand in by mistake: the sentence names it.
KINDS = {
    b"GIF8": "GIF", b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"BM": "BMP", b"PK\x03\x04": "ZIP / DOCX / XLSX",
    b"\xd0\xcf\x11\xe0": "DOC / XLS", b"{\\rtf": "RTF", b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"ID3": "MP3",
}  # fmt: skip
BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"mp42": "MP4", b"isom": "MP4", b"qt  ": "MOV"}
HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


@dataclass(frozen=True)
class Submission:
    """Exactly one of the two is filled."""

    document: bytes = b""
    line: str = ""


class Busy(Exception):  # noqa: N818 - an answer: wait
    """Every place is taken; ask again in `RETRY` seconds."""


def from_text(text: str) -> Submission:
    """A pasted document, or the address or line of a code. Refused: too large, or neither."""
    content = text.strip().encode()
    if len(content) > MOST_BYTES:
        raise Refused(Sentence.TOO_LARGE, "text", most=MOST_BYTES // 1000)
    if content.startswith((b"{", b"\xef\xbb\xbf{", b"[")):
        return Submission(document=content)
    if (line := read_code(text)) is not None:
        return Submission(line=line)
    raise Refused(Sentence.NOT_JSON, "text")


def needs_place(content: bytes) -> bool:
    """Whether a file is parsed in another process: a PDF or a picture, by its first bytes."""
    return content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")) or (content[:4], content[8:12]) == (
        b"RIFF",
        b"WEBP",
    )


def from_file(_name: str, content: bytes, *, sender: str = "") -> Submission:
    """A file that was handed in: JSON, PDF, PNG, JPEG or WebP. Refused: empty, too large, or nothing of ours in it.

    `sender` is the network of whoever hands it in: one at a time for each. Raises Busy.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused(Sentence.EMPTY, "file")
    seen = needs_place(content)
    most = MOST_FILE if seen else MOST_BYTES
    if (kind := kind_of(content)) is not None:
        raise Refused(Sentence.HEIC if kind == "HEIC" else Sentence.OTHER_KIND, "file", kind=kind)
    if len(content) > most:
        raise Refused(Sentence.TOO_LARGE, "file", most=most // 1000)
    return _scanned(content, sender) if seen else Submission(document=content)


def kind_of(content: bytes) -> str | None:
    """The name of a file type that is not read here; None for the types that are, and for text."""
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "HEIC" if brand in HEIC else BRANDS.get(brand, "MP4")
    return next((kind for first, kind in KINDS.items() if content.startswith(first)), None)


def read_code(text: str) -> str | None:
    """The signed line in the text of a code: the line itself, or the `?line=` of an address."""
    line = text.strip()
    if len(line) > MOST_LINE + 200:
        return None
    if line.startswith(("http://", "https://")):
        try:
            line = (parse_qs(urlsplit(line).query).get("line") or [""])[0]
        except ValueError:  # not an address, such as `http://[`
            return None
    return line if LINE.fullmatch(line) else None


def _scanned(submitted: bytes, sender: str) -> Submission:
    """The submission found by the other process. Refused: nothing of ours, too large, or out of time."""
    with _place(sender):
        try:
            # -I: no variable of this process and no folder of ours reaches it.
            done = subprocess.run(
                [sys.executable, "-I", str(SCAN)], input=submitted, capture_output=True, timeout=WALL, check=False,
                env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Refused(Sentence.NOT_READ, "file") from None
    letter, content = done.stdout[:1], done.stdout[1:]
    if done.returncode or letter not in {b"D", b"L", b"N", b"T"}:
        raise Refused(Sentence.NOT_READ, "file")
    if letter == b"T" or len(content) > MOST_BYTES:
        raise Refused(Sentence.TOO_LARGE, "file", most=MOST_BYTES // 1000)
    if letter == b"D":
        return Submission(document=content)
    for text in content.decode("utf-8", "replace").splitlines():
        if (line := read_code(text)) is not None:
            return Submission(line=line)
    raise Refused(Sentence.NO_CODE, "file")


@contextmanager
def _place(sender: str = "") -> Iterator[None]:
    """One of a few places on this machine, given back by the kernel when a process dies; one at a time for a sender,
    so that nobody holds them all. Raises Busy."""
    folder, mark = _folder(), hashlib.sha256(sender.encode()).hexdigest().encode()
    until = time.monotonic() + WAIT
    while (place := _take(folder, mark)) is None:
        if time.monotonic() > until:
            raise Busy
        time.sleep(0.1)
    with place:
        yield


def _folder() -> Path:
    """Where the places lie: a folder of ours that nobody else can open. In the folder of the data: a name in the
    machine's own temporary folder can be guessed and made first by another account."""
    folder: Path = settings.DATA_DIR / "places"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ImproperlyConfigured(f"{folder} is not a folder of the account that runs takwin.")
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def _take(folder: Path, mark: bytes) -> BinaryIO | None:
    """A place, locked and marked with who has it; None when all are taken or this sender has one. Places are looked at
    one request at a time: two of one sender at once cannot both find none of theirs."""
    free: BinaryIO | None = None
    with _opened(folder / "guard") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        for number in range(AT_ONCE):
            place = _opened(folder / str(number))
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                is_own = place.read(len(mark)) == mark
                place.close()
                if is_own:
                    if free is not None:
                        free.close()
                    return None
                continue
            if free is None:
                free = place
            else:
                place.close()
        if free is not None:
            free.truncate(0)
            free.write(mark)
            free.flush()
    return free


def _opened(path: Path) -> BinaryIO:
    """A file of the folder, never through a link."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+b")
