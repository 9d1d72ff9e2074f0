"""Reading the journal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from takwin.core.contexts import verbs
from takwin.core.dates import day, moment
from takwin.core.models import Entry
from takwin.core.verbs import FIELDS

Pairs = dict[str, list[Any]]


def journal(row: Any, limit: int = 50) -> list[Entry]:
    """The newest lines about a record, each with its verb in words and its `moves`: (field, before, after) in words.

    One query for the lines and one a related table; never one a line.
    """
    rows = list(
        Entry.objects.filter(ref=row.ref).exclude(verb="read_file").select_related("by").order_by("-at", "-pk")[:limit]
    )
    names = _names(type(row), [entry.changed for entry in rows])
    for entry in rows:
        entry.verb_label = verbs().get(entry.verb, entry.verb)  # type: ignore[attr-defined]
        entry.moves = [  # type: ignore[attr-defined]
            (_label(type(row), name), *(_value_in_words(type(row), name, value, names) for value in pair))
            for name, pair in entry.changed.items()
        ]
    return rows


def journal_lines() -> QuerySet[Entry]:
    """Every line of the journal, for those who watch over the whole network."""
    return Entry.objects.select_related("by")


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:  # a field of before
        return None
    return found if isinstance(found, models.Field) else None


def _label(model: type[models.Model], name: str) -> str:
    """The words of a field: its own, the common ones, or those of the table it points to."""
    field = _field(model, name)
    if field is not None and not isinstance(field.verbose_name, str):
        return capfirst(str(field.verbose_name))
    if name in FIELDS:
        return str(FIELDS[name])
    target = getattr(field, "related_model", None)
    return capfirst(str(target._meta.verbose_name)) if target else name


def _names(model: type[models.Model], changes: list[Pairs]) -> dict[tuple[str, Any], str]:
    """What the records pointed to are called: {(field, key): name}."""
    keys: dict[str, set[Any]] = {}
    for changed in changes:
        for name, pair in changed.items():
            if isinstance(_field(model, name), models.ForeignKey):
                keys.setdefault(name, set()).update(value for value in pair if value is not None)
    out = {}
    for name, pks in keys.items():
        target: Any = model._meta.get_field(name).related_model
        for found in target._base_manager.filter(pk__in=pks):
            out[name, str(found.pk)] = str(found)
    return out


def _value_in_words(model: type[models.Model], name: str, value: Any, names: dict[tuple[str, Any], str]) -> str:
    """A stored value as a reader of the page would say it."""
    field = _field(model, name)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, models.ForeignKey):
        return names.get((name, str(value)), str(value))
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    language = (get_language() or "ar")[:2]
    if isinstance(field, models.DateTimeField) and isinstance(value, str):
        return moment(datetime.fromisoformat(value), language)
    if isinstance(field, models.DateField) and isinstance(value, str):
        return day(date.fromisoformat(value), language)
    return str(value)
