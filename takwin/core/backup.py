"""A back-up one can carry from either database to either: rows as lines of JSON, documents, and keys apart.

One snapshot: REPEATABLE READ on PostgreSQL, a read transaction of the WAL on SQLite. Rows are streamed, table by
table, by key; encrypted columns travel as cipher text, so no file holds a private key, a seed or a note in clear.
A manifest carries the SHA-256 of each file's content; nothing is readable by others (0600 in 0700).
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core.bulk import analyze, load
from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.core.fields import EncryptedMixin
from takwin.core.keys import ring
from takwin.core.rotation import reencrypt_second_factors
from takwin.core.storage import CHUNK, encrypt_chunks, is_encrypted

FORMAT = 1
# Sessions open accounts: neither they nor the list that names their keys leave the machine; they begin again after a
# restore. What was typed when one ended waits an hour for its author, and ends with it.
LEFT_OUT = {"sessions.session", "usersessions.usersession", "admin.logentry", "accounts.keptform"}
PAGE = 2000


class BackupReason(Reasons):
    NOT_EMPTY = "not_empty", _("The database holds records already. Nothing was changed.")
    FOLDER_TAKEN = "folder_taken", _("The folder is not empty. Nothing was written.")
    DAMAGED = "damaged", _("%(name)s is not what was written: its digest differs. Nothing was changed.")
    OTHER_SCHEMA = "other_schema", _("The back-up was made with other migrations: %(names)s. Nothing was changed.")
    NOT_OURS = "not_ours", _("The manifest is not sealed by a key of this system. Nothing was changed.")
    NO_MANIFEST = "no_manifest", _("There is no readable manifest in this folder.")


def tables() -> list[type[models.Model]]:
    """Every table of ours and of the libraries, many-to-many included, in a fixed order."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def _columns(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment of the database for many reads; keeps no writer waiting."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = mode  # type: ignore[attr-defined]
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _rows(model: type[models.Model]) -> Iterator[list[Any]]:
    """The stored values of a table by key; a page at a time, for a server-side cursor would end with the transaction
    of a pooler. Cipher text is read as it lies in its column."""
    columns = _columns(model)
    names = [f"raw_{field.attname}" if isinstance(field, EncryptedMixin) else field.attname for field in columns]
    raw = {f"raw_{f.attname}": Cast(f.attname, models.TextField()) for f in columns if isinstance(f, EncryptedMixin)}
    rows = model._base_manager.order_by("pk").annotate(**raw)
    last: Any = None
    while True:
        page = list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", *names)[:PAGE])
        for row in page:
            yield [_plain(field, value) for field, value in zip(columns, row[1:], strict=True)]
        if len(page) < PAGE:
            return
        last = page[-1][0]


def _plain(field: models.Field, value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def _make_folder(folder: Path) -> None:
    """With every parent that is missing, each closed to others: `parents=True` would leave those to the umask."""
    for each in reversed([folder, *folder.parents]):
        each.mkdir(mode=0o700, exist_ok=True)


def _create(path: Path) -> IO[bytes]:
    _make_folder(path.parent)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def back_up(folder: Path, media: Path) -> dict[str, Any]:
    """Write a back-up into an empty folder; gives its manifest, which is written last: without one it is not whole."""
    _make_folder(folder)
    os.chmod(folder, 0o700)
    if any(folder.iterdir()):
        raise Refused(BackupReason.FOLDER_TAKEN)
    reencrypt_second_factors()  # of before they were encrypted: no dump holds a seed in clear
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": timezone.now().isoformat(), "vendor": connection.vendor}
    with snapshot():
        manifest["migrations"] = _migrations()
        manifest["tables"] = {model._meta.label_lower: _write_table(folder, model) for model in tables()}
    # After the rows: a document is on the disk before the row that names it is committed.
    manifest["documents"] = _copy_documents(media, folder / "documents")
    manifest["keys"] = ring().fingerprints[0]
    manifest["seal"] = _seal(manifest, ring().keys[0])
    text = json.dumps(manifest, indent=1, sort_keys=True).encode()
    with _create(folder / "manifest.json") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return manifest


def _seal(manifest: dict[str, Any], key: bytes) -> str:
    """HMAC-SHA256 of a manifest without its seal, under a field key: whoever holds the folder alone can change a row
    and its digest, but not this."""
    text = json.dumps({name: value for name, value in manifest.items() if name != "seal"}, sort_keys=True)
    return hmac.new(hashlib.sha256(b"takwin-back-up:" + key).digest(), text.encode(), hashlib.sha256).hexdigest()


def _is_sealed(manifest: dict[str, Any]) -> bool:
    seal = str(manifest.get("seal", ""))
    return any(hmac.compare_digest(_seal(manifest, key), seal) for key in ring().keys)


def _migrations() -> list[str]:
    rows = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in rows)


