"""Reading the statements of a request each by itself, so that an unreadable one does not stop the others."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from takwin.core.errors import Refused
from takwin.training.choices import TrainingReason

MOST = 2_000  # statements a batch; a phone sends 500 at a time
DEEP = 4  # brackets inside a statement: it is flat but for the list of those it was made in sight of
LARGE = 4_000  # characters of one statement
# Strings whole, an unfinished one to the end, so that the search is linear in any text; then the signs of structure.
SIGN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
HEAD = re.compile(r'\{\s*"now"\s*:\s*("[^"]{0,40}"|null)\s*,\s*"items"\s*:\s*')
BAD = re.compile("[\x00\ud800-\udfff]")


def split_batch(body: bytes) -> tuple[list[Any], Any]:
    """The statements of a request, and the phone's own time of sending: `{"now": …, "items": […]}`, or a list alone.

    A statement that is no JSON, or too deep or large, comes back as its text. Refused: what is no list at all, or one
    of too many.
    """
    text = body.decode("utf-8", "replace").strip()
    now = None
    if text.startswith("{"):
        head = HEAD.match(text)
        if head is None or not text.endswith("}"):
            raise Refused(TrainingReason.BAD_BATCH, why="[{…}, …]")
        now, text = head[1].strip('"'), text[head.end() : -1].strip()
    if not (text.startswith("[") and text.endswith("]")):
        raise Refused(TrainingReason.BAD_BATCH, why="[{…}, …]")
    return [_read(part) for part in _parts(text[1:-1])], now


def _parts(text: str) -> list[str]:
    """The texts between the outer commas of a list."""
    out, depth, begin = [], 0, 0
    for found in SIGN.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and depth <= 0:
            out.append(text[begin : found.start()])
            begin = found.end()
            if len(out) > MOST:
                raise Refused(TrainingReason.BAD_BATCH, why=f"> {MOST}")
    last = text[begin:]
    return [*out, last] if out or last.strip() else []


def _read(text: str) -> Any:
    if len(text) > LARGE or _depth(text) > DEEP:
        return text
    try:
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) <= 18 else digits)
    except ValueError:
        return text


def _depth(text: str) -> int:
    depth = most = 0
    for found in SIGN.finditer(text):
        depth += (found[0] in "[{") - (found[0] in "]}")
        most = max(most, depth)
    return most


def check_item(item: Any) -> None:
    """Refused: a statement that is no flat object, or that no database keeps."""
    if not isinstance(item, dict):
        raise Refused(TrainingReason.UNREADABLE, why="{…}")
    for name, value in item.items():
        inside = value if isinstance(value, list) else [value]
        for part in (name, *inside):
            if isinstance(part, str) and (BAD.search(part) or len(part) > LARGE):
                raise Refused(TrainingReason.UNREADABLE, why=f"{printable(name)[:20]} “{printable(part)[:20]}”")
            if isinstance(part, float) and not math.isfinite(part):
                raise Refused(TrainingReason.UNREADABLE, why=f"{printable(name)[:20]} “{part}”")
            if isinstance(part, dict | list):
                raise Refused(TrainingReason.UNREADABLE, why=printable(name)[:20])


def printable(text: str) -> str:
    """A text that every database keeps: what it cannot hold is written as its number."""
    return BAD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def storable(item: Any) -> Any:
    """A rejected statement as it is stored: itself where a database can hold it, else its text, cut at `LARGE`."""
    try:
        check_item(item)
    except Refused:
        text = item if isinstance(item, str) else repr(item)
        return {"text": printable(text[:LARGE])}
    return item


def key_of(item: Any) -> str:
    """The key a phone gave a statement, as far as it can be read; empty without one."""
    key = item.get("key") if isinstance(item, dict) else None
    if key is None and isinstance(item, str):
        found = re.search(r'"key"\s*:\s*"([0-9A-Fa-f-]{36})"', item[:LARGE])
        key = found[1] if found else None
    return printable(key)[:60] if isinstance(key, str) else ""
