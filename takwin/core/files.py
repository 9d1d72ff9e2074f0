"""Files that no record names: left by a transaction that was rolled back, or by a process that was killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

AGE = 24 * 3600.0  # seconds: an upload under way is younger
BATCH = 500


def file_columns() -> list[models.FileField]:
    """Every column that names a stored file."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]


def sweep_files() -> int:
    """Remove old files under the folders of our columns that no row names; how many. Once a day, by the clock."""
    root, removed = Path(settings.MEDIA_ROOT), 0
    candidates = _old_files(root)
    while batch := list(islice(candidates, BATCH)):
        names = {str(path.relative_to(root)): path for path in batch}
        kept: set[str] = set()
        for field in file_columns():
            rows = field.model._base_manager.filter(**{f"{field.name}__in": list(names)})
            kept |= set(rows.values_list(field.name, flat=True))
        for name, path in names.items():
            if name not in kept:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _old_files(root: Path) -> Iterator[Path]:
    """Files older than a day under the first folder of each column's `upload_to`."""
    tops = {str(field.upload_to).split("/")[0] for field in file_columns() if isinstance(field.upload_to, str)}
    limit = time.time() - AGE
    for top in sorted(tops - {"", "."}):
        for path in (root / top).rglob("*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime < limit:
                yield path
