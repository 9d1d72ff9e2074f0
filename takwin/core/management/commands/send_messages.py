"""A sender of its own, beside the clock: start as many as the gateway takes."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from takwin.core.messages import send_waiting


class Command(BaseCommand):
    help = "Send what waits, most urgent first. Several may run at once: none sends what another has."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--every", type=float, default=0, help="seconds to wait when nothing waits; 0: once")

    def handle(self, *_args: Any, **options: Any) -> None:
        while True:
            counts = send_waiting()
            if counts["sent"] or counts["failed"] or not options["every"]:
                self.stdout.write(f"messages {counts}")
            if not options["every"]:
                return
            if not counts["sent"]:
                time.sleep(options["every"])
