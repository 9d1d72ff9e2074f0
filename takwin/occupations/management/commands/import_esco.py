"""Load the official ESCO classification."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.core.csv_loader import TableError
from takwin.occupations import esco


class Command(BaseCommand):
    help = "Load ISCO groups and occupations of an unpacked ESCO CSV download (en, and fr and ar where they are)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            for counts in esco.load(options["folder"]):
                self.stdout.write(str(counts))
        except TableError as fault:
            raise CommandError(f"{fault}. Nothing was written.") from None
