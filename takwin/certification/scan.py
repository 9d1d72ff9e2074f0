"""Reads what a stranger handed in, in a process of its own: `python scan.py` takes a PDF or a picture on its
standard input and writes one letter and what it found: `D` a document, `L` lines of codes, `N` nothing of ours,
`T` too large.

It imports nothing of the house: it starts in a fifth of a second, holds no secret and no connexion, and may be killed.
Seconds of the processor, memory, files and pages are bounded before a byte is read.
"""

import io
import resource
import sys
from typing import Any

ATTACHED = "credential.json"
CPU_SECONDS = 5
MEMORY = 1_500_000_000  # bytes of address space; a lawful page takes a tenth
MOST_DOCUMENT = 1_000_000  # bytes; the caller bounds it again, closer
MOST_PIXELS = 40_000_000  # an A4 page scanned at 600 dots an inch has 35 million
SIDES = (1400, 2600)  # longest side of the picture looked at, in points: small first, it is enough for most
MOST_PAGES = 20  # of a dossier that was merged
MOST_ATTACHED = 20
MOST_TEXT = 6_000  # signs of a code


def bound() -> None:
    """Limits that the kernel keeps, whatever a library does."""
    for limit, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def codes(picture: Any) -> list[str]:
    """Texts of the QR codes of a picture, looked at in two sizes."""
    import zxingcpp

    found: list[str] = []
    for side in SIDES:
        small = picture.copy()
        small.thumbnail((side, side))
        for barcode in zxingcpp.read_barcodes(small, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
            if len(barcode.text) <= MOST_TEXT:
                found.append(barcode.text)
        if found or max(picture.size) <= side:
            break
    return found


def of_picture(raw: bytes) -> tuple[str, bytes]:
    """The size is read before the points are."""
    from PIL import Image

    with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG", "WEBP")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return "T", b""
        picture.draft("L", (SIDES[-1], SIDES[-1]))  # a JPEG is unpacked smaller at once
        found = codes(picture.convert("L"))
    return ("L", "\n".join(found).encode()) if found else ("N", b"")


def of_pdf(raw: bytes) -> tuple[str, bytes]:
    """The document that lies in a diploma's file, else the codes of its pages as they look when printed."""
    import pypdfium2

    document = pypdfium2.PdfDocument(raw)
    for place in range(min(document.count_attachments(), MOST_ATTACHED)):
        attached = document.get_attachment(place)
        if attached.get_name() == ATTACHED:
            content = bytes(attached.get_data())
            return ("D", content) if len(content) <= MOST_DOCUMENT else ("T", b"")
    found: list[str] = []
    for place in range(min(len(document), MOST_PAGES)):
        page = document[place]
        longest = max(*page.get_size(), 1)
        for side in SIDES:
            points = page.render(scale=side / longest, grayscale=True, may_draw_forms=False).to_pil()
            if texts := codes(points):
                found += texts
                break
        page.close()
        if any("." in text for text in found):
            break
    return ("L", "\n".join(found).encode()) if found else ("N", b"")


def look(raw: bytes) -> tuple[str, bytes]:
    """A letter and what was found. A hostile file may break a library anywhere: then nothing of ours is in it."""
    try:
        return of_pdf(raw) if raw.startswith(b"%PDF") else of_picture(raw)
    except Exception:
        return "N", b""


def main() -> None:
    bound()
    letter, content = look(sys.stdin.buffer.read())
    sys.stdout.buffer.write(letter.encode() + content)


if __name__ == "__main__":
    main()