def _write_table(folder: Path, model: type[models.Model]) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    path = folder / "tables" / f"{model._meta.label_lower}.jsonl.gz"
    with _create(path) as out, gzip.GzipFile(fileobj=out, mode="wb", mtime=0, compresslevel=6) as zipped:
        head = json.dumps([field.attname for field in _columns(model)]).encode() + b"\n"
        digest.update(head)
        zipped.write(head)
        for row in _rows(model):
            line = json.dumps(row, cls=ExactEncoder, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            zipped.write(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


class ExactEncoder(DjangoJSONEncoder):
    """Instants with all their microseconds: Django's own cuts them to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _copy_documents(media: Path, into: Path) -> dict[str, str]:
    """Every document as it lies, encrypted; those of the time before are encrypted on the way. Digests by name."""
    digests = {}
    for path in sorted(media.rglob("*")) if media.exists() else []:
        if not path.is_file() or path.is_symlink() or path.suffix == ".part":
            continue
        name, digest = str(path.relative_to(media)), hashlib.sha256()
        with path.open("rb") as source, _create(into / name) as out:
            pieces: Iterator[bytes] = iter(lambda source=source: source.read(CHUNK), b"")  # type: ignore[misc]
            for piece in pieces if is_encrypted(path) else encrypt_chunks(pieces, Path(name).as_posix()):
                digest.update(piece)
                out.write(piece)
        digests[name] = digest.hexdigest()
    return digests


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, or Refused."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT or not isinstance(manifest["tables"], dict):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(BackupReason.NO_MANIFEST) from None
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """Read the seal and every file of a back-up against its digest; Refused with the first name that differs."""
    manifest = read_manifest(folder)
    if not _is_sealed(manifest):
        raise Refused(BackupReason.NOT_OURS)
    for label, facts in manifest["tables"].items():
        digest = hashlib.sha256()
        try:
            for line in _lines(folder, label):
                digest.update(line)
        except (OSError, EOFError):
            digest = hashlib.sha256(b"unreadable")
        _same(label, digest.hexdigest(), facts["sha256"])
    for name, expected in manifest["documents"].items():
        path = (folder / "documents" / name).resolve()
        if (folder / "documents").resolve() not in path.parents or not path.is_file():
            raise Refused(BackupReason.DAMAGED, name=name)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                digest.update(piece)
        _same(name, digest.hexdigest(), expected)
    return manifest


def _same(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise Refused(BackupReason.DAMAGED, name=name)


def _lines(folder: Path, label: str) -> Iterator[bytes]:
    with gzip.open(folder / "tables" / f"{label}.jsonl.gz", "rb") as file:
        yield from io.BufferedReader(file)


def is_empty() -> bool:
    """Whether nobody has an account and nothing is journalled: a database fresh from its migrations."""
    return not any(apps.get_model(label).objects.exists() for label in ("accounts.user", "core.entry", "offer.season"))


def restore(folder: Path, media: Path, *, over: bool = False) -> dict[str, Any]:
    """Put a verified back-up in the place of what the database holds, in one transaction, then its documents.

    Refused over a database that holds records unless `over`, and when the migrations differ.
    """
    manifest = verify(folder)
    if not over and not is_empty():
        raise Refused(BackupReason.NOT_EMPTY)
    differ = sorted(set(manifest["migrations"]) ^ set(_migrations()))
    if differ:
        raise Refused(BackupReason.OTHER_SCHEMA, names=", ".join(differ[:5]))
    with transaction.atomic():
        _empty()
        for model in tables():
            _load_table(folder, model)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(_no_style(), tables()):
                cursor.execute(statement)
        connection.check_constraints()
    analyze(*tables())
    for name in manifest["documents"]:
        _put_document(folder / "documents" / name, media / name)
    return manifest


def _empty() -> None:
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(model._meta.db_table) for model in tables()]
        names += [connection.ops.quote_name(apps.get_model(label)._meta.db_table) for label in sorted(LEFT_OUT)]
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for name in names:
                cursor.execute(f"DELETE FROM {name}")


def _load_table(folder: Path, model: type[models.Model]) -> None:
    lines = _lines(folder, model._meta.label_lower)
    names = json.loads(next(lines))
    fields = [model._meta.get_field(_field_name(model, name)) for name in names]
    load(model, [field.name for field in fields], ([*_values(fields, json.loads(line))] for line in lines))


def _field_name(model: type[models.Model], attname: str) -> str:
    return next(field.name for field in model._meta.concrete_fields if field.attname == attname)


def _values(fields: list[Any], row: list[Any]) -> Iterator[Any]:
    for field, value in zip(fields, row, strict=True):
        if value is None or isinstance(field, EncryptedMixin):
            yield value
            continue
        target = field.target_field if field.remote_field else field
        if isinstance(target, models.BinaryField):
            yield bytes.fromhex(value)
        elif isinstance(target, models.JSONField):
            yield json.dumps(value, cls=target.encoder, ensure_ascii=False)
        else:
            yield target.get_db_prep_save(target.to_python(value), connection)


def _put_document(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with source.open("rb") as file, _create(part) as out:
        while piece := file.read(CHUNK):
            out.write(piece)
    os.replace(part, target)


def _no_style() -> Any:
    from django.core.management.color import no_style

    return no_style()
