"""Load a simulated season."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.web.simulation import simulate


class Command(BaseCommand):
    help = "Draw a season: a national offer calibrated to the published figures, candidates from the census."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--candidates", type=int, default=20_000)
        parser.add_argument("--seed", type=int, default=2024)
        parser.add_argument("--season", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not 1 <= options["candidates"] <= 2_000_000:
            raise CommandError("--candidates takes a number from 1 to 2,000,000.")
        try:
            simulate(options["candidates"], options["seed"], code=options["season"], say=self.stdout.write)
        except ValueError as fault:
            raise CommandError(str(fault)) from None
