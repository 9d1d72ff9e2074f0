"""Paper by Typst: data in, a tagged PDF out, the same bytes each time."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import fontpkg_ibm_plex_sans_arabic
import typst

from takwin.core.text import clean_deep

FONTS = Path(fontpkg_ibm_plex_sans_arabic.__file__).parent / "files"


def compiled(package: str, sheet: str, facts: dict[str, Any]) -> bytes:
    """A sheet that lies in a package, filled. Names go in as data, never as Typst source."""
    return typst.compile(
        str(files(package) / sheet), format="pdf", font_paths=[str(FONTS)],
        sys_inputs={"data": json.dumps(clean_deep(facts), ensure_ascii=False)}, pdf_standards=["ua-1"],
    )  # fmt: skip
