"""Paper by Typst: data in, a tagged PDF out, the same bytes each time and on each machine, whatever fonts it has."""

from __future__ import annotations

import json
import logging
from importlib.resources import files
from pathlib import Path
from typing import Any

import fontpkg_ibm_plex_sans_arabic
import typst

from takwin.core.text import clean_deep

log = logging.getLogger(__name__)
NO_GLYPH = "could not be displayed"  # how Typst 0.15 says that no font has a sign, which PDF/UA-1 forbids
FONTS = Path(fontpkg_ibm_plex_sans_arabic.__file__).parent / "files"


def compiled(package: str, sheet: str, facts: dict[str, Any]) -> bytes:
    """A sheet that lies in a package, filled. Names go in as data, never as Typst source. PDF/UA-1, but for a text
    with a sign that no font has (an emoji in a remark, a name in Adlam): then an empty box stands for the sign and the
    file does not claim the standard, since the paper matters more than its claim."""
    try:
        return _pdf(package, sheet, facts, claims=True)
    except typst.TypstError as fault:
        if NO_GLYPH not in str(fault):
            raise
        log.warning("%s/%s: a sign that no font has; written without PDF/UA-1", package, sheet)
        return _pdf(package, sheet, facts, claims=False)


def _pdf(package: str, sheet: str, facts: dict[str, Any], *, claims: bool) -> bytes:
    return typst.compile(
        str(files(package) / sheet), format="pdf", font_paths=[str(FONTS)], sys_inputs=_inputs(facts),
        ignore_system_fonts=True, pdf_standards=["ua-1"] if claims else None,
    )  # fmt: skip


def drawn(package: str, sheet: str, facts: dict[str, Any], *, dots: int) -> bytes:
    """A sheet of one page as a PNG, `dots` an inch."""
    return typst.compile(
        str(files(package) / sheet), format="png", font_paths=[str(FONTS)], sys_inputs=_inputs(facts), ppi=dots,
        ignore_system_fonts=True,
    )  # fmt: skip


def _inputs(facts: dict[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(clean_deep(facts), ensure_ascii=False)}
