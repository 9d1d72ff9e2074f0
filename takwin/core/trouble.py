"""Which trouble keeps a database or a disk from answering: locked, lost or full."""

from __future__ import annotations

import errno
from typing import Literal

from django.db import DatabaseError, InterfaceError

Trouble = Literal["locked", "lost", "full"]
# PostgreSQL's codes (appendix A of its manual): 53100 disk full; 55P03 lock not available, 57014 cancelled by a time
# limit, 40P01 deadlock, 40001 serialization; class 08, 57P0x and 53300: no connection.
STATES: dict[str, Trouble] = {
    "53100": "full", "55P03": "locked", "57014": "locked", "40P01": "locked", "40001": "locked", "53300": "lost",
    "57P01": "lost", "57P02": "lost", "57P03": "lost", "57P05": "lost", "25006": "lost",
}  # fmt: skip
WORDS: tuple[tuple[str, Trouble], ...] = (
    ("disk is full", "full"),
    ("no space left", "full"),
    ("disk quota exceeded", "full"),
    ("disk i/o error", "full"),
    ("database is locked", "locked"),
    ("database table is locked", "locked"),
    ("unable to open database file", "lost"),
    ("attempt to write a readonly database", "lost"),
)


def trouble_of(failure: BaseException | None) -> Trouble | None:
    """Which trouble an exception, or one that caused it, is; None for a fault of the program."""
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        found = _own_trouble(failure)
        if found:
            return found
        failure = failure.__cause__ or failure.__context__
    return None


def _own_trouble(failure: BaseException) -> Trouble | None:
    if isinstance(failure, OSError) and failure.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "full"
    if not isinstance(failure, (DatabaseError, InterfaceError)):
        return None
    state = getattr(failure.__cause__, "sqlstate", None)
    if state:
        return STATES.get(state) or ("lost" if state.startswith("08") else None)
    text = str(failure).lower()
    for words, trouble in WORDS:
        if words in text:
            return trouble
    # psycopg raises OperationalError without a code when the connection could not be made, or was cut.
    driver = type(failure.__cause__)
    away = driver.__module__.startswith("psycopg") and driver.__name__ in {"OperationalError", "InterfaceError"}
    return "lost" if away or isinstance(failure, InterfaceError) else None
