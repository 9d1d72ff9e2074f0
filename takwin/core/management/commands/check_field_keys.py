"""Whether this process can read what was encrypted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.core import keys, rotation


class Command(BaseCommand):
    help = "Check the keys of encrypted columns and documents against every value: newest, older, lost."

    def handle(self, *_args: Any, **_options: Any) -> None:
        lost = keys.wrong_keys()
        counts = rotation.count_values()
        self.stdout.write(f"key {keys.ring().fingerprints[0]}")
        self.stdout.write(" ".join(f"{name} {counts[name]}" for name in ("newest", "older", "lost")))
        if lost or counts["lost"]:
            raise CommandError(f"{counts['lost']} values cannot be read; unknown keys: {', '.join(lost) or '-'}")
        if counts["older"]:
            self.stdout.write("Run manage.py reencrypt_fields before a former key leaves TAKWIN_FIELD_KEYS.")
