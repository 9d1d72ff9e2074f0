"""Model fields of ours: references, a folded shadow for search, unique text that may be absent, and secrets."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from takwin.core import keys
from takwin.core.refs import new_ref
from takwin.core.text import index_text, terms


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


class BlankIsNull(models.CharField):
    """Unique text that may be absent: blank is stored as NULL, whoever writes it (a form, allauth, `update()`).

    Give it `unique=True, null=True`: a unique column keeps any number of NULL but one ''. The database repeats the
    refusal by `not_blank(column, name)`."""

    def stored(self, value: Any) -> str | None:
        """The value as the database keeps it."""
        return (str(value).strip() or None) if value is not None else None

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        value = self.stored(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # `QuerySet.update()` calls no `pre_save`. Expressions pass.
        if not hasattr(value, "as_sql"):
            value = self.stored(value)
        return super().get_db_prep_save(value, connection)


class UniquePhoneField(BlankIsNull):
    """A number as +212612345678, or NULL."""


class UniqueEmailField(BlankIsNull, models.EmailField):
    """An address in lower case, or NULL."""

    def stored(self, value: Any) -> str | None:
        text = super().stored(value)
        return text.lower() if text else None


def not_blank(column: str, name: str) -> models.CheckConstraint:
    """The database's own refusal of '' in a column where absence is NULL."""
    return models.CheckConstraint(condition=~models.Q((column, "")), name=name)


def matching(column: str, query: str) -> models.Q:
    """The rows whose search column holds every word of a query. A query without a word (signs, emojis, articles
    alone) finds nothing; no query at all finds everything."""
    wanted = terms(query)
    if not wanted:
        return models.Q() if not query.strip() else models.Q(pk__in=())
    return reduce(and_, (reduce(or_, (models.Q((f"{column}__contains", form)) for form in forms)) for forms in wanted))


class EncryptedMixin:
    """Cipher text in the column, text in Python. A value that the keys cannot read is an error, never a value.

    Stands for the fields of django-fernet-encrypted-fields, which answer a wrong key with the cipher text, and mark a
    field that all threads share while a form is cleaned. Migrations name the library's fields: the column is the same.
    """

    cipher_prefix = "enc:"  # how a serialised value says that it is cipher text

    def get_internal_type(self) -> str:
        return "TextField"

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"encrypted_fields.fields.{type(self).__name__}", args, kwargs

    def get_prep_value(self, value: Any) -> str | None:
        return keys.encrypt(str(value)) if value not in (None, "") else None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return keys.decrypt(value) if value else value

    def to_python(self, value: Any) -> Any:
        """A text as it is; a serialised one is read."""
        if isinstance(value, str) and value.startswith(self.cipher_prefix):
            try:
                return keys.decrypt(value.removeprefix(self.cipher_prefix))
            except keys.FieldKeyError as failure:
                raise ValidationError(str(failure)) from failure
        return value if value is None else str(value)

    def value_to_string(self, obj: models.Model) -> str:
        """For `dumpdata` and its like: cipher text, never the secret."""
        value = self.value_from_object(obj)  # type: ignore[attr-defined]
        return self.cipher_prefix + keys.encrypt(str(value)) if value else ""


class EncryptedCharField(EncryptedMixin, models.CharField):
    """A short secret."""


class EncryptedTextField(EncryptedMixin, models.TextField):
    """A long secret."""
