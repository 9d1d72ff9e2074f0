"""Check the chain of the journal: python manage.py check_journal [--head NUMBER:DIGEST]."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.core.journal_chain import check_journal


class Command(BaseCommand):
    help = "Recompute the digests of the journal and name what was changed, removed or put in between."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--head", default="", help="a head noted earlier, as this command printed it")

    def handle(self, *_args: Any, **options: Any) -> None:
        report = check_journal(options["head"])
        self.stdout.write(f"{report.lines} lines under {report.seals} seals, {report.waiting} wait for the next.")
        if report.head:
            self.stdout.write(f"head {report.head}")
        if report.faults:
            raise CommandError("\n".join(report.faults))
