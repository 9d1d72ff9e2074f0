"""`manage.py restore FOLDER`."""

import getpass
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from takwin.core import backup, backup_keys, keys
from takwin.core.errors import Refused


class Command(BaseCommand):
    help = "Put a back-up, once verified, in the place of an empty database and its documents."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--over", action="store_true", help="also over a database that holds records: they are lost"
        )
        parser.add_argument("--keys", type=Path, help="only this: print the keys of a file, for the environment")

    def handle(self, *_args: Any, **options: Any) -> None:
        with override("en"):
            try:
                if options["keys"]:
                    phrase = os.environ.get("TAKWIN_BACKUP_PASSPHRASE") or getpass.getpass("Passphrase of the keys: ")
                    for name, value in backup_keys.read_keys(options["keys"], phrase).items():
                        self.stdout.write(f"{name}={value}")
                    return
                manifest = backup.restore(options["folder"], Path(settings.MEDIA_ROOT), over=options["over"])
            except Refused as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"restored the state of {manifest['made_at']}")
        lost = keys.wrong_keys()
        if lost:
            raise CommandError(f"Restored, but TAKWIN_FIELD_KEYS cannot read it: keys {', '.join(lost)} are missing.")
