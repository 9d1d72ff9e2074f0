"""The interest test as published: one file a version, so that old answers keep their questions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language

from takwin.core.csv_loader import read
from takwin.guidance.rules import ITEMS, SCALES

CURRENT = "riasec-1"


@dataclass(frozen=True, slots=True)
class Item:
    """One activity to like or not, its type, its picture, its words in three languages."""

    number: int
    scale: str
    picture: str
    ar: str
    fr: str
    en: str

    @property
    def label(self) -> str:
        return str(getattr(self, (get_language() or "ar")[:2], self.ar))


@lru_cache(maxsize=4)
def items(version: str = CURRENT) -> tuple[Item, ...]:
    """The items of a version. Raises TableError when its file is not a lawful instrument."""
    path = settings.BASE_DIR / "data" / "instruments" / f"{version}.csv"
    out = []
    for n, row in enumerate(read(path, ("item", "scale", "picture", "ar", "fr", "en"), ("item",))):
        if row.integer("item") != n + 1 or row.text("scale") != SCALES[n % len(SCALES)]:
            raise row.fail("scale", f"item {n + 1} must be of the type {SCALES[n % len(SCALES)]}")
        words = {language: row.needed(language) for language in ("ar", "fr", "en")}
        out.append(Item(n + 1, row.needed("scale"), row.needed("picture"), **words))
    if len(out) != ITEMS:
        raise ValueError(f"{path.name}: {len(out)} items, not {ITEMS}")
    return tuple(out)
