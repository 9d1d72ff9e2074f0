"""Take interest profiles from O*NET."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.core.csv_loader import TableError
from takwin.occupations import onet


class Command(BaseCommand):
    help = "Give occupations the interest profiles of O*NET's Interests.txt."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            summary = onet.load(options["file"])
        except TableError as fault:
            raise CommandError(f"{fault}. Nothing was written.") from None
        self.stdout.write(f"{summary.in_file} occupations in the file, {summary.taken} of ours took a profile")
        if summary.missing:
            self.stdout.write(f"not in the file: {', '.join(summary.missing)}")
