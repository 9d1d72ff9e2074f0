"""Two model fields of ours: a public reference, and a folded shadow for search."""

from __future__ import annotations

from typing import Any

from django.db import models

from takwin.core.refs import new_ref
from takwin.core.text import index_text


class RefField(models.CharField):
    """A unique public reference drawn when the row is made."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs |= {"max_length": 16, "unique": True, "editable": False}
        super().__init__(**kwargs)

    def get_default(self) -> str:
        return new_ref(self.prefix) if self.prefix else ""

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "unique", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs | {"prefix": self.prefix}


class SearchField(models.TextField):
    """Folded words and stems of other fields, rebuilt before each save, `bulk_create` included."""

    def __init__(self, *, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = tuple(of)
        kwargs |= {"editable": False, "default": "", "blank": True}
        super().__init__(**kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = index_text(*(getattr(model_instance, name) for name in self.of))
        setattr(model_instance, self.attname, text)
        return text

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("editable", "default", "blank"):
            kwargs.pop(key, None)
        return name, path, args, kwargs | {"of": self.of}
