"""After a change of the zones' data: agreed hours stay, and the instants that stand beside them move."""

from typing import Any

from django.core.management.base import BaseCommand

from takwin.guidance.services import derive_times


class Command(BaseCommand):
    help = "Derive again the instants of appointments, closures and open days to come from their agreed hours."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{derive_times()} moved")
