"""Whether this process lives, and whether it can serve: which part cannot, in words for machines."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from takwin.core import clock, pulse
from takwin.core.trouble import trouble_of
from takwin.ui.pages import PUBLIC, page

ROOM = 200 * 1024 * 1024  # bytes free: some documents and a write-ahead log


@page(PUBLIC)
def live(_request: Any) -> HttpResponse:
    """The process answers; asks nothing of anybody."""
    return JsonResponse({"live": True})


@page(PUBLIC)
def ready(_request: Any) -> HttpResponse:
    """200 when pages can be served: database, migrations and disk. Worker and clock are told, and send nobody away:
    a page without them is late, not wrong."""
    parts = {"disk": _disk()} | _database()
    able = all(parts[name] == "ok" for name in ("database", "migrations", "disk"))
    response = JsonResponse({"ready": able} | parts, status=200 if able else 503)
    response["Cache-Control"] = "no-store"
    if not able:
        response["Retry-After"] = "10"
    return response


def _disk() -> str:
    """Of the folder that documents go to, or its first parent that exists."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    try:
        return "ok" if shutil.disk_usage(folder).free >= ROOM else "full"
    except OSError:
        return "lost"


def _database() -> dict[str, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if waiting:
            return {"database": "ok", "migrations": str(waiting), "worker": "unknown", "clock": "unknown"}
        worker = "ok" if pulse.living_workers() else "silent"
        return {"database": "ok", "migrations": "ok", "worker": worker, "clock": clock.state()}
    except (DatabaseError, InterfaceError) as failure:
        connection.close()
        unknown = dict.fromkeys(("migrations", "worker", "clock"), "unknown")
        return {"database": trouble_of(failure) or "lost"} | unknown
