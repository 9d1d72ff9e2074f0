"""The queue's worker with a keeper beside it. It has the name of the one it stands for, so that none runs without."""

import threading
from typing import Any

from django_tasks_db.management.commands.db_worker import Command as Plain

from takwin.core import jobs, keys


class Command(Plain):
    help = "Run queued work, and take over within seconds what a dead worker left."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        keys.require_keys()
        jobs.recover()
        keeper = threading.Thread(target=jobs.keep, args=(stopped,), name="keeper", daemon=True)
        keeper.start()
        try:
            super().handle(*args, **options)
        finally:
            stopped.set()
            keeper.join(timeout=10)
