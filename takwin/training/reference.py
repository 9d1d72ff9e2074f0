"""Loads the hours of the day, from the house's own table."""

from __future__ import annotations

from pathlib import Path

from takwin.core.csv_loader import Counts
from takwin.training.services import load_periods


def load(folder: Path, _documents: dict[str, int]) -> list[Counts]:
    return [load_periods(folder / "periods.csv")]
