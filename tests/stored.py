"""Databases of tests: migrated and filled once a run, copied for each worker, filled again from a copy of the rows.

Migrations take 40 s of processor and the reference network 5 s; a copy of the finished database takes less than one,
and a copy of its rows into emptied tables half of one.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

KEPT = {"django_migrations"}  # never emptied, so never filled
FOLDER: list[Path] = []  # where SQLite keeps its copies, once the database of this process stands


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


@contextmanager
def worker_database(folder: Path, worker: str, fill: Callable[[], None]) -> Iterator[None]:
    """The database of one worker. `folder` is shared by the workers of this run: the first of them makes the original.

    Django's own copying is used: CREATE DATABASE … TEMPLATE, or a copy of the file.
    """
    creation, settings = connection.creation, connection.settings_dict
    name, made = settings["NAME"], folder / f"made-{connection.vendor}"
    FOLDER[:] = [folder]
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            connection.close()
            settings["NAME"] = made.read_text()
        else:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            fill()
            store("network")
            made.write_text(str(settings["NAME"]))
            connection.close()
        original = settings["NAME"]
        target = creation.get_test_db_clone_settings(worker)["NAME"]
        if not is_postgres():
            for suffix in ("", "-wal", "-shm"):
                Path(f"{target}{suffix}").unlink(missing_ok=True)
        creation.clone_test_db(suffix=worker, verbosity=0, autoclobber=True)
        settings["NAME"] = target
        connection.close()
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = original
        creation.destroy_test_db(name, verbosity=0, suffix=worker)


def _rows(query: str, arguments: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(query, arguments or [])
        return cursor.fetchall()


def _tables() -> list[str]:
    return [
        table
        for table in connection.introspection.table_names()
        if table not in KEPT and not table.startswith("sqlite_")
    ]


def store(name: str) -> None:
    """Keep the rows of every table under a name, beside the database (SQLite) or in a schema of it (PostgreSQL)."""
    if not is_postgres():
        with closing(connection.cursor()) as cursor:
            cursor.execute("VACUUM INTO %s", [str(_file(name))])
        return
    with transaction.atomic(), closing(connection.cursor()) as cursor:
        cursor.execute(f"CREATE SCHEMA stored_{name}")
        for table in _tables():
            cursor.execute(f'CREATE TABLE stored_{name}."{table}" AS TABLE public."{table}"')


def _file(name: str) -> Path:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "") if name != "network" else ""
    return FOLDER[0] / f"{name}{worker}.sqlite3"


def restore(name: str) -> None:
    """Empty every table and put the rows kept under a name into it; outside of any transaction."""
    if is_postgres():
        _restore_schema(f"stored_{name}")
    else:
        _restore_file(_file(name))
    ContentType.objects.clear_cache()


def _restore_schema(schema: str) -> None:
    columns: dict[str, list[str]] = {}
    for table, column in _rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position"
    ):
        columns.setdefault(table, []).append(f'"{column}"')
    with transaction.atomic(), closing(connection.cursor()) as cursor:
        # No foreign key is checked while rows arrive in any order: the copy was consistent.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("TRUNCATE " + ", ".join(f'public."{table}"' for table in _tables()))
        for table in _tables():
            listed = ", ".join(columns[table])
            cursor.execute(f'INSERT INTO public."{table}" ({listed}) SELECT {listed} FROM {schema}."{table}"')
        cursor.execute(
            "SELECT s.relname, t.relname, a.attname FROM pg_class s"
            " JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass"
            " JOIN pg_class t ON t.oid = d.refobjid"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
            " WHERE s.relkind = 'S' AND t.relnamespace = 'public'::regnamespace"
        )
        for sequence, table, column in cursor.fetchall():
            cursor.execute(f"SELECT setval('public.\"{sequence}\"', coalesce(max(\"{column}\"), 0) + 1, false)"
                           f' FROM public."{table}"')  # fmt: skip


def _restore_file(path: Path) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("ATTACH DATABASE %s AS stored", [str(path)])
        try:
            with transaction.atomic():
                for table in _tables():
                    # hidden: 1 a virtual table's own column, 2 and 3 generated ones
                    info = _rows(f'PRAGMA table_xinfo("{table}")')
                    listed = ", ".join(f'"{column[1]}"' for column in info if not column[6])
                    cursor.execute(f'DELETE FROM main."{table}"')
                    cursor.execute(f'INSERT INTO main."{table}" ({listed}) SELECT {listed} FROM stored."{table}"')
        finally:
            cursor.execute("DETACH DATABASE stored")
            cursor.execute("PRAGMA foreign_keys = ON")
