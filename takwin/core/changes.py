"""The only door for a write: lock, check the move, run, save, journal; all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.core.flow import Flow
from takwin.core.models import Entry

HIDDEN = "•••"
READ_AGAIN_AFTER = timedelta(hours=1)  # a file kept open and reloaded is one reading
UNIQUE_VIOLATION = "23505"  # SQLSTATE of PostgreSQL
T = TypeVar("T", bound=models.Model)


class ChangeReason(Reasons):
    ALREADY_THERE = "already_there", _("There is already one with the same name or number. Choose another.")


class AlreadyThere(Refused, IntegrityError):  # noqa: N818 - an answer, as `Refused`
    """A unique value that another row has. A service with a sentence of its own catches `IntegrityError`; any other
    lets this leave, and the page says it beside what was typed."""

    def __init__(self) -> None:
        super().__init__(ChangeReason.ALREADY_THERE)


@contextmanager
def _unique() -> Iterator[None]:
    """A unique value met in the database becomes a refusal; whatever else the database refuses is a fault of ours."""
    try:
        yield
    except IntegrityError as clash:
        state = getattr(clash.__cause__, "sqlstate", "")
        if state == UNIQUE_VIOLATION or (connection.vendor == "sqlite" and str(clash).startswith("UNIQUE ")):
            raise AlreadyThere from clash
        raise


def facts(row: models.Model) -> dict[str, Any]:
    """The stored values of a row, fit for JSON; secret fields show only that they are filled."""
    out = {}
    secret = getattr(row, "secret_fields", ())
    for field in row._meta.concrete_fields:
        if field.name in {"id", "search_text", "agreed"}:
            continue
        value = getattr(row, field.attname)
        if field.name in secret:
            value = HIDDEN if value else value
        out[field.name] = value if isinstance(value, (int, str, bool, type(None), list, dict)) else str(value)
    return out


def validate(row: models.Model) -> None:
    """Fields and check constraints, politely, before the database would. Nullable fields may be null."""
    absent = [
        field.name
        for field in row._meta.concrete_fields
        if (field.null and getattr(row, field.attname) is None) or isinstance(field, models.JSONField)
    ]
    row.full_clean(exclude=absent, validate_unique=False, validate_constraints=False)
    # Uniqueness is left to the database: only it can say under a race.
    for constraint in row._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            constraint.validate(type(row), row)


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} for what moved."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


@contextmanager
def locked(row: T) -> Iterator[T]:
    """Yield a fresh copy of `row`, locked until the block ends: what is compared in it is what is then written."""
    with transaction.atomic():
        yield type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)


@contextmanager
def change(row: T, verb: str, *, by: Any, flow: Flow | None = None, **data: Any) -> Iterator[T]:
    """Yield a locked fresh copy of `row`; what is set on it is validated, saved and journalled.

    A `Refused` raised inside rolls everything back. With a flow, the move must be in its table.
    """
    with transaction.atomic():
        fresh = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        before = facts(fresh)
        target = flow.target(verb, getattr(fresh, flow.field)) if flow else None
        yield fresh
        if flow:
            setattr(fresh, flow.field, target)
        validate(fresh)
        with _unique():
            fresh.save()
        journal(fresh, verb, by=by, changed=differences(before, facts(fresh)), **data)


def create(row: T, verb: str, *, by: Any, **data: Any) -> T:
    """Save a new row and journal its birth in one transaction."""
    with transaction.atomic():
        validate(row)
        with _unique():
            row.save(force_insert=True)
        journal(row, verb, by=by, **data)
    return row


def journal(row: Any, verb: str, *, by: Any, changed: dict[str, list[Any]] | None = None, **data: Any) -> Entry:
    """One line of the journal about a row that has a `ref`."""
    actor = by if getattr(by, "pk", None) else None
    return Entry.objects.create(by=actor, ref=row.ref, verb=verb, changed=changed or {}, data=data)


def journal_reading(row: Any, *, by: Any) -> None:
    """Note that somebody opened the personal file `row`: at most one line an hour a reader."""
    since = timezone.now() - READ_AGAIN_AFTER
    if not Entry.objects.filter(ref=row.ref, verb="read_file", by=by, at__gt=since).exists():
        journal(row, "read_file", by=by)


def journal_export(name: str, *, by: Any, filters: Mapping[str, str], count: int, file_format: str) -> Entry:
    """Note that somebody took `count` rows of personal data away as a file: which list, by which filters."""
    data = {"filters": dict(filters), "count": count, "format": file_format}
    return Entry.objects.create(by=by, ref=f"list:{name}"[:80], verb="export", data=data)
