"""After a rotation of keys."""

from typing import Any

from django.core.management.base import BaseCommand

from takwin.core import rotation


class Command(BaseCommand):
    help = "Write encrypted columns and documents again under the newest key. May be stopped; it goes on where it was."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--limit", type=int, default=None, help="values at most, then stop")

    def handle(self, *_args: Any, **options: Any) -> None:
        self.stdout.write(f"written again {rotation.reencrypt_all(options['limit'])}")
