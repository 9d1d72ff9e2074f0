"""`rebuild_search`: writes every search column again, after the spelling rules of `core.text` have changed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management import BaseCommand
from django.db import models

from takwin.core.fields import SearchField
from takwin.core.text import index_text

STEP = 500  # rows in memory


class Command(BaseCommand):
    help = "Write the search columns of all tables again. Safe at any time and as often as one likes."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            for column in model._meta.concrete_fields:
                if isinstance(column, SearchField):
                    self.stdout.write(f"{model._meta.label}: {_rebuild(model, column)}")


def _rebuild(model: type[models.Model], column: SearchField) -> int:
    """Rows written; those that are right already are left alone."""
    last, written = 0, 0
    while rows := list(model._default_manager.filter(pk__gt=last).order_by("pk")[:STEP]):
        last = rows[-1].pk
        moved = []
        for row in rows:
            text = index_text(*(getattr(row, name) for name in column.of))
            if text != getattr(row, column.attname):
                setattr(row, column.attname, text)
                moved.append(row)
        model._default_manager.bulk_update(moved, [column.attname])
        written += len(moved)
    return written
