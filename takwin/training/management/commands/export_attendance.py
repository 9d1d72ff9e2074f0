"""Write a month of attendance, nobody named, as a Parquet file."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.core.dates import parse_month
from takwin.training import parquet_export


class Command(BaseCommand):
    help = "Resolution statements of a month (2026-11) as columns: day, value, hours, programme, centre, area."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("month")
        parser.add_argument("-o", "--out", type=Path, required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        first = parse_month(options["month"])
        if first is None:
            raise CommandError(f"{options['month']!r} is not a month such as 2026-11.")
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        self.stdout.write(f"{parquet_export.write(options['out'], first, last)} rows in {options['out']}")
