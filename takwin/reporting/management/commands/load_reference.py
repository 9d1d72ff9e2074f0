"""Load or refresh the reference network."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from takwin.core.csv_loader import TableError
from takwin.reporting.reference import load_all


class Command(BaseCommand):
    help = "Load data/reference: upsert by code, delete nothing, print counts. All or nothing."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "data" / "reference")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            counts = load_all(options["folder"])
        except TableError as fault:
            raise CommandError(f"Nothing was loaded. {fault}") from None
        for line in counts:
            self.stdout.write(str(line))
