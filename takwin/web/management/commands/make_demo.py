"""Make the accounts of the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from takwin.offer.selectors import current_season
from takwin.web.simulation import graduates, practice, training
from takwin.web.simulation.demo import account, make_demo


class Command(BaseCommand):
    help = "One account a role, and a candidate with an application. Idempotent. For demonstration only."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's accounts share a password that everybody knows: not in production.")
        for role, place, email in make_demo():
            self.stdout.write(f"{email}: {role} {place}")
        season = current_season()
        if season is not None:
            training.play(season, account, say=self.stdout.write)
            practice.play(season)
            graduates.play(season, account, say=self.stdout.write)
