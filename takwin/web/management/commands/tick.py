"""The clock: run each minute by a timer, or let it wait by itself with --every."""

import time
from datetime import timedelta
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from takwin.core import keys
from takwin.web.clock import run_steps

log = structlog.get_logger("takwin.clock")


class Command(BaseCommand):
    help = "Close what is due, remind, open times, end dead jobs, count, send; each step by itself."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--every", type=int, default=0, help="seconds to wait before the next; 0: once")

    def handle(self, *_args: Any, **options: Any) -> None:
        keys.require_keys()
        every = options["every"]
        while True:
            try:
                given = run_steps(timedelta(seconds=every or 60))
                self.stdout.write(" ".join(f"{name} {result}" for name, result in given.items() if result))
            except DatabaseError as failure:  # away for a while: a clock that waits by itself outlives it
                if not every:
                    raise
                log.warning("clock", failure=type(failure).__name__)
                connection.close()
            if not every:
                return
            time.sleep(every)
            close_old_connections()
