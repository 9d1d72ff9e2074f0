"""`manage.py back_up FOLDER`."""

import getpass
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from takwin.core import backup, backup_keys
from takwin.core.errors import Refused


class Command(BaseCommand):
    help = "Write database and documents into an empty folder, one snapshot, with digests; the keys only when asked."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--verify", action="store_true", help="write nothing: read a back-up against its digests")
        parser.add_argument("--keys", type=Path, help="also the keys, into this file elsewhere, under a passphrase")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        with override("en"):
            try:
                if options["verify"]:
                    manifest = backup.verify(folder)
                else:
                    if options["keys"]:
                        self.write_keys(options["keys"], folder)
                    manifest = backup.back_up(folder, Path(settings.MEDIA_ROOT))
            except Refused as refusal:
                raise CommandError(str(refusal)) from None
        rows = sum(facts["rows"] for facts in manifest["tables"].values())
        self.stdout.write(f"rows {rows} documents {len(manifest['documents'])} made {manifest['made_at']}")

    def write_keys(self, path: Path, folder: Path) -> None:
        if folder.resolve() in path.resolve().parents:
            raise CommandError("The keys lie apart: name a file outside the folder of the back-up.")
        phrase = os.environ.get("TAKWIN_BACKUP_PASSPHRASE") or getpass.getpass("Passphrase of the keys: ")
        backup_keys.write_keys(path, phrase)
