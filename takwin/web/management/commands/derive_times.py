"""After a change of the zones' data: agreed hours stay, and the instants that stand beside them move."""

from typing import Any

from django.core.management.base import BaseCommand

from takwin.admissions.models import Round
from takwin.core.agreed import derive_instants
from takwin.guidance.services import derive_times
from takwin.offer.models import Season


class Command(BaseCommand):
    help = "Derive again the instants of what is to come (appointments, open days, deadlines) from its agreed hour."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{derive_times() + derive_instants((Season, Round))} moved")
