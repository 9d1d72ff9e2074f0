"""The clock: run each minute by a timer, or let it wait by itself with --every."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from takwin.admissions.services import close_rounds_due, count_demand, draws_due, remind_due
from takwin.core import jobs
from takwin.core.messages import erase_old, send_waiting
from takwin.employment.services import expire_due, open_due
from takwin.guidance.services import fill_slots, remind_appointments
from takwin.offer.selectors import open_seasons
from takwin.offer.services import close_due
from takwin.training.services import lapse_due


class Command(BaseCommand):
    help = "Send what waits, close what is due, follow draws, count demand, remind, open times, end dead jobs."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--every", type=int, default=0, help="seconds to wait before the next; 0: once")

    def handle(self, *_args: Any, **options: Any) -> None:
        while True:
            sent = send_waiting()
            closed = [season.code for season in close_due()] + [turn.ref for turn in close_rounds_due()]
            draws_due()
            remind_due()
            remind_appointments()
            fill_slots()
            lapse_due()
            open_due()
            expire_due()
            jobs.recover()
            jobs.sweep_queue()
            erase_old()
            requests = {season.code: count_demand(season) for season in open_seasons()}
            self.stdout.write(f"messages {sent} closed {closed} requests {requests}")
            if not options["every"]:
                return
            time.sleep(options["every"])
