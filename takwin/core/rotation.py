"""After a new key: every encrypted column and document is written again under it, in steps that may stop and go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast

from takwin.core import keys, storage
from takwin.core.fields import EncryptedMixin
from takwin.core.models import FieldKey

BATCH = 500


def encrypted_columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every encrypted column of the house."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedMixin):
                yield model, field


def _ciphers(model: type[models.Model], field: models.Field, after: int = 0) -> list[tuple[int, str]]:
    """The next values as they lie in the column."""
    rows = model._base_manager.filter(pk__gt=after, **{f"{field.name}__isnull": False}).order_by("pk")
    return list(rows.annotate(cipher=Cast(F(field.attname), models.TextField())).values_list("pk", "cipher")[:BATCH])


def count_values() -> Counter[str]:
    """How many values there are: "newest", "older" (readable, under a former key), "lost" (by no key of the ring)."""
    found: Counter[str] = Counter()
    for model, field in encrypted_columns():
        last = 0
        while batch := _ciphers(model, field, last):
            for _pk, cipher in batch:
                found[_state(cipher)] += 1
            last = batch[-1][0]
    for path in _documents():
        try:
            with storage.open_clear(path) as file:
                file.read(1)
            found["newest" if storage.is_newest(path) else "older"] += 1
        except (keys.FieldKeyError, storage.DamagedFile):
            found["lost"] += 1
    return found


def _state(cipher: str) -> str:
    if keys.is_newest(cipher):
        return "newest"
    try:
        keys.decrypt(cipher)
    except keys.FieldKeyError:
        return "lost"
    return "older"


def _documents() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")) if root.exists() else []:
        if path.is_file() and not path.is_symlink() and path.suffix != ".part":
            yield path


def reencrypt_all(limit: int | None = None) -> int:
    """Write what is under former keys again; how many. Stopped at any moment, the next call goes on where it was. When
    nothing is under a former key the canaries of those go, and they may leave the environment."""
    keys.require_keys()
    done = 0
    for model, field in encrypted_columns():
        done += _reencrypt_column(model, field, None if limit is None else limit - done)
    done += reencrypt_second_factors()
    for path in _documents():
        if limit is not None and done >= limit:
            return done
        done += storage.reencrypt(path)
    if limit is None or done < limit:
        _end_pass()
    return done


def _end_pass() -> None:
    """A process that still runs with the former ring may have written behind the pass: then its key stays, and the
    next call reads everything again."""
    found = count_values()
    if not found["older"] and not found["lost"]:
        FieldKey.objects.exclude(fingerprint=keys.ring().fingerprints[0]).delete()
    FieldKey.objects.update(moved={})


def _reencrypt_column(model: type[models.Model], field: models.Field, limit: int | None) -> int:
    name, done = f"{model._meta.label_lower}.{field.name}", 0
    row = FieldKey.objects.get(fingerprint=keys.ring().fingerprints[0])
    last = row.moved.get(name, 0)
    while (limit is None or done < limit) and (batch := _ciphers(model, field, last)):
        with transaction.atomic():
            for pk, cipher in batch:
                done += _reencrypt_value(model, field, pk, cipher)
            last = batch[-1][0]
            locked = FieldKey.objects.select_for_update().get(pk=row.pk)
            locked.moved = locked.moved | {name: last}
            locked.save(update_fields=["moved"])
    return done


def reencrypt_second_factors() -> int:
    """Secrets of authenticators, inside the JSON of their library; those of before are encrypted now."""
    done = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True).iterator(BATCH):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            fresh = _fresh_secrets(row.data) if row else {}
            if row and fresh:
                row.data = row.data | fresh
                row.save(update_fields=["data"])
                done += 1
    return done


def _fresh_secrets(data: dict[str, Any]) -> dict[str, str]:
    fresh = {}
    for name in ("secret", "seed"):
        value = data.get(name)
        if not isinstance(value, str):
            continue
        cipher = value.removeprefix(EncryptedMixin.cipher_prefix)
        if cipher == value:
            fresh[name] = EncryptedMixin.cipher_prefix + keys.encrypt(value)
        elif not keys.is_newest(cipher):
            fresh[name] = EncryptedMixin.cipher_prefix + keys.encrypt(keys.decrypt(cipher))
    return fresh


def _reencrypt_value(model: type[models.Model], field: models.Field, pk: int, cipher: str) -> int:
    if keys.is_newest(cipher):
        return 0
    fresh: Any = Value(keys.encrypt(keys.decrypt(cipher)), output_field=models.TextField())
    # Only while it is what was read: somebody may have written a new value meanwhile.
    same = model._base_manager.annotate(cipher=Cast(F(field.attname), models.TextField())).filter(pk=pk, cipher=cipher)
    return same.update(**{field.name: fresh})
